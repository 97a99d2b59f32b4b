"""From rows of the timeline to the facts of each person, as the replay reads them.

Input: a table with `person` and the fact columns, clustered by person and in replay order. Columns are read as wholes
and only where they have values: a row has some twenty, most of them null.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import lru_cache
from itertools import groupby
from operator import itemgetter
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from detente.core.facts.fact import Fact, Value
from detente.core.facts.schema import PAYLOAD_COLUMNS

COLUMNS = (
    "person", "fact_id", "kind", "occurred_at", "known_at", "source", "source_id",
    *(column.name for column in PAYLOAD_COLUMNS), "extra",
)  # fmt: skip
"""The columns that are read."""


def histories(table: pa.Table) -> Iterator[tuple[str, list[Fact]]]:
    """Yield each person with their facts; rows without a person are left out."""
    known = table.filter(pc.field("person").is_valid())
    pairs = zip(known.column("person").to_pylist(), facts(known), strict=True)
    for person, group in groupby(pairs, key=itemgetter(0)):
        yield person, [fact for _, fact in group]


def facts(table: pa.Table) -> list[Fact]:
    """Return the facts of the rows, in their order."""
    plain = (
        table.column("fact_id").to_pylist(),
        table.column("kind").to_pylist(),
        table.column("occurred_at").to_pylist(),
        table.column("known_at").to_pylist(),
        table.column("source").to_pylist(),
        table.column("source_id").fill_null("").to_pylist(),
        _payloads(table),
    )
    return [Fact(*values) for values in zip(*plain, strict=True)]


def _payloads(table: pa.Table) -> list[dict[str, Value]]:
    payloads: list[dict[str, Value]] = [{} for _ in range(table.num_rows)]
    for column in PAYLOAD_COLUMNS:
        for row, value in _values(table.column(column.name)):
            payloads[row][column.name] = value
    for row, text in _values(table.column("extra")):
        payloads[row].update(_decoded(text))
    return payloads


def _values(column: pa.ChunkedArray) -> Iterator[tuple[int, Any]]:
    """Yield (row, value) where there is one."""
    rows = pc.indices_nonzero(column.is_valid()).to_pylist()
    return zip(rows, column.drop_null().to_pylist(), strict=True)


@lru_cache(maxsize=65_536)
def _decoded(text: str) -> dict[str, Value]:
    decoded: dict[str, Value] = json.loads(text)
    return decoded
