"""Targets against actuals, and what a pay plan makes of them (specification §10).

A measure's attainment is actual ÷ target, a duty's is attainment ÷ objective; `pays_on` weighs them, each capped at
1.5. Input: numbers. Rule in prose: docs/rules/targets.md.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from detente.core.agreement.agreement import Agreement, VolumeDuty
from detente.core.credit.attainment import exact

CAP = Fraction(3, 2)
"""No measure pays for more than one and a half times its target."""

JOINT = "joint"
MONEY = ("revenue", "pipeline", "sourced_pipeline", "sourced_revenue")
DEALS = "won"


class GoalStatus(StrEnum):
    """How a target stands. *Running*: the period is not over and no pace is agreed."""

    ON_COURSE = "on course"
    BEHIND_PACE = "behind pace"
    RUNNING = "running"
    MET = "met"
    BELOW_TARGET = "below target"


@dataclass(frozen=True, slots=True)
class Contribution:
    """One measure of a pay plan; `counted` is the attainment held at the cap, None while it is not judged."""

    measure: str
    weight: float
    attainment: float | None
    counted: float | None


def unit_of(measure: str) -> str:
    """Return what a measure counts: money, deals, or leads (a stage name)."""
    return "money" if measure in MONEY else "deals" if measure == DEALS else "leads"


def paced_by(agreement: Agreement, party: str, measure: str, kind: str) -> VolumeDuty | None:
    """Return the volume duty whose pace also paces a target: same stage, same kind of period, owed by that party."""
    for duty in agreement.duties:
        if isinstance(duty, VolumeDuty) and (duty.owes, duty.stage, duty.period) == (party, measure, kind):
            return duty if duty.pace else None
    return None


def judge_goal(actual: Fraction, target: Fraction, due: Fraction | None, over: bool) -> GoalStatus:
    """Return how a target stands; `due` is what was to be reached by today, where a pace is agreed."""
    if over:
        return GoalStatus.MET if actual >= target else GoalStatus.BELOW_TARGET
    if due is None:
        return GoalStatus.RUNNING
    return GoalStatus.ON_COURSE if actual >= due else GoalStatus.BEHIND_PACE


def attained(actual: Fraction | float | None, target: float | None) -> float | None:
    """Return actual ÷ target; None where either is not there, or the target is zero."""
    if actual is None or not target:
        return None
    return float((actual if isinstance(actual, Fraction) else exact(actual)) / exact(target))


def contributions(pays_on: Mapping[str, float], attainments: Mapping[str, float | None]) -> tuple[Contribution, ...]:
    """Return each part of a pay plan, in the order of the text."""
    parts = []
    for measure, weight in pays_on.items():
        attainment = attainments.get(measure)
        counted = None if attainment is None else min(attainment, float(CAP))
        parts.append(Contribution(measure, weight, attainment, counted))
    return tuple(parts)


def pay_factor(parts: Iterable[Contribution]) -> float | None:
    """Return the weighted sum of the capped attainments; None while any part is not judged."""
    total = Fraction(0)
    for part in parts:
        if part.counted is None:
            return None
        total += exact(part.weight) * exact(part.counted)
    return float(total)
