"""The frame of a run: where time begins and ends, when the offices are open, when newsletters go out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, time, timedelta

from .draws import Curve, Draws
from .facts import Event, Person, Value
from .hours import DAY, HOUR, MINUTE, Hours, company_hours, instant

MONTHS = 26
TIME_OF_DAY: Curve = ((0, 0), (0.02, 5), (0.15, 8), (0.55, 12), (0.85, 17), (0.97, 21), (1, 24))


@dataclass(frozen=True)
class World:
    """A run of the sample company. Facts known at or after `end` are not in the exports."""

    seed: int
    first_day: date
    until: date
    start: int
    end: int
    calendars: dict[str, Hours]
    newsletters: tuple[int, ...]
    strains: tuple[float, ...]

    def strain(self, at: int) -> float:
        """How much slower than usual sales is in these weeks: from 0.75 in a good month to 1.3 in a bad one."""
        return self.strains[(at - self.start) // (30 * DAY)]

    def hours_for(self, person: Person) -> Hours:
        """Return the calendar of the people who work this person's leads."""
        return self.calendars["US" if person.account.country == "US" else "DE"]


def world(seed: int, until: date) -> World:
    """Return the frame of the 26 months that end with the beginning of the day `until` in Berlin."""
    month = until.year * 12 + until.month - 1 - MONTHS
    first = date(month // 12, month % 12 + 1, min(until.day, 28))
    tuesday = first + timedelta(days=(1 - first.weekday()) % 7)
    mailings = tuple(instant(tuesday + timedelta(days=14 * n), time(9)) for n in range((until - first).days // 14 + 1))
    calendars, moods = company_hours(first, until), Draws(seed, 0)
    strains = tuple(moods.spread(((0, 0.75), (0.7, 0.95), (1, 1.3))) for _ in range(MONTHS + 2))
    return World(seed, first, until, instant(first, time(0)), instant(until, time(0)), calendars, mailings, strains)


def moment(draws: Draws, around: int, person: Person) -> int:
    """Return a likely instant on the day of `around`: by day, rarely on a weekend, in the person's own zone."""
    day = around - around % DAY
    weekday = (day // DAY + 3) % 7  # 1 January 1970 was a Thursday
    if weekday > 4 and draws.chance(0.75):
        day += (7 - weekday) * DAY
    shift = 5 * HOUR if person.country == "US" else -1 * HOUR
    return day + shift + int(draws.spread(TIME_OF_DAY) * HOUR) + draws.whole(0, 59)


class Diary:
    """Logs what happens to a person, unless the exports ended before it was known."""

    def __init__(self, world: World, person: Person, record: str) -> None:
        self.world = world
        self.person = person
        self.record = record

    def log(self, kind: str, at: int, known: int | None = None, /, **data: Value) -> bool:
        """Log an event; say whether it is within the exports."""
        known = at if known is None else max(known, at)
        if at < self.world.start or known >= self.world.end:
            return False
        self.person.log(Event(at, known, kind, self.record, data))
        return True


def minutes(draws: Draws, curve: Curve) -> int:
    """Draw a span given in minutes, in seconds."""
    return int(draws.spread(curve) * MINUTE)


def days(draws: Draws, curve: Curve) -> int:
    """Draw a span given in days, in seconds."""
    return int(draws.spread(curve) * DAY)
