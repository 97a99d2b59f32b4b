"""Connections to DuckDB, set up so that a query gives the same result everywhere and reaches nothing but its tables.

Input: Arrow tables by name. One thread: sums of doubles then come out the same on every machine.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

_MODELS = Path(__file__).parent / "models"

_SETTINGS = (
    "SET threads = 1",
    "SET TimeZone = 'UTC'",
    "SET autoinstall_known_extensions = false",
    "SET autoload_known_extensions = false",
    "SET python_enable_replacements = false",
    "SET enable_progress_bar = false",
)


def connect() -> duckdb.DuckDBPyConnection:
    """Return a connection in memory. Whoever opens it closes it, or lets it go."""
    con = duckdb.connect()
    for setting in _SETTINGS:
        con.execute(setting)
    return con


@contextmanager
def connected(tables: Mapping[str, pa.Table], *, parallel: bool = False) -> Iterator[duckdb.DuckDBPyConnection]:
    """Yield a connection in which the given tables are there by name, and no others.

    `parallel`: on every processor, for statements that add no doubles.
    """
    with connect() as con:
        if parallel:
            con.execute("RESET threads")
        for name, table in tables.items():
            con.register(name, table)
        yield con


def statement(name: str) -> str:
    """Return the text of `models/<name>.sql`."""
    return (_MODELS / f"{name}.sql").read_text(encoding="utf-8")


def model(name: str, tables: Mapping[str, pa.Table], parameters: Mapping[str, Any] | None = None) -> pa.Table:
    """Return what `models/<name>.sql` gives over the tables; `$word` in it stands for a parameter."""
    with connected(tables) as con:
        return con.sql(statement(name), params=parameters).to_arrow_table()


def quoted(name: str) -> str:
    """Return a column's name as SQL writes it."""
    escaped = name.replace('"', '""')
    return f'"{escaped}"'
