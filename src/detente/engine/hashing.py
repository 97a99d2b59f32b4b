"""The content hash of a table: over its rows in canonical order and their typed values, never over file bytes.

Two tables have the same hash if and only if they have the same columns with the same values in the same rows, in any
order of rows and columns, however they are chunked, dictionary-coded, compressed or written, on any machine. Input:
Arrow tables of integers, numbers, booleans, texts and lists of these. See docs/decisions/0008-content-hash.md.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

_JOIN = "\x1f"

_LEADING = ("person", "unit", "source", "record", "occurred_at", "fact_id")
"""Columns by which rows mostly differ: sorting by these first takes a twentieth of the time."""


def content_hash(hashes: Mapping[str, str]) -> str:
    """Return the hash (hex) of several tables together, from table → its hash."""
    lines = "".join(f"{name} {hashes[name]}\n" for name in sorted(hashes))
    return hashlib.sha256(lines.encode()).hexdigest()


def table_hash(table: pa.Table) -> str:
    """Return the hash of one table (hex): of its number of rows, and of each column's name, type and values."""
    names = sorted(table.column_names)
    ordered = canonical(plain(table).select(names), [name for name in _LEADING if name in names])
    digest = hashlib.sha256(f"{ordered.num_rows} rows\n".encode())
    for name in ordered.column_names:
        column = ordered.column(name).combine_chunks()
        digest.update(f"{name}: {type_name(column.type)}\n".encode())
        _feed(digest.update, column)
    return digest.hexdigest()


def canonical(table: pa.Table, keys: Sequence[str] = ()) -> pa.Table:
    """Return the rows in canonical order: ascending by `keys`, then by all columns as they stand, nulls last."""
    by = {}
    for name in (*keys, *table.column_names):
        column = table.column(name)
        if not pa.types.is_list(column.type):
            by[name] = column
        elif len(column):
            by[name] = pc.binary_join(pc.cast(column, pa.list_(pa.string())), _JOIN)
    if not by:
        return table
    order = pc.sort_indices(pa.table(by), sort_keys=[(name, "ascending") for name in by])
    return table if np.array_equal(order, np.arange(len(order))) else table.take(order)


def plain(table: pa.Table) -> pa.Table:
    """Return the table with each column in the one type of its kind: int64, double, bool, string, or list of one."""
    return table.cast(pa.schema([pa.field(field.name, _plain_type(field.type)) for field in table.schema]))


def type_name(type_: pa.DataType) -> str:
    """Return the name of a column's type, as people and the hash read it."""
    if pa.types.is_list(type_):
        return f"list of {type_name(type_.value_type)}"
    return {pa.int64(): "integer", pa.float64(): "number", pa.bool_(): "boolean", pa.string(): "text"}[type_]


def _plain_type(type_: pa.DataType) -> pa.DataType:
    if pa.types.is_dictionary(type_):
        return _plain_type(type_.value_type)
    if pa.types.is_list(type_) or pa.types.is_large_list(type_):
        return pa.list_(_plain_type(type_.value_type))
    if pa.types.is_integer(type_):
        return pa.int64()
    if pa.types.is_floating(type_):
        return pa.float64()
    if pa.types.is_string(type_) or pa.types.is_large_string(type_) or pa.types.is_string_view(type_):
        return pa.string()
    if pa.types.is_boolean(type_):
        return pa.bool_()
    if pa.types.is_null(type_):
        return pa.string()
    raise TypeError(f"a published table holds integers, numbers, booleans, texts and lists of them, not {type_}")


def _feed(update: Callable[[bytes], None], column: pa.Array) -> None:
    """Feed one column: which values are there, then the values, each kind in one way of bytes (little-endian)."""
    update(_bytes(column.is_valid(), "u1"))
    if pa.types.is_list(column.type):
        update(_bytes(pc.list_value_length(column).fill_null(0), "<i8"))
        _feed(update, pc.list_flatten(column))
    elif pa.types.is_string(column.type):
        update(_bytes(pc.binary_length(column).fill_null(0), "<i8"))
        update(_text(column.fill_null("")))
    elif pa.types.is_floating(column.type):
        numbers = column.fill_null(0.0).to_numpy(zero_copy_only=False) + 0.0  # minus zero is zero
        update(np.where(np.isnan(numbers), np.nan, numbers).astype("<f8").tobytes())
    elif pa.types.is_boolean(column.type):
        update(_bytes(column.fill_null(False), "u1"))
    else:
        update(_bytes(column.fill_null(0), "<i8"))


def _bytes(array: pa.Array, dtype: str) -> bytes:
    return array.to_numpy(zero_copy_only=False).astype(dtype).tobytes()  # type: ignore[no-any-return]


def _text(column: pa.Array) -> bytes:
    """Return the texts one after the other, in UTF-8."""
    if not len(column):
        return b""
    whole = column.cast(pa.large_string())
    _, offsets, data = whole.buffers()
    bounds = np.frombuffer(offsets, dtype="<i8", count=len(whole) + 1, offset=8 * whole.offset)
    return b"" if data is None else data[int(bounds[0]) : int(bounds[-1])].to_pybytes()
