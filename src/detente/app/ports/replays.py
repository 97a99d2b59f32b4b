"""Port: the quick replay of one lead whose history is long. Implemented by `engine.kernel_lead.LeadReplay`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from detente.core.agreement.agreement import Timeline
from detente.core.facts.fact import Fact
from detente.core.replay.rows import LeadResult


class QuickReplay(Protocol):
    """A replay that finds what the reference interpreter finds, but not which facts made an entry true."""

    def replay(self, timeline: Timeline, facts: Sequence[Fact], at: int) -> LeadResult | None:
        """Return everything the agreement says, each `because` empty; None where the interpreter has to replay.

        `at` in microseconds UTC.
        """
