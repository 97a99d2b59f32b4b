"""Whom a reference names in a snapshot: a person or an account, and the record that was named.

Input: `pzr3…` (an id, also one that now leads to another), `crm:00Q1` (a system and its record) or an e-mail address,
as people give them to `detente identity`.
"""

from __future__ import annotations

from dataclasses import dataclass

from detente.app.ports.snapshots import Snapshot, Where
from detente.core.errors import UsageError
from detente.core.identity.decisions import Record, Unit

TABLES = {Unit.PERSON: ("persons", "person"), Unit.ACCOUNT: ("companies", "account")}
"""Unit → the table of its records, and the column of its id."""


@dataclass(frozen=True, slots=True)
class Named:
    """A person or account, all its records with the rule of each, and the record that stands for it in a decision."""

    ref: str
    unit: Unit
    id: str
    rules: dict[Record, str]
    record: Record
    by_record: bool  # whether the reference names that record, and not the person as a whole

    @property
    def records(self) -> tuple[Record, ...]:
        """Return its records in order."""
        return tuple(sorted(self.rules))


def named(snapshot: Snapshot, ref: str) -> Named:
    """Return whom a reference names; UsageError where it is nobody, or more than one."""
    check_text(ref, "what you name")
    found = [each for unit in Unit for each in (_by_id(snapshot, unit, ref) or _by_record(snapshot, unit, ref))]
    if not found:
        found = [_whole(snapshot, Unit.PERSON, id_, ref) for id_ in snapshot.lead(ref)]
    if not found:
        raise UsageError(
            f"no person and no account is known as '{ref}' in this snapshot: give an id, an e-mail address, or "
            "source:record (crm:00Q1); `detente export persons` lists them"
        )
    if len(found) > 1:
        shown = ", ".join(each.id for each in found[:5])
        raise UsageError(f"'{ref}' names more than one: {shown}. Give the id of one")
    return found[0]


def check_text(given: str, what: str) -> None:
    """Refuse what a terminal gave that is no UTF-8 text: no snapshot and no log can hold it. UsageError."""
    try:
        given.encode()
    except UnicodeEncodeError as error:
        raise UsageError(f"{what} is no UTF-8 text at sign {error.start + 1}: type it again") from None


def _by_id(snapshot: Snapshot, unit: Unit, ref: str) -> list[Named]:
    table, column = TABLES[unit]
    moved = [row["to"] for row in snapshot.rows("redirects", where=[Where("id", "==", ref)])]
    id_ = moved[0] if moved else ref
    known = next(snapshot.rows(table, where=[Where(column, "==", id_)], limit=1), None)
    return [] if known is None else [_whole(snapshot, unit, id_, ref)]


def _by_record(snapshot: Snapshot, unit: Unit, ref: str) -> list[Named]:
    table, column = TABLES[unit]
    found = []
    for at, sign in enumerate(ref):
        if sign == ":":
            record = Record(ref[:at], ref[at + 1 :])
            where = [Where("source", "==", record.source), Where("record", "==", record.record)]
            found += [_of(snapshot, unit, row[column], ref, record) for row in snapshot.rows(table, where=where)]
    return found


def _whole(snapshot: Snapshot, unit: Unit, id_: str, ref: str) -> Named:
    return _of(snapshot, unit, id_, ref, None)


def _of(snapshot: Snapshot, unit: Unit, id_: str, ref: str, record: Record | None) -> Named:
    table, column = TABLES[unit]
    rows = snapshot.rows(table, where=[Where(column, "==", id_)], order=["source", "record"])
    rules = {Record(row["source"], row["record"]): str(row["rule"]) for row in rows}
    return Named(ref, unit, id_, rules, record or min(rules), record is not None)
