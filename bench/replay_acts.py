"""One act of the replay benchmark in a process of its own, so that its memory and its CPU seconds are its own.

    python bench/replay_acts.py ACT STORE CACHE [ARGUMENT …]

Prints one JSON document. CPU seconds are those of all threads of this process during the act; the start of Python and
of the compiled kernel is not among them, except where that is what is measured.
"""

from __future__ import annotations

import json
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

THREADS = 2


def peak_mb() -> float:
    """Return the most memory this process has had; on Linux not counting what it was forked from."""
    status = Path("/proc/self/status")
    if status.exists():
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2


def cpu(act: Callable[[], Any]) -> float:
    """Return the CPU seconds of an act, all threads."""
    before = time.process_time()
    act()
    return time.process_time() - before


def load(cache: Path) -> dict[str, float]:
    """Bring the kernel into this process; return what that took."""
    from detente.engine import kernel_cache

    kernel_cache.use(cache)
    before, began = time.process_time(), time.perf_counter()
    import detente.core.replay.kernel.replay  # noqa: F401  compiles, or loads what is compiled

    return {"cpu_s": time.process_time() - before, "wall_s": time.perf_counter() - began}


def replay(store: Path) -> dict[str, Any]:
    """Replay everybody, results written."""
    from synthetic import AS_OF, agreement

    from detente.engine.incremental import ReplayStore

    opened = ReplayStore.open(store, agreement())
    assert opened is not None
    used = cpu(lambda: opened.replay_all(AS_OF, THREADS))
    return {"cpu_s": used, "peak_mb": peak_mb()}


def query(store: Path, sql: str) -> dict[str, Any]:
    """Run SQL over the files of the facts, by as many threads as the replay has."""
    import duckdb

    files = [str(path) for path in sorted(store.glob("base-*/facts-*.parquet"))]

    def act() -> None:
        with (
            tempfile.TemporaryDirectory() as spill,
            duckdb.connect(config={"threads": THREADS, "temp_directory": spill}) as connection,
        ):
            connection.execute(sql, [files]).fetchall()

    return {"cpu_s": cpu(act)}


def arrive(store: Path, new_facts: str, turn: str) -> dict[str, Any]:
    """Open the store and take in new facts, for the n-th time: replay whom they touch and who is due."""
    from synthetic import AS_OF, MINUTE, agreement, arrivals

    from detente.engine.incremental import ReplayStore
    from detente.engine.store_words import Words

    count, number = int(new_facts), int(turn)
    agreed, as_of = agreement(), AS_OF + number * 10 * MINUTE
    found: dict[str, Any] = {}
    there = ReplayStore.open(store, agreed)
    assert there is not None
    new = arrivals(there.words.book, count, there.manifest.leads, as_of, number)
    Words(agreed)  # the program is compiled once for all that a process does

    def act() -> None:
        opened = ReplayStore.open(store, agreed)
        assert opened is not None
        arrived = opened.arrive(new, as_of, THREADS)
        found.update(touched=arrived.replayed, due=arrived.due, leads=arrived.leads)

    used = cpu(act)
    return {"cpu_s": used, "peak_mb": peak_mb(), "new_facts": count, **found}


def lead(store: Path, sample: str) -> dict[str, Any]:
    """Find, read and replay single leads: wall time, medians, in a process that has the files open."""
    from synthetic import AS_OF, agreement, person

    from detente.core.replay.kernel.memory import Sizes, make_room
    from detente.core.replay.kernel.replay import LeadFacts, replay_many, run
    from detente.core.replay.layout import S_AS_OF, S_FACTS
    from detente.engine.clustered import ClusteredFile
    from detente.engine.histories import COLUMNS
    from detente.engine.histories import facts as facts_of
    from detente.engine.incremental import ReplayStore, lead_facts

    opened = ReplayStore.open(store, agreement())
    assert opened is not None
    timeline, code = opened.timeline(), opened.words.code(opened.manifest.earliest, AS_OF)

    def read(who: int) -> LeadFacts:
        leads = timeline.numbers([person(who)])[2]
        return lead_facts(leads, timeline.read(leads))

    published = ClusteredFile(store.parent / "timeline.parquet", "person")
    with_reading, in_kernel, of_snapshot, facts = [], [], [], []
    for who in range(0, opened.manifest.leads, max(1, opened.manifest.leads // int(sample))):
        began = time.perf_counter()
        histories = read(who)
        list(replay_many(code, histories, AS_OF))
        with_reading.append(time.perf_counter() - began)
        facts.append(len(histories.t))
        room = make_room(code, Sizes(len(histories.t)))
        room.state[0][S_AS_OF], room.state[0][S_FACTS] = AS_OF, len(histories.t)
        run(code, room, histories, 0)
        room.clear()
        began = time.perf_counter()
        run(code, room, histories, 0)
        in_kernel.append(time.perf_counter() - began)
        began = time.perf_counter()
        assert facts_of(published.rows(person(who), COLUMNS))
        of_snapshot.append(time.perf_counter() - began)
    return {
        "kernel_us": 1e6 * statistics.median(in_kernel), "kernel_us_p95": 1e6 * sorted(in_kernel)[-len(facts) // 20],
        "with_reading_ms": 1e3 * statistics.median(with_reading),
        "with_reading_ms_p95": 1e3 * sorted(with_reading)[-len(facts) // 20],
        "snapshot_facts_ms": 1e3 * statistics.median(of_snapshot),
        "snapshot_facts_ms_p95": 1e3 * sorted(of_snapshot)[-len(facts) // 20],
        "facts_of_a_lead": statistics.median(facts),
    }  # fmt: skip


def main() -> None:
    """Do one act."""
    act, store, cache, *arguments = sys.argv[1:]
    started = load(Path(cache))
    acts: dict[str, Callable[..., dict[str, Any]]] = {"replay": replay, "query": query, "arrive": arrive, "lead": lead}
    answer = started if act == "load" else acts[act](Path(store), *arguments)
    print(json.dumps(answer))


if __name__ == "__main__":
    main()
