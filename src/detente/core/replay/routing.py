"""Who a lead is handed to, and on which calendar its duties run (specification §6)."""

from __future__ import annotations

from collections.abc import Sequence

from detente.core.agreement.agreement import Agreement, ClockDuty, Route
from detente.core.facts.fact import Fact
from detente.core.replay.evaluation import View, holds
from detente.core.replay.rows import Entry

ASSIGN = "assign"


def handover_stage(agreement: Agreement) -> str | None:
    """Return the start stage of the first clock that sales owes marketing; None without one."""
    for duty in agreement.duties:
        if isinstance(duty, ClockDuty) and duty.owes == "sales" and duty.to == "marketing":
            return duty.start_stage
    return None


def route(view: View) -> Route | None:
    """Return the first routing rule that holds."""
    return next((rule for rule in view.agreement.routing if rule.when is None or holds(rule.when, view)), None)


def named_by(rule: Route, view: View) -> str | None:
    """Return the pool or person a route names; None if the attribute it reads is unknown."""
    if not rule.to_attribute:
        return rule.to
    held = view.lead.attributes.get(rule.to)
    return None if held is None else str(held[0])


def assigned(facts: Sequence[Fact], handover: Entry) -> str | None:
    """Return the last person the lead was assigned to since its latest handover."""
    named = [
        fact.payload["to"]
        for fact in facts
        if fact.kind == ASSIGN and fact.occurred_at >= handover.occurred_at and "to" in fact.payload
    ]
    return str(named[-1]) if named else None
