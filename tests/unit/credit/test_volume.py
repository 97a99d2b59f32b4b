"""A promise of volume: pace by day within each month, worth by grade, quality once old enough."""

from __future__ import annotations

from datetime import date, datetime
from fractions import Fraction
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detente.core.agreement.agreement import BusinessTime, ElapsedTime, Stage
from detente.core.calendars.calendar import BusinessCalendar
from detente.core.calendars.instants import instant_of
from detente.core.credit.attainment import Verdict
from detente.core.credit.periods import parse_period
from detente.core.credit.volume import judge_delivery, old_enough_at, share_due, stages_reached, value_of

BERLIN = "Europe/Berlin"
Q4 = parse_period("2026Q4", BERLIN)
PACE = (0.30, 0.63, 1.00)
WORKING = BusinessCalendar(BERLIN, tuple(((540, 1080),) if day < 5 else () for day in range(7)))


def test_pace_rises_by_day_within_each_month() -> None:
    # 30 % by the end of October, then 19 of 30 days of the 33 % of November
    share = share_due(PACE, Q4, date(2026, 11, 19))
    assert share == Fraction(3, 10) + Fraction(33, 100) * Fraction(19, 30)
    owed = judge_delivery(Fraction(214), Fraction(450), share, over=False, whole=True)
    assert owed.due == 229
    assert owed.verdict is Verdict.BEHIND_PACE
    assert owed.pace == pytest.approx(214 / 229)


@pytest.mark.parametrize(
    ("day", "share"),
    [
        (date(2026, 10, 31), Fraction(30, 100)),
        (date(2026, 11, 30), Fraction(63, 100)),
        (date(2026, 12, 31), Fraction(1)),
        (date(2027, 5, 1), Fraction(1)),
        (date(2026, 10, 1), Fraction(30, 100) / 31),
    ],
)
def test_pace_reaches_the_agreed_share_on_the_last_day_of_each_month(day: date, share: Fraction) -> None:
    assert share_due(PACE, Q4, day) == share


@given(day=st.dates(date(2026, 10, 1), date(2026, 12, 30)))
def test_pace_never_falls(day: date) -> None:
    today, tomorrow = share_due(PACE, Q4, day), share_due(PACE, Q4, day.fromordinal(day.toordinal() + 1))
    assert today is not None
    assert tomorrow is not None
    assert 0 < today < tomorrow <= 1


def test_a_promise_on_pace_is_on_course_until_the_period_is_over() -> None:
    full = judge_delivery(Fraction(450), Fraction(450), share_due(PACE, Q4, date(2026, 12, 1)), over=False)
    assert full.verdict is Verdict.ON_COURSE
    assert judge_delivery(Fraction(450), Fraction(450), Fraction(1), over=True).verdict is Verdict.MET
    assert judge_delivery(Fraction(449), Fraction(450), Fraction(1), over=True).verdict is Verdict.BROKEN


def test_with_an_objective_that_part_of_the_promise_is_enough() -> None:
    ninety = Fraction(9, 10)
    assert judge_delivery(Fraction(405), Fraction(450), Fraction(1), True, True, ninety).verdict is Verdict.MET
    assert judge_delivery(Fraction(404), Fraction(450), Fraction(1), True, True, ninety).verdict is Verdict.BROKEN
    assert judge_delivery(Fraction(90), Fraction(200), Fraction(1, 2), False, True, ninety).verdict is Verdict.ON_COURSE


def test_without_an_agreed_pace_nothing_is_due_yet() -> None:
    running = judge_delivery(Fraction(3), Fraction(450), share_due((), Q4, date(2026, 12, 30)), over=False)
    assert (running.due, running.pace, running.verdict) == (None, None, Verdict.RUNNING)


def test_value_is_the_worth_of_the_grades_at_entry() -> None:
    worth = {"A": 9000, "B": 4500, "C": 2000, "D": 0}
    assert value_of({"A": 40, "B": 100, "C": 74, None: 3, "E": 1}, worth) == 40 * 9000 + 100 * 4500 + 74 * 2000


def local(text: str) -> int:
    return instant_of(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(BERLIN)))


def test_a_lead_is_old_enough_after_ten_business_days_or_an_elapsed_time() -> None:
    friday = local("2026-11-06T17:00")
    assert old_enough_at(friday, BusinessTime(10, "bd", "10bd"), WORKING) == local("2026-11-20T17:00")
    assert old_enough_at(friday, BusinessTime(2, "bh", "2bh"), WORKING) == local("2026-11-09T10:00")
    assert old_enough_at(friday, ElapsedTime(86_400_000_000, "1d"), WORKING) == local("2026-11-07T17:00")


def test_a_later_stage_counts_as_reached_unless_it_is_an_exit() -> None:
    stages = {
        name: Stage(name, f"stage.{name}", "sales", computed=False, from_=None, exit=name in ("Recycled", "Closed"))
        for name in ("Lead", "MQL", "SAL", "Recycled", "SQL", "Closed")
    }
    assert stages_reached(stages, "SAL") == ("SAL", "SQL")
