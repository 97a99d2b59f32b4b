"""Files to facts in rows per second, and DuckDB's own reader of the same file beside it, in one run.

    python bench/import_bench.py --rows 1000000 --runs 5 --json

Both read one plain CSV of activities, in turn; the figures are medians. Ours reads, maps, checks and de-duplicates
every record and writes rows, facts and receipt; DuckDB's `read_csv` (types as it finds them) fills a table in memory.
CPU time is beside the wall time, since other work on the machine disturbs it less.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import random
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import duckdb

from detente.app.operations.import_files import ImportRequest, import_files
from detente.core.agreement.standard import STANDARD_KINDS
from detente.engine.landing import LandingZone
from detente.sources.files.exports import FileExports

MAPPING = """\
mapping: 1
source: crm
timezone: Europe/Berlin
files:
  activities:
    file: activities.csv
    subject: person
    record: contact_id
    facts:
      - kind: {column: type, map: {Form: form_submit, Visit: page_view, Click: email_click}}
        source_id: activity_id
        occurred_at: date
        payload: {channel: channel, campaign: campaign, page: page, url: url, amount: value}
"""
NOW = 1_793_491_200_000_000


class NoLock:
    """Nobody else writes into the folder of a benchmark."""

    @contextlib.contextmanager
    def hold(self, command: str) -> Iterator[None]:  # noqa: ARG002
        """Hold nothing."""
        yield


def write_export(path: Path, rows: int) -> None:
    """Write a plain CSV of activities."""
    draw = random.Random(7)
    kinds, channels = ("Form", "Visit", "Click"), ("paid_search", "organic", "social", "email")
    with path.open("w", encoding="utf-8") as file:
        file.write("activity_id,contact_id,type,date,channel,campaign,page,url,value,owner\n")
        for n in range(rows):
            when = f"2026-0{n % 9 + 1}-1{n % 9} 1{n % 10}:2{n % 10}:33"
            page = f"page-{draw.randrange(40)}"
            file.write(
                f"a{n:08d},c{draw.randrange(rows // 5 + 1):07d},{kinds[n % 3]},{when},{draw.choice(channels)},"
                f"campaign-{n % 50},{page},https://northwind.example/{page}?n={n % 1000},{n % 997}.5,owner{n % 20}\n"
            )


def ours(path: Path) -> None:
    """Import the file into a new workspace."""
    with tempfile.TemporaryDirectory() as root:
        report = import_files(
            ImportRequest((str(path),), MAPPING, "mapping.yaml", STANDARD_KINDS),
            reader=FileExports(),
            landing=LandingZone(Path(root), "bench"),
            lock=NoLock(),
            clock=lambda: NOW,
            progress=lambda done: None,  # noqa: ARG005
        )
    (imported,) = report.files
    assert imported.accepted == imported.facts == imported.receipt.records


def duckdb_reader(path: Path) -> None:
    """Read the file into a table, as DuckDB reads it by itself."""
    with duckdb.connect() as con:
        con.execute("CREATE TABLE activities AS SELECT * FROM read_csv(?)", [str(path)])


def timed(work: Callable[[Path], None], path: Path) -> tuple[float, float]:
    """Return the wall and CPU seconds of some work."""
    wall, cpu = time.perf_counter(), time.process_time()
    work(path)
    return time.perf_counter() - wall, time.process_time() - cpu


def measure(rows: int, runs: int) -> dict[str, object]:
    """Return the medians of interleaved runs."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "activities.csv"
        write_export(path, rows)
        timed(ours, path)  # libraries load and caches fill
        pairs = [(timed(ours, path), timed(duckdb_reader, path)) for _ in range(runs)]
        size = path.stat().st_size

    def figures(index: int) -> dict[str, int]:
        wall = statistics.median(pair[index][0] for pair in pairs)
        cpu = statistics.median(pair[index][1] for pair in pairs)
        return {"rows_per_second": round(rows / wall), "rows_per_cpu_second": round(rows / cpu)}

    return {
        "rows": rows,
        "bytes": size,
        "runs": runs,
        "cores": os.cpu_count(),
        "load_average": round(os.getloadavg()[0], 2),
        "import": figures(0),
        "duckdb_read_csv": figures(1),
    }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--json", action="store_true", help="one JSON object instead of lines")
    arguments = parser.parse_args()
    result = measure(arguments.rows, arguments.runs)
    if arguments.json:
        print(json.dumps(result))
        return
    file = f"{result['rows']:,} rows, {result['bytes']:,} bytes"
    print(f"{file}, median of {result['runs']} runs on {result['cores']} cores")
    for name in ("import", "duckdb_read_csv"):
        figure = result[name]
        print(f"{name:16} {figure['rows_per_second']:>10,} rows/s {figure['rows_per_cpu_second']:>10,} rows/CPU s")


if __name__ == "__main__":
    main()
