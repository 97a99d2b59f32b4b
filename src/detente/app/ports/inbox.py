"""Port: the inbox of events that other systems send (webhooks), and the gate before it.

The inbox is implemented by `store.inbox.DatabaseInbox`, the gate by `sources.webhook.gate.Gate`. An event is kept as it
came before its sender is told so; nothing in the inbox is changed afterwards. Instants are int64 microseconds UTC.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

KEPT = "kept"
"""What became of a delivery that brought an event."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """What arrived for a source: names of headers in small letters, and as much of the body as was worth reading.

    `path_secret` is the secret at the end of the address, for senders that sign nothing.
    """

    source: str
    headers: Mapping[str, str]
    body: bytes
    path_secret: str | None = None


@dataclass(frozen=True, slots=True)
class Event:
    """One event of the inbox. `place` grows from event to event; `key` tells it from all others of its source."""

    place: int
    key: str
    received_at: int
    body: bytes


class Gate(Protocol):
    """Decides whose events a source takes."""

    def key_of(self, delivery: Delivery, now: int) -> str | None:
        """Return what tells the event from all others of its source; None where it is not shown to come from it."""


class Inbox(Protocol):
    """The events that arrived."""

    def put(self, source: str, key: str, received_at: int, body: bytes) -> bool:
        """Keep an event for good; False where one with this key is kept already.

        `Busy` or `InputError` where it cannot be kept.
        """

    def refused(self, source: str, why: str) -> None:
        """Count a delivery that was not taken. Nothing else of it is kept."""

    def events(self, source: str, behind: int) -> Iterator[Sequence[Event]]:
        """Yield the events of a source behind a place, in order, some at a time."""

    def counts(self) -> Mapping[tuple[str, str], int]:
        """Return how many deliveries there were by source and what became of them: `KEPT`, or why not taken."""
