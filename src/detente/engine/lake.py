"""Reads the published snapshots of a workspace: implements the port `app.ports.snapshots`.

Input: the folder that `snapshot.py` writes. A question's names are checked against the table's own columns and its
values are parameters, so that no text from outside becomes SQL.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from detente.app.ports.snapshots import Column, Row, SnapshotInfo, Where
from detente.core.errors import InputError, UsageError
from detente.core.facts.fact import Fact
from detente.core.identity.keys import email_key
from detente.engine.clustered import ClusteredFile
from detente.engine.duck import connect, quoted
from detente.engine.hashing import type_name
from detente.engine.histories import COLUMNS, facts
from detente.engine.snapshot import SnapshotFolder, unreadable

BATCH = 10_000
"""Rows fetched at a time."""

_OPERATORS = {"==": "=", "!=": "<>", "<": "<", "<=": "<=", ">": ">", ">=": ">="}


class Lake:
    """The snapshots in `<workspace>/snapshots`."""

    def __init__(self, folder: Path) -> None:
        self._folder = SnapshotFolder(folder)

    def current(self) -> ParquetSnapshot:
        """Open the current snapshot. `UsageError` with the remedy if none was published yet."""
        return ParquetSnapshot(self._folder, self._folder.current())


class ParquetSnapshot:
    """One published snapshot, read only. What it says of each method is said in the port."""

    def __init__(self, folder: SnapshotFolder, snapshot_id: str) -> None:
        self._folder = folder
        self._info = folder.info(snapshot_id)
        self._con = connect()

    @property
    def info(self) -> SnapshotInfo:
        """What it holds."""
        return self._info

    def columns(self, table: str) -> tuple[Column, ...]:
        """Return the columns of a table."""
        schema = pq.read_schema(self.parquet(table))
        return tuple(Column(field.name, type_name(field.type)) for field in schema)

    def rows(
        self,
        table: str,
        *,
        columns: Sequence[str] = (),
        where: Sequence[Where] = (),
        order: Sequence[str] = (),
        limit: int | None = None,
        offset: int = 0,
    ) -> Iterator[Row]:
        """Yield the rows for which every comparison holds."""
        ordered = (name.removeprefix("-") for name in order)
        known = self._known(table, (*columns, *(each.column for each in where), *ordered))
        shown = columns or known
        source, parameters = self._source(table, where)
        sql = f"SELECT {', '.join(map(quoted, shown))} FROM {source}"
        if order:
            sql += " ORDER BY " + ", ".join(_order(name) for name in order)
        if limit is not None:
            sql += f" LIMIT {limit:d}"
        if offset:
            sql += f" OFFSET {offset:d}"
        return self._fetch(sql, parameters, shown)

    def tally(self, table: str, column: str | None, where: Sequence[Where] = ()) -> Mapping[Any, int]:
        """Return how many of those rows have each value of a column."""
        self._known(table, (*([] if column is None else [column]), *(each.column for each in where)))
        value = "NULL" if column is None else quoted(column)
        source, parameters = self._source(table, where)
        sql = f"SELECT {value}, count(*) FROM {source}" + (
            "" if column is None else " GROUP BY 1 ORDER BY 1 NULLS LAST"
        )
        return {row["value"]: row["rows"] for row in self._fetch(sql, parameters, ("value", "rows"))}

    def _known(self, table: str, named: Sequence[str]) -> list[str]:
        """Return the names of a table's columns; UsageError for one that it has not."""
        known = [column.name for column in self.columns(table)]
        for name in named:
            _check(f"table {table} has no column", name, known)
        return known

    def _source(self, table: str, where: Sequence[Where]) -> tuple[str, list[Any]]:
        """Return what stands after FROM, and its parameters."""
        parameters: list[Any] = [str(self.parquet(table))]
        sql = "read_parquet(?)"
        if where:
            sql += " WHERE " + " AND ".join(_comparison(each, parameters) for each in where)
        return sql, parameters

    def parquet(self, table: str) -> Path:
        """Return the file that holds the whole table."""
        _check("the snapshot has no table", table, sorted(self._info.counts))
        file = self._folder.table(self._info.id, table)
        if not file.exists():
            raise InputError(
                f"snapshot {self._info.id} is no longer there: newer ones were published meanwhile, or a file was "
                "removed. Ask again; if it is said again, run `detente replay`"
            )
        try:
            pq.read_metadata(file)
        except (OSError, pa.ArrowException) as error:
            raise unreadable(self._info.id, error) from error
        return file

    def agreement_texts(self) -> Sequence[tuple[str, str]]:
        """Return the (file, text) pairs the snapshot was judged under."""
        return self._folder.texts(self._info.id)

    def lead(self, ref: str) -> tuple[str, ...]:
        """Return the ids of the persons `ref` names: by id, else by source:record, else by e-mail address."""
        return self._by_id(ref) or self._by_record(ref) or self._by_email(ref)

    def facts(self, person: str) -> Sequence[Fact]:
        """Return the facts of a person's timeline, in replay order."""
        try:
            return facts(self._timeline.rows(person, COLUMNS))
        except (OSError, pa.ArrowException) as error:
            self.parquet("timeline")  # says so where it is gone
            raise unreadable(self._info.id, error) from error

    @cached_property
    def _timeline(self) -> ClusteredFile:
        return ClusteredFile(self.parquet("timeline"), "person")

    def _by_id(self, ref: str) -> tuple[str, ...]:
        moved = [row["to"] for row in self.rows("redirects", where=[Where("id", "==", ref)])]
        return self._persons("persons", Where("person", "==", moved[0] if moved else ref))

    def _by_record(self, ref: str) -> tuple[str, ...]:
        found: set[str] = set()
        for at, sign in enumerate(ref):
            if sign == ":":
                source, record = Where("source", "==", ref[:at]), Where("record", "==", ref[at + 1 :])
                found.update(self._persons("persons", source, record))
        return tuple(sorted(found))

    def _by_email(self, ref: str) -> tuple[str, ...]:
        key = email_key(ref)
        return () if key is None else self._persons("emails", Where("email", "==", key))

    def _persons(self, table: str, *where: Where) -> tuple[str, ...]:
        return tuple(sorted({row["person"] for row in self.rows(table, columns=["person"], where=where)}))

    def _fetch(self, sql: str, parameters: Sequence[Any], names: Sequence[str]) -> Iterator[Row]:
        try:
            cursor: duckdb.DuckDBPyConnection = self._con.cursor().execute(sql, parameters)
            while batch := cursor.fetchmany(BATCH):
                for values in batch:
                    yield dict(zip(names, values, strict=True))
        except duckdb.Error as error:  # names are checked and values are parameters: it is the file that is damaged
            raise unreadable(self._info.id, error) from error


def _check(what: str, name: str, known: Sequence[str]) -> None:
    if name not in known:
        near = difflib.get_close_matches(name, known, 1)
        hint = f"did you mean '{near[0]}'?" if near else f"it has {', '.join(known)}"
        raise UsageError(f"{what} '{name}': {hint}")


def _comparison(where: Where, parameters: list[Any]) -> str:
    column = quoted(where.column)
    if where.op in ("is null", "is not null"):
        return f"{column} {where.op.upper()}"
    if where.op == "in":
        parameters.extend(where.value)
        return f"{column} IN ({', '.join('?' * len(where.value))})" if where.value else "false"
    parameters.append(where.value)
    return f"{column} {_OPERATORS[where.op]} ?"


def _order(name: str) -> str:
    return quoted(name.removeprefix("-")) + (" DESC" if name.startswith("-") else " ASC") + " NULLS LAST"
