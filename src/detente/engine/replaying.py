"""The replay step: the agreement's verdict on every person, computed in worker processes.

Input: the timeline, clustered by person. Output: the rows of `core.replay.rows` as tables of the same columns, with
`person` and `account` before them. What comes out does not depend on the number of workers: persons are replayed one by
one, and the results are put together in the order of the timeline. The seam to a faster kernel is `replay_persons`.
"""

from __future__ import annotations

import os
import pickle
import signal
import threading
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import fields, replace
from multiprocessing import get_context, parent_process
from types import NoneType, UnionType
from typing import Any, get_args, get_origin, get_type_hints

import pyarrow as pa
import pyarrow.compute as pc

from detente.core.agreement.agreement import Timeline
from detente.core.errors import DetenteError
from detente.core.replay.interpreter import replay
from detente.core.replay.rows import CheckRow, ClockRow, ConsentRow, Entry, LeadResult, ScoreRow, State
from detente.engine.histories import COLUMNS, histories

ROWS: Mapping[str, type] = {
    "entries": Entry,
    "clocks": ClockRow,
    "checks": CheckRow,
    "consents": ConsentRow,
    "scores": ScoreRow,
    "state": State,
}
"""Table → the rows it holds."""

CHUNK = 4_000
"""Facts a worker takes at a time: a second's work or so."""

SMALL = 5_000
"""Facts up to which one process is faster than starting others."""


def replay_table(
    agreement: Timeline, timeline: pa.Table, as_of: int, workers: int, report: Callable[[int, int], None]
) -> dict[str, pa.Table]:
    """Return the tables of `ROWS` for everybody in the timeline; `report` is told (persons done, of all)."""
    known = timeline.select(COLUMNS).filter(pc.field("person").is_valid())
    total = pc.count_distinct(known.column("person")).as_py()
    lean = Timeline(tuple(replace(version, document=None, tests=()) for version in agreement.versions))
    parts: list[dict[str, pa.Table]] = []
    done = 0
    for part in _mapped(lean, list(_chunks(known)), as_of, workers if known.num_rows > SMALL else 1):
        parts.append(part)
        done += part["state"].num_rows
        report(done, total)
    empty = _tables([])
    return {name: pa.concat_tables([part[name] for part in parts] or [empty[name]]) for name in ROWS}


def replay_persons(agreement: Timeline, timeline: pa.Table, as_of: int) -> dict[str, pa.Table]:
    """Return the tables for the persons of one piece of the timeline. Program in, arrays in, rows out."""
    return _tables([(person, replay(agreement, facts, as_of)) for person, facts in histories(timeline)])


def with_account(table: pa.Table, accounts: pa.Table) -> pa.Table:
    """Return the table with `account`, the one a person is counted under, after `person`."""
    main = accounts.filter(pc.field("main")).combine_chunks()
    at = pc.index_in(table.column("person"), main.column("person").combine_chunks())
    return table.add_column(1, "account", main.column("account").take(at))


def _mapped(agreement: Timeline, chunks: list[pa.Table], as_of: int, workers: int) -> Iterator[dict[str, pa.Table]]:
    if workers == 1 or len(chunks) < 2:
        yield from (replay_persons(agreement, chunk, as_of) for chunk in chunks)
        return
    job = pickle.dumps((agreement, as_of))
    # Not forked: a copy of a process in which Arrow and DuckDB run threads may wait for ever for one that is not there.
    pool = ProcessPoolExecutor(workers, get_context("spawn"), _begin, (job,))
    try:
        for answer in pool.map(_work, map(_packed, chunks)):
            yield {name: _unpacked(table) for name, table in answer.items()}
    except BrokenProcessPool as error:
        raise DetenteError(
            "a worker process of the replay was ended from outside, most likely because memory ran out: free some, and "
            "run it again; the snapshot published before still serves"
        ) from error
    finally:
        pool.shutdown(cancel_futures=True)


def _chunks(timeline: pa.Table) -> Iterator[pa.Table]:
    """Cut the timeline between persons, in pieces of at least `CHUNK` rows."""
    lengths = pc.run_end_encode(timeline.column("person").combine_chunks()).run_ends.to_pylist()
    start = 0
    for end in lengths:
        if end - start >= CHUNK or end == timeline.num_rows:
            yield timeline.slice(start, end - start)
            start = end


# --- in a worker ---------------------------------------------------------------------------------------------

_job: tuple[Timeline, int]


def _begin(job: bytes) -> None:
    """Take the agreement; end with the parent, however that ends; leave an interrupt to the parent."""
    global _job  # noqa: PLW0603  a worker process has one job
    _job = pickle.loads(job)  # noqa: S301  written by the parent
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _work(chunk: bytes) -> dict[str, bytes]:
    agreement, as_of = _job
    return {name: _packed(table) for name, table in replay_persons(agreement, _unpacked(chunk), as_of).items()}


def _packed(table: pa.Table) -> bytes:
    """Return a table as Arrow's stream; pickling a slice could carry all that it was cut from."""
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as stream:
        stream.write_table(table)
    return sink.getvalue().to_pybytes()  # type: ignore[no-any-return]


def _unpacked(data: bytes) -> pa.Table:
    return pa.ipc.open_stream(data).read_all()


# --- rows to columns -----------------------------------------------------------------------------------------


def _tables(results: list[tuple[str, LeadResult]]) -> dict[str, pa.Table]:
    return {name: _table(row_type, _rows_of(name, results)) for name, row_type in ROWS.items()}


def _rows_of(name: str, results: list[tuple[str, LeadResult]]) -> list[tuple[str, Any]]:
    if name == "state":
        return [(person, result.state) for person, result in results]
    return [(person, row) for person, result in results for row in getattr(result, name)]


def _table(row_type: type, rows: list[tuple[str, Any]]) -> pa.Table:
    schema = schema_of(row_type)
    columns = [pa.array([person for person, _ in rows], pa.string())]
    columns += [pa.array([getattr(row, field.name) for _, row in rows], field.type) for field in list(schema)[1:]]
    return pa.Table.from_arrays(columns, schema=schema)


def schema_of(row_type: type) -> pa.Schema:
    """Return `person` and the columns of a row type, from its annotations."""
    hints = get_type_hints(row_type)
    return pa.schema(
        [("person", pa.string()), *((field.name, _arrow(hints[field.name])) for field in fields(row_type))]
    )


def _arrow(hint: Any) -> pa.DataType:  # noqa: ANN401  an annotation
    if get_origin(hint) is tuple:
        return pa.list_(_arrow(get_args(hint)[0]))
    if get_origin(hint) is UnionType or isinstance(hint, UnionType):
        kinds = {kind for kind in get_args(hint) if kind is not NoneType}
        return pa.float64() if float in kinds else _arrow(kinds.pop())
    for kind, arrow in ((bool, pa.bool_()), (int, pa.int64()), (float, pa.float64()), (str, pa.string())):
        if issubclass(hint, kind):
            return arrow
    raise TypeError(f"no column holds {hint}")
