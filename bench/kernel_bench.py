"""Measure the compiled replay: CPU seconds, memory, and the ratio to the floor over the same files.

    python bench/kernel_bench.py AGREEMENT.yaml --facts 10000000 --runs 3 --json

Makes leads from a seed, writes them as bucketed Parquet (by lead, then in replay order), and replays them under the
agreement with threads over the buckets, results written. The floor is DuckDB's scan and group by lead of the same
files. Runs are interleaved; medians are given.
"""

from __future__ import annotations

import argparse
import json
import platform
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from detente.core.agreement.reader import read_timeline
from detente.core.facts.fact import ENRICH
from detente.core.replay import layout as at
from detente.core.replay.program import Program, compile_program
from detente.core.replay.shapes import Column, ShapeBook, shape_table
from detente.engine import kernel_cache

DAY = 86_400_000_000
START = 1_727_740_800_000_000  # 2024-10-01
SPAN_DAYS = 760
AS_OF = START + (SPAN_DAYS + 30) * DAY
NAMES = ("entries", "clocks", "checks", "consents", "scores", "states")

MIX: tuple[tuple[float, str, dict[str, Any]], ...] = (
    (38, "page_view", {"page": "home"}), (6, "page_view", {"page": "pricing"}), (16, "email_send", {}),
    (10, "email_open", {}), (4, "email_click", {}), (0.4, "email_bounce", {}), (1.2, "webinar_attend", {}),
    (2, "form_submit", {"form": "asset"}), (0.25, "form_submit", {"form": "demo"}),
    (0.15, "form_submit", {"form": "callback"}), (0.5, "trial_start", {}), (5, "content_view", {}),
    (3, "touch", {"direction": "out", "automated": False, "channel": "call"}),
    (2, "touch", {"direction": "out", "automated": False, "channel": "email"}),
    (3, "touch", {"direction": "out", "automated": True, "channel": "email"}),
    (1, "touch", {"direction": "in", "automated": False, "channel": "call"}),
    (0.4, "lead_accept", {}), (0.3, "lead_recycle", {"reason": "not_now"}),
    (0.2, "lead_recycle", {"reason": "unreachable"}), (0.2, "lead_discard", {"reason": "not_icp"}),
    (0.2, "lead_qualify", {}), (0.1, "deal_open", {"amount": Column(0)}), (0.03, "deal_won", {"amount": Column(0)}),
    (0.2, "unsubscribe", {}), (0.6, "consent_given", {"purpose": "email"}), (0.3, "assign", {"to": "ann@n.example"}),
)  # fmt: skip


@dataclass(frozen=True)
class Made:
    """A timeline on disk: bucket files, and the shapes their numbers mean."""

    files: list[Path]
    facts: int
    leads: int


def enrichments(book: ShapeBook) -> list[int]:
    """Return the shapes of what is known of a lead at its first fact."""
    shapes = []
    for known in range(96):
        payload: dict[str, Any] = {
            "company.employees": (20, 80, 120, 400)[known % 4],
            "company.country": ("DE", "US", "FR", "NL")[known // 4 % 4],
            "company.industry": ("retail", "saas")[known // 16 % 2],
            "person.seniority": ("director", "cxo", "staff")[known // 32],
            "person.email_domain": "acme.example",
        }
        if known % 3:
            payload["person.email"] = Column(0, text=True)
        shapes.append(book.number(ENRICH, payload))
    return shapes


def make(folder: Path, book: ShapeBook, facts: int, buckets: int, seed: int) -> Made:
    """Write a timeline of about ten facts a lead."""
    rng = np.random.default_rng(seed)
    weights = np.array([weight for weight, _, _ in MIX])
    kinds = np.array([book.number(kind, payload) for _, kind, payload in MIX], np.int32)
    firsts = np.array(enrichments(book), np.int32)
    leads = facts // 10
    files = []
    total = 0
    for bucket in range(buckets):
        count = 1 + rng.geometric(1 / 9.0, leads // buckets).astype(np.int64)
        ends = np.cumsum(count)
        n = int(ends[-1])
        lead = np.repeat(np.arange(len(count), dtype=np.int32), count)
        gaps = rng.exponential(6 * DAY, n).astype(np.int64)
        first = ends - count
        gaps[first] = rng.integers(0, (SPAN_DAYS - 120) * DAY, len(count))
        t = np.cumsum(gaps)
        t += START - (t[first] - gaps[first])[lead]
        shape = rng.choice(kinds, n, p=weights / weights.sum())
        shape[first] = rng.choice(firsts, len(count))
        late = rng.random(n) < 0.02
        known = pa.array(t + rng.exponential(DAY, n).astype(np.int64), mask=~late)
        table = pa.table({"lead": lead, "t": t, "known": known, "shape": shape, "value": rng.random(n) * 9e4})
        files.append(folder / f"bucket-{bucket:03d}.parquet")
        pq.write_table(table, files[-1], row_group_size=65536)
        total += n
    return Made(files, total, leads // buckets * buckets)


def floor(made: Made) -> None:
    """Scan and group by lead: what no replay can be faster than."""
    with duckdb.connect(config={"threads": 2}) as connection:
        connection.execute(
            "SELECT count(*), max(n) FROM (SELECT filename, lead, count(*) n, max(t) FROM"
            " read_parquet(?, filename = true) GROUP BY ALL)",
            [[str(path) for path in made.files]],
        ).fetchall()


class Replayer:
    """Replays bucket files under one program and writes the results."""

    def __init__(self, program: Program, book: ShapeBook, out: Path | None) -> None:
        from detente.core.replay.kernel.memory import lay_out

        self.out = out
        self.code = lay_out(program, shape_table(book), START, AS_OF)
        self.rows = dict.fromkeys(NAMES, 0)

    def bucket(self, path: Path) -> None:
        """Replay one file."""
        from detente.core.replay.kernel.replay import LeadFacts, replay_many

        table = pq.read_table(path, use_threads=False)
        t = column(table, "t")
        lead = column(table, "lead")
        known = column(table, "known")
        valid = table["known"].is_valid().combine_chunks().to_numpy(zero_copy_only=False)
        ends = np.append(np.flatnonzero(np.diff(lead, prepend=-1)), len(lead)).astype(np.int64)
        facts = LeadFacts(
            ends=ends, t=t, known=np.where(valid, known, t), shape=column(table, "shape"),
            columns=column(table, "value").reshape(1, -1), given=np.full(len(ends) - 1, -1, np.int64),
        )  # fmt: skip
        for piece, tables in enumerate(replay_many(self.code, facts, AS_OF)):
            for section, name in enumerate(NAMES):
                rows = tables.sections[section]
                self.rows[name] += len(rows)
                if self.out is not None and len(rows):
                    columns = {f"c{n}": rows[:, n] for n in range(rows.shape[1])}
                    pq.write_table(pa.table(columns), self.out / f"{name}-{path.stem}-{piece}.parquet")

    def all(self, made: Made) -> None:
        """Replay every file, two threads over the buckets."""
        self.rows = dict.fromkeys(NAMES, 0)
        with ThreadPoolExecutor(2) as pool:
            list(pool.map(self.bucket, made.files))


def column(table: pa.Table, name: str) -> np.ndarray[Any, Any]:
    """Return a column as numpy; nulls are whatever the buffer holds."""
    array = table[name].combine_chunks()
    array = array.chunk(0) if isinstance(array, pa.ChunkedArray) else array
    width = array.type.to_pandas_dtype()
    return np.frombuffer(array.buffers()[1], width, count=len(array), offset=array.offset * np.dtype(width).itemsize)


def cpu(act: Callable[[], None]) -> float:
    """Return the CPU seconds an act takes, all threads."""
    before = time.process_time()
    act()
    return time.process_time() - before


def one_lead(replayer: Replayer, made: Made) -> dict[str, float]:
    """Return the microseconds a single lead takes in the kernel, in memory kept ready."""
    from detente.core.replay.kernel.memory import Sizes, make_room
    from detente.core.replay.kernel.replay import LeadFacts, run

    table = pq.read_table(made.files[0])
    t, lead = column(table, "t"), column(table, "lead")
    ends = np.append(np.flatnonzero(np.diff(lead, prepend=-1)), len(lead)).astype(np.int64)
    sizes = np.diff(ends)
    found = {}
    for facts in (8, int(sizes.max())):
        k = int(np.flatnonzero(sizes >= facts)[0])
        here = slice(int(ends[k]), int(ends[k + 1]))
        single = LeadFacts(
            ends=np.array([0, here.stop - here.start], np.int64), t=t[here], known=t[here],
            shape=column(table, "shape")[here], columns=column(table, "value")[here].reshape(1, -1),
            given=np.array([-1], np.int64),
        )  # fmt: skip
        room = make_room(replayer.code, Sizes(int(single.ends[1])))
        room.state[0][at.S_AS_OF], room.state[0][at.S_FACTS] = AS_OF, len(single.t)
        times = []
        for _ in range(300):
            room.clear()
            before = time.perf_counter()
            run(replayer.code, room, single, 0)
            times.append(time.perf_counter() - before)
        found[f"lead_of_{here.stop - here.start}_facts_us"] = statistics.median(times) * 1e6
    return found


def main() -> None:
    """Make the timeline, then measure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("agreement", type=Path)
    parser.add_argument("--facts", type=int, default=1_000_000)
    parser.add_argument("--buckets", type=int)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--cache", type=Path, default=Path(tempfile.gettempdir()) / "detente-kernel")
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    kernel_cache.use(arguments.cache)
    before, began = time.process_time(), time.perf_counter()
    import detente.core.replay.kernel.replay  # noqa: F401  compiles, or loads what is compiled

    start_cpu, start_wall = time.process_time() - before, time.perf_counter() - began
    timeline, problems = read_timeline([(arguments.agreement.name, arguments.agreement.read_text(encoding="utf-8"))])
    if timeline is None:
        sys.exit("\n".join(str(problem) for problem in problems))
    program = compile_program(timeline)
    book = ShapeBook(program)
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        (place / "out").mkdir()
        made = make(place, book, arguments.facts, arguments.buckets or max(4, min(64, arguments.facts // 150_000)), 7)
        replayer = Replayer(program, book, place / "out")
        dry = Replayer(program, book, None)
        replays, floors, kernels = [], [], []
        for _ in range(arguments.runs):
            floors.append(cpu(lambda: floor(made)))
            replays.append(cpu(lambda: replayer.all(made)))
            kernels.append(cpu(lambda: dry.all(made)))
        report = {
            "facts": made.facts,
            "leads": made.leads,
            "replay_cpu_s": statistics.median(replays),
            "replay_without_writing_cpu_s": statistics.median(kernels),
            "floor_cpu_s": statistics.median(floors),
            "ratio": statistics.median(replays) / statistics.median(floors),
            "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
            "kernel_start_cpu_s": start_cpu,
            "kernel_start_wall_s": start_wall,
            **one_lead(replayer, made),
            "rows": replayer.rows,
            "versions": {"python": platform.python_version(), "numpy": np.__version__, "duckdb": duckdb.__version__,
                         "pyarrow": pa.__version__, "numba": __import__("numba").__version__},
        }  # fmt: skip
    print(json.dumps(report) if arguments.json else "\n".join(f"{key}: {value}" for key, value in report.items()))


if __name__ == "__main__":
    main()
