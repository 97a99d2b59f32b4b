"""Opens the application database of a workspace: settings without a Django project, migrations applied.

Input: the path of an SQLite file, which is created if it is not there, or the URL of a PostgreSQL database. Every
process opens one; its Django settings are made here alone, and a process of screens adds its own.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import django
from django.conf import settings
from django.db import DatabaseError, OperationalError, connection, connections, transaction
from django.db.migrations.executor import MigrationExecutor

from detente.core.errors import Busy, DetenteError, InputError, UsageError
from detente.store.postgres import lacks_right, postgres_settings, unreachable

WAIT_SECONDS = 20
"""How long to wait for another transaction before giving up."""

_MAGIC = b"SQLite format 3\0"
_UNUSABLE = (
    "{}: the application database cannot be used ({}). Put a backup in its place, or move it away to start a new one: "
    "persons then get new ids"
)
_UNWRITABLE = (
    "{}: the application database cannot be written ({}). Check that you may write in its folder and that the disk has "
    "room, then try again"
)
_OF_THE_PLACE = {sqlite3.SQLITE_PERM, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_FULL,
                 sqlite3.SQLITE_CANTOPEN}  # fmt: skip
"""SQLite's codes of errors that lie with the folder or the disk, and not with the file."""
_MIGRATING = 0x64657465
"""Of the lock in PostgreSQL that lets one process at a time change tables."""

Database = Path | str
"""The path of an SQLite file, or the URL of a PostgreSQL database."""


def open_database(database: Database, more_settings: Mapping[str, Any] | None = None) -> None:
    """Make it the default database of this process and bring its tables up to date.

    `more_settings` are Django settings beside the store's own, for a process that also shows screens; its
    `INSTALLED_APPS` come after the store's. They count where this is the first database the process opens. Django
    closes the connections of a request's thread when the request has ended.

    `InputError` if it is no database or cannot be reached; `UsageError` if a newer version of this program wrote it, or
    a library is missing.
    """
    chosen = postgres_settings(database) if isinstance(database, str) else _sqlite(database)
    if settings.configured:
        _point_to(chosen)
    else:
        more = dict(more_settings or {})
        settings.configure(
            INSTALLED_APPS=["detente.store", *more.pop("INSTALLED_APPS", [])],
            DATABASES={"default": chosen},
            USE_TZ=True,
            TIME_ZONE="UTC",
            **more,
        )
        django.setup()
    try:
        _migrate(_name(database))
    except DatabaseError as error:
        raise _unusable(database, error) from error
    finally:
        connection.close()  # the next query opens it anew: a server forks its workers from here, and none may share it


@contextmanager
def opened(database: Database) -> Iterator[None]:
    """Hold the database open while in the context; its connection is closed afterwards.

    `InputError` as `open_database`; `Busy` where another process writes for longer than `WAIT_SECONDS`.
    """
    open_database(database)
    try:
        yield
    except DatabaseError as error:
        if isinstance(error, OperationalError) or lacks_right(error):
            raise _unusable(database, error) from error
        raise
    finally:
        connection.close()


@contextmanager
def answering() -> Iterator[None]:
    """Ask the open database while in the context: one that does not answer is a refusal with its remedy, no defect.

    `InputError` where it cannot be used; `Busy` where another process holds it for longer than `WAIT_SECONDS`.
    """
    try:
        yield
    except DatabaseError as error:
        name = str(connection.settings_dict["NAME"])
        raise _unusable(Path(name) if connection.vendor == "sqlite" else name, error) from error


def _point_to(chosen: dict[str, Any]) -> None:
    """Make another database the default one of a process that had one open already."""
    connection.close()
    connections.settings = connections.configure_settings({"default": chosen})
    del connections["default"]


def _sqlite(path: Path) -> dict[str, Any]:
    if not _may_be_sqlite(path):
        raise InputError(_UNUSABLE.format(path.name, "it is no SQLite file"))
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": str(path),
        "OPTIONS": {
            "timeout": WAIT_SECONDS,
            "transaction_mode": "IMMEDIATE",
            # The log is truth: a committed decision must survive a loss of power.
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;",
        },
    }


def _may_be_sqlite(path: Path) -> bool:
    """Tell whether a file is new, empty or begins as every SQLite file does; Django would leave any other one open."""
    if not path.exists():
        return True
    with path.open("rb") as file:
        return file.read(len(_MAGIC)) in {b"", _MAGIC}


def _name(database: Database) -> str:
    """Return what to call the database: without a password."""
    return database.name if isinstance(database, Path) else str(connection.settings_dict["NAME"])


def _unusable(database: Database, error: DatabaseError) -> DetenteError:
    if isinstance(database, str):
        return unreachable(error)
    if "locked" in str(error):
        return Busy(f"{database.name}: another process is writing in the application database. Try again in a minute")
    code = getattr(error.__cause__, "sqlite_errorcode", 0) & 0xFF  # an extended code holds the plain one
    return InputError((_UNWRITABLE if code in _OF_THE_PLACE else _UNUSABLE).format(database.name, error))


def _migrate(name: str) -> None:
    """Bring the tables up to date, all of them or none, one process at a time."""
    if not _missing(name):
        return
    # SQLite can switch the checks off, as its changes of tables need, only outside of a transaction.
    connection.disable_constraint_checking()
    try:
        with transaction.atomic():
            if connection.vendor == "postgresql":
                with connection.cursor() as cursor:
                    cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_MIGRATING])
            executor = MigrationExecutor(connection)
            executor.migrate(executor.loader.graph.leaf_nodes())
    finally:
        connection.enable_constraint_checking()


def _missing(name: str) -> bool:
    """Whether tables are not up to date; `UsageError` where they are newer than this program."""
    executor = MigrationExecutor(connection)
    ours = set(executor.loader.disk_migrations)
    unknown = [
        found for app, found in executor.loader.applied_migrations if app == "store" and (app, found) not in ours
    ]
    if unknown:
        raise UsageError(
            f"{name}: the application database was written by a newer version of this program "
            f"(it holds {min(unknown)}). Upgrade the program"
        )
    return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))
