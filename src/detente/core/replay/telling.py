"""Why a lead stands where it stands, from entries found before: because, without walking its history again.

A walk looks at every condition at every instant, which a history of many thousand facts makes slow; the lead as it was
at one instant is quickly rebuilt (`lead.standing`). Input: the facts in replay order, as known at the instant told of,
and the entries that any replay of them found.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from detente.core.agreement.agreement import Timeline
from detente.core.facts.fact import Fact, Value
from detente.core.replay.evaluation import View, holds
from detente.core.replay.evidence import evidence
from detente.core.replay.lead import standing
from detente.core.replay.rows import Entry


def because(
    timeline: Timeline, attributes: Mapping[str, Value], facts: Sequence[Fact], entries: Sequence[Entry]
) -> tuple[str, ...]:
    """Return the ids of the facts that made the last of the entries true, sorted."""
    entry = entries[-1]
    agreement = timeline.in_force(entry.occurred_at)
    stage = agreement.stages[entry.stage]
    lead = standing(timeline, attributes, facts, entries[:-1], entry.occurred_at)
    decision = next((fact for fact in facts if fact.id == entry.decision), None)
    view = View(agreement, lead, {} if decision is None else decision.payload)
    condition = stage.when if decision is None else stage.require
    found = set() if decision is None else {decision.id}
    if condition is not None and holds(condition, view):
        found |= evidence(condition, view)
    return tuple(sorted(found))
