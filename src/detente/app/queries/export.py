"""A table of the current snapshot, as text that other programs read.

Input: the snapshot's rows in their canonical order. Output: pieces of text to be written one after the other; CSV is
safe in a spreadsheet and keeps every text exactly (`detente.app.csv_cells`). Instants are ISO 8601 in UTC.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterator
from typing import Any

from detente.app.csv_cells import protect
from detente.app.ports.snapshots import Column, Snapshot
from detente.core.calendars.instants import moment_of

SCHEMA = "detente.export/1"
_INSTANTS = ("at", "next_instant")


def as_csv(snapshot: Snapshot, table: str) -> Iterator[str]:
    """Yield the table as RFC 4180 CSV, header first; an empty cell is null, a list is its JSON text."""
    columns = snapshot.columns(table)
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow([protect(column.name) for column in columns])
    cells = [_cell(column) for column in columns]
    for row in snapshot.rows(table):
        writer.writerow([cell(row[column.name]) for column, cell in zip(columns, cells, strict=True)])
        if buffer.tell() > 1 << 16:
            yield buffer.getvalue()
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue()


def as_json(snapshot: Snapshot, table: str) -> Iterator[str]:
    """Yield the table as one JSON document of the shape `detente.export/1`, a row a line."""
    columns = snapshot.columns(table)
    info = snapshot.info
    head = {
        "schema": SCHEMA,
        "snapshot": info.id,
        "as_of": _iso(info.as_of),
        "table": table,
        "columns": [{"name": column.name, "type": _type(column)} for column in columns],
    }
    yield json.dumps(head, ensure_ascii=False)[:-1] + ', "rows": ['
    separator = "\n"
    for row in snapshot.rows(table):
        values = {column.name: _value(column, row[column.name]) for column in columns}
        yield separator + json.dumps(values, ensure_ascii=False, allow_nan=False)
        separator = ",\n"
    yield "\n]}\n"


def _is_instant(column: Column) -> bool:
    return column.type == "integer" and (column.name in _INSTANTS or column.name.endswith("_at"))


def _type(column: Column) -> str:
    return "instant" if _is_instant(column) else column.type


def _value(column: Column, value: Any) -> Any:  # noqa: ANN401  a value of the row
    return value if value is None or not _is_instant(column) else _iso(value)


def _cell(column: Column) -> Callable[[Any], str]:
    """Return what writes the values of a column: text is protected, numbers, truths and instants are no text."""
    if _is_instant(column):
        return lambda value: "" if value is None else _iso(value)
    writers: dict[str, Callable[[Any], str]] = {
        "text": _text,
        "boolean": _boolean,
        "integer": _number,
        "number": _number,
    }
    return writers.get(column.type, _list)


def _text(value: str | None) -> str:
    return "" if value is None else protect(value)


def _boolean(value: bool | None) -> str:
    return "" if value is None else "true" if value else "false"


def _number(value: float | None) -> str:
    return "" if value is None else repr(value)


def _list(value: Any) -> str:  # noqa: ANN401  a list of plain values
    return "" if value is None else protect(json.dumps(value, ensure_ascii=False))


def _iso(instant: int) -> str:
    return moment_of(instant).isoformat().replace("+00:00", "Z")
