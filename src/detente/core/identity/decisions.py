"""What the identity log holds: ids given, links found, ids that lead to another, and what people decided.

Ids, links and redirects are written by `clusters.identify`, people's decisions by `app.operations.decide_identity`; the
identity log keeps all, and the next run reads them again. The log is in the order of decision; the latest word about a
record or an id counts (of people's decisions: see `standing.py`). Nothing in it is a person's datum but the systems'
own record ids, and what people wrote in a note.
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
    LINKED = "linked"  # so alike that the linker takes them for one
    DECIDED = "decided"  # a person said that they are one


class Verb(StrEnum):
    """What a person can decide about two records."""

    SAME = "same"
    APART = "apart"
    UNDO = "undo"  # takes an earlier decision back


class Record(NamedTuple):
    """A system's own record of a person or company."""

    source: str
    record: str

    def __str__(self) -> str:
        return f"{self.source}:{self.record}"


class Pair(NamedTuple):
    """Two records, the smaller one first."""

    one: Record
    other: Record


def pair_of(one: Record, other: Record) -> Pair:
    """Return two records as a pair, whichever is named first."""
    return Pair(*sorted((one, other)))


@dataclass(frozen=True, slots=True)
class Decided:
    """What a person decided about two records. `seq`: its number in the log; `at`: when, in µs UTC.

    An undo names the two records of the decision that it takes back, and its number in `undoes`.
    """

    seq: int
    unit: Unit
    verb: Verb
    pair: Pair
    by: str
    at: int
    note: str = ""
    undoes: int | None = None


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
