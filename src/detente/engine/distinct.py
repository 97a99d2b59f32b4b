"""The text columns that linkers take: put in order, and read by a Python function once per distinct value.

Input: the tables of people and accounts as they stand side by side.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from detente.core.identity.phones import region

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


def usual_region(table: pa.Table) -> str:
    """Return the region that most rows name in `country`; of equally many, the first by letter; US if none does."""
    counted = Counter[str]()
    for row in table["country"].value_counts().to_pylist():
        if row["values"] and (code := region(row["values"])):
            counted[code] += row["counts"]
    return min(counted, key=lambda code: (-counted[code], code)) if counted else "US"
