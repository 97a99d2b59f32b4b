"""Port: the lists of daily work, as questions read them. Implemented by `store.lists.DatabaseLists`.

Every answer names the snapshot it is of, and is of that one alone, also where another is published meanwhile.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from detente.app.ports.projection import LeadRow, OpenClock

PAGE = 50
"""Rows of a page."""


@dataclass(frozen=True, slots=True)
class Projected:
    """Which snapshot the projection is of. `swap` counts how often it was made: the same number, the same lists."""

    snapshot: str
    as_of: int
    swap: int


class Sort(StrEnum):
    """What leads are sorted by. Those without a value come last in either direction; ties go by person."""

    DUE = "due_at"
    ENTERED = "entered_at"
    SCORE = "score"
    NAME = "name_key"


@dataclass(frozen=True, slots=True)
class LeadList:
    """Which leads, in which order.

    `words`: folded; each must occur in the name, the company or an address. `owner`: of the lead. `party`: owes the
    lead something by a clock that runs.
    """

    words: tuple[str, ...] = ()
    stage: str | None = None
    owner: str | None = None
    party: str | None = None
    sort: Sort = Sort.DUE
    descending: bool = False


@dataclass(frozen=True, slots=True)
class LeadPage:
    """One page of leads, how many there are in all, and the clocks that run for those of the page."""

    of: Projected
    total: int
    leads: Sequence[LeadRow]
    clocks: Mapping[str, Sequence[OpenClock]]


@dataclass(frozen=True, slots=True)
class Counts:
    """How many leads there are, and of them by stage and by owner: what a list may be narrowed to."""

    of: Projected
    leads: int
    stages: Mapping[str | None, int]
    owners: Mapping[str | None, int]


@dataclass(frozen=True, slots=True)
class Owed:
    """How many clocks run, by the party that owes, and how many of them are past their due."""

    of: Projected
    running: Mapping[str, int]
    past_due: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Neighbours:
    """The persons before and after one in a list, wherever it would stand; None at either end."""

    of: Projected
    previous: str | None
    following: str | None


class Lists(Protocol):
    """The lists of one workspace. Each method returns None if no projection was ever made."""

    def leads(self, wanted: LeadList, offset: int) -> LeadPage | None:
        """Return `PAGE` leads from an offset on."""

    def counts(self) -> Counts | None:
        """Return how many leads there are. All are looked at: keep it for as long as `Projected` stays the same."""

    def owed(self, now: int) -> Owed | None:
        """Return how many clocks run, and are past their due as of an instant."""

    def neighbours(self, wanted: LeadList, person: str) -> Neighbours | None:
        """Return who stands beside a person in a list; nobody does beside one who is not known."""
