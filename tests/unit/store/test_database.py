"""Opening the application database: an SQLite file, or PostgreSQL by its URL."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from detente.core.errors import Busy, InputError, UsageError
from detente.core.identity.decisions import Decisions, Given, Record, Unit
from detente.store import database as module
from detente.store.database import open_database, opened
from detente.store.identity_log import open_identity_log

DECIDED = Decisions((Given(Unit.PERSON, "pann", Record("crm", "1")),))
Execute = Callable[[Path | str, str], list[tuple[Any, ...]]]


def test_each_workspace_has_its_own_database(database: Path | str, tmp_path: Path) -> None:
    open_identity_log(database).append(DECIDED, as_of=1)
    assert not open_identity_log(tmp_path / "other.db").read()
    assert open_identity_log(database).read() == DECIDED


def test_the_models_and_their_migrations_say_the_same(database: Path | str) -> None:
    open_database(database)
    from django.apps import apps
    from django.db.migrations.autodetector import MigrationAutodetector
    from django.db.migrations.loader import MigrationLoader
    from django.db.migrations.state import ProjectState

    changes = MigrationAutodetector(MigrationLoader(None).project_state(), ProjectState.from_apps(apps))
    assert changes.changes(graph=MigrationLoader(None).graph) == {}


def test_a_database_of_a_newer_version_is_refused(database: Path | str, execute: Execute) -> None:
    open_identity_log(database).append(DECIDED, as_of=1)
    execute(
        database,
        "INSERT INTO django_migrations (app, name, applied) VALUES ('store', '0999_later', '2030-01-01 00:00:00+00')",
    )
    with pytest.raises(UsageError, match=r"0999_later.*Upgrade the program"):
        open_identity_log(database).read()


def test_several_processes_may_open_a_new_database_at_once(database: Path | str, execute: Execute) -> None:
    code = "import sys; from pathlib import Path; from detente.store.database import open_database; "
    code += "open_database(sys.argv[1] if '://' in sys.argv[1] else Path(sys.argv[1]))"
    begun = [
        subprocess.Popen([sys.executable, "-c", code, str(database)], stderr=subprocess.PIPE, text=True)
        for _ in range(3)
    ]
    assert [(process.communicate()[1], process.returncode) for process in begun] == [("", 0)] * 3
    applied = execute(database, "SELECT name FROM django_migrations WHERE app = 'store' ORDER BY name")
    assert applied == [("0001_identity_log",), ("0002_projection",), ("0003_people_decide",), ("0004_inbox",)]


def test_settings_of_screens_stand_beside_those_of_the_store(tmp_path: Path) -> None:
    code = (
        "from pathlib import Path; from detente.store.database import open_database; "
        "open_database(Path('detente.db'), {'INSTALLED_APPS': ['django.contrib.staticfiles'], 'STATIC_URL': '/s/'}); "
        "from django.conf import settings; print(settings.INSTALLED_APPS, settings.STATIC_URL)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=tmp_path)
    assert done.stdout.strip() == "['detente.store', 'django.contrib.staticfiles'] /s/"


# --- SQLite -----------------------------------------------------------------------------------------------------


def test_the_file_is_written_ahead(tmp_path: Path, execute: Execute) -> None:
    open_identity_log(tmp_path / "detente.db").append(DECIDED, as_of=1)
    assert execute(tmp_path / "detente.db", "PRAGMA journal_mode") == [("wal",)]


def test_a_file_that_is_no_database_is_refused_with_a_remedy(tmp_path: Path) -> None:
    (tmp_path / "detente.db").write_text("not a database, but long enough to be looked at" * 40)
    with pytest.raises(InputError, match="Put a backup in its place"):
        open_identity_log(tmp_path / "detente.db").read()


def test_a_folder_that_cannot_be_written_in_is_told_from_a_file_that_is_damaged(tmp_path: Path) -> None:
    (tmp_path / "detente.db").touch()
    (tmp_path / "detente.db-wal").mkdir()  # nobody can write ahead then, whatever their rights
    with pytest.raises(InputError, match="may write in its folder") as refused:
        open_database(tmp_path / "detente.db")
    assert "new ids" not in str(refused.value)


def test_who_waited_long_for_another_writer_is_told_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    log = open_identity_log(tmp_path / "detente.db")
    log.append(DECIDED, as_of=1)
    monkeypatch.setattr(module, "WAIT_SECONDS", 0.05)
    other = sqlite3.connect(tmp_path / "detente.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(Busy, match="another process is writing"):
        log.append(DECIDED, as_of=2)
    other.close()


# --- PostgreSQL -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("mysql://root@localhost/detente", r"must begin with postgresql://.*\[database\] in detente.toml"),
        ("postgresql://u:secret@[host/detente", "cannot be read"),
        ("postgresql://localhost", "names no database"),
    ],
)
def test_a_url_that_is_none_of_a_database_is_refused(url: str, said: str) -> None:
    with pytest.raises(UsageError, match=said) as refused:
        open_database(url)
    assert "secret" not in str(refused.value)


def test_where_psycopg_is_missing_its_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(UsageError, match=r"needs psycopg.*detente\[postgres\]"):
        open_database("postgresql://localhost/detente")


def test_a_server_that_does_not_answer_is_named_without_the_password(tmp_path: Path) -> None:
    with pytest.raises(
        InputError, match=r"database detente on .* cannot be used.*Check that the server runs"
    ) as refused:
        open_database(f"postgresql://ann:secret@/detente?host={tmp_path}")
    assert "secret" not in str(refused.value)


def test_a_user_without_rights_is_told_which_to_ask_for(postgres, execute: Execute) -> None:
    url = postgres.new()
    name = execute(url, "SELECT current_database()")[0][0]
    execute(url, "DROP ROLE IF EXISTS guest")
    execute(url, "CREATE ROLE guest LOGIN")
    execute(url, "REVOKE CREATE ON SCHEMA public FROM PUBLIC")
    with pytest.raises(InputError, match=rf"guest lacks a right .*GRANT TEMPORARY ON DATABASE {name} TO guest"):
        open_database(postgres.url(name, "guest"))


def test_a_database_that_went_away_is_said_so(postgres, execute: Execute) -> None:
    url = postgres.new()
    from django.db import connection

    def use() -> None:
        with opened(url), connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            ours = cursor.fetchone()[0]
            execute(postgres.url("postgres"), f"SELECT pg_terminate_backend({ours})")
            cursor.execute("SELECT 1")

    with pytest.raises(InputError, match="cannot be used"):
        use()
