"""What the identity log holds: ids given, links decided, ids that lead to another.

Written by `clusters.decide`, kept by the identity log, read again by the next run. The log is in the order of
decision; the latest word about a record or an id counts. Nothing in it is a person's datum but the systems' own
record ids.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple


class Unit(StrEnum):
    """What an id stands for."""

    PERSON = "person"
    ACCOUNT = "account"


class Rule(StrEnum):
    """Why a record belongs to its cluster."""

    OWN = "own"  # the record the id was first given to, or one that joins nobody
    SAME_AS = "same_as"  # a system says that it is the same as another system's record
    EMAIL = "email"  # the same e-mail address, and not a role mailbox
    DOMAIN = "domain"  # (accounts) the same company domain, and not a free-mail one


class Record(NamedTuple):
    """A system's own record of a person or company."""

    source: str
    record: str

    def __str__(self) -> str:
        return f"{self.source}:{self.record}"


@dataclass(frozen=True, slots=True)
class Given:
    """An id was given, to stand for the cluster of this record."""

    unit: Unit
    id: str
    record: Record


@dataclass(frozen=True, slots=True)
class Linked:
    """A record was found to belong to an id, by a rule; `evidence` is the record it was joined to, as text."""

    unit: Unit
    record: Record
    id: str
    rule: Rule
    evidence: str


@dataclass(frozen=True, slots=True)
class Redirected:
    """An id leads to the older id of the same cluster; `to == id` says that it stands for itself again."""

    unit: Unit
    id: str
    to: str
    evidence: str


@dataclass(frozen=True, slots=True)
class Decisions:
    """A part of the log, oldest first."""

    given: tuple[Given, ...] = ()
    linked: tuple[Linked, ...] = ()
    redirected: tuple[Redirected, ...] = field(default=())

    def __bool__(self) -> bool:
        return bool(self.given or self.linked or self.redirected)

    def of(self, unit: Unit) -> Decisions:
        """Return the decisions about persons, or about accounts."""
        return Decisions(
            tuple(row for row in self.given if row.unit == unit),
            tuple(row for row in self.linked if row.unit == unit),
            tuple(row for row in self.redirected if row.unit == unit),
        )

    def __add__(self, later: Decisions) -> Decisions:
        return Decisions(self.given + later.given, self.linked + later.linked, self.redirected + later.redirected)
