"""The workspace that this process serves: its snapshot, opened once and kept until another one is published.

Input: the folder in the settings. A published snapshot never changes, so what was read of it may be kept for as long as
it serves; each request takes the snapshot that is current when it begins, and asks everything of that one.
"""

from __future__ import annotations

import threading
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, cast

from django.conf import settings

from detente import bootstrap
from detente.app.queries.agreement_in import agreement_in, zone_of
from detente.app.queries.scoreboard import scoreboard
from detente.core.errors import InputError, UsageError

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from django.http import HttpRequest

    from detente.app.ports.snapshots import Snapshot
    from detente.app.queries.board import Scoreboard
    from detente.core.agreement.agreement import Agreement, Timeline

KEPT_BOARDS = 64
"""Scoreboards kept of one snapshot: all quarters and months of four years."""


class Workspace:
    """One published snapshot of a workspace, and what was read of it already. Used by several threads."""

    def __init__(self, root: Path, snapshot: Snapshot) -> None:
        self.root = root
        self.snapshot = snapshot
        self.name = bootstrap.workspace_name(root)  # the company's, as the settings gave it when this was opened
        self.timeline: Timeline = agreement_in(snapshot.agreement_texts())
        self._boards: dict[str | None, Scoreboard] = {}
        self._lock = threading.Lock()

    @property
    def agreement(self) -> Agreement:
        """The version in force at the snapshot's instant."""
        return self.timeline.in_force(self.snapshot.info.as_of)

    @cached_property
    def complete_to(self) -> int | None:
        """The instant up to which every source has told what it knows (microseconds UTC); None without a source.

        None too where an earlier version of this program published the snapshot, without what it knew of sources.
        """
        if "sources" not in self.snapshot.info.counts:
            return None
        return min((row["known_at"] for row in self.snapshot.rows("sources", columns=["known_at"])), default=None)

    @property
    def zone(self) -> ZoneInfo:
        """The zone in which times are told."""
        return zone_of(self.timeline)

    def board(self, period: str | None) -> Scoreboard:
        """Return the scoreboard of a period; raises UsageError for a name that is none."""
        with self._lock:
            if period not in self._boards:
                made = scoreboard(self.snapshot, period, self.timeline)
                while len(self._boards) >= KEPT_BOARDS:
                    del self._boards[next(iter(self._boards))]
                self._boards[period] = made
            return self._boards[period]


_opened: Workspace | None = None
_opening = threading.Lock()


def workspace(request: HttpRequest) -> Workspace:
    """Return the workspace with the snapshot that served when the request first asked for it.

    A page and what stands around it are so of one snapshot, also where another is published while they are made. Raises
    InputError where none can be read.
    """
    kept = request.__dict__
    if _KEPT not in kept:
        kept[_KEPT] = _current()
    return cast("Workspace", kept[_KEPT])


_KEPT = "detente_workspace"


def _current() -> Workspace:
    """Return the workspace with the snapshot that serves now, which is opened where it is another one."""
    global _opened  # noqa: PLW0603  the process serves one workspace
    root: Path = settings.DETENTE_ROOT
    try:
        current = bootstrap.current_snapshot(root)
        with _opening:
            if _opened is None or _opened.root != root or _opened.snapshot.info.id != current:
                _opened = Workspace(root, bootstrap.snapshot(root))
            return _opened
    except UsageError as error:  # of the workspace: whoever asked for a page has used it as it is meant
        # What is said may stand on a page, which need not tell where the workspace lies.
        raise InputError(str(error).replace(str(root), root.name)) from error


def now() -> int:
    """Return the present instant in microseconds UTC, against which running clocks are told."""
    return bootstrap.clock()
