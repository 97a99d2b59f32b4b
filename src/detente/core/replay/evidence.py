"""Because: the facts that make a condition that holds true, and the arm that admitted the lead (specification §4)."""

from __future__ import annotations

from collections.abc import Iterator

from detente.core.agreement.expressions import (
    And,
    Arm,
    Attribute,
    Condition,
    Grade,
    Idle,
    Measure,
    Not,
    Operand,
    Or,
    Score,
    Term,
)
from detente.core.replay.evaluation import View, holds, operands, scored, selected
from detente.core.replay.lead import FIXTURE


def evidence(condition: Condition, view: View) -> set[str]:
    """Return the ids of the facts that make a condition that holds true: of an `or`, its first true part."""
    match condition:
        case And(items):
            return set().union(*(evidence(item, view) for item in items))
        case Or(items):
            first = next((item for item in items if holds(item, view)), None)
            return set() if first is None else evidence(first, view)
        case Not(item):
            return set().union(*(_support(operand, view) for operand in operands(item)))
        case Arm(_, item) | Term(_, item):
            return evidence(item, view)
        case _:
            return set().union(*(_support(operand, view) for operand in operands(condition)))


def _support(operand: Operand, view: View) -> set[str]:
    lead = view.lead
    match operand:
        case Attribute(path):
            held = lead.attributes.get(path)
            return set() if held is None or held[1] == FIXTURE else {held[1]}
        case Score():
            return {event.id for rule in view.agreement.score for event in scored(rule, view)}
        case Grade():
            held_rules = (rule for rule in view.agreement.fit if holds(rule.when, view))
            return set().union(*(evidence(rule.when, view) for rule in held_rules))
        case Idle():
            return set() if lead.last_event is None else {lead.last_event.id}
        case Measure(_, selector, _, window):
            return {event.id for event in selected(selector, window, view)}
    return set()


def arms(condition: Condition) -> Iterator[Arm]:
    """Yield what can admit, in written order: an arm's id with all that must hold for it, the parts of an `or` on the
    way to it included. Arms under a `not` admit nobody."""
    match condition:
        case Arm():
            yield condition
        case And(items):
            for item in items:
                yield from arms(item)
        case Or(items):
            for item in items:
                for arm in arms(item):
                    yield arm if arm is item else Arm(arm.id, And((item, arm.item)))
        case Term(_, item):
            yield from arms(item)


def admitting_arm(condition: Condition, view: View) -> str | None:
    """Return the id of the first arm, in written order, that holds and lies in parts that hold."""
    return next((arm.id for arm in arms(condition) if holds(arm.item, view)), None)
