"""Opens the application database of a workspace: settings without a Django project, migrations applied.

Input: the path of the SQLite file; it is created if it is not there.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import django
from django.conf import settings
from django.db import DatabaseError, connections
from django.db.migrations.executor import MigrationExecutor

from detente.core.errors import InputError, UsageError

WAIT_SECONDS = 20
"""How long to wait for another transaction before giving up."""

_MAGIC = b"SQLite format 3\0"
_UNUSABLE = (
    "{}: the application database cannot be used ({}). Put a backup in its place, or move it away to start a new one: "
    "persons then get new ids"
)


def open_database(path: Path, more_settings: Mapping[str, Any] | None = None) -> None:
    """Make the file at `path` the default database of this process and bring its tables up to date.

    `more_settings` are Django settings beside the store's own, for a process that also shows screens; its
    `INSTALLED_APPS` come after the store's. They count where this is the first database the process opens.

    `InputError` if the file is no database; `UsageError` if a newer version of this program wrote it.
    """
    if not _may_be_sqlite(path):
        raise InputError(_UNUSABLE.format(path.name, "it is no SQLite file"))
    if settings.configured:
        connections["default"].close()
        connections["default"].settings_dict["NAME"] = str(path)
    else:
        more = dict(more_settings or {})
        settings.configure(
            INSTALLED_APPS=["detente.store", *more.pop("INSTALLED_APPS", [])],
            DATABASES={"default": _sqlite(path)},
            USE_TZ=True,
            TIME_ZONE="UTC",
            **more,
        )
        django.setup()
    try:
        _migrate(path)
    except DatabaseError as error:
        connections["default"].close()
        raise InputError(_UNUSABLE.format(path.name, error)) from error
    except UsageError:
        connections["default"].close()
        raise


def _may_be_sqlite(path: Path) -> bool:
    """Tell whether a file is new, empty or begins as every SQLite file does; Django would leave any other one open."""
    if not path.exists():
        return True
    with path.open("rb") as file:
        return file.read(len(_MAGIC)) in {b"", _MAGIC}


def _sqlite(path: Path) -> dict[str, object]:
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


def _migrate(path: Path) -> None:
    executor = MigrationExecutor(connections["default"])
    ours = set(executor.loader.disk_migrations)
    unknown = [name for app, name in executor.loader.applied_migrations if app == "store" and (app, name) not in ours]
    if unknown:
        raise UsageError(
            f"{path.name}: the application database was written by a newer version of this program "
            f"(it holds {min(unknown)}). Upgrade the program"
        )
    targets = executor.loader.graph.leaf_nodes()
    if executor.migration_plan(targets):
        executor.migrate(targets)
