"""Kills `detente replay` and looks at what it left: does the old snapshot serve, and is the next run right?

    python bench/kill_bench.py --points 50 [--operations 50] [--people 300] [--seed 1] [--json]
    python bench/kill_bench.py --over sync --points 100 [--seed 1] [--json]     # kill_sync.py says how

The sample company is made, imported and published as of one instant; then, in a copy of that workspace for each point,
a replay as of a later instant is ended with SIGKILL, either after a random time or at its n-th change of a file. It is
right if the snapshot that then serves is the old one or the new one, whole (its content hash is computed anew from its
files), if the lists of daily work are whole and no newer than it, and if the next replay publishes what an
uninterrupted one does, makes the same lists of it and leaves nothing else behind.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import random
import shutil
import sqlite3
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import NoReturn

import pyarrow.parquet as pq
import sample
from kill_sync import Rounds, killed_after, killed_at_operation

from detente.engine.hashing import content_hash, table_hash
from detente.engine.lake import Lake

EARLIER, LATER = "2025-08-15 09:00", "2025-09-30 09:00"
REPLAY = ("replay", "--as-of", LATER)


@dataclass(frozen=True)
class Outcome:
    """What one kill led to. `serves`, `lists`: old, new, or what is wrong; `next_run`: right, or what is wrong."""

    point: str
    killed: bool  # False: the run had ended before
    serves: str
    lists: str
    next_run: str

    @property
    def good(self) -> bool:
        """Whether everything is as promised: the lists follow the snapshot."""
        whole = (self.serves, self.lists) in (("old", "old"), ("new", "old"), ("new", "new"))
        return whole and self.next_run == "right"


@dataclass(frozen=True)
class Published:
    """Digests of what serves: the snapshot, and the lists of daily work made from it."""

    snapshot: str
    lists: str


def prepare(root: Path, people: int) -> None:
    """Make the workspace of the sample company with a snapshot as of `EARLIER`."""
    sample.make(root, people)
    sample.replay(root, EARLIER)


def serving(root: Path) -> str:
    """Return the content hash of the snapshot that serves, computed from its files."""
    snapshot = Lake(root / "snapshots").current()
    found = content_hash({name: table_hash(pq.read_table(snapshot.parquet(name))) for name in snapshot.info.counts})
    return found if found == snapshot.info.content_hash else f"damaged: {snapshot.info.id}"


def listed(root: Path) -> str:
    """Return a digest of the projection in the workspace's SQLite file, and of which snapshot it is."""
    whole = hashlib.sha256()
    with closing(sqlite3.connect(root / "detente.db")) as con:
        for table, columns, order in (
            ("store_projection", "snapshot, as_of", "id"), ("store_leadstate", "*", "person"),
            ("store_openclock", "person, duty, n, version, status, due_at, owner", "person, duty, n"),
        ):  # fmt: skip
            for row in con.execute(f"SELECT {columns} FROM {table} ORDER BY {order}"):
                whole.update(repr(row).encode())
    return whole.hexdigest()


def published(root: Path) -> Published:
    """Return digests of what serves in a workspace."""
    return Published(serving(root), listed(root))


def examine(root: Path, killed: tuple[str, bool], old: Published, new: Published) -> Outcome:
    """Look at a workspace whose replay was `killed` (where, whether), run it again, and look once more."""
    found = published(root)
    serves = {old.snapshot: "old", new.snapshot: "new"}.get(found.snapshot, found.snapshot)
    lists = {old.lists: "old", new.lists: "new"}.get(found.lists, f"damaged: {found.lists[:12]}")
    done = sample.detente(root, "replay", "--as-of", LATER)
    left = sorted(path.name for path in (root / "snapshots").iterdir() if path.name.startswith("."))
    left += sorted(path.name for path in (root / "closed").glob("*.partial"))
    if done.returncode != 0:
        next_run = done.stderr.strip()
    else:
        next_run = "right" if published(root) == new and not left else f"{published(root)}, left {left}"
    return Outcome(*killed, serves, lists, next_run)


def kills(base: Path, times: int, operations: int, seed: int) -> Iterator[Outcome]:
    """Yield the outcome of each point, each in a fresh copy of the workspace `base`."""
    chance = random.Random(seed)
    old = published(base)
    work = base.parent / "killed"
    with fresh(base, work):
        started = time.perf_counter()
        sample.replay(work, LATER)
        whole = time.perf_counter() - started
        new = published(work)
    for _ in range(times):
        after = chance.uniform(0, whole)
        with fresh(base, work):
            yield examine(work, (f"{after:.3f} s", killed_after(work, after, REPLAY)), old, new)
    if operations:
        with fresh(base, work):
            _, count = killed_at_operation(work, 0, REPLAY)
        for number in spread(count, operations):
            with fresh(base, work):
                killed, _ = killed_at_operation(work, number, REPLAY)
                yield examine(work, (f"change {number} of {count}", killed), old, new)


def spread(count: int, points: int) -> Sequence[int]:
    """Return up to `points` numbers from 1 to `count`, evenly apart, the last among them."""
    return sorted({count - round(n * count / points) for n in range(points)} - {0})


class fresh:  # noqa: N801  reads as a verb
    """A copy of a workspace for the time of a context."""

    def __init__(self, base: Path, work: Path) -> None:
        self._base, self._work = base, work

    def __enter__(self) -> None:
        shutil.copytree(self._base, self._work)

    def __exit__(self, *_: object) -> None:
        shutil.rmtree(self._work)


def over_sync(points: int, seed: int, *, as_json: bool) -> NoReturn:
    """Kill syncs and replays in turns, print what became of them, and end."""
    with tempfile.TemporaryDirectory() as folder:
        every = Rounds(Path(folder), seed)
        rounds = every.run(points)
    wrong = [each for found in (every.clean, *rounds) for each in found.wrong]
    kills = Counter(kill.split()[0] for found in rounds for kill in found.kills)
    if as_json:
        print(json.dumps({"seed": seed, "rounds": [asdict(found) for found in rounds]}, indent=1))
    else:
        what = f"{kills['sync']} of a sync, {kills['replay']} of a replay"
        print(f"seed {seed}: {kills.total()} kills in {len(rounds)} rounds, {what}")
        print(f"as without kills: {sum(not found.wrong for found in rounds)} of {len(rounds)} rounds")
        for each in wrong:
            print(each)
    sys.exit(1 if wrong else 0)


def main() -> None:
    """Read the arguments, kill, and print the outcome."""
    parser = argparse.ArgumentParser(description="Kill replays and look at what they leave.")
    parser.add_argument("--points", type=int, default=50, help="kills after a random time")
    parser.add_argument("--operations", type=int, default=0, help="kills at a change of a file, spread over all")
    parser.add_argument("--people", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--over", choices=("replay", "sync"), default="replay", help="what is killed")
    parser.add_argument("--json", action="store_true")
    chosen = parser.parse_args()
    if chosen.over == "sync":
        over_sync(chosen.points, chosen.seed, as_json=chosen.json)
    with tempfile.TemporaryDirectory() as folder:
        base = Path(folder) / "workspace"
        prepare(base, chosen.people)
        outcomes = list(kills(base, chosen.points, chosen.operations, chosen.seed))
    bad = [outcome for outcome in outcomes if not outcome.good]
    if chosen.json:
        print(json.dumps({"seed": chosen.seed, "outcomes": [asdict(outcome) for outcome in outcomes]}, indent=1))
    else:
        served = Counter(outcome.serves for outcome in outcomes)
        print(f"seed {chosen.seed}, {chosen.people} people")
        print(f"{len(outcomes)} points, {sum(outcome.killed for outcome in outcomes)} killed midway")
        print(f"served after the kill: {served['old']} the old snapshot, {served['new']} the new one, {len(bad)} wrong")
        listed_then = Counter(outcome.lists for outcome in outcomes)
        print(f"lists after the kill: {listed_then['old']} of the old snapshot, {listed_then['new']} of the new one")
        print(f"next run right: {sum(outcome.next_run == 'right' for outcome in outcomes)}")
        for outcome in bad:
            print(outcome)
    sys.exit(1 if bad else 0)


if __name__ == "__main__":
    main()
