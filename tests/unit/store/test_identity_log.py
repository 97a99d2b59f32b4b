"""The identity log in the application database."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from detente.core.errors import InputError, UsageError
from detente.core.identity.decisions import Decisions, Given, Linked, Record, Redirected, Rule, Unit
from detente.store.identity_log import open_identity_log

ANN = Given(Unit.PERSON, "pann", Record("crm", "1"))
BOB = Given(Unit.PERSON, "pbob", Record("web", "7"))
FIRM = Given(Unit.ACCOUNT, "afirm", Record("crm", "1"))
DECIDED = Decisions(
    (ANN, BOB, FIRM),
    (Linked(Unit.PERSON, Record("web", "7"), "pann", Rule.EMAIL, "crm:1"),),
    (Redirected(Unit.PERSON, "pbob", "pann", "email crm:1"),),
)


def test_what_was_decided_is_read_back_in_order(tmp_path: Path) -> None:
    log = open_identity_log(tmp_path / "detente.db")
    log.append(DECIDED, as_of=1)
    log.append(Decisions(redirected=(Redirected(Unit.PERSON, "pbob", "pbob", ""),)), as_of=2)
    again = open_identity_log(tmp_path / "detente.db").read()
    assert again == DECIDED + Decisions(redirected=(Redirected(Unit.PERSON, "pbob", "pbob", ""),))


def test_each_workspace_has_its_own_log(tmp_path: Path) -> None:
    open_identity_log(tmp_path / "one.db").append(DECIDED, as_of=1)
    assert not open_identity_log(tmp_path / "two.db").read()
    assert open_identity_log(tmp_path / "one.db").read() == DECIDED


def test_decisions_are_added_all_or_none(tmp_path: Path) -> None:
    log = open_identity_log(tmp_path / "detente.db")
    twice = Decisions((ANN, Given(Unit.PERSON, "pann", Record("crm", "2"))))
    with pytest.raises(Exception, match="UNIQUE"):
        log.append(twice, as_of=1)
    assert not log.read()


@pytest.mark.parametrize("statement", ["UPDATE store_givenid SET id = 'x'", "DELETE FROM store_recordlink"])
def test_no_one_can_change_what_was_decided(tmp_path: Path, statement: str) -> None:
    open_identity_log(tmp_path / "detente.db").append(DECIDED, as_of=1)
    with sqlite3.connect(tmp_path / "detente.db") as con, pytest.raises(sqlite3.IntegrityError, match="append-only"):
        con.execute(statement)
    con.close()


def test_the_database_writes_ahead(tmp_path: Path) -> None:
    open_identity_log(tmp_path / "detente.db").append(DECIDED, as_of=1)
    con = sqlite3.connect(tmp_path / "detente.db")
    assert con.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    con.close()


def test_the_models_and_their_migrations_say_the_same(tmp_path: Path) -> None:
    open_identity_log(tmp_path / "detente.db").read()
    from django.apps import apps
    from django.db.migrations.autodetector import MigrationAutodetector
    from django.db.migrations.loader import MigrationLoader
    from django.db.migrations.state import ProjectState

    changes = MigrationAutodetector(MigrationLoader(None).project_state(), ProjectState.from_apps(apps))
    assert changes.changes(graph=MigrationLoader(None).graph) == {}


def test_a_file_that_is_no_database_is_refused_with_a_remedy(tmp_path: Path) -> None:
    (tmp_path / "detente.db").write_text("not a database, but long enough to be looked at" * 40)
    with pytest.raises(InputError, match="Put a backup in its place"):
        open_identity_log(tmp_path / "detente.db").read()


def test_a_database_of_a_newer_version_is_refused(tmp_path: Path) -> None:
    open_identity_log(tmp_path / "detente.db").append(DECIDED, as_of=1)
    con = sqlite3.connect(tmp_path / "detente.db")
    con.execute("INSERT INTO django_migrations (app, name, applied) VALUES ('store', '0999_later', '2030-01-01')")
    con.commit()
    con.close()
    with pytest.raises(UsageError, match=r"0999_later.*Upgrade the program"):
        open_identity_log(tmp_path / "detente.db").read()
