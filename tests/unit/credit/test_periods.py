"""Periods tile the line of time in the agreement's zone, and close five business days after their end."""

from __future__ import annotations

from datetime import UTC, date, datetime
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detente.core.calendars.calendar import BusinessCalendar
from detente.core.calendars.instants import instant_of
from detente.core.credit.periods import (
    KINDS,
    closes_at,
    local_text,
    parse_period,
    period_at,
    periods_between,
    weekdays,
)

BERLIN = "Europe/Berlin"
ZONES = (BERLIN, "America/New_York", "America/St_Johns", "Asia/Beirut", "Australia/Lord_Howe", "Pacific/Apia", "UTC")
INSTANTS = st.integers(
    instant_of(datetime(1995, 1, 1, tzinfo=UTC)), instant_of(datetime(2037, 1, 1, tzinfo=UTC))
)  # 1995 to 2036: Apia skipped a day, St John's changed clocks one minute after midnight


def berlin(text: str) -> int:
    return instant_of(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(BERLIN)))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("zone", ZONES)
@given(instant=INSTANTS)
def test_every_instant_lies_in_exactly_one_period(kind: str, zone: str, instant: int) -> None:
    period = period_at(kind, instant, zone)
    assert period.start <= instant < period.end
    assert period_at(kind, period.end, zone).start == period.end
    assert period_at(kind, period.start - 1, zone).end == period.start


@pytest.mark.parametrize("kind", KINDS)
@given(instant=INSTANTS)
def test_a_period_is_found_by_its_name(kind: str, instant: int) -> None:
    period = period_at(kind, instant, BERLIN)
    assert parse_period(period.name, BERLIN) == period


@given(instant=INSTANTS)
def test_a_quarter_is_tiled_by_its_months(instant: int) -> None:
    quarter = period_at("quarter", instant, BERLIN)
    months = list(periods_between("month", quarter.start, quarter.end, BERLIN))
    assert len(months) == 3
    assert months[0].start == quarter.start
    assert months[-1].end == quarter.end
    assert all(before.end == after.start for before, after in pairwise(months))


def test_bounds_follow_local_midnight_across_a_clock_change() -> None:
    october = parse_period("2026-10", BERLIN)
    assert local_text(october.start, BERLIN) == "2026-10-01T00:00:00+02:00"
    assert local_text(october.end, BERLIN) == "2026-11-01T00:00:00+01:00"
    assert october.end - october.start == (31 * 24 + 1) * 3_600_000_000


def test_a_clock_due_at_midnight_belongs_to_the_month_that_begins() -> None:
    assert period_at("month", berlin("2026-11-01T00:00"), BERLIN).name == "2026-11"
    assert period_at("month", berlin("2026-11-01T00:00") - 1, BERLIN).name == "2026-10"


def test_iso_weeks_begin_on_monday_and_may_belong_to_another_year() -> None:
    assert period_at("week", berlin("2027-01-03T12:00"), BERLIN).name == "2026-W53"
    assert parse_period("2026-W53", BERLIN).first == date(2026, 12, 28)


def test_days_are_counted_with_the_present_one() -> None:
    quarter = parse_period("2026Q4", BERLIN)
    assert (quarter.day(date(2026, 11, 19)), quarter.days) == (50, 92)


@pytest.mark.parametrize(
    "name", ["2026", "2026Q5", "2026-13", "2026-W54", "q4", "", "0000Q1", "0000-01", "9999Q4", "9999-12", "9999-W52"]
)
def test_a_name_that_is_no_period_is_refused_with_the_remedy(name: str) -> None:
    with pytest.raises(ValueError, match="write a"):
        parse_period(name, BERLIN)


def test_a_period_closes_five_business_days_after_its_end_holidays_left_out() -> None:
    working = tuple(((540, 1080),) if day < 5 else () for day in range(7))
    calendar = BusinessCalendar(BERLIN, working, "DE-BE")
    # 1 January 2027 is a holiday and a Friday: the open days are 4 to 8 January
    assert closes_at(parse_period("2026Q4", BERLIN), calendar) == berlin("2027-01-08T18:00")


def test_a_figure_judged_later_closes_later() -> None:
    calendar = weekdays(BERLIN)
    quarter = parse_period("2026Q3", BERLIN)
    assert closes_at(quarter, calendar) == berlin("2026-10-08T00:00")
    assert closes_at(quarter, calendar, decided=berlin("2026-10-15T00:00")) == berlin("2026-10-22T00:00")


def test_no_period_shares_an_instant_with_nothing() -> None:
    assert list(periods_between("month", 5, 5, BERLIN)) == []
