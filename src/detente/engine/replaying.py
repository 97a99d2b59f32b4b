"""The replay step: the agreement's verdict on every person.

Input: the timeline, clustered by person. Output: the rows of `core.replay.rows` as tables of the same columns, with
`person` before them; but not *because*, which is told of the one lead somebody asks about. The compiled kernel replays
where it is there and worth loading, else the reference interpreter: the tables are the same, value for value.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, fields
from functools import cached_property
from types import NoneType, UnionType
from typing import Any, get_args, get_origin, get_type_hints

import pyarrow as pa
import pyarrow.compute as pc

from detente.core.agreement.agreement import Timeline
from detente.core.replay.interpreter import replay
from detente.core.replay.program import Program, compile_program
from detente.core.replay.rows import CheckRow, ClockRow, ConsentRow, Entry, LeadResult, ScoreRow, State
from detente.core.replay.tables import LimitReached
from detente.engine.histories import COLUMNS, histories
from detente.engine.kernel_batch import judged
from detente.engine.kernel_home import KernelHome
from detente.engine.workers import Workers, cut

Tables = Mapping[str, pa.Table]

ROWS: Mapping[str, type] = {
    "entries": Entry,
    "clocks": ClockRow,
    "checks": CheckRow,
    "consents": ConsentRow,
    "scores": ScoreRow,
    "state": State,
}
"""Table → the rows it holds."""

UNPUBLISHED = {"because"}
"""Fields of the rows that are no columns."""

FEW = 8_000
"""Facts up to which the interpreter is done before the kernel is loaded."""

_FEW = "so few facts that loading the compiled kernel takes longer"

LONG = 2_000
"""Facts of one person from which on the interpreter, whose time grows with their square, is worth no wait."""

TURN = 40_000
"""Facts the interpreter replays before it looks whether the kernel has come meanwhile."""


@dataclass
class Replay:
    """One replay of everybody. `home` is where the compiled kernel lies; without one, the interpreter replays."""

    workers: Workers
    home: KernelHome | None = None
    few: int = FEW
    _by: Counter[str] = field(default_factory=Counter)

    def tables(self, timeline: pa.Table, report: Callable[[int, int], None]) -> dict[str, pa.Table]:
        """Return the tables of `ROWS` for everybody in the timeline; `report` is told (persons done, of all)."""
        known = timeline.select(COLUMNS).filter(pc.field("person").is_valid())
        total = pc.count_distinct(known.column("person")).as_py()
        parts = [_tables([])]
        done = 0
        for part in self._parts(known):
            parts.append(part)
            done += part["state"].num_rows
            report(done, total)
        whole = {name: pa.concat_tables([part[name] for part in parts]) for name in ROWS}
        return whole if len(self._by) < 2 else {name: _by_person(table) for name, table in whole.items()}

    def note(self) -> str:
        """Return by what the people were replayed, and why not by the kernel."""
        return "; ".join(f"{people:,} people by {by}" for by, people in self._by.items())

    def _parts(self, known: pa.Table) -> Iterator[Tables]:
        if self.home is None:
            yield from self._by_interpreter(known, "")
            return
        long, others = _apart(known)
        yield from self._in_turns(self.home, others)
        if long.num_rows:
            yield from self._waiting(self.home, long)

    def _in_turns(self, home: KernelHome, known: pa.Table) -> Iterator[Tables]:
        """Let the interpreter replay until the kernel has come."""
        if known.num_rows <= self.few:
            yield from self._by_interpreter(known, _FEW)
            return
        turns = list(cut(known, "person", TURN))
        for number, turn in enumerate(turns):
            program, why = self._kernel(home)
            if program is not None:
                yield from self._by_kernel(program, pa.concat_tables(turns[number:]))
                return
            yield from self._by_interpreter(turn, why)

    def _waiting(self, home: KernelHome, known: pa.Table) -> Iterator[Tables]:
        """Wait for the kernel to replay long histories; the interpreter would take longer than the compiler."""
        if home.missing() is not None:
            with suppress(OSError):  # a folder that cannot be written to: `missing` says so again
                home.make(wait=True)
        program, why = self._kernel(home)
        yield from self._by_interpreter(known, why) if program is None else self._by_kernel(program, known)

    def _kernel(self, home: KernelHome) -> tuple[Program | None, str]:
        """Return the program for the kernel, or why it cannot run it."""
        why = home.missing()
        if why is None:
            program, why = self._program
            why = why or home.load()
        return (program, "") if why is None else (None, why)

    @cached_property
    def _program(self) -> tuple[Program | None, str | None]:
        try:
            return compile_program(self.workers.agreement), None
        except LimitReached as error:
            return None, str(error)

    def _by_kernel(self, program: Program, known: pa.Table) -> Iterator[Tables]:
        pieces = judged(program, known, self.workers.as_of, self.workers.count)
        try:
            for piece in pieces:
                for part in piece.tables:
                    self._by["the compiled kernel"] += part["state"].num_rows
                    yield part
                if piece.refused is not None:
                    yield from self._by_interpreter(piece.refused, piece.why)
        except LimitReached as error:  # of the shapes of all facts, before the first piece
            yield from self._by_interpreter(known, str(error))

    def _by_interpreter(self, known: pa.Table, why: str) -> Iterator[Tables]:
        for part in self.workers.judge(replay_persons, known, "person"):
            self._by[f"the interpreter ({why})" if why else "the interpreter"] += part["state"].num_rows
            yield part


def _by_person(table: pa.Table) -> pa.Table:
    """Return the rows in the order of their persons, each person's as they are: several have replayed in turn."""
    return table.take(pc.sort_indices(table, [("person", "ascending")]))


def _apart(known: pa.Table) -> tuple[pa.Table, pa.Table]:
    """Return the facts of people with long histories, and those of all others."""
    counts = known.group_by("person").aggregate([("person", "count")])
    long = counts.filter(pc.greater(counts.column("person_count"), LONG)).column("person").combine_chunks()
    is_long = pc.is_in(known.column("person"), value_set=long)
    return known.filter(is_long), known.filter(pc.invert(is_long))


def replay_persons(agreement: Timeline, timeline: pa.Table, as_of: int) -> Tables:
    """Return the tables for the persons of one piece of the timeline, replayed by the interpreter."""
    return _tables([(person, replay(agreement, facts, as_of)) for person, facts in histories(timeline)])


def with_account(table: pa.Table, accounts: pa.Table) -> pa.Table:
    """Return the table with `account`, the one a person is counted under, after `person`."""
    main = accounts.filter(pc.field("main")).combine_chunks()
    at = pc.index_in(table.column("person"), main.column("person").combine_chunks())
    return table.add_column(1, "account", main.column("account").take(at))


def _tables(results: list[tuple[str, LeadResult]]) -> Tables:
    return {name: _table(row_type, _rows_of(name, results)) for name, row_type in ROWS.items()}


def _rows_of(name: str, results: list[tuple[str, LeadResult]]) -> list[tuple[str, Any]]:
    if name == "state":
        return [(person, result.state) for person, result in results]
    return [(person, row) for person, result in results for row in getattr(result, name)]


def _table(row_type: type, rows: list[tuple[str, Any]]) -> pa.Table:
    schema = schema_of(row_type)
    columns = [pa.array([person for person, _ in rows], pa.string())]
    columns += [pa.array([getattr(row, each.name) for _, row in rows], each.type) for each in list(schema)[1:]]
    return pa.Table.from_arrays(columns, schema=schema)


def schema_of(row_type: type) -> pa.Schema:
    """Return `person` and the columns of a row type, from its annotations."""
    hints = get_type_hints(row_type)
    return pa.schema(
        [
            ("person", pa.string()),
            *((each.name, _arrow(hints[each.name])) for each in fields(row_type) if each.name not in UNPUBLISHED),
        ]
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
