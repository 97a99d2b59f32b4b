"""Wires what other systems bring: syncs, connectors, and the events they send."""

from __future__ import annotations

import os
import random
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import detente
from detente.bootstrap import outside

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from detente.app.operations.receive_event import Outcome
    from detente.app.operations.sync_report import SourceReport
    from detente.app.operations.sync_source import SyncProgress
    from detente.app.ports.connectors import ConnectorInfo
    from detente.app.ports.inbox import Delivery


@dataclass(frozen=True)
class SyncWanted:
    """How sources are to be synced, and whom that tells how far it is."""

    progress: Callable[[SyncProgress], None]
    stream: str | None = None
    full: bool = False


def sync(root: Path, names: Sequence[str], wanted: SyncWanted) -> Iterator[SourceReport]:
    """Sync sources (none named: all), and yield the report of each. What a source's table lacks is told first."""
    from detente.app.operations.sync_source import SyncPorts, SyncRequest, sync_source
    from detente.engine.landing import LandingZone
    from detente.engine.lock import FileLock
    from detente.engine.stream_folder import StreamsOfWorkspace
    from detente.sources.configured import Surroundings, configured
    from detente.sources.files.exports import FileExports
    from detente.sources.kit.patience import Moments

    tables, kinds = outside.settings(root).sources, outside.kinds(root)
    moments = Moments(time.monotonic, time.sleep, random.random)
    surroundings = Surroundings(root, os.environ, kinds, moments, lambda: outside.inbox(root))
    sources = [configured(tables, name, surroundings) for name in names or sorted(tables)]
    ports = SyncPorts(
        streams=StreamsOfWorkspace(root, outside.clock),
        reader=FileExports(),
        landing=LandingZone(root, detente.__version__),
        lock=FileLock(root / ".lock", outside.clock),
        clock=outside.clock,
        sleep=time.sleep,
        progress=wanted.progress,
    )
    request = SyncRequest(kinds, wanted.stream, wanted.full)
    return (sync_source(source, request, ports) for source in sources)


def connectors(root: Path) -> Sequence[ConnectorInfo]:
    """Return the connectors there are, with those of the workspace, where the folder is one."""
    from detente.sources.catalogue import connectors as found

    return found(root)


def sources_by_system(root: Path) -> Mapping[str, Sequence[str]]:
    """Return the sources that the workspace names, by their system; none where the folder is no workspace."""
    from detente.engine.workspace import WorkspaceFolder

    tables = outside.settings(root).sources if WorkspaceFolder(root).exists() else {}
    systems = sorted({table["system"] for table in tables.values()})
    return {system: sorted(name for name in tables if tables[name]["system"] == system) for system in systems}


def new_connector(root: Path, name: str) -> Sequence[str]:
    """Begin a connector of the workspace's own, and return the paths of its texts."""
    from detente.engine.workspace import WorkspaceFolder
    from detente.sources.scaffold import new_connector as texts

    outside.settings(root)
    files = texts(name)
    WorkspaceFolder(root).add(files)
    return tuple(files)


def takes_events(root: Path) -> bool:
    """Whether the workspace names a source that sends events."""
    from detente.sources.registry import FROM_INBOX

    return any(table["system"] in FROM_INBOX for table in outside.settings(root).sources.values())


def receive_event(root: Path, delivery: Delivery) -> Outcome:
    """Keep an event that another system sends to the workspace that `open_for_screens` opened, or say why not."""
    from detente.app.operations.receive_event import receive_event as operation
    from detente.sources.webhook.gate import gate_of
    from detente.store.inbox import DatabaseInbox

    gate = gate_of(outside.settings(root).sources, delivery.source, os.environ, root)
    return operation(delivery, gate, DatabaseInbox(), outside.clock())
