"""The outside: the clock, the machine, the environment, and what a workspace says of itself.

Input: the folder of a workspace. Every other part of the wiring opens what it needs through here.
"""

from __future__ import annotations

import os
import time
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from collections.abc import Mapping

    from detente.app.ports.inbox import Inbox
    from detente.app.ports.workspace import Settings
    from detente.core.agreement.agreement import Kind, Timeline
    from detente.engine.kernel_home import KernelHome

DATABASE_URL = "DETENTE_DATABASE_URL"
"""Names the workspace's database, over what `detente.toml` says: for a password that no file should hold."""


def clock() -> int:
    """Return the present instant in microseconds UTC."""
    return time.time_ns() // 1_000


def today(timezone: str) -> date:
    """Return the present day in a zone."""
    return datetime.fromtimestamp(clock() / 1_000_000, UTC).astimezone(ZoneInfo(timezone)).date()


def processors() -> int:
    """Return how many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def settings(root: Path) -> Settings:
    """Return what a workspace says of itself; refuse a folder that is none."""
    from detente.engine.workspace import WorkspaceFolder

    return WorkspaceFolder(root).settings()


def database(root: Path) -> Path | str:
    """Return the URL of the workspace's PostgreSQL database if one is named, else the path of its SQLite file."""
    named = settings(root).database
    return os.environ.get(DATABASE_URL) or named or root / "detente.db"


def kept_database(root: Path) -> Path | str:
    """Return the database as `database` does. `InputError` if a snapshot was published with one that is gone.

    A new, empty one would be made in its place: every person would get another id, and what people decided be lost.
    """
    from detente.core.errors import InputError

    found = database(root)
    if isinstance(found, Path) and not found.is_file() and (root / "snapshots" / "CURRENT").is_file():
        raise InputError(
            f"{found} is gone: it holds the ids of all persons and what people decided about them. Put it back from a "
            f"backup; or, to begin anew without them, remove {root / 'snapshots'} too"
        )
    return found


def inbox(root: Path) -> Inbox:
    """Open the events that other systems sent to this workspace."""
    from detente.store.database import open_database

    open_database(database(root))
    from detente.store.inbox import DatabaseInbox  # its tables are known once the database is open

    return DatabaseInbox()


def kinds(root: Path) -> Mapping[str, Kind]:
    """Return the kinds of fact that any version of the workspace's agreement knows."""
    return {name: kind for version in agreement(root).versions for name, kind in version.kinds.items()}


def agreement(root: Path) -> Timeline:
    """Return the versions of the workspace's agreement."""
    from detente.app.queries.agreement_in import agreement_in
    from detente.engine.agreements import AgreementFolder

    return agreement_in(AgreementFolder(root / "agreements").texts())


def mapping_text(file: Path, given: Path) -> str:
    """Return the text of a mapping."""
    from detente.core.errors import UsageError
    from detente.sources.files.mapping_reader import mapping_text as text_of

    if not file.is_file():
        raise UsageError(f"--mapping: there is no file {given}, here or in the workspace: check the path")
    return text_of(file)


def kernel() -> KernelHome:
    """Return where the compiled replay lies: in this user's cache, or below `DETENTE_CACHE_DIR`."""
    from detente.engine.kernel_home import KernelHome

    given, base = os.environ.get("DETENTE_CACHE_DIR"), os.environ.get("XDG_CACHE_HOME")
    cache = Path(given) if given else (Path(base) if base else Path.home() / ".cache") / "detente"
    return KernelHome(cache / "kernel")
