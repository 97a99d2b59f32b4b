"""Runs `models/*.sql`: the joins, groups and counts of the ledger.

Input: a DuckDB connection that knows the tables of a replay by name. A model reads those and what was registered
here, and gives one Arrow table. The models keep to a small subset of SQL (joins, group by, windows over rows, CASE,
integers for time), so that other engines can run them too.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

MODELS = Path(__file__).parent / "models"

_TYPES: Mapping[str, pa.DataType] = {
    "int": pa.int64(),
    "num": pa.float64(),
    "text": pa.string(),
    "bool": pa.bool_(),
    "texts": pa.list_(pa.string()),
}


def columns(spec: str) -> pa.Schema:
    """Return a schema from words: `"period:text n:int share:num done:bool versions:texts"`."""
    pairs = (word.split(":") for word in spec.split())
    return pa.schema([pa.field(name, _TYPES[kind]) for name, kind in pairs])


def rows_of(table: pa.Table) -> list[dict[str, Any]]:
    """Return a table's rows as mappings."""
    return table.to_pylist()  # type: ignore[no-any-return]


class Models:
    """The models over one connection."""

    def __init__(self, con: duckdb.DuckDBPyConnection) -> None:
        self._con = con
        self._kept: dict[str, pa.Table] = {}

    def register(self, name: str, table: pa.Table) -> pa.Table:
        """Let models read a table by a name, in place of an earlier one of that name, and return it."""
        if name in self._kept:
            self._con.unregister(name)
        self._con.register(name, table)
        self._kept[name] = table
        return table

    def table(self, name: str) -> pa.Table:
        """Return a table registered here."""
        return self._kept[name]

    def run(self, model: str) -> pa.Table:
        """Return what `models/<model>.sql` gives."""
        return self._con.sql(_text(model)).to_arrow_table()

    def keep(self, model: str) -> pa.Table:
        """Run a model and register its result under the model's own name."""
        return self.register(model, self.run(model))

    def clear(self) -> None:
        """Forget everything registered here."""
        for name in self._kept:
            self._con.unregister(name)
        self._kept.clear()


@contextmanager
def models(con: duckdb.DuckDBPyConnection) -> Iterator[Models]:
    """Yield the models over a connection, which is left as it was."""
    running = Models(con)
    try:
        yield running
    finally:
        running.clear()


@lru_cache(maxsize=64)
def _text(model: str) -> str:
    return (MODELS / f"{model}.sql").read_text(encoding="utf-8")
