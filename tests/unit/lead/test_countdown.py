"""How a running clock is told: used and left in its own time, whose time it was, whom it tells, in which words."""

from __future__ import annotations

from typing import NamedTuple
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detente.app import figures
from detente.app.queries.countdown import Countdown, Handover, Segment, State, calendar_in, countdown, segments
from detente.core.agreement.agreement import Agreement, ClockDuty
from detente.core.agreement.expressions import HOUR, MINUTE
from detente.core.agreement.history_line import parse_instant
from detente.core.agreement.reader import read_timeline
from detente.core.replay.signals import signals

BERLIN = ZoneInfo("Europe/Berlin")
TEXT = """agreement: quay/clocks
language: 1
version: 1.0.0
effective: 2025-01-01
timezone: Europe/Berlin
parties: {marketing: {signs: m@quay.example}, sales: {signs: s@quay.example}}
default_calendar: DE
calendars:
  DE: {timezone: Europe/Berlin, open: {mon-fri: "09:00-18:00"}, holidays: DE-BE}
  NY: {timezone: America/New_York, open: {mon-thu: ["08:00-12:00", "13:00-17:00"], sat: "10:00-14:00"}}
  ALL: {timezone: UTC, open: {mon-sun: "00:00-24:00"}}
stages: {Lead: {id: stage.lead, owner: marketing, basis: computed, enter: {when: person.email is known}}}
sla:
  - id: sla.speed
    owes: sales
    to: marketing
    clock: {start: Lead, stop: touch, hours: business}
    target: [{otherwise: true, within: 1bh}]
    alert: [{at: 75% of target, to: owner}]
    escalate: [{at: 200% of target, to: manager}, {at: 1bd past target, to: reassign}]
"""


class Clock(NamedTuple):
    """A clock that runs."""

    started_at: int
    target_us: int
    due_at: int
    calendar: str | None


def agreement() -> Agreement:
    timeline, problems = read_timeline([("a.yaml", TEXT)])
    assert timeline is not None, problems
    return timeline.versions[0]


AGREEMENT = agreement()
DUTY = AGREEMENT.duties[0]
FIRST, LAST = (parse_instant(each, BERLIN) for each in ("2025-01-01 00:00", "2026-12-31 00:00"))

instants = st.integers(FIRST, LAST)
calendars = st.sampled_from(["DE", "NY", "ALL", None])
targets = st.integers(1, 60 * 24).map(lambda minutes: minutes * MINUTE)


def clock(written: str, calendar: str | None, target: int) -> Clock:
    return clock_at(parse_instant(written, BERLIN), calendar, target)


def clock_at(started: int, calendar: str | None, target: int) -> Clock:
    open_ = calendar_in(AGREEMENT, calendar)
    return Clock(started, target, started + target if open_ is None else open_.due(started, target), calendar)


def told(running: Clock, now: str | int) -> Countdown:
    assert isinstance(DUTY, ClockDuty)
    at = parse_instant(now, BERLIN) if isinstance(now, str) else now
    return countdown(running, DUTY, AGREEMENT, at)


# --- any calendar ---------------------------------------------------------------------------------------------------


@given(instants, calendars, targets, st.integers(0, 400 * 24 * HOUR))
def test_what_is_used_and_what_is_left_are_the_target_until_it_is_due_and_what_is_over_lies_beyond(
    started: int, calendar: str | None, target: int, later: int
) -> None:
    down = told(clock_at(started, calendar, target), started + later)
    assert down.used + down.left - down.over == target
    assert not (down.left and down.over)
    assert (down.state is State.OVER) == (down.used > target)


@given(instants, calendars, targets, st.integers(0, 40 * 24 * HOUR))
def test_a_clock_that_does_not_count_now_counts_on_at_the_next_opening_and_not_a_moment_before(
    started: int, calendar: str | None, target: int, later: int
) -> None:
    down = told(clock_at(started, calendar, target), started + later)
    if down.opens_at is not None:
        then = told(clock_at(started, calendar, target), down.opens_at)
        assert then.used == down.used
        assert then.opens_at is None
        assert told(clock_at(started, calendar, target), down.opens_at + MINUTE).used == down.used + MINUTE
    else:
        assert told(clock_at(started, calendar, target), started + later + 1).used == down.used + 1


@given(
    instants, calendars, st.integers(0, 40 * 24 * HOUR),
    st.sampled_from([None, "pool.quay", "cem"]),
    st.lists(st.tuples(st.integers(-HOUR, 50 * 24 * HOUR), st.sampled_from(["cem", "dora", "pool.quay"])), max_size=6),
)  # fmt: skip
def test_whose_time_it_was_adds_up_to_what_is_used_and_never_resets(
    started: int, calendar: str | None, later: int, first: str | None, given_: list[tuple[int, str]]
) -> None:
    open_ = calendar_in(AGREEMENT, calendar)
    handovers = [Handover(started + after, to) for after, to in given_]
    parts = segments((started, started + later), open_, first, handovers, {"pool.quay"})
    used = later if open_ is None else open_.open_between(started, started + later)
    assert sum(each.micros for each in parts) == used
    assert all(each.micros > 0 for each in parts)
    assert all(each.owner in (None, "cem", "dora") for each in parts)


@given(instants, calendars, targets)
def test_a_clock_tells_its_owner_before_it_is_due_and_a_manager_after(
    started: int, calendar: str | None, target: int
) -> None:
    assert isinstance(DUTY, ClockDuty)
    running = clock_at(started, calendar, target)
    by_row = {each.text: each for each in signals(DUTY, running, calendar_in(AGREEMENT, calendar))}
    assert by_row["75% of target"].at <= running.due_at < by_row["200% of target"].at
    assert by_row["1bd past target"].at > running.due_at
    assert told(running, by_row["75% of target"].at).state is not State.RUNNING


# --- words ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("now", "words", "state"),
    [
        ("2025-06-10 10:00", "1 h left", State.RUNNING),
        ("2025-06-10 10:33", "27 m left", State.RUNNING),
        ("2025-06-10 10:45", "15 m left", State.PAST_ALERT),
        ("2025-06-10 10:59:30", "under 1 m left", State.PAST_ALERT),
        ("2025-06-10 11:00", "0 m left", State.PAST_ALERT),
        ("2025-06-10 11:00:01", "under 1 m over", State.OVER),
        ("2025-06-10 11:49", "49 m over", State.OVER),
        ("2025-06-12 11:00", "2 d over", State.OVER),
        ("2025-06-30 11:00", "14 d over", State.OVER),
    ],
)
def test_a_clock_says_its_time_in_words(now: str, words: str, state: State) -> None:
    down = told(clock("2025-06-10 10:00", "DE", HOUR), now)
    assert (down.words(BERLIN), down.state) == (words, state)


def test_outside_its_hours_a_clock_says_when_it_starts_or_goes_on() -> None:
    evening = told(clock("2025-06-06 19:00", "DE", HOUR), "2025-06-07 12:00")
    assert evening.words(BERLIN) == "starts Tue 09:00"  # Whit Monday is closed
    begun = told(clock("2025-06-05 17:30", "DE", HOUR), "2025-06-05 20:00")
    assert begun.words(BERLIN) == "goes on Fri 09:00"
    assert begun.amount(begun.left) == "30 m"


def test_a_clock_of_elapsed_time_never_waits() -> None:
    down = told(clock("2025-06-06 19:00", None, 30 * HOUR), "2025-06-07 19:00")
    assert (down.words(BERLIN), down.opens_at) == ("6 h left", None)


def test_what_came_since_is_said_and_nothing_else() -> None:
    running = clock("2025-06-10 10:00", "DE", HOUR)
    since = parse_instant("2025-06-10 10:44", BERLIN)
    assert told(running, "2025-06-10 10:45").moments(since) == ("reminder to owner: 75% of target",)
    assert told(running, "2025-06-10 10:44").moments(since) == ()
    assert told(running, "2025-06-11 12:00").moments(since) == (
        "reminder to owner: 75% of target",
        "due now",
        "goes to manager: 200% of target",
        "goes to reassign: 1bd past target",
    )


def test_time_with_a_pool_waits_for_an_owner_and_a_second_owner_is_a_part_of_its_own() -> None:
    start, end = parse_instant("2025-06-10 10:00", BERLIN), parse_instant("2025-06-10 11:00", BERLIN)
    given_ = [Handover(start + 7 * MINUTE, "cem"), Handover(start + 30 * MINUTE, "dora")]
    assert segments((start, end), calendar_in(AGREEMENT, "DE"), "pool.quay", given_, {"pool.quay"}) == (
        Segment(None, 7 * MINUTE),
        Segment("cem", 23 * MINUTE),
        Segment("dora", 30 * MINUTE),
    )


@pytest.mark.parametrize(
    ("instant", "words"),
    [("2025-06-10 18:05", "18:05"), ("2025-06-11 09:00", "Wed 09:00"), ("2025-06-16 09:00", "Mon 09:00"),
     ("2025-06-17 09:00", "17 Jun 09:00"), ("2026-01-02 09:00", "2 Jan 2026 09:00"),
     ("2025-06-09 09:00", "9 Jun 09:00")],
)  # fmt: skip
def test_an_instant_is_as_brief_as_it_is_plain(instant: str, words: str) -> None:
    assert figures.near(parse_instant(instant, BERLIN), parse_instant("2025-06-10 10:00", BERLIN), BERLIN) == words
