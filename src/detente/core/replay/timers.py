"""When something may change without a new fact: expiries of windows and points, thresholds of ages (specification §4).

Read once off each version of the agreement; then, for the facts of a lead, the instants at which its conditions
must be looked at again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from detente.core.agreement.agreement import Agreement, Timeline
from detente.core.agreement.expressions import (
    And,
    Arm,
    Compare,
    Condition,
    Elapsed,
    Idle,
    Measure,
    MeasureName,
    Not,
    Operand,
    Or,
    Term,
    Within,
)
from detente.core.facts.fact import Fact
from detente.core.replay.evaluation import Micros, View, operands, value_of

FOREVER = 2**62
"""An instant no history reaches."""

_AGES = (MeasureName.FIRST, MeasureName.LAST, MeasureName.SINCE_LAST)


@dataclass(frozen=True)
class Timers:
    """How long after an event of a kind a condition may change, and after which silence."""

    after_event: frozenset[tuple[str, int]]
    idle: frozenset[int]
    against_span: tuple[tuple[Operand, Operand], ...]
    """Ages compared with a span: they pass each other at an instant that only the walk can tell."""


def of_agreement(agreement: Agreement) -> Timers:
    """Return the timers of one version."""
    return _timers(_ByIdentity(agreement))


@lru_cache(maxsize=256)
def _timers(key: _ByIdentity) -> Timers:
    agreement = key.agreement
    after: set[tuple[str, int]] = set()
    idle: set[int] = set()
    for rule in agreement.score:
        if rule.expires is not None:
            after.add((rule.event.kind, rule.expires))
    leaves = [leaf for condition in stage_conditions(agreement) for leaf in _leaves(condition)]
    for leaf in leaves:
        _collect(leaf, after, idle)
    return Timers(frozenset(after), frozenset(idle), tuple(pair for leaf in leaves for pair in _against_span(leaf)))


@dataclass(frozen=True, eq=False)
class _ByIdentity:
    """An agreement is immutable; its hash names it."""

    agreement: Agreement

    def __hash__(self) -> int:
        return hash((self.agreement.id, self.agreement.hash))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _ByIdentity) and (
            self.agreement is other.agreement
            or (self.agreement.id, self.agreement.hash) == (other.agreement.id, other.agreement.hash)
        )


def instants(timeline: Timeline, facts: Iterable[Fact], until: int) -> list[int]:
    """Return, sorted, the instants up to `until` at which an expiry or an age threshold falls due."""
    events = [fact for fact in facts if fact.is_event]
    due: set[int] = set()
    bounds = [version.effective_at for version in timeline.versions[1:]]
    for index, version in enumerate(timeline.versions):
        start = bounds[index - 1] if index else None
        end = bounds[index] if index < len(bounds) else None
        for instant in _of_version(of_agreement(version), events):
            if instant <= until and (start is None or instant >= start) and (end is None or instant < end):
                due.add(instant)
    return sorted(due)


def crossings(view: View) -> Iterator[int]:
    """Yield the instants at which an age now below a span will have grown to it, if nothing happens before."""
    for age, span in of_agreement(view.agreement).against_span:
        now, limit = value_of(age, view), value_of(span, view)
        if isinstance(now, Micros) and isinstance(limit, Micros) and now < limit:
            yield view.lead.now + (limit - now)


def _against_span(leaf: Condition) -> Iterator[tuple[Operand, Operand]]:
    if isinstance(leaf, Compare):
        for age, span in ((leaf.left, leaf.right), (leaf.right, leaf.left)):
            if _is_age(age) and isinstance(span, Measure) and span.name is MeasureName.SPAN:
                yield age, span


def _is_age(operand: Operand) -> bool:
    return isinstance(operand, Idle) or (isinstance(operand, Measure) and operand.name in _AGES)


def _of_version(timers: Timers, events: list[Fact]) -> Iterator[int]:
    for position, event in enumerate(events):
        for kind, delay in timers.after_event:
            if event.kind == kind:
                yield event.occurred_at + delay
        silent_until = events[position + 1].occurred_at if position + 1 < len(events) else None
        for delay in timers.idle:
            if silent_until is None or event.occurred_at + delay < silent_until:
                yield event.occurred_at + delay


def stage_conditions(agreement: Agreement) -> Iterator[Condition]:
    """Everything a computed entry can rest on."""
    for stage in agreement.stages.values():
        if stage.when is not None:
            yield stage.when
        if stage.reentry is not None and stage.reentry.unless is not None:
            yield stage.reentry.unless
    for rule in agreement.fit:
        yield rule.when
    for points in agreement.score:
        if points.event.where is not None:
            yield points.event.where


def _leaves(condition: Condition) -> Iterator[Condition]:
    match condition:
        case And(items) | Or(items):
            for item in items:
                yield from _leaves(item)
        case Not(item) | Arm(_, item) | Term(_, item):
            yield from _leaves(item)
        case _:
            yield condition


def _collect(leaf: Condition, after: set[tuple[str, int]], idle: set[int]) -> None:
    for operand in operands(leaf):
        if isinstance(operand, Measure):
            if isinstance(operand.window, Within):
                after.add((operand.selector.kind, operand.window.micros))
            for inner in _leaves(operand.selector.where) if operand.selector.where is not None else ():
                _collect(inner, after, idle)
    if isinstance(leaf, Compare):
        _collect_threshold(leaf.left, leaf.right, after, idle)
        _collect_threshold(leaf.right, leaf.left, after, idle)


def _collect_threshold(age: Operand, limit: Operand, after: set[tuple[str, int]], idle: set[int]) -> None:
    if isinstance(limit, Elapsed):
        if isinstance(age, Idle):
            idle.add(limit.micros)
        elif isinstance(age, Measure) and age.name in _AGES:
            after.add((age.selector.kind, limit.micros))
