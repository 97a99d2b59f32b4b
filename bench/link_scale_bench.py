"""How long the linker of persons takes at size, and plain Splink over the same records beside it.

    python bench/link_scale_bench.py --records 1000000 --add 10000 --seed 7 [--json]

People as two systems hold them are drawn by `twins.py`; seed and noise stand in the output. The linker learns from the
records themselves, without a label; then both results are scored on transitive clusters against who was drawn.
With --add, so many of the records come later than the others: they are linked with what was kept of these, and once
more all at once in the same surroundings; both must give the same pairs.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import random
import resource
import sys
import time
from collections.abc import Callable, Mapping
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from link_plain import plain_people
from link_unit import Unit, Watch
from twins import NOISE, twins

from detente.core.identity.decisions import Record
from detente.engine import linker, linker_kept
from detente.engine.linker_context import SURROUNDINGS
from detente.engine.linker_store import link_again
from detente.engine.linking import ANSWERS, MAIL, Linking

STAGES = {
    "people_columns": "columns",
    "find_candidates": "candidates",
    "look_around": "surroundings",
    "put_in_context": "context",
    "learn": "learning",
    "agreements": "agreements",
    "weighed": "weights",
    "find_friends_of_friends": "chains",
    "judged": "verdicts",
    "questions": "questions",
}
"""The linker's functions, and what the time spent in each is called."""

_NO_LINKS = ANSWERS.empty_table().select(ANSWERS.names[:4])


def measure(records: int, seed: int) -> dict[str, Any]:
    """Return seconds and figures of the linker and of plain Splink over that many records."""
    people, persons = twins(records, seed)
    rows = map(Record, people["source"].to_pylist(), people["record"].to_pylist())
    unit = Unit.of(people, dict(zip(rows, map(str, persons), strict=True)))
    watch, stages, processor = Watch(), Watch(), Watch(clock=time.process_time)
    timed(stages)

    def link() -> Linking:
        return linker.link_people(people, _NO_LINKS, MAIL.empty_table(), None, None, seed)

    linking = watch.time("linker", lambda: processor.time("linker", link))
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    plain = watch.time("plain Splink", lambda: processor.time("plain Splink", lambda: plain_people(people, seed)))
    told = ANSWERS.empty_table()
    return {
        "records": records,
        "seconds": watch.seconds,
        "ratio": watch.seconds["linker"] / watch.seconds["plain Splink"],
        "processor_seconds": processor.seconds,
        "stages": dict(stages.seconds),
        "gigabytes": memory / 2**20,
        "person": unit.figures(unit.clusters(linking, told)),
        "merged_without_asking": unit.figures(unit.clusters(linking, told, asking=False)),
        "baseline": unit.figures(unit.joined(plain)),
    }


def increment(records: int, add: int, seed: int) -> dict[str, Any]:
    """Return what it takes to add so many records, drawn from all, to the rest."""
    people, _ = twins(records, seed)
    later = set(random.Random(seed).sample(range(records), add))
    before = people.filter(pa.array([row not in later for row in range(records)]))
    watch, processor = Watch(), Watch(clock=time.process_time)
    with TemporaryDirectory() as name:
        folder = Path(name)

        def link(what: str, some: pa.Table, known: Mapping[str, Any] | None) -> Linking:
            def work() -> Linking:
                return link_again(folder, some, _NO_LINKS, MAIL.empty_table(), known, None, seed)

            return watch.time(what, lambda: processor.time(what, work))

        known = link("all before", before, None).parameters
        added = link("added", people, known)
        kept = linker_kept.read(folder)
        around = {name: pq.read_table(folder / kept.files[name][0]) for name in SURROUNDINGS} if kept else {}
    linker.look_around = lambda con: [con.register(*each) for each in around.items()]  # type: ignore[assignment]
    whole = linker.link_people(people, _NO_LINKS, MAIL.empty_table(), known, None, seed)
    return {
        "added": add,
        "seconds": watch.seconds,
        "processor_seconds": processor.seconds,
        "share": watch.seconds["added"] / watch.seconds["all before"],
        "share_of_processor": processor.seconds["added"] / processor.seconds["all before"],
        "same_pairs_as_at_once": added.pairs.equals(whole.pairs),
    }


def timed(stages: Watch) -> None:
    """Let the watch see what each stage of the linker takes."""
    for name, called in STAGES.items():
        setattr(linker, name, _timed(stages, called, getattr(linker, name)))


def _timed(stages: Watch, called: str, work: Callable[..., pa.Table]) -> Callable[..., pa.Table]:
    return lambda *given: stages.time(called, lambda: work(*given))


def main() -> None:
    """Read the arguments, link, and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--records", type=int, default=100_000)
    parser.add_argument("--add", type=int, default=0, help="how many of them come later than the others")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--json", action="store_true", help="one JSON object instead of lines")
    chosen = parser.parse_args()
    if chosen.records < 2:
        sys.exit("--records must be 2 or more: one record has nothing to be linked with")
    if not 0 <= chosen.add < chosen.records - 1:
        sys.exit("--add must leave at least two records that were there before")
    found = measure(chosen.records, chosen.seed)
    if chosen.add:
        found["increment"] = increment(chosen.records, chosen.add, chosen.seed)
    if chosen.json:
        print(json.dumps(found | _surroundings(chosen), indent=1))
    else:
        _show(found)


def _surroundings(chosen: argparse.Namespace) -> dict[str, Any]:
    add = f" --add {chosen.add}" if chosen.add else ""
    libraries = ("detente", "duckdb", "numpy", "pyarrow", "splink")
    return {
        "command": f"detente bench link_scale --records {chosen.records}{add} --seed {chosen.seed} --json",
        "people": {"drawn by": "bench/twins.py", "seed": chosen.seed, "noise": NOISE},
        "cores": os.cpu_count(),
        "load": os.getloadavg()[0],
        "versions": {"python": platform.python_version(), **{name: version(name) for name in libraries}},
    }


def _show(found: dict[str, Any]) -> None:
    for name, seconds in found["seconds"].items():
        print(f"{name:24} {seconds:8.1f} s, {found['processor_seconds'][name]:.1f} s of processors")
    print(f"{'ratio':24} {found['ratio']:8.2f}")
    for name, seconds in found["stages"].items():
        print(f"  {name:22} {seconds:8.1f} s")
    for name in ("person", "merged_without_asking", "baseline"):
        figures = found[name]
        print(f"{name:24} precision {figures['precision']:.4f}  recall {figures['recall']:.4f}  F1 {figures['f1']:.4f}")
    if more := found.get("increment"):
        print(f"{'share of adding':24} {more['share']:8.3f}  of processors {more['share_of_processor']:.3f}")
        print(f"{'same pairs as at once':24} {more['same_pairs_as_at_once']}")


if __name__ == "__main__":
    main()
