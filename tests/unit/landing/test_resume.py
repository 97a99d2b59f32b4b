"""An import that is killed anywhere goes on where it stopped, and ends as if nothing had happened.

DETENTE_LONG=1 kills at 300 points in place of a few.
"""

from __future__ import annotations

import gzip
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from detente.engine.landing import LandingZone

from .importing import NOW, Workspace, limits

KILLS = 300 if os.environ.get("DETENTE_LONG") else 3
MAPPING = """\
mapping: 1
source: crm
timezone: Europe/Berlin
files:
  calls:
    file: "calls.*"
    subject: person
    record: who
    account: company
    facts:
      - {kind: touch, source_id: id, occurred_at: at, payload: {outcome: note, seconds: seconds}}
"""
SMALL = limits(rows=300, chunk=1 << 14)


def rows(count):
    draw = random.Random(5)
    for n in range(count):
        note = draw.choice(["ok", '"two\nlines"', '"stray" x', '"open', "é"])
        seconds = draw.choice(["60", "", "many"])
        yield f"c{draw.randrange(count)},p{n % 50},k{n % 7},2026-03-{n % 28 + 1:02d} {n % 24}:30,{note},{seconds}\n"


@pytest.fixture(params=["calls.csv", "calls.csv.gz", "calls.parquet"])
def export(request, tmp_path):
    path = tmp_path / request.param
    text = "id,who,company,at,note,seconds\n" + "".join(rows(3_000))
    if path.suffix == ".parquet":
        cells = [row.rstrip("\n").replace("\n", " ").split(",") for row in rows(3_000)]
        names = ["id", "who", "company", "at", "note", "seconds"]
        table = pa.table([pa.array(column) for column in zip(*cells, strict=True)], names=names)
        pq.write_table(table, path, row_group_size=700)
    else:
        path.write_bytes(gzip.compress(text.encode()) if path.suffix == ".gz" else text.encode())
    return path


class Killed(BaseException):
    """What a killed process does not live to see."""


def test_a_load_goes_on_behind_the_last_whole_part(tmp_path, export):
    whole = Workspace(tmp_path / "whole")
    expected = whole.imports(export, mapping=MAPPING, limits=SMALL).files[0].receipt
    broken = Workspace(tmp_path / "broken")
    for _ in range(50):
        left = [random.Random(len(list(broken.root.rglob("*")))).randint(1, 4)]

        def kill(_, left=left):
            left[0] -= 1
            if not left[0]:
                raise Killed

        try:
            (imported,) = broken.imports(export, mapping=MAPPING, limits=SMALL, progress=kill).files
            break
        except Killed:
            assert LandingZone(broken.root, "0").receipts() == []
    assert imported.resumed
    assert broken.content() == whole.content()
    got = imported.receipt
    assert (got.records, got.accepted, got.duplicate, got.by_class, got.facts, got.links) == (
        expected.records, expected.accepted, expected.duplicate, expected.by_class, expected.facts, expected.links
    )  # fmt: skip
    assert not list(broken.root.rglob("*.partial"))


def test_a_load_killed_between_files_and_state_writes_the_part_again(tmp_path, export, monkeypatch):
    whole, broken = Workspace(tmp_path / "whole"), Workspace(tmp_path / "broken")
    whole.imports(export, mapping=MAPPING, limits=SMALL)
    from detente.engine.landing_folder import LoadFolder

    write_state = LoadFolder.write_state

    def killed(self, state):
        if state["account"]["parts"] == 3:
            raise Killed
        write_state(self, state)

    monkeypatch.setattr(LoadFolder, "write_state", killed)
    with pytest.raises(Killed):
        broken.imports(export, mapping=MAPPING, limits=SMALL)
    monkeypatch.undo()
    broken.imports(export, mapping=MAPPING, limits=SMALL)
    assert broken.content() == whole.content()


def test_a_load_begun_before_another_of_its_source_finished_is_begun_again(tmp_path, export):
    broken = Workspace(tmp_path / "broken")

    def kill(_):
        raise Killed

    with pytest.raises(Killed):
        broken.imports(export, mapping=MAPPING, limits=SMALL, progress=kill)
    other = tmp_path / "other"
    other.mkdir()
    first = next(rows(1))
    (other / "calls.csv").write_text("id,who,company,at,note,seconds\n" + first.replace("many", ""))
    broken.imports(other, mapping=MAPPING, limits=SMALL)
    (again,) = broken.imports(export, mapping=MAPPING, limits=SMALL).files
    assert not again.resumed
    ids = broken.facts("fact_id", "record")
    assert len(set(ids)) == len(ids)


def test_what_was_begun_of_an_older_file_of_that_name_is_swept(tmp_path, export):
    workspace = Workspace(tmp_path / "ws")

    def kill(_):
        raise Killed

    with pytest.raises(Killed):
        workspace.imports(export, mapping=MAPPING, limits=SMALL, progress=kill)
    left = {path.name for path in workspace.root.rglob("part-*")}
    assert left
    workspace.imports(export, mapping=MAPPING + "# changed\n", limits=SMALL)
    whole = Workspace(tmp_path / "whole")
    whole.imports(export, mapping=MAPPING + "# changed\n", limits=SMALL)
    assert workspace.content() == whole.content()


SCRIPT = """\
import sys
from pathlib import Path
sys.path[:0] = [{root!r}]
from tests.unit.landing.importing import Workspace
from tests.unit.landing.test_resume import MAPPING, SMALL
Workspace(Path(sys.argv[1])).imports(sys.argv[2], mapping=MAPPING, limits=SMALL)
"""


@pytest.mark.slow
@pytest.mark.timeout(3_600)
def test_a_process_killed_at_any_moment_leaves_nothing_that_counts_twice(tmp_path):
    path = tmp_path / "calls.csv"
    path.write_text("id,who,company,at,note,seconds\n" + "".join(rows(6_000)), encoding="utf-8")
    whole = Workspace(tmp_path / "whole")
    whole.imports(path, mapping=MAPPING, limits=SMALL, now=NOW)
    script = SCRIPT.format(root=str(Path.cwd()))
    draw = random.Random(11)
    killed = 0
    for trial in range(KILLS):
        workspace = Workspace(tmp_path / f"ws{trial}")
        command = [sys.executable, "-c", script, str(workspace.root), str(path)]
        process = subprocess.Popen(command)
        waited_for = draw.randint(0, 22)
        deadline = time.monotonic() + 60
        while process.poll() is None and time.monotonic() < deadline:
            if len(list(workspace.root.rglob("*.parquet"))) >= waited_for and workspace.root.exists():
                time.sleep(draw.random() * 0.02)
                process.send_signal(signal.SIGKILL)
                killed += 1
                break
            time.sleep(0.001)
        process.wait()
        subprocess.run(command, check=True)
        assert workspace.content() == whole.content()
    assert killed > 0
