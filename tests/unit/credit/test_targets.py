"""Targets against actuals, and what a pay plan makes of them."""

from __future__ import annotations

from fractions import Fraction

import pytest

from detente.core.credit.targets import GoalStatus, attained, contributions, judge_goal, pay_factor, unit_of


@pytest.mark.parametrize(
    ("actual", "due", "over", "status"),
    [
        (214, 229, False, GoalStatus.BEHIND_PACE),
        (229, 229, False, GoalStatus.ON_COURSE),
        (214, None, False, GoalStatus.RUNNING),
        (450, None, True, GoalStatus.MET),
        (449, None, True, GoalStatus.BELOW_TARGET),
    ],
)
def test_how_a_target_stands(actual: int, due: int | None, over: bool, status: GoalStatus) -> None:
    assert judge_goal(Fraction(actual), Fraction(450), None if due is None else Fraction(due), over) is status


def test_attainment_is_actual_over_target() -> None:
    assert attained(Fraction(570), 1140) == pytest.approx(0.5)
    assert attained(None, 0.95) is None
    assert attained(Fraction(3), 0) is None


def test_pay_weighs_attainments_capped_at_one_and_a_half() -> None:
    parts = contributions({"SQL": 0.5, "joint.revenue": 0.5}, {"SQL": 1.8, "joint.revenue": 0.9})
    assert [part.counted for part in parts] == [1.5, 0.9]
    assert pay_factor(parts) == pytest.approx(0.5 * 1.5 + 0.5 * 0.9)


def test_pay_is_not_said_while_a_part_is_not_judged() -> None:
    parts = contributions({"joint.revenue": 0.9, "sla.feedback": 0.1}, {"joint.revenue": 1.0, "sla.feedback": None})
    assert parts[1].counted is None
    assert pay_factor(parts) is None


def test_what_measures_count() -> None:
    assert [unit_of(measure) for measure in ("sourced_revenue", "won", "MQL")] == ["money", "deals", "leads"]
