"""From the rows of one lead to the history the machine walks: set aside, deduplicated, completed and ordered.

Rules: specification §1 (what is never used, what counts once), §4 (order within an instant), §6 (`sets`).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

from detente.core.agreement.agreement import Timeline
from detente.core.calendars.instants import instant_of
from detente.core.facts.fact import ENRICH, SKEW_US, Fact

EARLIEST = instant_of(datetime(1990, 1, 1, tzinfo=UTC))

REASON_GROUPS = {"lead_recycle": "recycle", "lead_reject": "reject", "lead_discard": "discard"}
"""The kinds of decision that carry a reason, and the group of `dispositions` it comes from."""


def usable(fact: Fact) -> bool:
    """Whether a fact may be used at all: not before 1990, not later than it was known (bar the skew of clocks)."""
    return fact.occurred_at >= EARLIEST and fact.occurred_at <= fact.known_at + SKEW_US


def history(timeline: Timeline, facts: Iterable[Fact], as_of: int) -> tuple[list[Fact], tuple[str, ...]]:
    """Return the facts in replay order as known at `as_of`, and the ids of those set aside for ever.

    A blank `enrich` (no value left) says nothing and is dropped. A decision whose reason `sets` a kind is followed by
    a fact of that kind.
    """
    set_aside: list[str] = []
    once: dict[object, Fact] = {}
    for fact in facts:
        if not usable(fact):
            set_aside.append(fact.id)
        elif fact.occurred_at <= as_of and fact.known_at <= as_of and (fact.is_event or fact.payload):
            key = _identity(fact)
            seen = once.get(key)
            if seen is None or fact.known_at < seen.known_at:
                once[key] = fact
    ordered = sorted(once.values(), key=_order)
    return [each for fact in ordered for each in _with_consequence(timeline, fact)], tuple(set_aside)


def _identity(fact: Fact) -> object:
    """Identical facts count once: by source and its id, else by kind, second and payload."""
    if fact.source_id:
        return fact.source, fact.source_id
    payload = tuple(sorted((name, isinstance(value, bool), value) for name, value in fact.payload.items()))
    return fact.kind, fact.occurred_at // 1_000_000, payload


def _order(fact: Fact) -> tuple[int, bool, str, str, str]:
    """By instant; attribute values before events; then by source, source id and, to be total, by our own id."""
    return fact.occurred_at, fact.kind != ENRICH, fact.source, fact.source_id, fact.id


def _with_consequence(timeline: Timeline, fact: Fact) -> Iterable[Fact]:
    yield fact
    group = REASON_GROUPS.get(fact.kind)
    if group is None:
        return
    clause = timeline.in_force(fact.occurred_at).dispositions.get(group, {}).get(str(fact.payload.get("reason")))
    if clause is not None and clause.sets is not None:
        yield Fact(f"{fact.id}:sets", clause.sets, fact.occurred_at, fact.known_at, fact.source, fact.source_id)
