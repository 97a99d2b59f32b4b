"""When the company works: opening hours, public holidays and the clocks of Berlin and New York.

Computed from the calendar alone, without the product's own calendars, so that the truth is a second opinion.
Instants are whole seconds UTC.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

MINUTE = 60
HOUR = 60 * MINUTE
DAY = 24 * HOUR

BERLIN = ZoneInfo("Europe/Berlin")
NEW_YORK = ZoneInfo("America/New_York")
OPENS, CLOSES = time(9), time(18)
FULL_DAY = 9 * HOUR


def instant(day: date, at: time, zone: ZoneInfo = BERLIN) -> int:
    """Return the instant of a local time of day."""
    return int(datetime.combine(day, at, zone).timestamp())


def utc_text(at: int) -> str:
    """Write an instant as ISO 8601 in UTC."""
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def berlin_text(at: int) -> str:
    """Write an instant as Berlin's local time without an offset, as the CRM does."""
    return datetime.fromtimestamp(at, BERLIN).strftime("%Y-%m-%d %H:%M:%S")


def clear_of_the_repeated_hour(at: int) -> int:
    """Move an instant out of the hour that Berlin's clocks show twice in autumn, for it cannot be written there."""
    local = datetime.fromtimestamp(at, BERLIN)
    first, second = local.replace(fold=0).utcoffset(), local.replace(fold=1).utcoffset()
    return at if first == second else at + 2 * HOUR


def easter(year: int) -> date:
    """Easter Sunday of the Gregorian calendar (Gauss's rule in the form of Butcher)."""
    a, (b, c) = year % 19, divmod(year, 100)
    d, e = divmod(b, 4)
    g = (8 * b + 13) // 25
    h = (19 * a + b - d - g + 15) % 30
    i, k = divmod(c, 4)
    m = (32 + 2 * e + 2 * i - h - k) % 7
    n = (a + 11 * h + 22 * m) // 451
    month, day = divmod(h + m - 7 * n + 114, 31)
    return date(year, month, day + 1)


def holidays_berlin(year: int) -> set[date]:
    """Public holidays of the state of Berlin, the single ones of 2025 and 2028 included."""
    sunday = easter(year)
    movable = {sunday + timedelta(days=offset) for offset in (-2, 1, 39, 50)}
    fixed = {date(year, month, day) for month, day in ((1, 1), (3, 8), (5, 1), (10, 3), (12, 25), (12, 26))}
    return movable | fixed | ({date(2025, 5, 8), date(2028, 6, 17)} & {date(year, 5, 8), date(year, 6, 17)})


def holidays_us(year: int) -> set[date]:
    """Federal holidays of the United States with the weekdays on which they are observed."""

    def nth_monday(month: int, n: int) -> date:
        first = date(year, month, 1)
        return first + timedelta(days=-first.weekday() % 7 + 7 * (n - 1))

    november = date(year, 11, 1)
    thanksgiving = november + timedelta(days=(3 - november.weekday()) % 7 + 21)
    memorial = max(nth_monday(5, 4), nth_monday(5, 4) + timedelta(days=7), key=lambda day: (day.month == 5, day))
    days = {nth_monday(1, 3), nth_monday(2, 3), memorial, nth_monday(9, 1), nth_monday(10, 2), thanksgiving}
    for month, day in ((1, 1), (6, 19), (7, 4), (11, 11), (12, 25)):
        fixed = date(year, month, day)
        observed = fixed + timedelta(days={5: -1, 6: 1}.get(fixed.weekday(), 0))
        days |= {fixed, observed}
    return days


class Hours:
    """Monday to Friday, nine to six, except holidays and the days the company closes."""

    def __init__(
        self, zone: ZoneInfo, holidays: Callable[[int], set[date]], closed: set[date], span: tuple[date, date]
    ) -> None:
        off = set(closed)
        for year in range(span[0].year, span[1].year + 2):
            off |= holidays(year)
        days = [span[0] + timedelta(days=n) for n in range((span[1] - span[0]).days)]
        working = [day for day in days if day.weekday() < 5 and day not in off]
        self.opens = [instant(day, OPENS, zone) for day in working]
        self.closes = [instant(day, CLOSES, zone) for day in working]

    def used_by(self, at: int) -> int:
        """Open seconds from the beginning of the span to `at`."""
        index = bisect_right(self.opens, at)
        if index == 0:
            return 0
        return (index - 1) * FULL_DAY + min(at, self.closes[index - 1]) - self.opens[index - 1]

    def between(self, start: int, end: int) -> int:
        """Open seconds in [start, end)."""
        return self.used_by(end) - self.used_by(start)

    def after(self, start: int, seconds: int) -> int:
        """Return the earliest instant by which `seconds` of open time have passed since `start`; for 0, `start`."""
        if seconds <= 0:
            return start
        days, rest = divmod(self.used_by(start) + seconds - 1, FULL_DAY)
        return self.opens[days] + rest + 1

    def next_open(self, at: int) -> int:
        """Return `at` if it lies in an opening, else the next opening."""
        index = bisect_right(self.opens, at)
        if index and at < self.closes[index - 1]:
            return at
        return self.opens[index]


CLOSED = {date(year, 12, day) for year in range(2024, 2028) for day in (24, 31)}
"""Christmas Eve and New Year's Eve, on which the agreement closes the Berlin office."""


def company_hours(first: date, last: date) -> dict[str, Hours]:
    """Return the two calendars by name, wide enough for everything between the two days and the time after."""
    span = (first - timedelta(days=60), last + timedelta(days=500))
    return {
        "DE": Hours(BERLIN, holidays_berlin, CLOSED, span),
        "US": Hours(NEW_YORK, holidays_us, set(), span),
    }
