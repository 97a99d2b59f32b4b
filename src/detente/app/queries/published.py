"""What the replay said of one lead, read back from the published rows. Input: a snapshot and a person's id."""

from __future__ import annotations

from dataclasses import fields
from typing import Any, TypeVar

from detente.app.ports.snapshots import Row, Snapshot, Where
from detente.core.replay.rows import CheckRow, ClockRow, ConsentRow, Entry, LeadResult, ScoreRow, State, Status

NEVER_PUBLISHED = ("because",)
"""The facts behind an entry are found again for the one lead somebody asks about."""

_RowType = TypeVar("_RowType", Entry, ClockRow, CheckRow, ConsentRow, ScoreRow, State)


def published_result(snapshot: Snapshot, person: str, set_aside: tuple[str, ...]) -> LeadResult:
    """Return the rows of one person, as `core.replay` made them. `set_aside`: ids of facts that are never used."""
    return LeadResult(
        entries=_rows(snapshot, "entries", Entry, person),
        clocks=_rows(snapshot, "clocks", ClockRow, person),
        checks=_rows(snapshot, "checks", CheckRow, person),
        consents=_rows(snapshot, "consents", ConsentRow, person),
        scores=_rows(snapshot, "scores", ScoreRow, person),
        state=_rows(snapshot, "state", State, person)[0],
        set_aside=set_aside,
    )


def _rows(snapshot: Snapshot, table: str, of: type[_RowType], person: str) -> tuple[_RowType, ...]:
    names = tuple(field.name for field in fields(of) if field.name not in NEVER_PUBLISHED)
    rows = snapshot.rows(table, columns=names, where=[Where("person", "==", person)])
    absent: dict[str, Any] = {field.name: () for field in fields(of) if field.name in NEVER_PUBLISHED}
    return tuple(of(**_values(row), **absent) for row in rows)


def _values(row: Row) -> dict[str, Any]:
    """Return the values as the replay has them: lists are tuples there, a status is one of its own kind."""
    read: dict[str, Any] = {name: tuple(value) if isinstance(value, list) else value for name, value in row.items()}
    return {**read, "status": Status(read["status"])} if "status" in read else read
