"""Which facts are never used, by their times alone (specification §1).

Imports quarantine them, the replay sets them aside. Input: the instants of one fact.
"""

from __future__ import annotations

from enum import StrEnum

from detente.core.facts.fact import SKEW_US

EARLIEST_US = 631_152_000 * 1_000_000
"""1990-01-01T00:00Z in microseconds: nothing that two teams agree on happened before."""


class Invalid(StrEnum):
    """Why a fact is not used; the values are the quarantine classes of an import."""

    BEFORE_1990 = "before-1990"
    FUTURE = "future"
    AFTER_KNOWN = "occurred-after-known"


def why_invalid(occurred_at: int, known_at: int, landed_at: int | None = None) -> Invalid | None:
    """Return why a fact with these instants is never used, or None. Without `landed_at` the future is not judged."""
    if occurred_at < EARLIEST_US:
        return Invalid.BEFORE_1990
    if landed_at is not None and occurred_at > landed_at:
        return Invalid.FUTURE
    if occurred_at > known_at + SKEW_US:
        return Invalid.AFTER_KNOWN
    return None
