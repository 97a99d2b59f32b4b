"""Where a stream of a database goes on: some time before the highest change it has seen.

Input: the values of the column that says when a row changed: times, dates, texts of ISO 8601, or numbers. In the cursor
they are kept as texts with their kind, so that the next run compares like with like.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from math import floor
from typing import Any

from detente.sources.kit.connector import Cursor

SKEW = timedelta(minutes=10)
"""How far a clock may be ahead of the database's before what it says counts as the future."""

_ANY_ZONE = timedelta(hours=14)
"""How far local time is ahead of UTC at most: of a time without an offset nobody knows the zone."""

_KINDS = {datetime: "datetime", date: "date", int: "number", float: "number", Decimal: "number", str: "text"}


def from_the_future(value: object, now: datetime) -> bool:
    """Whether a change is said to be later than the database's own present: it must not carry the cursor along."""
    when = _parsed(value) if isinstance(value, str) else value
    if isinstance(when, datetime):
        if when.tzinfo is None:
            return when > now.astimezone(UTC).replace(tzinfo=None) + _ANY_ZONE
        return when > now + SKEW
    return isinstance(when, date) and when > (now.astimezone(UTC) + _ANY_ZONE).date()


def to_cursor(value: object) -> Cursor | None:
    """Return the cursor behind a change; None where the value is of a kind that has no order here."""
    kind = _KINDS.get(type(value))
    if kind is None:
        return None
    return {"kind": kind, "modified": value.isoformat() if isinstance(value, date) else str(value)}


def start_of(cursor: Cursor, overlap: int) -> Any:  # noqa: ANN401  a value of the column's own kind
    """Return the value from which on to read again; None to read everything.

    `overlap` is seconds for times and texts of times, as many for numbers; a date goes back whole days.
    """
    kind, written = cursor.get("kind"), cursor.get("modified")
    if not isinstance(written, str):
        return None
    try:
        if kind == "number":
            return floor(Decimal(written)) - overlap
        if kind == "datetime":
            return datetime.fromisoformat(written) - timedelta(seconds=overlap)
        if kind == "date":
            return date.fromisoformat(written) - timedelta(days=-(-overlap // 86_400))
        return _earlier_text(written, overlap) if kind == "text" else None
    except (ValueError, InvalidOperation, OverflowError):
        return None


def _earlier_text(written: str, overlap: int) -> str:
    """Return the text that long before, cut after the seconds: it sorts before every text of that second."""
    when = _parsed(written)
    if when is None:
        return written
    earlier = when.replace(tzinfo=None) - timedelta(seconds=overlap)
    return earlier.isoformat(sep=written[10], timespec="seconds") if len(written) > 10 else earlier.date().isoformat()


def _parsed(written: str) -> datetime | None:
    try:
        return datetime.fromisoformat(written)
    except ValueError:
        return None
