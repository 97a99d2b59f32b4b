"""Worker processes that judge pieces of a table under one agreement as of one instant.

A piece holds whole groups (all facts of a person, all candidates of an account), so that pieces can be judged one by
one, and what comes out does not depend on how many processes there are. Input: a function of (agreement, piece, as_of)
that gives tables; it and its module must be importable without a database.

Each worker has a pipe of its own, of which nobody else holds the other end. So a worker that is killed is noticed at
once, and a worker whose parent is killed ends at its next message. (The pool of the standard library shares one pipe,
and Python 3.11 can wait for ever when a worker dies while a large message is under way.)
"""

from __future__ import annotations

import signal
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess
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


@dataclass(frozen=True, slots=True)
class _Worker:
    process: SpawnProcess
    pipe: Connection


class Workers:
    """Up to `count` processes. They are started when first needed, and end with the context or with this process."""

    def __init__(self, agreement: Timeline, as_of: int, count: int) -> None:
        # What only people read is left out, since it would be sent to every process.
        self.agreement = Timeline(tuple(replace(each, document=None, tests=()) for each in agreement.versions))
        self.as_of = as_of
        self.count = count
        self._workers: list[_Worker] = []

    def __enter__(self) -> Workers:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        for worker in self._workers:
            worker.pipe.close()
            worker.process.terminate()
            worker.process.join()

    def judge(self, function: Judge, table: pa.Table, by: str) -> Iterator[Mapping[str, pa.Table]]:
        """Yield what the function gives for each piece of the table, in order; the table is clustered by `by`."""
        pieces = list(cut(table, by))
        if self.count == 1 or len(pieces) < 2 or table.num_rows <= SMALL:
            yield from (function(self.agreement, piece, self.as_of) for piece in pieces)
            return
        try:
            yield from self._spread(function, pieces)
        except (EOFError, ConnectionError) as error:
            raise DetenteError(
                "a worker process was ended from outside, most likely because memory ran out: free some and run it "
                "again; the snapshot published before still serves"
            ) from error

    def _spread(self, function: Judge, pieces: Sequence[pa.Table]) -> Iterator[Mapping[str, pa.Table]]:
        """Give each idle worker the next piece; yield the answers in the order of the pieces."""
        to_do = enumerate(pieces)
        under_way: dict[Connection, int] = {}
        answers: dict[int, Mapping[str, pa.Table]] = {}
        next_out = 0

        def give(pipe: Connection) -> None:
            for number, piece in to_do:
                pipe.send((function, _packed(piece)))
                under_way[pipe] = number
                return

        for worker in self._started():
            give(worker.pipe)
        while under_way:
            ready = wait(list(under_way))
            for pipe in [pipe for pipe in under_way if pipe in ready]:
                answers[under_way.pop(pipe)] = _received(pipe)
                give(pipe)
            while next_out in answers:
                yield answers.pop(next_out)
                next_out += 1

    def _started(self) -> list[_Worker]:
        # Not forked: a copy of a process in which Arrow and DuckDB run threads may wait for one that is not there.
        context = get_context("spawn")
        while len(self._workers) < self.count:
            ours, theirs = context.Pipe()
            process = context.Process(target=_work, args=(theirs, self.agreement, self.as_of), daemon=True)
            process.start()
            theirs.close()
            self._workers.append(_Worker(process, ours))
        return self._workers


def cut(table: pa.Table, by: str, least: int | None = None) -> Iterator[pa.Table]:
    """Cut a clustered table between groups, into pieces of at least `least` rows (the last may be smaller)."""
    start = 0
    least = PIECE if least is None else least
    for end in _group_ends(table.column(by)):
        if end - start >= least or end == table.num_rows:
            yield table.slice(start, end - start)
            start = end


def _group_ends(column: pa.ChunkedArray) -> Sequence[int]:
    return pc.run_end_encode(column.combine_chunks()).run_ends.to_pylist() if len(column) else ()


def _received(pipe: Connection) -> Mapping[str, pa.Table]:
    answer = pipe.recv()
    if isinstance(answer, str):
        raise RuntimeError(f"in a worker process:\n{answer}")
    return {name: _unpacked(part) for name, part in answer.items()}


def _work(pipe: Connection, agreement: Timeline, as_of: int) -> None:
    """Answer messages until the parent ends or closes the pipe. An interrupt from the keyboard is the parent's."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    while True:
        try:
            function, piece = pipe.recv()
        except (EOFError, ConnectionError):
            return
        answer: dict[str, bytes] | str
        try:
            answer = {name: _packed(table) for name, table in function(agreement, _unpacked(piece), as_of).items()}
        except Exception:
            answer = traceback.format_exc()
        try:
            pipe.send(answer)
        except ConnectionError:
            return


def _packed(table: pa.Table) -> bytes:
    """Return a table as Arrow's stream; pickling a slice could carry all that it was cut from."""
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as stream:
        stream.write_table(table)
    return sink.getvalue().to_pybytes()  # type: ignore[no-any-return]


def _unpacked(data: bytes) -> pa.Table:
    return pa.ipc.open_stream(data).read_all()
