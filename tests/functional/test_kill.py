"""A replay or a sync that is killed anywhere leaves the old snapshot serving and the next run right.

`DETENTE_KILL_POINTS` sets how many points are tried. The kills are those of bench/kill_bench.py, which gave the figures
in docs/benchmarks.md.
"""

from __future__ import annotations

import importlib
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import pytest

BENCH = Path(__file__).parents[2] / "bench"
POINTS = int(os.environ.get("DETENTE_KILL_POINTS", "3"))

pytestmark = [pytest.mark.slow, pytest.mark.timeout(120 + 120 * POINTS)]


@pytest.fixture(scope="module")
def bench() -> Iterator[ModuleType]:
    sys.path.insert(0, str(BENCH))
    yield importlib.import_module("kill_bench")
    sys.path.remove(str(BENCH))


@pytest.fixture(scope="module")
def base(bench: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample company, imported, with a published snapshot; nobody writes in it."""
    root = tmp_path_factory.mktemp("kill") / "workspace"
    bench.prepare(root, people=200)
    return root


@pytest.fixture
def workspace(base: Path, tmp_path: Path) -> Path:
    shutil.copytree(base, tmp_path / "workspace")
    return tmp_path / "workspace"


def begun(bench: ModuleType, root: Path) -> subprocess.Popen[str]:
    """Begin a replay in a process group of its own and return once it holds the lock."""
    command = [str(bench.sample.PROGRAM), "replay", "--as-of", bench.LATER, "--dir", str(root)]
    run = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True)
    until(lambda: run.poll() is not None or (root / ".lock").read_text() != "")
    return run


def until(condition: Callable[[], bool]) -> None:
    for _ in range(3_000):
        if condition():
            return
        time.sleep(0.01)
    pytest.fail("waited in vain")


def members(group: int) -> list[int]:
    """Return the living processes of a group."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[2]) == group and fields[0] != "Z":
            found.append(int(stat.parent.name))
    return found


def test_killed_after_any_time_the_old_snapshot_serves_and_the_next_run_is_right(bench: ModuleType, base: Path) -> None:
    outcomes = list(bench.kills(base, times=POINTS, operations=0, seed=POINTS))
    assert [outcome for outcome in outcomes if not outcome.good] == []
    assert any(outcome.killed and outcome.serves == "old" for outcome in outcomes)


def test_killed_at_a_change_of_a_file_nothing_is_half_written(bench: ModuleType, base: Path) -> None:
    outcomes = list(bench.kills(base, times=0, operations=POINTS, seed=0))
    assert [outcome for outcome in outcomes if not outcome.good] == []
    assert len([outcome for outcome in outcomes if outcome.killed]) == POINTS


def test_killed_between_the_snapshot_and_its_lists_the_lists_lag_and_the_next_run_mends_them(
    bench: ModuleType, base: Path
) -> None:
    *_, last = bench.kills(base, times=0, operations=1, seed=0)
    assert (last.serves, last.lists, last.next_run) == ("new", "old", "right"), "the last change opens the database"


def test_syncs_and_replays_killed_anywhere_end_as_if_they_had_not_been(bench: ModuleType, tmp_path: Path) -> None:
    every = bench.Rounds(tmp_path, seed=POINTS)
    rounds = every.run(POINTS)
    assert [each for found in (every.clean, *rounds) for each in found.wrong] == []
    assert sum(len(found.kills) for found in rounds) == POINTS


def test_zone_locale_hash_seed_and_processors_do_not_change_the_content(
    bench: ModuleType, base: Path, tmp_path: Path
) -> None:
    def published(name: str, cpus: set[int], **environment: str) -> str:
        """Replay from the landing zone alone, on some processors, in some surroundings."""
        kept = shutil.ignore_patterns("detente.db*", "closed", "snapshots")
        shutil.copytree(base, tmp_path / name, ignore=kept)
        everywhere = os.sched_getaffinity(0)
        os.sched_setaffinity(0, cpus)
        try:
            return bench.sample.replay(tmp_path / name, bench.LATER, **environment)["snapshot"]["content_hash"]
        finally:
            os.sched_setaffinity(0, everywhere)

    mine = os.sched_getaffinity(0)
    here = published("here", mine, TZ="America/New_York", LC_ALL="C", PYTHONHASHSEED="1")
    there = published("there", {min(mine)}, TZ="Pacific/Apia", LC_ALL="tr_TR.UTF-8", PYTHONHASHSEED="2")
    assert here == there


def test_workers_end_with_a_replay_that_was_killed(bench: ModuleType, workspace: Path) -> None:
    with begun(bench, workspace) as run:
        until(lambda: len(members(run.pid)) > 1)
        os.kill(run.pid, signal.SIGKILL)
        until(lambda: not members(run.pid))


def test_a_replay_whose_worker_is_killed_says_so_and_the_old_snapshot_serves(
    bench: ModuleType, workspace: Path
) -> None:
    old = bench.serving(workspace)
    with begun(bench, workspace) as run:
        until(lambda: len(members(run.pid)) > 2)
        os.kill(max(members(run.pid)), signal.SIGKILL)
        _, said = run.communicate()
    assert run.returncode == 1
    assert "a worker process was ended from outside" in said
    assert "Traceback" not in said
    assert bench.serving(workspace) == old


def test_a_second_writer_is_told_who_is_writing(bench: ModuleType, workspace: Path) -> None:
    with begun(bench, workspace) as run:
        second = bench.sample.detente(workspace, "replay")
        run.kill()
    assert second.returncode == 3
    assert f"`detente replay` (process {run.pid} on " in second.stderr
