"""One way to write every kind of figure: counts, money, shares, durations, instants.

Input: values of the results. The command line and the screens write them with the same words; a share is never shown
without what it rests on and its 95 % range.
"""

from __future__ import annotations

from datetime import datetime, tzinfo

from detente.core.calendars.instants import moment_of

NOTHING = "–"
"""Not measured; different from 0, and from what is pending or too few to say."""

WHOLE_DAYS = 10
"""Working days from which hours are left out."""

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_SYMBOLS = {"EUR": "€", "USD": "$", "GBP": "£"}


def count(number: float | None) -> str:
    """Return a number with its thousands set apart, and decimals only where there are any."""
    if number is None:
        return NOTHING
    return f"{number:,.0f}" if float(number).is_integer() else f"{number:,.1f}"


def money(amount: float | None, currency: str | None) -> str:
    """Return an amount with at most three digits that count: €1.05 m."""
    if amount is None:
        return NOTHING
    symbol = _SYMBOLS.get(currency or "", f"{currency} " if currency else "")
    for size, unit in ((1_000_000, " m"), (1_000, " k")):
        if abs(amount) >= size:
            return f"{symbol}{_three(amount / size)}{unit}"
    return f"{symbol}{_three(amount)}"


def percent(part: float | None) -> str:
    """Return a share from 0 to 1 as whole per cent."""
    return NOTHING if part is None else f"{part * 100:.0f} %"


def out_of(part: float | None, whole: float | None) -> str:
    """Return how many of how many: 17 of 18."""
    return f"{count(part)} of {count(whole)}"


def tenths(part: float | None) -> str:
    """Return a share from 0 to 1 as per cent with one decimal, where rows of a table are compared."""
    return NOTHING if part is None else f"{part * 100:.1f} %"


def between(low: float | None, high: float | None) -> str:
    """Return the 95 % range of a share."""
    return NOTHING if low is None or high is None else f"{low * 100:.0f}–{high * 100:.0f} %"


def duration(seconds: int | None) -> str:
    """Return a duration: 27 m, 1 h 18 m, 4 d 13 h."""
    if seconds is None:
        return NOTHING
    minutes = seconds // 60
    if minutes < 60:
        return f"{minutes} m"
    if minutes < 24 * 60:
        return _two(minutes // 60, "h", minutes % 60, "m")
    return _two(minutes // 1440, "d", minutes % 1440 // 60, "h")


def open_time(seconds: int | None) -> str:
    """Return business time in open hours, never in days: a working day is not 24 hours long."""
    if seconds is None:
        return NOTHING
    hours, minutes = divmod(seconds // 60, 60)
    return _two(hours, "h", minutes, "m") if hours else f"{minutes} m"


def working_days(seconds: int, day: int) -> str:
    """Return business time in working days of `day` seconds each: 1 d 4 h 13 m; from ten on, in whole ones."""
    days, rest = divmod(seconds, day)
    if not days:
        return open_time(seconds)
    if days >= WHOLE_DAYS:
        return f"{count(days)} d"
    return f"{days} d {open_time(rest)}" if rest >= 60 else f"{days} d"


def moment(iso: str) -> str:
    """Return an ISO 8601 instant as a person reads it, in its own zone: 5 Oct 2026 10:00."""
    return _said(datetime.fromisoformat(iso))


def day(iso: str) -> str:
    """Return the day of an ISO 8601 instant in its own zone: 5 Oct 2026."""
    return moment(iso).rpartition(" ")[0]


def instant(micros: int | None, zone: tzinfo) -> str:
    """Return an instant (microseconds UTC) as a person in `zone` reads it."""
    return NOTHING if micros is None else _said(moment_of(micros).astimezone(zone))


def near(micros: int | None, now: int, zone: tzinfo) -> str:
    """Return an instant as briefly as it is plain from `now`: 10:14 today, Mon 09:00 within six days, else its date."""
    if micros is None:
        return NOTHING
    local, here = (moment_of(each).astimezone(zone) for each in (micros, now))
    days = (local.date() - here.date()).days
    if days == 0:
        return f"{local:%H:%M}"
    if 0 < days < 7:
        return f"{_WEEKDAYS[local.weekday()]} {local:%H:%M}"
    return f"{brief_day(micros, now, zone)} {local:%H:%M}"


def brief_day(micros: int, now: int, zone: tzinfo) -> str:
    """Return the day of an instant, with its year where that is not the year of `now`."""
    local, here = (moment_of(each).astimezone(zone) for each in (micros, now))
    return f"{local.day} {_MONTHS[local.month - 1]}" + ("" if local.year == here.year else f" {local.year}")


def counted(number: float, noun: str, plural: str = "") -> str:
    """Return a number with its noun."""
    return f"{count(number)} {noun if number == 1 else plural or noun + 's'}"


def _said(local: datetime) -> str:
    return f"{local.day} {_MONTHS[local.month - 1]} {local.year} {local:%H:%M}"


def _two(large: int, unit: str, small: int, small_unit: str) -> str:
    return f"{large} {unit} {small} {small_unit}" if small else f"{large} {unit}"


def _three(amount: float) -> str:
    digits = 0 if abs(amount) >= 100 else 1 if abs(amount) >= 10 else 2
    text = f"{amount:,.{digits}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
