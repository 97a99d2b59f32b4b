"""A database is read as it is: what changed since, deletions, every value without loss; and it is never written."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from detente.core.errors import SourceRefused, SourceUnready, UsageError
from detente.sources.kit.connector import Cursor, Row, Stream
from detente.sources.kit.patience import Moments
from detente.sources.kit.web import Web
from detente.sources.sql.source import PAGE, Settings, connect

PEOPLE = (
    "CREATE TABLE people (id INTEGER PRIMARY KEY, name TEXT, changed TIMESTAMP)",
    "INSERT INTO people VALUES (3, 'Ada', '2026-03-01 10:00:00'), (1, 'Ben', '2026-03-02 10:00:00'), (2, 'Cleo', NULL)",
)


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of an empty database of each kind."""
    if request.param == "postgresql":
        return str(request.getfixturevalue("postgres").new())
    sqlite3.connect(tmp_path / "shop.db").close()
    return f"sqlite:///{tmp_path / 'shop.db'}"


def run(url: str, *statements: str) -> None:
    """Execute statements in a database, past everything of ours."""
    if url.startswith("sqlite"):
        with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as con, con:
            for statement in statements:
                con.execute(statement)
        return
    import psycopg

    with psycopg.connect(url) as con:
        for statement in statements:
            con.execute(statement)


def streams(url: str, **streams: dict[str, Any]) -> Sequence[Stream]:
    """The streams of a source with these settings."""
    settings = Settings.model_validate({"url": url, "streams": streams})
    return connect(settings, Web(Moments(lambda: 0.0, lambda _: None, lambda: 0.5)))


def read(stream: Stream, cursor: Cursor | None = None) -> tuple[list[Row], Cursor]:
    """All rows since a cursor, and the cursor behind them."""
    rows: list[Row] = []
    for page in stream.pages(cursor or {}):
        rows += page.rows
        cursor = page.cursor or cursor
    return rows, cursor or {}


def test_everything_is_read_first_and_then_what_changed(database: str) -> None:
    run(database, *PEOPLE)
    [people] = streams(database, people={"table": "people", "key": "id", "modified": "changed"})
    rows, cursor = read(people)
    assert sorted((row["id"], row["name"]) for row in rows) == [(1, "Ben"), (2, "Cleo"), (3, "Ada")]
    run(database, "INSERT INTO people VALUES (4, 'Dan', '2026-03-02 09:57:00')")  # committed late, within the overlap
    rows, cursor = read(people, cursor)
    assert {row["name"] for row in rows} == {"Ben", "Dan", "Cleo"}  # a row without a time always counts
    run(database, "UPDATE people SET name = 'Ada B', changed = '2026-03-03 08:00:00' WHERE id = 3")
    rows, cursor = read(people, cursor)
    assert "Ada B" in {row["name"] for row in rows}
    assert {row["name"] for row in read(people, cursor)[0]} == {"Ada B", "Cleo"}


def test_a_query_is_read_as_a_table_is(database: str) -> None:
    run(database, *PEOPLE)
    query = "SELECT id, upper(name) AS shout, changed FROM people WHERE name <> 'Ben';"
    [loud] = streams(database, loud={"query": query, "key": "id", "modified": "changed"})
    rows, cursor = read(loud)
    assert {row["shout"] for row in rows} == {"ADA", "CLEO"}
    assert {row["shout"] for row in read(loud, cursor)[0]} == {"ADA", "CLEO"}


def test_a_thousand_rows_of_one_instant_at_the_edge_of_a_page_are_all_read(database: str) -> None:
    many = ", ".join(f"({n}, 'P{n}', '2026-03-01 10:00:00')" for n in range(2 * PAGE + 5))
    run(database, PEOPLE[0], f"INSERT INTO people VALUES {many}")
    [people] = streams(database, people={"table": "people", "key": "id", "modified": "changed", "overlap": 0})
    pages = list(people.pages({}))
    assert [len(page.rows) for page in pages] == [PAGE, PAGE, 5]
    assert pages[0].cursor is not None
    assert len(read(people, pages[0].cursor)[0]) == 2 * PAGE + 5  # killed after the first page, nothing is left out


def test_a_change_said_to_lie_in_the_future_does_not_hide_what_comes_after(database: str) -> None:
    run(database, *PEOPLE, "UPDATE people SET changed = '2999-01-01 00:00:00' WHERE id = 1")
    [people] = streams(database, people={"table": "people", "key": "id", "modified": "changed"})
    _, cursor = read(people)
    run(database, "INSERT INTO people VALUES (9, 'New', '2026-03-05 10:00:00')")
    assert "New" in {row["name"] for row in read(people, cursor)[0]}


@pytest.mark.parametrize("overlap", [0, 10])
def test_changes_may_be_counted_instead_of_timed(database: str, overlap: int) -> None:
    run(database, "CREATE TABLE log (id INTEGER PRIMARY KEY)")
    run(database, *(f"INSERT INTO log VALUES ({n})" for n in range(1, 31)))
    [log] = streams(database, log={"table": "log", "key": "id", "modified": "id", "overlap": overlap})
    _, cursor = read(log)
    assert [row["id"] for row in read(log, cursor)[0]] == list(range(30 - overlap, 31))


def test_ids_that_are_there_are_told_for_deletions(database: str) -> None:
    run(database, *PEOPLE, "DELETE FROM people WHERE id = 1")
    [people] = streams(database, people={"table": "people", "key": "id", "deletions": True})
    assert people.present is not None
    assert sorted(people.present()) == ["2", "3"]
    [kept] = streams(database, people={"table": "people", "key": "id"})
    assert kept.present is None


def test_no_value_of_postgresql_is_rounded(postgres: Any) -> None:
    url = postgres.new()
    run(
        url,
        """CREATE VIEW everything AS SELECT 1 AS id, 12345678901234567890.10::numeric AS amount,
        9007199254740993 AS big,
        '2026-03-01'::date AS day, '2026-03-01 10:00:00.000001'::timestamp AS naive,
        '2026-03-01 10:00:00+02'::timestamptz AS aware, '\\x00ff'::bytea AS bytes, true AS yes, NULL AS nothing,
        interval '1 day 0.5 seconds' AS span, '{"a": [1.5, null]}'::jsonb AS nested, ARRAY['x', 'y'] AS list,
        'NaN'::float8 AS odd, '7d444840-9dc0-11d1-b245-5ffdce74fad2'::uuid AS uid""",
    )
    [everything] = streams(url, everything={"table": "everything", "key": "id"})
    [row] = read(everything)[0]
    aware = row.pop("aware")
    assert aware.startswith("2026-03-01T") and aware[-6] in "+-"  # noqa: PT018
    assert row == {
        "id": 1, "amount": "12345678901234567890.10", "big": 9007199254740993, "day": "2026-03-01",
        "naive": "2026-03-01T10:00:00.000001", "bytes": "00ff", "yes": True, "nothing": None, "span": "86400.5",
        "nested": {"a": [1.5, None]}, "list": ["x", "y"], "odd": "nan",
        "uid": "7d444840-9dc0-11d1-b245-5ffdce74fad2",
    }  # fmt: skip


@pytest.mark.parametrize(
    "statement", ["DELETE FROM people RETURNING id", "SELECT id FROM people) x; DELETE FROM people; --"]
)
def test_a_query_cannot_write(database: str, statement: str) -> None:
    run(database, *PEOPLE)
    [sly] = streams(database, sly={"query": statement, "key": "id"})
    with pytest.raises(SourceRefused, match="the database answers"):
        read(sly)
    [people] = streams(database, people={"table": "people", "key": "id"})
    assert len(read(people)[0]) == 3


def test_a_function_that_writes_is_refused_by_the_transaction(postgres: Any) -> None:
    url = postgres.new()
    run(
        url,
        *PEOPLE,
        "CREATE FUNCTION gone() RETURNS int LANGUAGE sql AS 'DELETE FROM people; SELECT 1'",
    )
    [sly] = streams(url, sly={"query": "SELECT gone() AS id", "key": "id"})
    with pytest.raises(SourceRefused, match="read-only"):
        read(sly)


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"table": "nobody", "key": "id"}, "nobody"),
        ({"table": "people", "key": "id", "modified": "when_changed"}, "when_changed"),
        ({"query": "SELECT FROM WHERE", "key": "id"}, "stream s: the database answers"),
    ],
)
def test_what_the_database_refuses_is_said_in_its_words(database: str, settings: dict[str, Any], said: str) -> None:
    run(database, *PEOPLE)
    [stream] = streams(database, s=settings)
    with pytest.raises(SourceRefused, match=said):
        read(stream)


def test_a_file_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    [people] = streams(f"sqlite:///{tmp_path / 'none.db'}", people={"table": "people", "key": "id"})
    with pytest.raises(SourceUnready, match="unable to open"):
        read(people)
    assert not (tmp_path / "none.db").exists()


def test_a_file_uri_that_asks_to_write_makes_none_either(tmp_path: Path) -> None:
    url = f"sqlite:///file:{tmp_path / 'none.db'}?mode=rwc&uri=true"
    [people] = streams(url, people={"table": "people", "key": "id"})
    with pytest.raises(SourceUnready, match="unable to open"):
        read(people)
    assert not (tmp_path / "none.db").exists()


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("nonsense with hunter22", "cannot be read"),
        ("postgresql://u:x@h:hunter22/y", "cannot be read"),  # a part of the password looks like a port
        ("nosuchdb://u:hunter22@h/d", "no database 'nosuchdb'"),
        ("mysql+pymysql://u:hunter22@h/d", "pip install pymysql"),
    ],
)
def test_a_url_that_cannot_be_used_is_said_without_its_password(url: str, said: str) -> None:
    [people] = streams(url, people={"table": "people", "key": "id"})
    with pytest.raises(UsageError, match=said) as refused:
        read(people)
    assert "hunter22" not in str(refused.value)


def test_a_server_that_is_away_is_said_without_its_password() -> None:
    [people] = streams("postgresql://u:hunter22@127.0.0.1:1/d", people={"table": "people", "key": "id"})
    with pytest.raises(SourceUnready, match="Connection refused") as refused:
        read(people)
    assert "hunter22" not in str(refused.value)


@pytest.mark.parametrize("streams_", [{}, {"a": {"key": "id"}}, {"a": {"table": "t", "query": "q", "key": "id"}}])
def test_settings_that_say_too_little_or_too_much_are_refused(streams_: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Settings.model_validate({"url": "sqlite:///x.db", "streams": streams_})
