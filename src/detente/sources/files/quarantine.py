"""The rows of quarantine as a table: `_row`, line, offset, class, column, message, raw. Input: records set aside."""

from __future__ import annotations

import pyarrow as pa

from detente.sources.files.classes import Quarantined

SCHEMA = pa.schema(
    [
        ("_row", pa.int64()),
        ("line", pa.int64()),
        ("offset", pa.int64()),
        ("class", pa.string()),
        ("column", pa.string()),
        ("message", pa.string()),
        ("raw", pa.binary()),
    ]
)


def quarantine_table(records: list[Quarantined]) -> pa.Table:
    """Return the records in the order of the file."""
    rows = sorted(records, key=lambda record: record.line)
    columns = (
        [row.row for row in rows],
        [row.line for row in rows],
        [row.offset for row in rows],
        [row.trouble.why.value for row in rows],
        [row.trouble.column for row in rows],
        [row.trouble.message for row in rows],
        [row.raw for row in rows],
    )
    return pa.table(
        [pa.array(column, field.type) for column, field in zip(columns, SCHEMA, strict=True)], schema=SCHEMA
    )
