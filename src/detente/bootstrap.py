"""The only file that wires adapters to ports, and the only one that reads the clock.

Input: the folder of a workspace, as the command line got it. Each function opens what one use case needs and nothing
else; libraries that are slow to load are imported where they are used, so that `detente --help` stays quick.
"""

from __future__ import annotations

import os
import time
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from detente.app.operations.replay_workspace import ReplayReport
    from detente.app.ports.line import Progress
    from detente.app.ports.snapshots import Snapshot
    from detente.app.queries.board import Scoreboard
    from detente.core.agreement.agreement import Timeline


def clock() -> int:
    """Return the present instant in microseconds UTC."""
    return time.time_ns() // 1_000


def today(timezone: str) -> date:
    """Return the present day in a zone."""
    return datetime.fromtimestamp(clock() / 1_000_000, UTC).astimezone(ZoneInfo(timezone)).date()


def init(root: Path, name: str, timezone: str, currency: str) -> tuple[str, ...]:
    """Make a workspace at `root` and return the paths of its texts."""
    from detente.app.operations.init_workspace import NewWorkspace, init_workspace
    from detente.engine.workspace import WorkspaceFolder

    new = NewWorkspace(name, timezone, currency, today(timezone))
    return init_workspace(WorkspaceFolder(root), new)


def replay(root: Path, as_of: str | None, progress: Progress) -> ReplayReport:
    """Replay the workspace as of an instant as written (None: now) and publish the snapshot."""
    from detente.app.operations.replay_workspace import replay_workspace
    from detente.app.queries.agreement_in import instant_in
    from detente.engine.agreements import AgreementFolder
    from detente.engine.flow import Line
    from detente.engine.lock import FileLock
    from detente.store.identity_log import open_identity_log

    _settings(root)
    return replay_workspace(
        agreements=AgreementFolder(root / "agreements"),
        line=Line(root, workers=_workers()),
        identity=open_identity_log(root / "detente.db"),
        lock=FileLock(root / ".lock", clock),
        as_of=clock() if as_of is None else instant_in(_agreement(root), as_of, "--as-of"),
        progress=progress,
    )


def snapshot(root: Path) -> Snapshot:
    """Open the current snapshot."""
    from detente.engine.lake import Lake

    _settings(root)
    return Lake(root / "snapshots").current()


def board(root: Path, period: str | None) -> Scoreboard:
    """Return the scoreboard of a period (None: the quarter of the snapshot's instant)."""
    from detente.app.queries.scoreboard import scoreboard

    return scoreboard(snapshot(root), period)


def _settings(root: Path) -> None:
    """Refuse a folder that is no workspace."""
    from detente.engine.workspace import WorkspaceFolder

    WorkspaceFolder(root).settings()


def _workers() -> int:
    """Return how many processes may share the work."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _agreement(root: Path) -> Timeline:
    from detente.app.queries.agreement_in import agreement_in
    from detente.engine.agreements import AgreementFolder

    return agreement_in(AgreementFolder(root / "agreements").texts())
