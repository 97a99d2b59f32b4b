"""A new database for each test, of each kind that the store knows."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from detente.app.folding import folded
from detente.app.ports.projection import LeadRow, OpenClock


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Path | str:
    """The path of an SQLite file that is not there yet, and the URL of an empty PostgreSQL database."""
    return tmp_path / "detente.db" if request.param == "sqlite" else request.getfixturevalue("postgres").new()


@pytest.fixture
def execute() -> Callable[[Path | str, str], list[tuple[Any, ...]]]:
    """Return what executes one statement in a database, past everything of ours, and returns its rows."""

    def run(database: Path | str, statement: str) -> list[tuple[Any, ...]]:
        if isinstance(database, Path):
            with closing(sqlite3.connect(database, isolation_level=None)) as con:
                return con.execute(statement).fetchall()
        import psycopg

        with psycopg.connect(database, autocommit=True) as con:
            done = con.execute(statement)
            return done.fetchall() if done.description else []

    return run


@dataclass
class Rows:
    """What a snapshot says, as told."""

    snapshot: str
    lead_rows: list[LeadRow]
    clock_rows: list[OpenClock]
    as_of: int = 1

    def leads(self) -> Iterator[LeadRow]:
        return iter(self.lead_rows)

    def clocks(self) -> Iterator[OpenClock]:
        return iter(self.clock_rows)


@pytest.fixture(scope="session")
def of() -> type[Rows]:
    """Make what a snapshot says: `of(id, leads, clocks)`."""
    return Rows


@pytest.fixture(scope="session")
def a_lead() -> Callable[..., LeadRow]:
    """Make a lead; what is not told is usual."""

    def make(person: str, **told: Any) -> LeadRow:
        usual = dict.fromkeys(LeadRow._fields) | {
            "person": person, "name": person.title(), "known_as": "name", "stage": "Lead", "score": 0.0,
            "hinges": False,
        }  # fmt: skip
        row = usual | told
        row["name_key"] = folded(row["name"])
        row["search"] = "\n".join((row["name_key"], folded(row["company"] or ""), folded(row["email"] or "")))
        return LeadRow(**row)

    return make


@pytest.fixture(scope="session")
def a_clock() -> Callable[..., OpenClock]:
    """Make a running clock; what is not told is usual."""

    def make(person: str, **told: Any) -> OpenClock:
        usual = dict.fromkeys(OpenClock._fields) | {
            "person": person, "duty": "sla.speed", "n": 1, "version": "1.0.0", "status": "open", "owes": "sales",
            "owed_to": "marketing", "entered_at": 1, "started_at": 2, "target": "1bh", "target_us": 3_600_000_000,
            "owner": "pool.a", "due_at": 10,
        }  # fmt: skip
        return OpenClock(**(usual | told))

    return make
