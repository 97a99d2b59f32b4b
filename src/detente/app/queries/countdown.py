"""How much of a running clock is used and how much is left, in the clock's own time, as of now.

Input: a clock that runs, its duty, the version of the agreement it runs under, and whom the lead was given to since.
The facts are those of a snapshot; only the time goes on. Instants and durations are microseconds.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import tzinfo
from enum import StrEnum
from typing import Protocol

from detente.app import figures
from detente.core.agreement.agreement import Agreement, ClockDuty
from detente.core.calendars.calendar import BusinessCalendar
from detente.core.replay.duties import calendar_of
from detente.core.replay.signals import Signal, Timed, signals

_SECOND = 1_000_000
_MINUTE = 60 * _SECOND


class RunningClock(Timed, Protocol):
    """A clock that runs: a row of the replay, or of the lists."""

    @property
    def calendar(self) -> str | None:
        """The calendar it counts; None: elapsed time."""


class State(StrEnum):
    """How a running clock stands; the words are those of statuses on screens."""

    RUNNING = "running"
    PAST_ALERT = "past alert"  # the agreement's own alert has been sent
    WAITING = "open"  # outside its hours: it does not count down now
    OVER = "broken"


@dataclass(frozen=True, slots=True)
class Countdown:
    """A running clock at `now`. `used` + `left` is the target until it is due; after that, `over` is what is beyond."""

    now: int
    state: State
    target: int
    used: int
    left: int
    over: int
    opens_at: int | None  # outside its hours: when it counts on
    due_at: int
    signals: tuple[Signal, ...]  # whom it tells, and when
    day: int | None  # a full open day of its calendar; None: elapsed time

    @property
    def next_signal(self) -> Signal | None:
        """Whom it tells next."""
        return next((signal for signal in self.signals if signal.at > self.now), None)

    def moments(self, since: int) -> tuple[str, ...]:
        """Return what came after `since`, up to now: its alerts, its due, its escalations. Each is to be said once."""
        told = [(signal.at, f"{signal.verb} {signal.to}: {signal.text}") for signal in self.signals]
        passed = sorted((at, words) for at, words in (*told, (self.due_at, "due now")) if since < at <= self.now)
        return tuple(words for _, words in passed)

    def words(self, zone: tzinfo) -> str:
        """Return what the chip says: `27 m left`, `49 m over`, `starts Mon 09:00`."""
        if self.state is State.OVER:
            return f"{self.amount(self.over)} over"
        if self.state is State.WAITING:
            verb = "goes on" if self.used else "starts"
            return f"{verb} {figures.near(self.opens_at, self.now, zone)}"
        return f"{self.amount(self.left)} left"

    def amount(self, micros: int) -> str:
        """Return a part of the clock's time: in business time a day is a working day."""
        if 0 < micros < _MINUTE:
            return "under 1 m"
        seconds = micros // _SECOND
        if self.day is None:
            return figures.duration(seconds)
        return figures.working_days(seconds, self.day // _SECOND)


def countdown(clock: RunningClock, duty: ClockDuty, agreement: Agreement, now: int) -> Countdown:
    """Return where a clock stands at `now`, which is not before its start. `agreement`: the version it runs under."""
    calendar = calendar_in(agreement, clock.calendar)
    told = signals(duty, clock, calendar)
    opens_at = None if calendar is None else _opening(calendar, now)
    over = spent(calendar, clock.due_at, now)
    return Countdown(
        now=now,
        state=_state(told, now, over, opens_at),
        target=clock.target_us,
        used=spent(calendar, clock.started_at, now),
        left=spent(calendar, now, clock.due_at),
        over=over,
        opens_at=opens_at,
        due_at=clock.due_at,
        signals=told,
        day=None if calendar is None else calendar.full_day_us,
    )


def calendar_in(agreement: Agreement, name: str | None) -> BusinessCalendar | None:
    """Return a calendar of a version; None: elapsed time."""
    return None if name is None else calendar_of(agreement.calendars[name])


def spent(calendar: BusinessCalendar | None, start: int, end: int) -> int:
    """Return the clock's own time between two instants; zero if the end is not later."""
    return max(0, end - start) if calendar is None else calendar.open_between(start, end)


def _opening(calendar: BusinessCalendar, now: int) -> int | None:
    """Return when the calendar opens next; None where it is open now."""
    opens = calendar.due(now, 1) - 1
    return opens if opens > now else None


def _state(told: Sequence[Signal], now: int, over: int, opens_at: int | None) -> State:
    if over:  # as the replay has it: broken once more time is used than was agreed
        return State.OVER
    if opens_at is not None:
        return State.WAITING
    alerted = any(signal.at <= now for signal in told if not signal.escalates)
    return State.PAST_ALERT if alerted else State.RUNNING


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of a clock's own time with one owner; None: it waits for one."""

    owner: str | None
    micros: int


@dataclass(frozen=True, slots=True)
class Handover:
    """A lead given to somebody: a person, or a pool whose members share the work."""

    at: int
    to: str


def segments(
    span: tuple[int, int],
    calendar: BusinessCalendar | None,
    first: str | None,
    handovers: Iterable[Handover],
    pools: Collection[str],
) -> tuple[Segment, ...]:
    """Return whose time it was from the start of a clock to its end, in order; the parts add up to what is used.

    `first`: whom the route named at the start. What lies with a pool waits for an owner: it belongs to routing.
    """
    start, end = span
    found: list[Segment] = []
    owner, since = (None if first in pools else first), start
    for given in sorted(handovers, key=lambda each: each.at):
        to = None if given.to in pools else given.to
        if to != owner and given.at < end:
            _add(found, owner, spent(calendar, since, max(given.at, start)))
            owner, since = to, max(given.at, start)
    _add(found, owner, spent(calendar, since, end))
    return tuple(found)


def _add(found: list[Segment], owner: str | None, micros: int) -> None:
    if micros:
        found.append(Segment(owner, micros))
