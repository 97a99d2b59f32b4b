"""Business time agrees with counting open minutes one by one, across weekends, holidays and clock changes."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detente.core.calendars.calendar import BusinessCalendar, public_holidays
from detente.core.calendars.instants import instant_of

MINUTE = 60_000_000
HOUR = 60 * MINUTE
BERLIN = ZoneInfo("Europe/Berlin")
NINE_TO_SIX = (((540, 1080),),) * 5 + ((), ())


def at(text: str, zone: ZoneInfo = BERLIN) -> int:
    return instant_of(datetime.fromisoformat(text).replace(tzinfo=zone))


@pytest.fixture(scope="module")
def germany() -> BusinessCalendar:
    return BusinessCalendar("Europe/Berlin", NINE_TO_SIX, "DE-BE", [date(2026, 12, 24)])


def test_a_friday_evening_request_has_used_55_minutes_by_monday_morning_though_the_clocks_went_back(
    germany: BusinessCalendar,
) -> None:
    assert germany.open_between(at("2026-10-23 17:30"), at("2026-10-26 09:25")) == 55 * MINUTE


def test_a_target_that_ends_at_closing_time_is_due_then_and_not_at_the_next_opening(germany: BusinessCalendar) -> None:
    assert germany.due(at("2026-06-05 14:00"), 4 * HOUR) == at("2026-06-05 18:00")


def test_a_target_that_starts_on_a_closed_day_runs_from_the_next_opening(germany: BusinessCalendar) -> None:
    assert germany.due(at("2026-12-24 10:00"), HOUR) == at("2026-12-28 10:00")


def test_an_empty_target_is_due_at_once_even_when_closed(germany: BusinessCalendar) -> None:
    assert germany.due(at("2026-06-06 10:00"), 0) == at("2026-06-06 10:00")


def test_a_calendar_that_never_closes_counts_real_hours_through_the_spring_change() -> None:
    night = BusinessCalendar("Europe/Berlin", (((0, 1440),),) * 7)
    assert night.open_between(at("2026-03-28 23:00"), at("2026-03-29 05:00")) == 5 * HOUR
    assert night.due(at("2026-03-28 23:00"), 4 * HOUR) == at("2026-03-29 04:00")


def test_an_hour_that_the_clocks_skip_is_not_open() -> None:
    gap = BusinessCalendar("Europe/Berlin", (((0, 150), (180, 1440)),) * 7)
    assert gap.open_between(at("2026-03-29 00:00"), at("2026-03-29 04:00")) == 3 * HOUR
    within = BusinessCalendar("Europe/Berlin", (((135, 165),),) * 7)
    assert within.open_between(at("2026-03-29 00:00"), at("2026-03-29 12:00")) == 0


def test_years_lie_between_two_instants_of_a_calendar_nobody_asked_before() -> None:
    fresh = BusinessCalendar("Europe/Berlin", NINE_TO_SIX)
    assert fresh.open_between(at("2021-06-07 09:00"), at("2026-06-08 09:00")) > 5 * 250 * 9 * HOUR


def test_a_full_day_is_the_longest_daily_opening_and_openings_of_a_day_add_up() -> None:
    split = BusinessCalendar("UTC", (((480, 720), (780, 1020)),) * 4 + (((480, 720),), (), ()))
    assert split.full_day_us == 8 * HOUR


def test_a_calendar_without_any_opening_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one weekday"):
        BusinessCalendar("UTC", ((),) * 7)


def test_a_due_date_years_ahead_extends_the_calendar(germany: BusinessCalendar) -> None:
    years = germany.due(at("2026-01-02 09:00"), 3000 * 9 * HOUR)
    assert germany.open_between(at("2026-01-02 09:00"), years) == 3000 * 9 * HOUR


instants = st.integers(0, 60 * 24 * 60).map(lambda minute: at("2026-10-01 00:00") + minute * MINUTE)
openings = st.lists(
    st.one_of(
        st.just(()),
        st.tuples(st.integers(0, 700), st.integers(701, 1440)).map(lambda pair: (pair,)),
        st.tuples(st.integers(0, 300), st.integers(301, 600), st.integers(601, 900), st.integers(901, 1440)).map(
            lambda four: ((four[0], four[1]), (four[2], four[3]))
        ),
    ),
    min_size=7,
    max_size=7,
).filter(any)


@given(openings, st.sampled_from(["Europe/Berlin", "America/New_York", "Asia/Kolkata", "UTC"]), instants, instants)
def test_open_time_is_the_number_of_open_minutes(
    opening: list[tuple[tuple[int, int], ...]], zone: str, one: int, other: int
) -> None:
    start, end = sorted((one, other))
    end = min(end, start + 4 * 24 * HOUR)
    calendar = BusinessCalendar(zone, opening, "US" if zone == "America/New_York" else None)
    assert calendar.open_between(start, end) == MINUTE * sum(
        _is_open(opening, zone, instant) for instant in range(start, end, MINUTE)
    )


def _is_open(opening: list[tuple[tuple[int, int], ...]], zone: str, instant: int) -> bool:
    local = (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=instant)).astimezone(ZoneInfo(zone))
    if zone == "America/New_York" and local.date() in public_holidays("US", local.year):
        return False
    day = opening[local.weekday()]
    return any(_local(local, start) <= instant < _local(local, end) for start, end in day)


def _local(local: datetime, minute: int) -> int:
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=None, fold=0)
    return instant_of((midnight + timedelta(minutes=minute)).replace(tzinfo=local.tzinfo))


@given(openings, instants, st.integers(1, 40 * 60))
def test_due_is_the_earliest_instant_at_which_the_amount_is_used(
    opening: list[tuple[tuple[int, int], ...]], start: int, minutes: int
) -> None:
    calendar = BusinessCalendar("Europe/Berlin", opening)
    due = calendar.due(start, minutes * MINUTE)
    assert calendar.open_between(start, due) == minutes * MINUTE
    assert calendar.open_between(start, due - 1) < minutes * MINUTE


@given(instants, instants, instants)
def test_open_time_adds_up(one: int, other: int, third: int) -> None:
    germany = BusinessCalendar("Europe/Berlin", NINE_TO_SIX, "DE-BE")
    start, middle, end = sorted((one, other, third))
    assert germany.open_between(start, middle) + germany.open_between(middle, end) == germany.open_between(start, end)
