"""Kills `detente sync` and `detente replay` in turns, and looks at what is landed and published in the end.

Input: a system on this machine (`upstream.py`) whose contacts are created, changed and deleted, some of them malformed.
`kill_bench.py --over sync` runs this. A round is three acts of the system, and after each of them a sync and a replay.
Before one may end, it is begun a few times and ended with SIGKILL, after a random time or at the n-th change of a file.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import sample
from faults_bench import MAPPING, STREAMS, digests
from upstream import SECOND, Upstream

from detente.engine.hashing import table_hash
from detente.engine.lake import Lake

AT_OPERATION = """
import atexit, os, signal, sys
root, fatal = sys.argv[1], int(sys.argv[2])
seen = 0
def count(event, args):
    global seen
    changes = event in ("os.mkdir", "os.rename", "os.remove", "os.rmdir", "os.utime", "sqlite3.connect") or (
        event == "open" and isinstance(args[1], str) and set(args[1]) & set("wax+"))
    if changes and root in os.fsdecode(args[0] if not isinstance(args[0], int) else ""):
        seen += 1
        if seen == fatal:
            os.kill(os.getpid(), signal.SIGKILL)
sys.addaudithook(count)
atexit.register(lambda: print(f"operations: {seen}", file=sys.stderr))
from detente.cli.main import main
main(sys.argv[3:])
"""
"""A program that runs a command and kills itself at its n-th change of a file below a folder."""

AGAIN = 0.7
"""How likely a command is killed once more before it may end."""

AS_OF = "2030-01-01"
_SYNC, _REPLAY = ("sync", "harbour"), ("replay", "--as-of", AS_OF)
_SECRET = {"DETENTE_HARBOUR_TOKEN": "harbour-token"}


@dataclass
class Round:
    """What a round came to. `kills`: where; `wrong`: what is not as promised; `landed`, `published`: digests."""

    kills: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    landed: tuple[str, str] = ("", "")
    published: dict[str, str] = field(default_factory=dict)


def killed_at_operation(root: Path, number: int, command: Sequence[str]) -> tuple[bool, int]:
    """Kill a command at its n-th change of a file (0: let it end); return whether it was killed, and the count."""
    program = [sys.executable, "-c", AT_OPERATION, str(root), str(number), *command, "--dir", str(root)]
    done = subprocess.run(program, capture_output=True, text=True, check=False, env={**os.environ, **_SECRET})
    counted = [line for line in done.stderr.splitlines() if line.startswith("operations: ")]
    return done.returncode == -signal.SIGKILL, int(counted[-1].split()[1]) if counted else number


def killed_after(root: Path, seconds: float, command: Sequence[str]) -> bool:
    """Begin a command and kill it after some time; return whether it was still running."""
    program = [str(sample.PROGRAM), *command, "--dir", str(root)]
    quiet = subprocess.DEVNULL
    with subprocess.Popen(program, stdout=quiet, stderr=quiet, env={**os.environ, **_SECRET}) as run:
        try:
            run.wait(seconds)
        except subprocess.TimeoutExpired:
            run.kill()
    return run.returncode == -signal.SIGKILL


def prepare(root: Path, base: str) -> None:
    """Make a workspace that syncs the system at an address."""
    done = subprocess.run([str(sample.PROGRAM), "init", str(root)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    description = f"rest: 1\nbase_url: {base}\nauth: {{type: bearer}}\nstreams:\n{STREAMS['cursor']}"
    (root / "harbour.yaml").write_text(description)
    (root / "mappings" / "harbour.yaml").write_text(MAPPING)
    table = '[sources.harbour]\nsystem = "rest"\ndescription = "harbour.yaml"\nmapping = "mappings/harbour.yaml"\n'
    settings = root / "detente.toml"
    settings.write_text(f"{settings.read_text()}\n{table}")


def acts(upstream: Upstream, chance: random.Random) -> Any:  # noqa: ANN401  a generator of nothing
    """Live through the acts of the system, one at each step; every tenth contact is malformed."""
    for number in range(200):
        upstream.put(number, "a \x00 in it" if number % 10 == 9 else "title")
    yield
    upstream.now += 3_600 * SECOND
    for number in chance.sample(range(200), 30):
        upstream.touch(number)
    for number in range(300, 320):
        upstream.put(number, "new")
    yield
    upstream.now += 3_600 * SECOND
    for number in chance.sample(sorted(upstream.records), 25):
        del upstream.records[number]
    yield


class Rounds:
    """Rounds with kills, each in a workspace of its own, and a `clean` one to compare them with."""

    def __init__(self, folder: Path, seed: int) -> None:
        self._folder = folder
        self._seed = seed
        self._chance = random.Random(seed)
        self._whole: dict[str, tuple[float, int]] = {}
        self.clean = self._round(0)

    def run(self, points: int) -> list[Round]:
        """Return rounds that were killed at so many points in all, and what differs from the clean one."""
        rounds: list[Round] = []
        while (left := points - sum(len(each.kills) for each in rounds)) > 0:
            found = self._round(left)
            if found.landed != self.clean.landed:
                found.wrong.append(f"landed {found.landed}, not {self.clean.landed}")
            differs = [name for name, hash_ in self.clean.published.items() if found.published.get(name) != hash_]
            if differs:
                found.wrong.append(f"published otherwise: {', '.join(differs)}")
            rounds.append(found)
        return rounds

    def _round(self, most: int) -> Round:
        """Live through the acts, with up to `most` kills; without any, take the measure of each command."""
        found = Round()
        root = self._folder / "workspace"
        upstream = Upstream()
        held: set[tuple[int, int]] = set()
        with upstream.serving() as base:
            prepare(root, base)
            for act, _ in enumerate(acts(upstream, random.Random(self._seed))):
                held |= {(row["id"], row["modified"]) for row in upstream.records.values()}
                for command in (_SYNC, _REPLAY):
                    name = f"{command[0]} {act + 1}"
                    if not most:
                        begun = time.perf_counter()
                        _, count = killed_at_operation(root, 0, command)
                        self._whole[name] = (time.perf_counter() - begun, count)
                    while len(found.kills) < most and self._chance.random() < AGAIN:
                        found.kills += self._kill(root, name, command)
                    done = sample.detente(root, *command, **_SECRET)
                    if done.returncode:
                        found.wrong.append(f"{name} did not end well: {done.stderr.strip() or done.stdout.strip()}")
        found.wrong += accounts(root, held)
        found.landed, found.published = digests(root), published(root)
        shutil.rmtree(root)
        return found

    def _kill(self, root: Path, name: str, command: Sequence[str]) -> list[str]:
        """Kill a command somewhere; return where it was, if it still ran then."""
        seconds, count = self._whole[name]
        if self._chance.random() < 0.5:
            number = self._chance.randint(1, max(count, 1))
            killed, where = killed_at_operation(root, number, command)[0], f"{name}: change {number} of {count}"
        else:
            after = self._chance.uniform(0.3 * seconds, seconds)
            killed, where = killed_after(root, after, command), f"{name}: after {after:.2f} s"
        return [where] if killed else []


def accounts(root: Path, held: set[tuple[int, int]]) -> list[str]:
    """Return what is wrong with the account of everything that was landed. `held`: what the system ever held."""
    wrong = []
    receipts = [json.loads(path.read_bytes()) for path in sorted((root / "landing" / "loads").glob("*.json"))]
    for receipt in receipts:
        rows = _rows(root, f"landing/harbour/contacts/{receipt['load_id']}/part-*.parquet")
        aside = _rows(root, f"quarantine/{receipt['load_id']}.parquet")
        counted = receipt["accepted"] + receipt["duplicate"] + receipt["quarantined"]
        unreadable = [row for row in aside if row["class"] in ("nul", "control-character")]
        if not counted == receipt["records"] == len(rows) + len(unreadable):
            wrong.append(
                f"{receipt['load_id']}: {counted} accounted for, {len(rows)} rows, {receipt['records']} records"
            )
    landed = {
        (int(row["id"]), int(row["modified"]))
        for row in _rows(root, "landing/harbour/contacts/*/part-*.parquet")
        if row.get("modified")
    }
    raw = [json.loads(row["raw"]) for row in _rows(root, "quarantine/*.parquet")]
    landed |= {(row["id"], row["modified"]) for row in raw}
    if landed != held:
        wrong.append(f"{len(held - landed)} records were lost, {len(landed - held)} came from nowhere")
    state = json.loads((root / "landing/harbour/contacts.cursor.json").read_bytes())
    left = [path.name for path in (root / "landing/harbour").glob("set-aside/*")]
    left += [path.name for path in (root / "landing/harbour/.spool").rglob("*") if path.is_file()]
    left += [path.name for path in (root / "landing/loads").glob("*.partial")]
    if state["error"] or left:
        wrong.append(f"the stream says {state['error']}, and {left} is left")
    return wrong


def published(root: Path) -> dict[str, str]:
    """Return a digest of each table of the snapshot, without what tells one load from another, and when it came."""
    snapshot = Lake(root / "snapshots").current()
    found = {}
    for name in snapshot.info.counts:
        table = pq.read_table(snapshot.parquet(name))
        dropped = {"load_id", "known_at"} if name == "tombstones" else {"load_id"}
        kept = table.drop_columns([column for column in table.column_names if column in dropped])
        found[name] = table_hash(kept)
    return found


def _rows(root: Path, pattern: str) -> list[dict[str, Any]]:
    return [row for path in sorted(root.glob(pattern)) for row in pq.read_table(path).to_pylist()]
