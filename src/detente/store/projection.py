"""Writes the projection into the application database: implements the port `app.ports.projection.Projection`.

Input: the rows that a snapshot gives. They are put beside the projection that serves, in tables of this connection
alone; what differs is found there; and one transaction changes just that, together with the name of the snapshot. So
readers see one projection or the other, a killed run leaves the old one, and a row that is wrong for whatever reason is
mended by the next run. Decisions: docs/decisions/0014-projection.md.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from detente.app.ports.line import StepRun
from detente.app.ports.projection import LeadRow, OpenClock, ProjectedRows

if TYPE_CHECKING:
    from django.db.backends.utils import CursorWrapper

STEP = "project"
"""The name of this step among those of a replay."""

BATCH = 10_000
"""Rows an INSERT."""

CACHE_KB = 65_536
"""What SQLite may keep in memory of its file while it is written; the usual 2 MB hold too little of the indexes."""

MUCH = 0.1
"""From this share of rows written on, SQLite looks at its tables anew, to plan its queries well."""

_THE_ONE = 1
"""The id of the row that names the snapshot."""


def open_projection(database: Path | str) -> DatabaseProjection:
    """Return the projection in an SQLite file (`<workspace>/detente.db`), or in the PostgreSQL database of a URL."""
    return DatabaseProjection(database)


class DatabaseProjection:
    """The projection of one workspace's database, which is opened for each publishing and closed afterwards."""

    def __init__(self, database: Path | str) -> None:
        self._database = database

    def publish(self, rows: ProjectedRows) -> StepRun:
        """Make the projection that of a snapshot; see the port."""
        from detente.store.database import opened

        started = time.perf_counter()
        with opened(self._database):
            written = _publish(rows)
        return StepRun(STEP, written, time.perf_counter() - started)


@dataclass(frozen=True)
class _Table:
    """A table of the projection, the table of fresh rows beside it, and the columns that say which row is which."""

    name: str
    columns: Sequence[str]
    key: Sequence[str]

    @property
    def fresh(self) -> str:
        return f"fresh_{self.name}"

    @property
    def stale(self) -> str:
        return f"stale_{self.name}"

    @property
    def news(self) -> str:
        return f"news_{self.name}"

    @property
    def listed(self) -> str:
        return ", ".join(self.columns)

    def same(self, one: str, other: str, columns: Sequence[str], equals: str = "=") -> str:
        """Return the condition that rows of two tables are alike in some columns."""
        return " AND ".join(f"{one}.{column} {equals} {other}.{column}" for column in columns)


_LEADS = _Table("store_leadstate", LeadRow._fields, ("person",))
_CLOCKS = _Table("store_openclock", OpenClock._fields, ("person", "duty", "n"))


def _publish(rows: ProjectedRows) -> int:
    """Bring both tables to what a snapshot says; return how many rows were written."""
    from django.db import connection, transaction

    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(f"PRAGMA cache_size = -{CACHE_KB}")
        cursor.execute("BEGIN")  # in the connection's own tables: no other writer waits for it
        for table, fresh in ((_LEADS, rows.leads()), (_CLOCKS, rows.clocks())):
            _stage(cursor, table, fresh)
        cursor.execute("COMMIT")
        with transaction.atomic():
            written = sum(_swap(cursor, table) for table in (_LEADS, _CLOCKS))
            cursor.execute(
                "INSERT INTO store_projection (id, snapshot, as_of, swap) VALUES (%s, %s, %s, 1) ON CONFLICT (id) DO "
                "UPDATE SET snapshot = excluded.snapshot, as_of = excluded.as_of, swap = store_projection.swap + 1",
                [_THE_ONE, rows.snapshot, rows.as_of],
            )
        if written:
            _keep_up(cursor, written)
    return written


def _keep_up(cursor: CursorWrapper, written: int) -> None:
    """Let the database take note of what changed, so that it goes on to plan and to read its indexes well."""
    cursor.execute(f"SELECT count(*) FROM {_LEADS.name}")
    much = written > MUCH * cursor.fetchone()[0]
    if cursor.db.vendor == "postgresql":
        # Rows taken out anywhere make it look up every row of their page, until this.
        upkeep = "VACUUM ANALYZE"
    elif much:
        upkeep = "ANALYZE"
    else:
        return
    for table in (_LEADS, _CLOCKS):
        cursor.execute(f"{upkeep} {table.name}")


def _stage(cursor: CursorWrapper, table: _Table, rows: Iterable[tuple[Any, ...]]) -> None:
    """Put fresh rows beside a table, and find which of its rows no longer hold and which of the fresh ones are new."""
    equals = "IS NOT DISTINCT FROM" if cursor.db.vendor == "postgresql" else "IS"
    old, fresh, stale = table.name, table.fresh, table.stale
    key = ", ".join(table.key)
    cursor.execute(f"CREATE TEMP TABLE {fresh} AS SELECT {table.listed} FROM {old} WHERE 1 = 0")
    _insert(cursor, table, rows)
    cursor.execute(f"CREATE INDEX {fresh}_key ON {fresh} ({key})")
    cursor.execute(f"ANALYZE {fresh}")
    cursor.execute(
        f"CREATE TEMP TABLE {stale} AS SELECT {', '.join(f'{old}.{column}' for column in table.key)} FROM {old} "
        f"LEFT JOIN {fresh} ON {table.same(old, fresh, table.key)} "
        f"WHERE {fresh}.{table.key[0]} IS NULL OR NOT ({table.same(old, fresh, table.columns, equals)})"
    )
    cursor.execute(
        f"CREATE TEMP TABLE {table.news} AS SELECT {key} FROM {fresh} WHERE ({key}) IN (SELECT {key} FROM {stale}) "
        f"OR NOT EXISTS (SELECT 1 FROM {old} WHERE {table.same(old, fresh, table.key)})"
    )


def _insert(cursor: CursorWrapper, table: _Table, rows: Iterable[tuple[Any, ...]]) -> None:
    """Put rows into the table of fresh ones, as fast as the database takes them."""
    if cursor.db.vendor == "postgresql":
        with cursor.cursor.copy(f"COPY {table.fresh} ({table.listed}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
        return
    places = ", ".join(["%s"] * len(table.columns))
    left = iter(rows)
    while batch := list(islice(left, BATCH)):
        cursor.executemany(f"INSERT INTO {table.fresh} ({table.listed}) VALUES ({places})", batch)


def _swap(cursor: CursorWrapper, table: _Table) -> int:
    """Take out the rows that no longer hold and put in the fresh ones; return how many were put in."""
    key = ", ".join(table.key)
    cursor.execute(f"DELETE FROM {table.name} WHERE ({key}) IN (SELECT {key} FROM {table.stale})")
    cursor.execute(
        f"INSERT INTO {table.name} ({table.listed}) SELECT {table.listed} FROM {table.fresh} "
        f"WHERE ({key}) IN (SELECT {key} FROM {table.news})"
    )
    written: int = cursor.rowcount
    return written
