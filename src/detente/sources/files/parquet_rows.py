"""Reads Parquet: every value as text, nested ones by dotted names, lists as JSON text.

Input: a candidate file. Parquet has rows instead of lines and no byte offset of a row; a position counts rows.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import partial

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from detente.app.ports.exports import Position
from detente.core.errors import InputError
from detente.sources.files.classes import Class, Quarantined, Trouble
from detente.sources.files.limits import Limits
from detente.sources.files.opening import Candidate, check_size
from detente.sources.files.rows import LINE, OFFSET, Rows, landed_name

_CONTROL = "[\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\\x7f]"


class ParquetReader:
    """Reads the records of one Parquet file. `InputError` if it is none, or has columns that cannot be text."""

    def __init__(self, candidate: Candidate, limits: Limits) -> None:
        if candidate.member is not None or candidate.path.suffix.lower() == ".gz":
            raise InputError(f"{candidate.name}: Parquet is compressed inside: give the .parquet file itself")
        self._candidate = candidate
        self._limits = limits
        try:
            with pq.ParquetFile(candidate.path) as file:
                metadata, schema = file.metadata, file.schema_arrow
        except (pa.ArrowException, OSError) as error:
            why = f"is no whole Parquet file ({error})"
            raise InputError(f"{candidate.name}: {why}: export or copy it again") from error
        unpacked = sum(metadata.row_group(group).total_byte_size for group in range(metadata.num_row_groups))
        check_size(candidate.name, unpacked, candidate.path.stat().st_size, limits)
        self._records = metadata.num_rows
        self.columns = tuple(_flat(schema.empty_table()).column_names)

    def read(self, start: Position) -> Iterator[Rows]:
        """Yield the records from a position on; its offset counts rows."""
        at = 0
        size = self._candidate.path.stat().st_size
        try:
            with pq.ParquetFile(self._candidate.path) as file:
                for batch in file.iter_batches(batch_size=self._limits.rows):
                    skipped = min(max(start.offset - at, 0), batch.num_rows)
                    at += batch.num_rows
                    if skipped < batch.num_rows:
                        table = pa.Table.from_batches([batch.slice(skipped)])
                        yield self._rows(table, at, size * at // self._records)
        except (pa.ArrowException, OSError) as error:
            raise InputError(f"{self._candidate.name}: cannot be read ({error}): export or copy it again") from error

    def _rows(self, table: pa.Table, end: int, bytes_read: int) -> Rows:
        """Turn rows into text; those with bytes that are no text, or control characters, are set aside."""
        first = end - table.num_rows + 1
        flat = _flat(table)
        texts: list[pa.Array] = []
        bad: dict[int, Trouble] = {}
        for name, column in zip(flat.column_names, flat.columns, strict=True):
            text, wrong = _text(column)
            texts.append(text)
            for row in wrong:
                bad.setdefault(row, Trouble(Class.WRONG_TYPE, "holds bytes that are no text", name))
            for row in pc.indices_nonzero(pc.match_substring_regex(text, _CONTROL).fill_null(False)).to_pylist():
                bad.setdefault(row, _control(text[row].as_py(), name))
        lines = pa.array(range(first, end + 1), pa.int64())
        offsets = pa.nulls(table.num_rows, pa.int64())
        rows = pa.table([*texts, lines, offsets], names=[*map(landed_name, flat.column_names), LINE, OFFSET])
        good = rows.filter(pa.array([row not in bad for row in range(table.num_rows)], pa.bool_())) if bad else rows
        raw = partial(_raw, good, self._limits.raw)
        set_aside = [Quarantined(first + row, None, bad[row], _raw(rows, self._limits.raw, row)) for row in sorted(bad)]
        return Rows(good, set_aside, table.num_rows, Position(end, end), bytes_read, raw)


def _flat(table: pa.Table) -> pa.Table:
    """Return the table with the fields of its structs as columns of their own, named with dots."""
    while any(pa.types.is_struct(field.type) for field in table.schema):
        table = table.flatten()
    return table


def _text(column: pa.ChunkedArray) -> tuple[pa.Array, list[int]]:
    """Return a column as text, and the rows whose bytes are none (null in the text)."""
    kind = column.type
    array = column.combine_chunks()
    if pa.types.is_dictionary(kind):
        array = array.dictionary_decode()
        kind = array.type
    if pa.types.is_list(kind) or pa.types.is_large_list(kind) or pa.types.is_map(kind):
        return pa.array([_json(value) for value in array.to_pylist()], pa.string()), []
    if pa.types.is_timestamp(kind) and kind.tz is not None:
        return array.cast(pa.timestamp("us", "UTC"), safe=False).cast(pa.string()), []
    if pa.types.is_binary(kind) or pa.types.is_large_binary(kind) or pa.types.is_fixed_size_binary(kind):
        return _decoded(array)
    return array.cast(pa.string()), []


def _decoded(array: pa.Array) -> tuple[pa.Array, list[int]]:
    texts: list[str | None] = []
    wrong: list[int] = []
    for row, value in enumerate(array.to_pylist()):
        try:
            texts.append(None if value is None else value.decode())
        except UnicodeDecodeError:
            texts.append(None)
            wrong.append(row)
    return pa.array(texts, pa.string()), wrong


def _control(text: str, column: str) -> Trouble:
    if "\0" in text:
        return Trouble(Class.NUL, "holds a NUL", column)
    return Trouble(Class.CONTROL_CHARACTER, "holds a control character", column)


def _json(value: object) -> str | None:
    return None if value is None else json.dumps(value, ensure_ascii=False, default=str, separators=(",", ":"))


def _raw(table: pa.Table, limit: int, row: int) -> bytes:
    """Return a row as JSON, for want of bytes of its own."""
    values = {name: table[name][row].as_py() for name in table.column_names if name not in (LINE, OFFSET)}
    return json.dumps(values, ensure_ascii=False).encode()[:limit]
