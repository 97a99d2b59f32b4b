"""Port: the line from landed facts to a published snapshot. Implemented by `engine.flow.Line`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from detente.app.ports.identity import IdentityLog
from detente.app.ports.snapshots import SnapshotInfo
from detente.core.agreement.agreement import Timeline

Progress = Callable[[str, int, int], None]
"""Told (step, done, total) as a step goes on; `total` is in the step's own unit (persons, rows)."""


@dataclass(frozen=True, slots=True)
class StepInfo:
    """One step of the line: what it does, the tables it reads and the tables it alone writes."""

    name: str
    does: str
    reads: tuple[str, ...]
    writes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class StepRun:
    """What one step did: rows written, how long it took, and what is worth saying of it."""

    name: str
    rows: int
    seconds: float
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Published:
    """A finished run: the snapshot now being served, and what each step did."""

    snapshot: SnapshotInfo
    steps: tuple[StepRun, ...]


class Line(Protocol):
    """The ordered steps, run as one."""

    def steps(self) -> Sequence[StepInfo]:
        """Return the steps in order."""

    def run(
        self,
        agreement: Timeline,
        texts: Sequence[tuple[str, str]],
        identity: IdentityLog,
        as_of: int,
        progress: Progress,
    ) -> Published:
        """Rebuild everything from the landed facts known by `as_of` and publish it.

        `texts` are kept in the snapshot. Killed anywhere, the snapshot published before still serves. The caller holds
        the writer lock.
        """
