"""A business calendar: which instants are open, how much open time lies between two of them, when an amount is used up.

Input: the openings, holidays and closed dates of one calendar clause. Local openings are turned into intervals of
UTC microseconds (across clock changes), kept with their running total, and extended year by year as asked.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import MAXYEAR, UTC, date, datetime, time, timedelta
from functools import lru_cache
from itertools import accumulate
from zoneinfo import ZoneInfo

from detente.core.calendars.instants import instant_of, moment_of

MINUTE_US = 60_000_000
_FULL_DAY = 24 * 60


@dataclass(frozen=True)
class _Table:
    """Open intervals of whole years, with the open time before each."""

    first_year: int
    last_year: int
    starts: list[int]
    ends: list[int]
    before: list[int]  # open time before each interval, and in all as the last item


class BusinessCalendar:
    """Open time of one calendar.

    `opening`: seven tuples (Monday first) of (from, to) in minutes of the local day, sorted and disjoint;
    `holidays`: "CC" or "CC-SUB" of the `holidays` package, or None. Raises ValueError if no weekday ever opens.
    """

    def __init__(
        self,
        timezone: str,
        opening: Sequence[Sequence[tuple[int, int]]],
        holidays: str | None = None,
        closed: Collection[date] = (),
    ) -> None:
        daily = [sum(to - start for start, to in day) for day in opening]
        if not any(daily):
            raise ValueError("a calendar must open on at least one weekday")
        self._zone = ZoneInfo(timezone)
        self._opening = opening
        self._holidays = holidays
        self._closed = frozenset(closed)
        self._table: _Table | None = None
        self.full_day_us = max(daily) * MINUTE_US
        """One full open day: the longest daily opening."""

    def open_between(self, start: int, end: int) -> int:
        """Return the open time in [start, end), in microseconds; zero if end is not later."""
        if end <= start:
            return 0
        self._covering(start, end)  # both are counted from the same beginning
        return self._used(end) - self._used(start)

    def due(self, start: int, amount: int) -> int:
        """Return the earliest instant at which `amount` microseconds of open time since `start` are used.

        OverflowError if that is after the last year there is.
        """
        if amount <= 0:
            return start
        goal = self._used(start) + amount
        table = self._covering(start, start)
        while table.before[-1] < goal:  # twice the years each time, so that a far target takes few steps
            years = table.last_year - table.first_year + 1
            if table.last_year >= MAXYEAR - 1:
                raise OverflowError(f"{amount // MINUTE_US} minutes of open time end after the year {MAXYEAR - 1}")
            table = self._extended(table.first_year, min(table.last_year + years, MAXYEAR - 1))
        index = bisect_left(table.before, goal) - 1
        return table.starts[index] + goal - table.before[index]

    def table(self, first_year: int, last_year: int) -> tuple[list[int], list[int], list[int]]:
        """Return the open intervals of whole years: starts, ends, and the open time before each (and in all, last)."""
        table = self._extended(first_year, last_year)
        return table.starts, table.ends, table.before

    def is_open_day(self, day: date) -> bool:
        """Whether the calendar opens at all on a local date."""
        return bool(self._opening[day.weekday()]) and day not in self._days_off(day.year)

    def _used(self, instant: int) -> int:
        table = self._covering(instant, instant)
        index = bisect_right(table.starts, instant) - 1
        if index < 0:
            return 0
        return table.before[index] + min(instant, table.ends[index]) - table.starts[index]

    def _covering(self, start: int, end: int) -> _Table:
        first = moment_of(start).year - 1
        last = moment_of(end).year + 1
        table = self._table
        if table is not None and table.first_year <= first and last <= table.last_year:
            return table
        if table is not None:
            first, last = min(first, table.first_year), max(last, table.last_year)
        return self._extended(first, last)

    def _extended(self, first: int, last: int) -> _Table:
        intervals = [interval for year in range(first, last + 1) for interval in self._intervals(year)]
        lengths = [end - start for start, end in intervals]
        self._table = _Table(
            first,
            last,
            [start for start, _ in intervals],
            [end for _, end in intervals],
            list(accumulate(lengths, initial=0)),
        )
        return self._table

    def _intervals(self, year: int) -> Iterator[tuple[int, int]]:
        day = date(year, 1, 1)
        while day.year == year:
            if self.is_open_day(day):
                for start, to in self._opening[day.weekday()]:
                    opens, closes = self._instant(day, start), self._instant(day, to)
                    if opens < closes:  # an hour that the clocks skip is not open
                        yield opens, closes
            day += timedelta(days=1)

    def _instant(self, day: date, minute: int) -> int:
        """Return the instant of a minute of the local day; one that the clocks skip is that at which they go on."""
        if minute == _FULL_DAY:
            day, minute = day + timedelta(days=1), 0
        local = datetime.combine(day, time(minute // 60, minute % 60), self._zone)
        while local.astimezone(UTC).astimezone(self._zone).replace(fold=0) != local:
            local += timedelta(minutes=1)
        return instant_of(local)

    def _days_off(self, year: int) -> frozenset[date]:
        return self._closed | public_holidays(self._holidays, year) if self._holidays else self._closed


@lru_cache(maxsize=1024)
def public_holidays(code: str, year: int) -> frozenset[date]:
    """Return the public holidays of "CC" or "CC-SUB" in a year; raises NotImplementedError for an unknown code."""
    import holidays

    country, _, subdivision = code.partition("-")
    return frozenset(holidays.country_holidays(country, subdiv=subdivision or None, years=year))
