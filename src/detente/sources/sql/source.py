"""Reads tables and queries of an SQL database: whole or what changed since, in one transaction that cannot write.

Input: the settings of the source. Rows come through a server-side cursor where the database has one, ordered by
(modified, key); every value becomes a JSON value without loss (`values.py`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field, SecretStr, model_validator
from sqlalchemy import Connection, Engine, Select, column, func, literal_column, or_, select, table, text
from sqlalchemy.exc import SQLAlchemyError

from detente.sources.kit.connector import Cursor, Page, Stream
from detente.sources.kit.web import Web
from detente.sources.sql.cursor import from_the_future, start_of, to_cursor
from detente.sources.sql.opening import engine_of, refusal
from detente.sources.sql.values import json_value, record_id

PAGE = 1_000
"""Rows of a page."""


class StreamSettings(BaseModel):
    """`[sources.NAME.streams.STREAM]`: one table, or one query."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    table: str | None = Field(None, description="The table or view, with its schema where needed: crm.contacts.")
    query: str | None = Field(None, description="A SELECT instead of a table.")
    key: str = Field(description="The column with a row's own id.")
    modified: str | None = Field(
        None, description="The column that says when a row last changed. Without one, all rows are read every time."
    )
    overlap: int = Field(
        300, ge=0, description="How far before the last change seen to read again: seconds, or as many for numbers."
    )
    deletions: bool = Field(False, description="Whether a row that is gone counts as deleted: all ids are compared.")

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if (self.table is None) == (self.query is None):
            raise ValueError("name a table or a query, one of both")
        return self


class Settings(BaseModel):
    """`[sources.NAME]` with `system = "sql"`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    url: SecretStr = Field(description="The database, as SQLAlchemy writes it: postgresql+psycopg://user:…@host/name.")
    streams: dict[str, StreamSettings] = Field(min_length=1, description="What to read, by the mapping's streams.")


def connect(settings: Settings, web: Web) -> Sequence[Stream]:
    """Return a stream for each table or query. Nothing is opened before a stream is read."""
    del web  # a database is not asked over HTTP
    engine = partial(engine_of, settings.url)
    return [_stream(name, stream, _Database(engine, name)) for name, stream in settings.streams.items()]


def _stream(name: str, stream: StreamSettings, database: _Database) -> Stream:
    reader = _Reader(stream, database)
    return Stream(name, stream.key, reader.pages, reader.present if stream.deletions else None)


class _Database:
    """The database, opened for one stream at a time."""

    def __init__(self, engine: partial[Engine], stream: str) -> None:
        self._engine = engine
        self._stream = stream

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Yield a connection in a transaction of its own, which is rolled back; `SourceError` with what is wrong."""
        engine = self._engine()
        try:
            with engine.connect() as connection:
                yield connection
        except SQLAlchemyError as error:
            raise refusal(error, self._stream, engine.url) from None
        finally:
            engine.dispose()


class _Reader:
    """Reads one stream."""

    def __init__(self, stream: StreamSettings, database: _Database) -> None:
        self._settings = stream
        self._database = database

    def pages(self, cursor: Cursor) -> Iterator[Page]:
        """Yield the rows that changed since the cursor, oldest change first."""
        with self._database.reading() as connection:
            now = _now(connection)
            last: Cursor | None = None
            for rows in self._rows(connection, self._changed(start_of(cursor, self._settings.overlap))):
                last = self._behind(rows, now) or last
                yield Page(rows=[{name: json_value(value) for name, value in row.items()} for row in rows], cursor=last)

    def present(self) -> Iterator[str]:
        """Yield the ids of all rows there are."""
        key: Any = column(self._settings.key)
        with self._database.reading() as connection:
            for rows in self._rows(connection, select(key).select_from(self._from())):
                yield from (record_id(row[self._settings.key]) for row in rows)

    def _changed(self, start: object) -> Select[Any]:
        """Return the query of what changed at a value or later (None: ever). A row without a time always counts."""
        wanted: Select[Any] = select(literal_column("*")).select_from(self._from())
        if self._settings.modified is None:
            return wanted.order_by(column(self._settings.key))
        modified: Any = column(self._settings.modified)
        if start is not None:
            wanted = wanted.where(or_(modified >= start, modified.is_(None)))
        return wanted.order_by(modified, column(self._settings.key))

    def _from(self) -> Any:  # noqa: ANN401  SQLAlchemy has no public name for what a SELECT reads from
        if self._settings.query is not None:
            return text(self._settings.query.strip().rstrip(";")).columns().subquery("asked")
        schema, _, name = str(self._settings.table).rpartition(".")
        return table(name, schema=schema or None)

    @staticmethod
    def _rows(connection: Connection, query: Select[Any]) -> Iterator[Sequence[dict[str, Any]]]:
        result = connection.execution_options(yield_per=PAGE).execute(query)
        for part in result.mappings().partitions():
            yield [dict(row) for row in part]

    def _behind(self, rows: Sequence[dict[str, Any]], now: datetime) -> Cursor | None:
        """Return the cursor behind a page: that of its last change that is not said to lie in the future."""
        modified = self._settings.modified
        if modified is None:
            return None
        changes = (row[modified] for row in reversed(rows))
        known = next((at for at in changes if at is not None and not from_the_future(at, now)), None)
        return None if known is None else to_cursor(known)


def _now(connection: Connection) -> datetime:
    """Return the database's own present."""
    now: datetime = connection.execute(select(func.current_timestamp())).scalar_one()
    return now if now.tzinfo else now.replace(tzinfo=UTC)
