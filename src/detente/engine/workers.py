"""Worker processes that judge pieces of a table under one agreement as of one instant.

A piece holds whole groups (all facts of a person, all candidates of an account), so that pieces can be judged one by
one, and what comes out does not depend on how many processes there are. Input: a function of (agreement, piece, as_of)
that gives tables; it and its module must be importable without a database.
"""

from __future__ import annotations

import os
import pickle
import signal
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import replace
from multiprocessing import get_context, parent_process
from types import TracebackType

import pyarrow as pa
import pyarrow.compute as pc

from detente.core.agreement.agreement import Timeline
from detente.core.errors import DetenteError

Judge = Callable[[Timeline, pa.Table, int], Mapping[str, pa.Table]]

PIECE = 4_000
"""Rows a worker takes at a time: some tenths of a second's work, so that the last ones end about together."""

SMALL = 5_000
"""Rows up to which this process alone is faster than starting others."""


class Workers:
    """Up to `count` processes. They are started when first needed, and end with the context or with this process."""

    def __init__(self, agreement: Timeline, as_of: int, count: int) -> None:
        # What only people read is left out, since it would be sent to every process.
        self._agreement = Timeline(tuple(replace(each, document=None, tests=()) for each in agreement.versions))
        self._as_of = as_of
        self._count = count
        self._pool: ProcessPoolExecutor | None = None

    def __enter__(self) -> Workers:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)

    def judge(self, function: Judge, table: pa.Table, by: str) -> Iterator[Mapping[str, pa.Table]]:
        """Yield what the function gives for each piece of the table, in order; the table is clustered by `by`."""
        pieces = list(cut(table, by))
        if self._count == 1 or len(pieces) < 2 or table.num_rows <= SMALL:
            yield from (function(self._agreement, piece, self._as_of) for piece in pieces)
            return
        try:
            for answer in self._started().map(_work, [function] * len(pieces), map(_packed, pieces)):
                yield {name: _unpacked(part) for name, part in answer.items()}
        except BrokenProcessPool as error:
            raise DetenteError(
                "a worker process was ended from outside, most likely because memory ran out: free some and run it "
                "again; the snapshot published before still serves"
            ) from error

    def _started(self) -> ProcessPoolExecutor:
        if self._pool is None:
            job = pickle.dumps((self._agreement, self._as_of))
            # Not forked: a copy of a process in which Arrow and DuckDB run threads may wait for one that is not there.
            self._pool = ProcessPoolExecutor(self._count, get_context("spawn"), _begin, (job,))
        return self._pool


def cut(table: pa.Table, by: str) -> Iterator[pa.Table]:
    """Cut a clustered table between groups, into pieces of at least `PIECE` rows (the last may be smaller)."""
    start = 0
    for end in _group_ends(table.column(by)):
        if end - start >= PIECE or end == table.num_rows:
            yield table.slice(start, end - start)
            start = end


def _group_ends(column: pa.ChunkedArray) -> Sequence[int]:
    return pc.run_end_encode(column.combine_chunks()).run_ends.to_pylist() if len(column) else ()


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


def _work(function: Judge, piece: bytes) -> dict[str, bytes]:
    agreement, as_of = _job
    return {name: _packed(table) for name, table in function(agreement, _unpacked(piece), as_of).items()}


def _packed(table: pa.Table) -> bytes:
    """Return a table as Arrow's stream; pickling a slice could carry all that it was cut from."""
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as stream:
        stream.write_table(table)
    return sink.getvalue().to_pybytes()  # type: ignore[no-any-return]


def _unpacked(data: bytes) -> pa.Table:
    return pa.ipc.open_stream(data).read_all()
