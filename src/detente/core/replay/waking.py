"""Which instants the kernel may leave out: an expiry of an event that no selector has taken changes nothing.

The reference looks again after every event of a kind; where conditions change only at known instants, it is enough
to look after the events a selector takes. Input: one version of the agreement.
"""

from __future__ import annotations

from collections.abc import Iterator

from detente.core.agreement.agreement import Agreement
from detente.core.agreement.expressions import (
    Compare,
    Condition,
    Elapsed,
    Idle,
    IsKnown,
    Measure,
    MeasureName,
    Operand,
    Score,
    Selector,
    Within,
)
from detente.core.replay.tables import leaf_operands, leaves, reads_event_alone, selectors
from detente.core.replay.timers import stage_conditions

_AGES = (MeasureName.FIRST, MeasureName.LAST, MeasureName.SINCE_LAST)
_TURNS_AT_ITS_LIMIT = {False: (">=", "<"), True: ("<=", ">")}
"""Comparisons of an age with a duration that change exactly when the age reaches it; by whether it stands right."""


def depends_on_the_moment(agreement: Agreement) -> bool:
    """Whether a condition may change between the known instants, so that each instant looked at may matter."""
    conditions = list(stage_conditions(agreement))
    if any(not _turns_at_its_limit(leaf) for condition in conditions for leaf in leaves(condition)):
        return True
    taken = [selector for condition in conditions for selector in selectors(condition)]
    taken += [rule.event for rule in agreement.score]
    return any(
        isinstance(operand, Measure | Idle | Score)
        for selector in taken
        if selector.where is not None
        for leaf in leaves(selector.where)
        for operand in leaf_operands(leaf)
    )


def _turns_at_its_limit(leaf: Condition) -> bool:
    ages = [each for each in leaf_operands(leaf) if _is_age(each)]
    if not ages or isinstance(leaf, IsKnown):
        return True
    if not isinstance(leaf, Compare) or len(ages) > 1:
        return False
    right = _is_age(leaf.right)
    limit = leaf.left if right else leaf.right
    return isinstance(limit, Elapsed) and leaf.op in _TURNS_AT_ITS_LIMIT[right]


def _is_age(operand: Operand) -> bool:
    return isinstance(operand, Idle) or (isinstance(operand, Measure) and operand.name in _AGES)


def after_selected(agreement: Agreement) -> list[tuple[Selector, int]]:
    """Return the selectors whose events expire or reach an age, each with the delay; every pair once."""
    pairs: dict[str, tuple[Selector, int]] = {}
    for selector, delay in _pairs(agreement):
        alone = selector if reads_event_alone(selector.where) else Selector(selector.kind)
        pairs.setdefault(repr((alone, delay)), (alone, delay))
    return list(pairs.values())


def _pairs(agreement: Agreement) -> Iterator[tuple[Selector, int]]:
    for rule in agreement.score:
        if rule.expires is not None:
            yield rule.event, rule.expires
    for condition in stage_conditions(agreement):
        for leaf in leaves(condition):
            for operand in leaf_operands(leaf):
                if isinstance(operand, Measure) and isinstance(operand.window, Within):
                    yield operand.selector, operand.window.micros
            if isinstance(leaf, Compare):
                for age, limit in ((leaf.left, leaf.right), (leaf.right, leaf.left)):
                    if isinstance(limit, Elapsed) and isinstance(age, Measure) and age.name in _AGES:
                        yield age.selector, limit.micros
