"""Runs a Python function once per distinct value of a column, or combination of columns, of an Arrow table.

Input: text columns of the tables that linkers take.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

_PART = "\x1f"


def each(
    table: pa.Table, names: Sequence[str], of: Callable[..., Sequence[Any]], types: Mapping[str, pa.DataType]
) -> dict[str, pa.Array]:
    """Return columns named in `types`, made by `of` from each distinct combination of text columns, "" where null."""
    known = [pc.replace_substring(pc.fill_null(table[name], ""), _PART, " ") for name in names]
    joined = pc.binary_join_element_wise(*known, _PART).combine_chunks().dictionary_encode()
    rows = [of(*value.split(_PART)) for value in joined.dictionary.to_pylist()]
    made = zip(*rows, strict=True) if rows else [()] * len(types)
    return {
        name: pa.array(values, type_).take(joined.indices)
        for (name, type_), values in zip(types.items(), made, strict=True)
    }


def text_columns(table: pa.Table, names: Sequence[str]) -> pa.Table:
    """Return these columns as text, in this order, null where there is none; sorted by the first two."""
    for name in names:
        if name not in table.column_names:
            table = table.append_column(name, pa.nulls(len(table), pa.string()))
    table = table.select(names).cast(pa.schema([(name, pa.string()) for name in names]))
    return table.sort_by([(name, "ascending") for name in names[:2]]).combine_chunks()
