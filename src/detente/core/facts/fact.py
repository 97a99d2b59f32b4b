"""One fact about one lead, as the replay reads it. Input: rows of the timeline, or the histories of agreement tests."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

Value = bool | int | float | str
"""A payload or attribute value. A blank is not a value: it is left out of the mapping."""

ENRICH = "enrich"
"""The kind whose payload is attribute values (`person.seniority` → `vp`), not an event."""

SKEW_US = 5 * 60 * 1_000_000
"""How far the clocks of two systems may differ: `occurred_at` at most this much later than `known_at`."""


@dataclass(frozen=True, slots=True)
class Fact:
    """An immutable row. Instants are int64 microseconds UTC.

    For `kind == ENRICH` the payload's keys are full attribute paths; otherwise the payload names of the kind.
    `id` names the row in *because* lists; it is unique within a history.
    """

    id: str
    kind: str
    occurred_at: int
    known_at: int
    source: str = ""
    source_id: str = ""
    payload: Mapping[str, Value] = field(default_factory=dict)

    @property
    def is_event(self) -> bool:
        """Whether something happened, as opposed to a value that holds from now on."""
        return self.kind != ENRICH
