"""The replay step: the agreement's verdict on every person.

Input: the timeline, clustered by person. Output: the rows of `core.replay.rows` as tables of the same columns, with
`person` before them. `replay_persons` is the seam to a faster kernel: program in, arrays in, the same rows out.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields
from types import NoneType, UnionType
from typing import Any, get_args, get_origin, get_type_hints

import pyarrow as pa
import pyarrow.compute as pc

from detente.core.agreement.agreement import Timeline
from detente.core.replay.interpreter import replay
from detente.core.replay.rows import CheckRow, ClockRow, ConsentRow, Entry, LeadResult, ScoreRow, State
from detente.engine.histories import COLUMNS, histories
from detente.engine.workers import Workers

ROWS: Mapping[str, type] = {
    "entries": Entry,
    "clocks": ClockRow,
    "checks": CheckRow,
    "consents": ConsentRow,
    "scores": ScoreRow,
    "state": State,
}
"""Table → the rows it holds."""


def replay_table(workers: Workers, timeline: pa.Table, report: Callable[[int, int], None]) -> dict[str, pa.Table]:
    """Return the tables of `ROWS` for everybody in the timeline; `report` is told (persons done, of all)."""
    known = timeline.select(COLUMNS).filter(pc.field("person").is_valid())
    total = pc.count_distinct(known.column("person")).as_py()
    parts = [_tables([])]
    done = 0
    for part in workers.judge(replay_persons, known, "person"):
        parts.append(part)
        done += part["state"].num_rows
        report(done, total)
    return {name: pa.concat_tables([part[name] for part in parts]) for name in ROWS}


def replay_persons(agreement: Timeline, timeline: pa.Table, as_of: int) -> Mapping[str, pa.Table]:
    """Return the tables for the persons of one piece of the timeline."""
    return _tables([(person, replay(agreement, facts, as_of)) for person, facts in histories(timeline)])


def with_account(table: pa.Table, accounts: pa.Table) -> pa.Table:
    """Return the table with `account`, the one a person is counted under, after `person`."""
    main = accounts.filter(pc.field("main")).combine_chunks()
    at = pc.index_in(table.column("person"), main.column("person").combine_chunks())
    return table.add_column(1, "account", main.column("account").take(at))


def _tables(results: list[tuple[str, LeadResult]]) -> Mapping[str, pa.Table]:
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
