"""Weeks, months and quarters of the agreement's zone: names, bounds, days, closing (specification §5).

Periods of one kind tile the line of time: [start, end), no gap and no overlap, across clock changes.
Rule in prose: docs/rules/periods.md.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from detente.core.calendars.calendar import BusinessCalendar
from detente.core.calendars.instants import instant_of, moment_of

KINDS = ("week", "month", "quarter")

CLOSING_DAYS = 5
"""A period closes this many full business days after its end."""

_WEEK = re.compile(r"(\d{4})-W(\d{2})")
_MONTH = re.compile(r"(\d{4})-(\d{2})")
_QUARTER = re.compile(r"(\d{4})-?Q([1-4])", re.IGNORECASE)
_WEEKDAYS = ((((0, 24 * 60),),) * 5) + ((),) * 2


@dataclass(frozen=True, slots=True)
class Period:
    """One week, month or quarter. `first` and `after` are local dates, `start` and `end` microseconds UTC."""

    kind: str
    name: str  # 2026-W48, 2026-11, 2026Q4
    first: date
    after: date
    start: int
    end: int

    @property
    def days(self) -> int:
        """How many days it has."""
        return (self.after - self.first).days

    def day(self, today: date) -> int:
        """Return which day of the period `today` is, counted from 1 and held at its first and last."""
        return min(max((today - self.first).days + 1, 1), self.days)


def period_at(kind: str, instant: int, zone: str) -> Period:
    """Return the period of a kind that contains an instant."""
    period = _starting(kind, _first_day(kind, local_date(instant, zone)), zone)
    while instant < period.start:  # a clock set back over midnight shows yesterday's date again
        period = _starting(kind, _first_day(kind, period.first - timedelta(days=1)), zone)
    while instant >= period.end:
        period = _starting(kind, period.after, zone)
    return period


def parse_period(name: str, zone: str) -> Period:
    """Return the period a name stands for: 2026Q4, 2026-Q4, 2026-11, 2026-W48. Raises ValueError with the remedy."""
    if match := _QUARTER.fullmatch(name):
        kind, first = "quarter", date(max(int(match[1]), 1), 3 * int(match[2]) - 2, 1)
    elif match := _MONTH.fullmatch(name):
        if not 1 <= int(match[2]) <= 12:
            raise ValueError(f"{name!r} has no such month; write a month as 2026-11")
        kind, first = "month", date(max(int(match[1]), 1), int(match[2]), 1)
    elif match := _WEEK.fullmatch(name):
        try:
            kind, first = "week", date.fromisocalendar(int(match[1]), int(match[2]), 1)
        except ValueError:
            raise ValueError(f"{name!r} has no such week; write an ISO week as 2026-W48") from None
    else:
        raise ValueError(f"{name!r} is no period; write a quarter as 2026Q4, a month as 2026-11, a week as 2026-W48")
    if not 1900 <= first.year < 3000:  # zones and calendars hold for them in every direction
        raise ValueError(f"{name!r} lies outside the years 1900 to 2999; write a quarter as 2026Q4")
    return _starting(kind, first, zone)


def periods_between(kind: str, start: int, end: int, zone: str) -> Iterator[Period]:
    """Yield the periods that share an instant with [start, end), oldest first; nothing if it is empty."""
    if start >= end:
        return
    period = period_at(kind, start, zone)
    while period.start < end:
        yield period
        period = _starting(kind, period.after, zone)


def months_of(period: Period) -> tuple[tuple[date, date], ...]:
    """Return the (first, after) dates of a period's calendar months; a week counts as one stretch."""
    if period.kind == "week":
        return ((period.first, period.after),)
    months = []
    first = period.first
    while first < period.after:
        after = _next_month(first)
        months.append((first, after))
        first = after
    return tuple(months)


def closes_at(period: Period, calendar: BusinessCalendar, decided: int | None = None) -> int:
    """Return when a figure of the period is frozen: five full business days after its end.

    `decided`: for a figure whose youngest rows are judged later than the end, the five days run from there.
    """
    return calendar.due(period.end if decided is None else decided, CLOSING_DAYS * calendar.full_day_us)


@lru_cache(maxsize=64)
def weekdays(zone: str) -> BusinessCalendar:
    """Return whole days from Monday to Friday: the calendar of an agreement that names none."""
    return BusinessCalendar(zone, _WEEKDAYS)


def local_date(instant: int, zone: str) -> date:
    """Return the date a zone's clocks show at an instant."""
    return moment_of(instant).astimezone(ZoneInfo(zone)).date()


def midnight(day: date, zone: str) -> int:
    """Return the instant at which a date begins in a zone."""
    return instant_of(datetime.combine(day, time(0), ZoneInfo(zone)))


def local_text(instant: int, zone: str) -> str:
    """Return an instant as ISO 8601 in a zone, with offset, to the second."""
    local = moment_of(instant).astimezone(ZoneInfo(zone))
    return local.isoformat(timespec="seconds")


@lru_cache(maxsize=4096)
def _starting(kind: str, first: date, zone: str) -> Period:
    if kind == "week":
        year, week, _ = first.isocalendar()
        name, after = f"{year}-W{week:02}", first + timedelta(days=7)
    elif kind == "month":
        name, after = f"{first.year}-{first.month:02}", _next_month(first)
    else:
        name = f"{first.year}Q{(first.month + 2) // 3}"
        after = _next_month(_next_month(_next_month(first)))
    return Period(kind, name, first, after, midnight(first, zone), midnight(after, zone))


def _first_day(kind: str, day: date) -> date:
    if kind == "week":
        return day - timedelta(days=day.weekday())
    return day.replace(day=1) if kind == "month" else day.replace(month=3 * ((day.month - 1) // 3) + 1, day=1)


def _next_month(first: date) -> date:
    return date(first.year + first.month // 12, first.month % 12 + 1, 1)
