"""A whole workspace over PostgreSQL: the same snapshot and the same lists as over a file of SQLite."""

from __future__ import annotations

import importlib
import shutil
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from types import ModuleType

import pytest

BENCH = Path(__file__).parents[2] / "bench"
AS_OF = "2025-09-30 09:00"
LISTS = (
    "SELECT person, name, company, stage, due_at, search FROM store_leadstate ORDER BY person",
    "SELECT person, duty, n, owes, due_at FROM store_openclock ORDER BY person, duty, n",
)

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def sample() -> Iterator[ModuleType]:
    sys.path.insert(0, str(BENCH))
    yield importlib.import_module("sample")
    sys.path.remove(str(BENCH))


def test_postgresql_gives_what_sqlite_gives(sample: ModuleType, postgres, tmp_path: Path) -> None:
    import psycopg

    over_file, over_server, url = tmp_path / "file", tmp_path / "server", postgres.new()
    sample.make(over_file, people=120)
    shutil.copytree(over_file, over_server)
    with (over_server / "detente.toml").open("a") as settings:
        settings.write(f'[database]\nurl = "{url}"\n')
    runs = [sample.replay(root, AS_OF)["snapshot"]["content_hash"] for root in (over_file, over_server)]
    assert runs[0] == runs[1]
    assert not (over_server / "detente.db").exists()
    with closing(sqlite3.connect(over_file / "detente.db")) as here, psycopg.connect(url) as there:
        for question in LISTS:
            rows = here.execute(question).fetchall()
            assert rows == there.execute(question).fetchall()
            assert rows


def test_a_database_that_cannot_be_reached_is_said_so_and_nothing_is_published(
    sample: ModuleType, tmp_path: Path
) -> None:
    sample.make(tmp_path / "workspace", people=100)
    nowhere = f"postgresql://ann:secret@/detente?host={tmp_path}"
    done = sample.detente(tmp_path / "workspace", "replay", DETENTE_DATABASE_URL=nowhere)
    assert done.returncode == 1
    assert "Check that the server runs" in done.stderr
    assert "secret" not in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "workspace" / "snapshots").exists()
