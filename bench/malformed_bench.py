"""Bad records of every class, mixed one to one with good ones, through an import into a new workspace.

    detente bench malformed --rows 50000 --json

Half of the bad records are in a CSV, half in JSON Lines. Each must be set aside at its line and byte, with its class
and its own bytes, and no good record may be lost. Exit code 1 if anything else happens. The limits are those of the
product, so the files hold some records of megabytes.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import malformed
import pyarrow.parquet as pq

from detente.app.operations.import_files import ImportRequest, import_files
from detente.app.ports.landing import Receipt
from detente.core.agreement.standard import STANDARD_KINDS
from detente.engine.landing import LandingZone
from detente.sources.files.exports import FileExports
from detente.sources.files.limits import DEFAULT, Limits

NOW = 1_793_491_200_000_000  # 2026-11-01T00:00Z


class NoLock:
    """Nobody else writes into the folder of a benchmark."""

    @contextlib.contextmanager
    def hold(self, command: str) -> Iterator[None]:  # noqa: ARG002
        """Hold nothing."""
        yield


@dataclass(frozen=True)
class Judged:
    """What an import made of one file. The last five count what is not as it must be."""

    file: str
    bad: int
    good: int
    classes: dict[str, int]
    seconds: float
    not_set_aside: int
    wrong_class: int
    set_aside_for_nothing: int
    good_lost: int
    other_bytes: int

    @property
    def exact(self) -> bool:
        """Whether everything is as it must be."""
        wrong = (self.not_set_aside, self.wrong_class, self.set_aside_for_nothing, self.good_lost, self.other_bytes)
        return not any(wrong)


def judged(name: str, corpus: malformed.Corpus, limits: Limits = DEFAULT) -> Judged:
    """Import a file into a new workspace and compare what became of each record with what is known of it."""
    with tempfile.TemporaryDirectory() as folder:
        path, root = Path(folder) / name, Path(folder) / "workspace"
        path.write_bytes(corpus.content)
        started = time.perf_counter()
        receipt = _imported(path, root, limits)
        seconds = time.perf_counter() - started
        rows = pq.read_table(root / "quarantine" / f"{receipt.load_id}.parquet").to_pylist()
        facts = [
            each
            for part in (root / "facts" / receipt.load_id).glob("facts-*.parquet")
            for each in pq.read_table(part, columns=["source_id"])["source_id"].to_pylist()
        ]
    told = {(row["line"], row["offset"]): row for row in rows}
    if receipt.accepted + receipt.quarantined + receipt.duplicate != receipt.records:
        raise SystemExit(f"{name}: {receipt.records} records are not accounted for")
    here = {place: told[place]["class"] for place in corpus.bad if place in told}
    return Judged(
        file=name,
        bad=len(corpus.bad),
        good=len(corpus.good),
        classes=dict(sorted(Counter(corpus.bad.values()).items())),
        seconds=round(seconds, 2),
        not_set_aside=len(corpus.bad) - len(here),
        wrong_class=sum(corpus.bad[place] != why for place, why in here.items()),
        set_aside_for_nothing=len(set(told) - set(corpus.bad)),
        good_lost=len(corpus.good) - len(corpus.good & set(facts)) + len(facts) - len(set(facts)),
        other_bytes=sum(not corpus.content.startswith(row["raw"], at) for (_, at), row in told.items()),
    )


def _imported(path: Path, root: Path, limits: Limits) -> Receipt:
    report = import_files(
        ImportRequest((str(path),), malformed.MAPPING, "mapping.yaml", STANDARD_KINDS),
        reader=FileExports(limits),
        landing=LandingZone(root, "bench"),
        lock=NoLock(),
        clock=lambda: NOW,
        progress=lambda done: None,  # noqa: ARG005
    )
    (imported,) = report.files
    return imported.receipt


def main() -> None:
    """Read the arguments, import, and print the outcome."""
    parser = argparse.ArgumentParser(description="Import bad records of every class, mixed with good ones.")
    parser.add_argument("--rows", type=int, default=50_000, help="bad records, about; as many good ones beside them")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--json", action="store_true")
    chosen = parser.parse_args()
    half = chosen.rows // 2
    found = [
        judged("events.csv", malformed.csv_corpus(half, chosen.seed, DEFAULT)),
        judged("events.jsonl", malformed.json_corpus(half, chosen.seed, DEFAULT)),
    ]
    classes = set().union(*(each.classes for each in found))
    exact = all(each.exact for each in found)
    if chosen.json:
        told = {"seed": chosen.seed, "classes": len(classes), "exact": exact, "files": [asdict(each) for each in found]}
        print(json.dumps(told, indent=1))
    else:
        print(f"seed {chosen.seed}, {len(classes)} classes")
        for each in found:
            outcome = "exact" if each.exact else str(each)
            print(f"{each.file}: {each.bad:,} bad, {each.good:,} good, {each.seconds} s: {outcome}")
    sys.exit(0 if exact else 1)


if __name__ == "__main__":
    main()
