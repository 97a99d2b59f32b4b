"""Ports: the projection, which is the lists of daily work as the database keeps them, and the rows that it is made of.

`Projectable` is implemented by `engine.projecting.SnapshotRows`, `Projection` by `store.projection.DatabaseProjection`.
The projection is derived from one published snapshot and can be made anew from it at any time. Instants are int64
microseconds UTC, None is null.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from typing import NamedTuple, Protocol

from detente.app.ports.line import StepRun


class KnownAs(StrEnum):
    """Where the name comes from under which a lead is listed."""

    NAME = "name"  # the attribute person.name
    EMAIL = "email"  # no name was ever told; an address stands for it
    RECORD = "record"  # nor an address; the system's own id stands for it


class LeadRow(NamedTuple):
    """Where one person stands: one row a person."""

    person: str
    account: str | None
    name: str
    known_as: str  # a KnownAs
    title: str | None
    company: str | None  # company.name, else company.domain
    email: str | None  # the latest one told
    stage: str | None
    entered_at: int | None
    furthest: str | None
    score: float
    grade: str | None
    persona: str | None
    owner: str | None
    arm: str | None
    hinges: bool
    crm_stage: str | None
    first_at: int | None
    last_event_at: int | None
    next_instant: int | None
    due_at: int | None  # the earliest due of the clocks that run for this person
    name_key: str  # the name, folded
    search: str  # name, company and every address the person ever had, folded, one a line


class OpenClock(NamedTuple):
    """One clock that runs: neither stopped nor voided. Past its due it still runs while the lead has not moved on."""

    person: str
    duty: str
    n: int
    version: str
    status: str  # open, or broken where it was past its due at the snapshot's instant
    owes: str  # the party
    owed_to: str
    start_stage: str | None
    entered_at: int
    started_at: int
    target: str  # as written: "1bh"
    target_us: int
    calendar: str | None  # None: elapsed time
    route: str | None
    owner: str | None
    due_at: int


class ProjectedRows(Protocol):
    """What one snapshot says to the projection."""

    @property
    def snapshot(self) -> str:
        """Its id."""

    @property
    def as_of(self) -> int:
        """Its instant."""

    def leads(self) -> Iterator[LeadRow]:
        """Yield a row for every person."""

    def clocks(self) -> Iterator[OpenClock]:
        """Yield every clock that runs."""


class Projectable(Protocol):
    """The snapshots of a workspace, from which a projection can be made."""

    def rows_of(self, snapshot: str) -> ProjectedRows:
        """Return the rows of the snapshot with this id."""


class Projection(Protocol):
    """The projection of a workspace."""

    def publish(self, rows: ProjectedRows) -> StepRun:
        """Make the projection that of a snapshot; the run tells how many rows were written.

        Readers see what was there before, whole, and then the new one, whole. Killed at any point, one of the two is
        there, and publishing again makes it right. The caller holds the writer lock.
        """
