"""Wires what is read: the current snapshot, the lists of daily work, the scoreboard and the health of the data."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from detente.bootstrap import outside
from detente.bootstrap.sources import takes_events

if TYPE_CHECKING:
    from collections.abc import Mapping

    from detente.app.ports.lists import Lists
    from detente.app.ports.replays import QuickReplay
    from detente.app.ports.snapshots import Snapshot
    from detente.app.queries.board import Scoreboard
    from detente.app.queries.health import Health


def snapshot(root: Path) -> Snapshot:
    """Open the current snapshot."""
    from detente.engine.lake import Lake

    outside.settings(root)
    return Lake(root / "snapshots").current()


def current_snapshot(root: Path) -> str:
    """Return the id of the snapshot that serves, without opening it."""
    from detente.engine.snapshot import SnapshotFolder

    return SnapshotFolder(root / "snapshots").current()


def workspace_name(root: Path) -> str:
    """Return the company's name, as the workspace's settings give it."""
    from detente.engine.workspace import WorkspaceFolder

    return WorkspaceFolder(root).settings().name


def open_for_screens(root: Path, web_settings: Mapping[str, Any]) -> None:
    """Open the application database for a process of screens, whose Django settings are given."""
    from detente.store.database import open_database

    open_database(outside.database(root), web_settings)


def lists() -> Lists:
    """Return the lists of daily work of the workspace that `open_for_screens` opened."""
    from detente.store.lists import DatabaseLists

    return DatabaseLists()


def quick_replay() -> QuickReplay:
    """Return what replays a lead with a long history."""
    from detente.engine.kernel_lead import LeadReplay

    return LeadReplay(outside.kernel())


def board(root: Path, period: str | None) -> Scoreboard:
    """Return the scoreboard of a period (None: the quarter of the snapshot's instant)."""
    from detente.app.queries.scoreboard import scoreboard

    return scoreboard(snapshot(root), period)


def health(root: Path) -> Health:
    """Return the health of the workspace's data: of what the current snapshot rests on, and of what came in since."""
    from detente.app.queries.agreement_in import zone_of
    from detente.app.queries.health import Beside
    from detente.app.queries.health import health as query
    from detente.engine.landing import receipts_in
    from detente.engine.quarantine import QuarantineFolder
    from detente.engine.stream_folder import StreamsOfWorkspace

    published = (root / "snapshots" / "CURRENT").is_file()
    beside = Beside(
        receipts=receipts_in(root),
        set_aside=QuarantineFolder(root).records(),
        streams=StreamsOfWorkspace(root, outside.clock).states(),
        now=outside.clock(),
        zone=zone_of(outside.agreement(root)),
        deliveries=outside.inbox(root).counts() if takes_events(root) else {},
    )
    return query(snapshot(root) if published else None, beside)
