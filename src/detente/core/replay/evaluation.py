"""Evaluate conditions over a lead as it stands: the verdict, and the Kleene value beside it.

Rules: specification §2. An unknown makes a comparison false; a value of the wrong type counts as unknown; Kleene's
three-valued evaluation runs beside, in which measures, score and grade count as known.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property

from detente.core.agreement.agreement import Agreement, ScoreRule
from detente.core.agreement.expressions import (
    And,
    Arm,
    Attribute,
    Compare,
    Condition,
    CurrentStage,
    Elapsed,
    Field,
    Grade,
    Idle,
    In,
    IsKnown,
    Literal,
    Measure,
    MeasureName,
    Not,
    Operand,
    Or,
    Score,
    Selector,
    Since,
    Term,
    Truth,
    Within,
)
from detente.core.facts.fact import Fact, Value
from detente.core.replay.lead import Lead

_ORDERS: Mapping[str, Callable[[float, float], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


class Micros(int):
    """A duration in microseconds, so that it never compares with a plain number."""


@dataclass(frozen=True)
class View:
    """One lead, at `lead.now`, under one version of the agreement.

    `payload` is what bare names read: the event under a `where`, the decision in `require`. In a view for consent
    (`consent=True`) resets do not apply and a grant counts only while nothing withdraws it (§6).
    """

    agreement: Agreement
    lead: Lead
    payload: Mapping[str, Value] = field(default_factory=dict)
    consent: bool = False

    @cached_property
    def score(self) -> int | float:
        """The sum of the score rules."""
        return exact_sum(rule_points(rule, self) for rule in self.agreement.score)

    @cached_property
    def grade(self) -> str | None:
        """The highest band reached by the fit points; None if none is."""
        points = exact_sum(rule.points for rule in self.agreement.fit if holds(rule.when, self))
        reached = [(least, letter) for letter, least in self.agreement.grades.items() if points >= least]
        return max(reached, key=lambda band: band[0])[1] if reached else None


def rule_points(rule: ScoreRule, view: View) -> int | float:
    """Return what one score rule gives now: whole points per live event, held at its cap on either side."""
    points = exact_sum([rule.points] * len(scored(rule, view)))
    if rule.cap is not None:
        points = min(points, rule.cap) if points > 0 else max(points, -rule.cap)
    return points


def scored(rule: ScoreRule, view: View) -> list[Fact]:
    """Return the events that earn a rule's points now."""
    window = None if rule.expires is None else Within(rule.expires, "")
    return selected(rule.event, window, view)


def exact_sum(numbers: Iterable[int | float]) -> int | float:
    """Add numbers as they are written: 0.1 and 0.2 are 0.3."""
    addends = list(numbers)
    if all(isinstance(each, int) for each in addends):
        return sum(addends)
    return float(sum(Decimal(repr(each)) for each in addends))


# --- the verdict ------------------------------------------------------------------------------------------------


def holds(condition: Condition, view: View) -> bool:
    """Return the verdict: a comparison with an unknown is false, and its negation true."""
    match condition:
        case And(items):
            return all(holds(item, view) for item in items)
        case Or(items):
            return any(holds(item, view) for item in items)
        case Not(item):
            return not holds(item, view)
        case Arm(_, item) | Term(_, item):
            return holds(item, view)
        case _:
            return _leaf(condition, view) is True


def kleene(condition: Condition, view: View) -> bool | None:
    """Return the three-valued truth; None is unknown."""
    match condition:
        case And(items):
            values = [kleene(item, view) for item in items]
            return False if False in values else None if None in values else True
        case Or(items):
            values = [kleene(item, view) for item in items]
            return True if True in values else None if None in values else False
        case Not(item):
            value = kleene(item, view)
            return None if value is None else not value
        case Arm(_, item) | Term(_, item):
            return kleene(item, view)
        case _:
            value = _leaf(condition, view)
            return value if value is not None or _rests_on_unknown(condition, view) else False


def _rests_on_unknown(leaf: Condition, view: View) -> bool:
    """Whether a leaf without a truth lacks a value; measures, score and grade count as known."""
    every = list(operands(leaf))
    counted = [each for each in every if isinstance(each, Measure | Score | Grade)]
    read = [each for each in every if isinstance(each, Attribute | Field | CurrentStage | Idle)]
    if any(value_of(each, view) is None for each in read):
        return True
    return bool(read) and all(value_of(each, view) is not None for each in counted)  # a value of the wrong type


def _leaf(condition: Condition, view: View) -> bool | None:
    """Return the truth of a leaf, None where it rests on an unknown."""
    match condition:
        case Truth(operand):
            value = value_of(operand, view)
            return value if isinstance(value, bool) else None
        case Compare(op, left, right):
            return compare(op, value_of(left, view), value_of(right, view))
        case In(operand, values, negated):
            return _member(value_of(operand, view), values, negated)
        case IsKnown(operand, negated):
            return (value_of(operand, view) is None) is negated
    raise TypeError(f"not a leaf: {condition!r}")


def compare(op: str, left: Value | None, right: Value | None) -> bool | None:
    """Compare two values; None where either is unknown or they are of different types."""
    if left is None or right is None or _sort(left) != _sort(right):
        return None
    if op == "==":
        return left == right
    if op == "!=":
        return left != right
    if isinstance(left, str | bool) or isinstance(right, str | bool):
        return None
    return _ORDERS[op](left, right)


def _member(value: Value | None, values: tuple[Value, ...], negated: bool) -> bool | None:
    if value is None:
        return None
    alike = [each for each in values if _sort(each) == _sort(value)]
    return (value in alike) is not negated if alike or not values else None


def _sort(value: Value) -> str:
    return _SORTS[type(value)]


_SORTS: Mapping[type, str] = {bool: "truth", Micros: "duration", str: "text", int: "number", float: "number"}


# --- operands ---------------------------------------------------------------------------------------------------


def value_of(operand: Operand, view: View) -> Value | None:
    """Return an operand's value now; None is unknown."""
    lead = view.lead
    match operand:
        case Literal(value):
            return value
        case Elapsed(micros):
            return Micros(micros)
        case Attribute(path):
            held = lead.attributes.get(path)
            return None if held is None else held[0]
        case Field(name):
            return view.payload.get(name)
        case Score():
            return view.score
        case Grade():
            return view.grade
        case CurrentStage():
            return lead.stage
        case Idle():
            return None if lead.last_event is None else Micros(lead.now - lead.last_event.occurred_at)
        case Measure():
            return _measured(operand, view)


def _measured(measure: Measure, view: View) -> Value | None:
    events = selected(measure.selector, measure.window, view)
    match measure.name:
        case MeasureName.ANY:
            return bool(events)
        case MeasureName.NONE:
            return not events
        case MeasureName.COUNT:
            return len(events)
        case MeasureName.COUNT_DISTINCT:
            return len({(_sort(value), value) for value in _values(events, measure.field)})
        case MeasureName.SUM:
            return exact_sum(_numbers(events, measure.field))
        case MeasureName.SPAN:
            return Micros(events[-1].occurred_at - events[0].occurred_at if events else 0)
        case MeasureName.FIRST:
            return Micros(view.lead.now - events[0].occurred_at) if events else None
        case MeasureName.LAST | MeasureName.SINCE_LAST:
            return Micros(view.lead.now - events[-1].occurred_at) if events else None


def _values(events: list[Fact], name: str | None) -> Iterator[Value]:
    return (event.payload[name] for event in events if name is not None and name in event.payload)


def _numbers(events: list[Fact], name: str | None) -> Iterator[int | float]:
    return (value for value in _values(events, name) if not isinstance(value, bool | str))


# --- events -----------------------------------------------------------------------------------------------------


def selects(selector: Selector, event: Fact, view: View) -> bool:
    """Whether a selector takes this event; `where` reads the event's payload first, then the lead as it stands."""
    if event.kind != selector.kind:
        return False
    if selector.where is None:
        return True
    return holds(selector.where, View(view.agreement, view.lead, event.payload, view.consent))


def reads_the_lead(where: Condition) -> bool:
    """Whether a `where` rests on more than the event's own payload."""
    return any(not isinstance(each, Field | Literal | Elapsed) for each in operands(where))


def selected(selector: Selector, window: Within | Since | None, view: View) -> list[Fact]:
    """Return the events a measure counts now, in order."""
    lead = view.lead
    after = -1 if lead.reset_at is None or view.consent else lead.reset_at
    if isinstance(window, Within):
        after = max(after, lead.now - window.micros)
    elif isinstance(window, Since):
        entered = lead.entered_at.get(window.stage)
        if entered is None:
            return []
        after = max(after, entered - 1)
    return [
        event
        for event in lead.events.get(selector.kind, ())
        if event.occurred_at > after and selects(selector, event, view) and not (view.consent and _revoked(event, lead))
    ]


def _revoked(event: Fact, lead: Lead) -> bool:
    """Whether a grant is taken back: a withdrawal of its purpose, or for e-mail an unsubscribe, at or after it."""
    if event.kind != "consent_given":
        return False
    purpose = event.payload.get("purpose")  # a grant or a withdrawal that names no purpose speaks of all of them
    withdrawn = any(
        other.occurred_at >= event.occurred_at and (purpose is None or other.payload.get("purpose") in (purpose, None))
        for other in lead.events.get("consent_withdrawn", ())
    )
    unsubscribed = purpose in ("email", None) and any(
        other.occurred_at >= event.occurred_at for other in lead.events.get("unsubscribe", ())
    )
    return withdrawn or unsubscribed


def operands(condition: Condition) -> Iterator[Operand]:
    """Yield every operand a condition reads, in written order."""
    match condition:
        case And(items) | Or(items):
            for item in items:
                yield from operands(item)
        case Not(item) | Arm(_, item) | Term(_, item):
            yield from operands(item)
        case Compare(_, left, right):
            yield left
            yield right
        case Truth(operand) | In(operand) | IsKnown(operand):
            yield operand
