"""Days on which calendars go wrong, near the end of a run: clock changes, holidays, weeks between two changes."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from .hours import BERLIN, holidays_berlin, holidays_us, instant
from .world import World


def quiet_monday(world: World, weeks: int) -> date:
    """Return the Monday of the latest full working week, in both offices, at least `weeks` before the end."""
    monday = world.until - timedelta(days=world.until.weekday() + 7 * weeks)
    while True:
        week = {monday + timedelta(days=n) for n in range(12)}
        if not week & (holidays_berlin(monday.year) | holidays_us(monday.year)) and not any(
            d.month == 12 for d in week
        ):
            return monday
        monday -= timedelta(days=7)


def last_clock_change(world: World) -> date:
    """Return the last Sunday, three weeks before the end or earlier, on which Berlin's clocks changed."""
    day = world.until - timedelta(days=21)
    while BERLIN.utcoffset(datetime.combine(day, time(0))) == BERLIN.utcoffset(datetime.combine(day, time(12))):
        day -= timedelta(days=1)
    return day


def last_holiday(world: World) -> date:
    """Return the last Berlin holiday, three weeks before the end or earlier, that parts two working days."""
    day, opens = world.until - timedelta(days=21), world.calendars["DE"].opens
    while (
        day not in holidays_berlin(day.year)
        or day.weekday() not in (1, 2, 3)
        or instant(day - timedelta(days=1), time(9)) not in opens
    ):
        day -= timedelta(days=1)
    return day


def wednesday_of_five_hours(world: World) -> date:
    """Return the last Wednesday, two weeks or more before the end, on which Europe has winter time and the US not."""
    years = (world.until.year, world.until.year - 1)
    november = next(first for year in years if (first := date(year, 11, 1)) < world.until - timedelta(days=14))
    return november + timedelta(days=(6 - november.weekday()) % 7 - 4)
