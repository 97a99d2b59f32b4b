"""The replay over a timeline store: CPU seconds, memory, and the ratio to the least any replay can take.

    ./detente bench replay --facts N [--runs 3] [--json]                  everybody, results written
    ./detente bench replay --facts N --incremental [--new 10000]          new facts on N: whom they touch
    ./detente bench replay --facts N --lead                               one lead: in the kernel, and with reading
    ./detente bench replay --late                                         a lead of 200,000 facts of which 100 came late
    ./detente bench replay --compile                                      the compiler's cold start, and from its cache

The floor is DuckDB's scan and group by lead of the same files; the window SQL is the score alone, by DuckDB's window
functions over the same files. Runs are interleaved, medians are given; each act is a process of its own.
docs/benchmarks.md says what each key of the JSON means.
"""

from __future__ import annotations

import argparse
import json
import platform
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

import replay_acts
import synthetic

from detente.core.agreement.agreement import Timeline
from detente.core.replay.evaluation import View, holds
from detente.core.replay.lead import Lead
from detente.engine.incremental import ReplayStore
from detente.engine.store_facts import buckets_of
from detente.engine.store_words import Words

LIBRARIES = ("detente", "duckdb", "numba", "numpy", "pyarrow")
DAY = synthetic.DAY

FLOOR = "SELECT count(*), max(n) FROM (SELECT lead, count(*) n, max(t) FROM read_parquet(?) GROUP BY lead)"
"""Scans the files and groups them by lead: what no replay can be faster than."""


def versions() -> dict[str, str]:
    """Return what the figures rest on."""
    return {"python": platform.python_version(), **{name: version(name) for name in LIBRARIES}}


class Bench:
    """A place for stores, and the acts over them."""

    def __init__(self, folder: Path, runs: int) -> None:
        self.folder = folder
        self.runs = runs
        self.cache = Path(tempfile.gettempdir()) / "detente-bench-kernel"

    def act(self, name: str, store: Path, *arguments: int | str, cache: Path | None = None) -> dict[str, Any]:
        """Run one act in a process of its own."""
        file = Path(replay_acts.__file__)
        command = [sys.executable, file, name, store, cache or self.cache, *arguments]
        done = subprocess.run(list(map(str, command)), check=True, stdout=subprocess.PIPE, text=True)
        answer: dict[str, Any] = json.loads(done.stdout)
        return answer

    def ready(self) -> None:
        """Have the kernel compiled before anything is measured."""
        self.act("load", self.folder)

    # --- everybody ------------------------------------------------------------------------------------------------

    def everybody(self, facts: int) -> dict[str, Any]:
        """Replay, floor and window SQL, in turn."""
        self.ready()
        store = synthetic.make(self.folder / "store", facts)
        replays, floors, windows = [], [], []
        for _ in range(self.runs):
            floors.append(self.act("query", self.folder / "store", FLOOR)["cpu_s"])
            replays.append(self.act("replay", self.folder / "store"))
            windows.append(self.act("query", self.folder / "store", window_sql(store.words))["cpu_s"])
        used, least = statistics.median(run["cpu_s"] for run in replays), statistics.median(floors)
        return {
            "replay_cpu_s": used,
            "floor_cpu_s": least,
            "ratio": used / least,
            "window_sql_cpu_s": statistics.median(windows),
            "peak_mb": max(run["peak_mb"] for run in replays),
            "facts": store.manifest.facts,
            "leads": store.manifest.leads,
            "versions": versions(),
        }

    # --- whom new facts touch -------------------------------------------------------------------------------------

    def incremental(self, facts: int, new: int) -> dict[str, Any]:
        """Let facts arrive: `new` at a time, and a tenth as many, in turn."""
        self.ready()
        store = synthetic.make(self.folder / "store", facts)
        self.act("replay", self.folder / "store")
        whole, tenth = [], []
        for run in range(self.runs):
            whole.append(self.act("arrive", self.folder / "store", new, 2 * run + 1))
            tenth.append(self.act("arrive", self.folder / "store", max(1, new // 10), 2 * run + 2))
        return {
            "incremental_cpu_s": statistics.median(run["cpu_s"] for run in whole),
            "new_facts": new,
            "replayed": statistics.median(run["touched"] for run in whole),
            "due": statistics.median(run["due"] for run in whole),
            "tenth": {
                "incremental_cpu_s": statistics.median(run["cpu_s"] for run in tenth),
                "new_facts": max(1, new // 10),
                "replayed": statistics.median(run["touched"] for run in tenth),
            },
            "peak_mb": max(run["peak_mb"] for run in whole),
            "facts": store.manifest.facts,
            "leads": store.manifest.leads,
            "versions": versions(),
        }

    # --- one lead -------------------------------------------------------------------------------------------------

    def lead(self, facts: int) -> dict[str, Any]:
        """Read and replay some hundred leads, one at a time."""
        self.ready()
        store = synthetic.make(self.folder / "store", facts)
        synthetic.publish_timeline(self.folder / "timeline.parquet", facts)
        answers = [self.act("lead", self.folder / "store", 300) for _ in range(self.runs)]
        middle = {key: statistics.median(answer[key] for answer in answers) for key in answers[0]}
        return {**middle, "facts": store.manifest.facts, "leads": store.manifest.leads, "versions": versions()}

    def late(self, facts: int, late: int) -> dict[str, Any]:
        """Replay one long lead with late facts, by how late they came."""
        self.ready()
        agreement = synthetic.agreement()
        stores = {}
        for name, late_by in (("days", 7 * DAY), ("two_months", 60 * DAY), ("a_year", 365 * DAY)):
            words = Words(agreement)
            arrivals = synthetic.long_lead(words.book, facts, late, late_by, synthetic.SEED)
            stores[name] = self.folder / name
            ReplayStore.build(stores[name], words, buckets_of(arrivals, words.is_event(), 1), columns=1)
        runs: dict[str, list[float]] = {name: [] for name in stores}
        for _ in range(self.runs):
            for name, path in stores.items():
                runs[name].append(self.act("replay", path)["cpu_s"])
        by = {name: statistics.median(used) for name, used in runs.items()}
        return {"late_cpu_s": max(by.values()), "late_by": by, "facts": facts, "late": late, "versions": versions()}

    # --- the compiler ---------------------------------------------------------------------------------------------

    def compile(self) -> dict[str, Any]:
        """Compile into an empty cache, then start from it."""
        cold, cached = [], []
        for run in range(self.runs):
            cache = self.folder / f"cache-{run}"
            cold.append(self.act("load", self.folder, cache=cache))
            cached.append(self.act("load", self.folder, cache=cache))
        return {
            "cold_compile_cpu_s": statistics.median(run["cpu_s"] for run in cold),
            "cold_compile_s": statistics.median(run["wall_s"] for run in cold),
            "cached_start_cpu_s": statistics.median(run["cpu_s"] for run in cached),
            "cached_start_s": statistics.median(run["wall_s"] for run in cached),
            "versions": versions(),
        }


def window_sql(words: Words) -> str:
    """Return what finds each lead's score after each of its facts, and nothing else."""
    return f"SELECT max(score), count(*) FROM (SELECT {_score(words)} AS score FROM read_parquet(?))"


def _score(words: Words) -> str:
    rules = []
    for rule in words.agreement.versions[-1].score:
        taken = _taken(words, words.agreement, rule)
        over = "PARTITION BY lead ORDER BY t RANGE BETWEEN "
        over += "UNBOUNDED" if rule.expires is None else str(rule.expires - 1)
        points = f"{rule.points} * count(*) FILTER (shape IN ({taken})) OVER ({over} PRECEDING AND CURRENT ROW)"
        if rule.cap is not None:
            points = f"least({rule.cap}, {points})" if rule.points > 0 else f"greatest(-{rule.cap}, {points})"
        rules.append(points)
    return " + ".join(rules)


def _taken(words: Words, agreement: Timeline, rule: Any) -> str:  # noqa: ANN401  a score rule
    """Return the shapes a score rule takes."""
    taken = [
        str(number)
        for number, shape in enumerate(words.book.shapes)
        if shape.kind == rule.event.kind
        and (rule.event.where is None or holds(rule.event.where, View(agreement.versions[-1], Lead({}), shape.plain())))
    ]
    return ", ".join(taken or ["-1"])


def main() -> None:
    """Read the arguments, measure, and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--facts", type=int, default=1_000_000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--new", type=int, default=10_000, help="of --incremental: how many facts arrive")
    parser.add_argument("--json", action="store_true")
    what = parser.add_mutually_exclusive_group()
    for name in ("incremental", "lead", "late", "compile"):
        what.add_argument(f"--{name}", action="store_true")
    chosen = parser.parse_args()
    if chosen.facts < 10 or chosen.runs < 1 or chosen.new < 1:
        parser.error("at least ten facts (--facts), one run (--runs) and one new fact (--new) are needed")
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(Path(folder), chosen.runs)
        acts: list[tuple[bool, Callable[[], dict[str, Any]]]] = [
            (chosen.incremental, lambda: bench.incremental(chosen.facts, chosen.new)),
            (chosen.lead, lambda: bench.lead(chosen.facts)),
            (chosen.late, lambda: bench.late(200_000, 100)),
            (chosen.compile, bench.compile),
            (True, lambda: bench.everybody(chosen.facts)),
        ]
        found = next(act for wanted, act in acts if wanted)()
    print(json.dumps(found) if chosen.json else "\n".join(f"{key}: {value}" for key, value in found.items()))


if __name__ == "__main__":
    main()
