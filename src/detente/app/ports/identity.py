"""Port: the identity log: ids given, links found, what people decided and what the linker learned.

Implemented by `store.identity_log`. The log is append-only truth: everything else about identity is recomputed from the
facts, but an id once given stays given, and a decision once made stays made, so that a rebuild of everything derived
keeps both.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from detente.core.identity.decisions import Decided, Decisions, Unit


@dataclass(frozen=True, slots=True)
class Learned:
    """What the linker learned, as JSON, from so many records."""

    records: int
    parameters: str


class PeoplesDecisions(Protocol):
    """What people decided about records."""

    def decided(self) -> Sequence[Decided]:
        """Return every decision, oldest first."""

    def decide(self, make: Callable[[Sequence[Decided]], Sequence[Decided]]) -> Sequence[Decided]:
        """Add the decisions that `make` returns when it is given all so far; return them with their numbers.

        One transaction: nobody decides in between, and all are added or, killed midway or refused by `make`, none.
        """


class IdentityLog(PeoplesDecisions, Protocol):
    """Ids given to persons and accounts, the links found about their records, and what people and linker know."""

    def read(self) -> Decisions:
        """Return all ids, links and redirects so far, oldest first."""

    def append(self, decisions: Decisions, as_of: int) -> None:
        """Add those of a run as of an instant: all of them or, killed midway, none."""

    def learned(self, unit: Unit) -> Learned | None:
        """Return what the linker of a unit learned last."""

    def learn(self, unit: Unit, learned: Learned, as_of: int) -> None:
        """Keep what the linker of a unit learned in a run as of an instant."""
