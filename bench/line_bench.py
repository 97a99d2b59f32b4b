"""Facts to a published snapshot: each step of the line, and the interpreter alone in CPU time.

    python bench/line_bench.py --people 5000 --runs 3 [--json]

The steps are those of `detente replay` over the sample company, wall time, medians of the runs (the replay uses all
processors). The interpreter is then run over the same timeline in this one process: CPU seconds, which other work on
the machine disturbs less.
"""

from __future__ import annotations

import argparse
import json
import statistics
import tempfile
import time
from pathlib import Path

import pyarrow.parquet as pq
import sample

from detente.core.agreement.reader import read_timeline
from detente.engine.lake import Lake
from detente.engine.replaying import replay_persons

AS_OF = "2025-09-30 09:00"


def measure(root: Path, runs: int) -> dict[str, object]:
    """Replay a workspace several times, then its timeline once in this process."""
    reports = [sample.replay(root, AS_OF) for _ in range(runs)]
    steps = [step["name"] for step in reports[0]["steps"]]
    seconds = {name: statistics.median(_seconds(report)[name] for report in reports) for name in steps}
    snapshot = Lake(root / "snapshots").current()
    agreement, _ = read_timeline(snapshot.agreement_texts())
    assert agreement is not None
    timeline = pq.read_table(snapshot.parquet("timeline"))
    started = time.process_time()
    persons = replay_persons(agreement, timeline, snapshot.info.as_of)["state"].num_rows
    used = time.process_time() - started
    return {
        "persons": persons,
        "facts": timeline.num_rows,
        "runs": runs,
        "steps": seconds,
        "line_seconds": sum(seconds.values()),
        "interpreter_cpu_seconds": used,
        "facts_per_cpu_second": timeline.num_rows / used,
    }


def _seconds(report: dict[str, object]) -> dict[str, float]:
    steps = report["steps"]
    assert isinstance(steps, list)
    return {step["name"]: step["seconds"] for step in steps}


def main() -> None:
    """Read the arguments, measure, and print."""
    parser = argparse.ArgumentParser(description="Measure the line over the sample company.")
    parser.add_argument("--people", type=int, default=5000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--json", action="store_true")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "workspace"
        sample.make(root, chosen.people)
        found = measure(root, chosen.runs)
    if chosen.json:
        print(json.dumps(found, indent=1))
        return
    print(f"{found['persons']:,} persons, {found['facts']:,} facts; median of {chosen.runs} runs")
    for name, seconds in found["steps"].items():
        print(f"  {name:<10} {seconds:8.2f} s")
    print(f"  the line   {found['line_seconds']:8.2f} s")
    rate = f"{found['facts_per_cpu_second']:,.0f} facts a CPU second"
    print(f"interpreter  {found['interpreter_cpu_seconds']:8.2f} CPU s, {rate}")


if __name__ == "__main__":
    main()
