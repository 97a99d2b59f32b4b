"""A database is synced into a workspace: what is in it, what changed, what was deleted and came back."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import duckdb
import pytest

from detente import bootstrap
from detente.app.operations.sync_report import SourceReport

SETTINGS = """
[sources.shop]
system = "sql"
mapping = "mappings/shop.yaml"
url_file = "shop.url"
[sources.shop.streams.people]
table = "people"
key = "id"
modified = "changed"
deletions = true
"""
MAPPING = """\
mapping: 1
source: shop
timezone: UTC
files:
  people:
    file: people.jsonl
    subject: person
    record: id
    deleted: {_deleted: "true"}
    facts:
      - enrich: {person.name: name, company.revenue: {column: revenue, as: number}}
        occurred_at: changed
"""


class Shop:
    """A database with people, and the workspace that it is synced into."""

    def __init__(self, root: Path, url: str) -> None:
        self.root = root
        self.url = url
        bootstrap.init(root, "Harbour", "UTC", "EUR")
        with (root / "detente.toml").open("a") as settings:
            settings.write(SETTINGS)
        (root / "shop.url").write_text(url)
        (root / "mappings" / "shop.yaml").write_text(MAPPING)
        self.run("CREATE TABLE people (id INTEGER PRIMARY KEY, name TEXT, revenue DECIMAL(20, 2), changed TIMESTAMP)")

    def run(self, statement: str) -> None:
        if self.url.startswith("sqlite"):
            with closing(sqlite3.connect(self.url.removeprefix("sqlite:///"))) as con, con:
                con.execute(statement)
            return
        import psycopg

        with psycopg.connect(self.url) as con:
            con.execute(statement)

    def sync(self) -> SourceReport:
        [report] = bootstrap.sync(self.root, ["shop"], bootstrap.SyncWanted(lambda _: None))
        assert report.good, report
        return report

    def landed(self, what: str, columns: str) -> list[tuple[Any, ...]]:
        with closing(duckdb.connect()) as con:
            sql = f"SELECT {columns} FROM '{self.root}/facts/*/{what}-*.parquet' ORDER BY ALL"
            return con.execute(sql).fetchall()


@pytest.fixture(params=["sqlite", "postgresql"])
def shop(request: pytest.FixtureRequest, tmp_path: Path) -> Shop:
    if request.param == "postgresql":
        return Shop(tmp_path / "revenue", request.getfixturevalue("postgres").new())
    return Shop(tmp_path / "revenue", f"sqlite:///{tmp_path / 'shop.db'}")


def test_what_is_done_in_a_database_is_what_is_landed(shop: Shop) -> None:
    people = ", ".join(f"({n}, 'P{n}', 1000000.10, '2026-03-01 10:00:00')" for n in range(1, 1201))
    shop.run(f"INSERT INTO people VALUES {people}")
    shop.sync()
    assert len(shop.landed("facts", "record")) == 1200
    assert shop.landed("facts", "extra")[0] == ('{"company.revenue":1000000.1,"person.name":"P1"}',)

    shop.run("UPDATE people SET name = 'Q7', changed = '2026-03-02 10:00:00' WHERE id = 7")
    shop.run("DELETE FROM people WHERE id = 8")
    shop.sync()
    assert len(shop.landed("facts", "record")) == 1201  # what did not change counts once
    assert shop.landed("links", "record, relation") == [("8", "deleted")]

    shop.run("INSERT INTO people VALUES (8, 'P8', 1000000.10, '2026-03-01 10:00:00')")
    shop.sync()
    assert shop.landed("links", "record, relation") == [("8", "deleted"), ("8", "restored")]
    assert len(shop.landed("facts", "record")) == 1201
