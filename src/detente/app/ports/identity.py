"""Port: the identity log: ids given and links decided, in the order they were. Implemented by `store.identity_log`.

The log is append-only truth: everything else about identity is recomputed from the facts, but an id once given stays
given, so that a rebuild of everything derived keeps every id.
"""

from __future__ import annotations

from typing import Protocol

from detente.core.identity.decisions import Decisions


class IdentityLog(Protocol):
    """Ids given to persons and accounts, and the links decided about their records."""

    def read(self) -> Decisions:
        """Return everything decided so far, oldest first."""

    def append(self, decisions: Decisions, as_of: int) -> None:
        """Add the decisions of a run as of an instant: all of them or, killed midway, none."""
