"""The formats a time may be written in, as patterns: ISO 8601, declared ones (`%d.%m.%Y %H:%M`) and epochs.

Used by the mapping's reader to refuse what cannot be read, and by `times` to read. A declared format is a pattern and
not `strptime`, which reads 30 February as 2 March on most machines.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache

EPOCHS = {"epoch_s": 1_000_000, "epoch_ms": 1_000, "epoch_us": 1}
"""Format → microseconds a unit."""

_OFFSET = "(?P<z>Z|UTC|GMT|[+-](?:0[0-9]|1[0-4])(?::?[0-5][0-9])?)"
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_ISO = re.compile(
    r"(?P<Y>[0-9]{4})-(?P<m>[0-9]{2})-(?P<d>[0-9]{2})"
    r"(?:[T ](?P<H>[0-9]{1,2}):(?P<M>[0-9]{2})(?::(?P<S>[0-9]{2})(?:[.,](?P<f>[0-9]{1,9}))?)?)?"
    r"\s*" + _OFFSET + "?"
)
_DIRECTIVES = {
    "Y": "(?P<Y>[0-9]{4})",
    "y": "(?P<y>[0-9]{2})",
    "m": "(?P<m>[0-9]{1,2})",
    "d": "(?P<d>[0-9]{1,2})",
    "H": "(?P<H>[0-9]{1,2})",
    "I": "(?P<I>[0-9]{1,2})",
    "M": "(?P<M>[0-9]{1,2})",
    "S": "(?P<S>[0-9]{1,2})",
    "f": "(?P<f>[0-9]{1,9})",
    "p": "(?P<p>[AaPp]\\.?[Mm]\\.?)",
    "b": "(?P<b>[A-Za-z]{3,9})\\.?",  # also a month written out
    "z": _OFFSET,
}
_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001  local times are naive until their zone is applied
_MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Written:
    """A time as written: local microseconds since 1970, its offset if it has one, and whether it is a bare date."""

    local: int
    offset: int | None
    bare_date: bool


@cache
def pattern_of(format: str) -> re.Pattern[str]:
    """Return the pattern of a declared format; ValueError names what in it is unknown or lacking."""
    out, seen = "", set()
    for part in re.split(r"(%.)", format):
        if not part.startswith("%") or len(part) < 2:
            out += re.sub(r"(?:\\ |\s)+", r"\\s+", re.escape(part))
        elif part == "%%":
            out += "%"
        elif part[1] not in _DIRECTIVES:
            raise ValueError(f"'{part}' is not known in a format; known are %{' %'.join(_DIRECTIVES)}")
        elif part[1] in seen:
            raise ValueError(f"'{part}' is there twice")
        else:
            seen.add(part[1])
            out += _DIRECTIVES[part[1]]
    if not (seen & {"Y", "y"} and seen & {"m", "b"} and "d" in seen):
        raise ValueError("a format needs a year, a month and a day: %Y-%m-%d")
    return re.compile(out)


def read_time(text: str, formats: tuple[str, ...]) -> Written | None:
    """Return a time written in one of the formats (none: ISO 8601), or None if it is no time."""
    for pattern in map(pattern_of, formats) if formats else (_ISO,):
        match = pattern.fullmatch(text)
        written = _read(match.groupdict()) if match is not None else None
        if written is not None:
            return written
    return None


def _read(parts: dict[str, str | None]) -> Written | None:
    """Return the time of matched parts; None for a date or hour that is not in the calendar."""
    year = int(parts.get("Y") or 0) or _century(int(parts.get("y") or 0))
    month = parts.get("m")
    clock = parts.get("H") or parts.get("I")
    try:
        day = datetime(  # noqa: DTZ001
            year,
            int(month) if month else _MONTHS.index((parts.get("b") or "")[:3].lower()) + 1,
            int(parts.get("d") or 0),
            _hour(int(clock or 0), parts.get("p") if parts.get("I") else None),
            int(parts.get("M") or 0),
            int(parts.get("S") or 0),
            int(((parts.get("f") or "0") + "00000")[:6]),
        )
    except ValueError:
        return None
    return Written((day - _EPOCH) // _MICROSECOND, _offset(parts.get("z")), clock is None)


def _century(year: int) -> int:
    return year + (1900 if year >= 69 else 2000)


def _hour(hour: int, half: str | None) -> int:
    """Return the hour of the day; ValueError for 0 or 13 o'clock with AM or PM."""
    if half is None:
        return hour
    if not 1 <= hour <= 12:
        raise ValueError(hour)
    return hour % 12 + (12 if half.lower().startswith("p") else 0)


def _offset(zone: str | None) -> int | None:
    if zone is None:
        return None
    if zone[0] not in "+-":
        return 0
    digits = zone[1:].replace(":", "").ljust(4, "0")
    minutes = int(digits[:2]) * 60 + int(digits[2:])
    return (-minutes if zone[0] == "-" else minutes) * 60_000_000
