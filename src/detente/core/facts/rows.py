"""Facts from rows of the fact table and back: which payload values have a column, and what is in `extra`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from detente.core.facts.fact import Fact, Value
from detente.core.facts.ids import canonical_payload
from detente.core.facts.schema import PAYLOAD_COLUMNS

_TYPES: Mapping[str, tuple[type, ...]] = {"string": (str,), "bool": (bool,), "double": (int, float)}
PAYLOAD_TYPES: Mapping[str, tuple[type, ...]] = {column.name: _TYPES[column.type] for column in PAYLOAD_COLUMNS}
"""Payload name → the Python types its column can hold."""


def has_column(name: str, value: Value) -> bool:
    """Return whether this payload value goes into a column of its own: one of that name and of its type."""
    types = PAYLOAD_TYPES.get(name, ())
    return isinstance(value, types) and (not isinstance(value, bool) or bool in types)


def payload_columns(payload: Mapping[str, Value]) -> dict[str, Value | None]:
    """Return the payload as columns: one per promoted name (None if absent), and `extra`."""
    columns: dict[str, Value | None] = dict.fromkeys(PAYLOAD_TYPES)
    rest: dict[str, Value] = {}
    for name, value in payload.items():
        if has_column(name, value):
            columns[name] = value
        else:
            rest[name] = value
    columns["extra"] = canonical_payload(rest) if rest else None
    return columns


def fact_from_row(row: Mapping[str, Any]) -> Fact:
    """Return the fact of one row of the fact table (column → value; nulls and absent columns are blanks)."""
    payload = {name: row[name] for name in PAYLOAD_TYPES if row.get(name) is not None}
    if row.get("extra"):
        payload.update(json.loads(row["extra"]))
    return Fact(
        id=row["fact_id"],
        kind=row["kind"],
        occurred_at=row["occurred_at"],
        known_at=row["known_at"],
        source=row["source"],
        source_id=row.get("source_id") or "",
        payload=payload,
    )
