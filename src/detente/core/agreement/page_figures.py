"""Numbers, amounts, durations and lists in plain words, for the page that both sides sign. Input: values of clauses."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date

from detente.core.agreement.agreement import BusinessTime, Target
from detente.core.agreement.expressions import DAY, HOUR, MINUTE

Number = int | float

_SYMBOLS = {"EUR": "€", "USD": "$", "GBP": "£", "JPY": "¥"}
_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
_UNITS = {"m": "minute", "h": "hour", "d": "day", "w": "week", "bh": "working hour", "bd": "working day"}
_DURATION = re.compile(r"(\d+)\s*(bh|bd|m|h|d|w)")


def duration(text: str) -> str:
    """Return a written duration in words: `5bd` is "5 working days"."""
    found = _DURATION.fullmatch(text.strip())
    return counted(int(found[1]), _UNITS[found[2]]) if found else text


def target(within: Target) -> str:
    """Return a target in words."""
    return counted(within.amount, _UNITS[within.unit]) if isinstance(within, BusinessTime) else duration(within.text)


def elapsed(micros: int) -> str:
    """Return a duration in the largest unit that divides it: 720 hours are "30 days"."""
    for unit, size in (("day", DAY), ("hour", HOUR)):
        if micros % size == 0:
            return counted(micros // size, unit)
    return counted(micros // MINUTE, "minute")


def counted(amount: Number, noun: str) -> str:
    """Return a number with its noun."""
    return f"{number(amount)} {noun}" + ("" if amount == 1 else "s")


def number(amount: Number) -> str:
    """Return a number with thousands set apart and no needless decimals."""
    if isinstance(amount, int) or amount.is_integer():
        return f"{int(amount):,}".replace("-", "−")
    return f"{amount:,}".replace("-", "−")


def money(amount: Number, currency: str | None) -> str:
    """Return an amount of money."""
    if currency is None:
        return number(amount)
    symbol = _SYMBOLS.get(currency)
    return f"{symbol}{number(amount)}" if symbol else f"{currency} {number(amount)}"


def percent(share: Number) -> str:
    """Return a share as per cent: 0.9 is "90 %"."""
    return f"{number(round(share * 100, 6))} %"


def day(moment: date) -> str:
    """Return a date in words."""
    return f"{moment.day} {_MONTHS[moment.month - 1]} {moment.year}"


def listed(items: Sequence[str], last: str) -> str:
    """Join words: "a, b and c"."""
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} {last} {items[-1]}"


def clauses(items: Sequence[str], last: str) -> str:
    """Join conditions: with semicolons where one of them has a comma or a list of its own."""
    if any(", " in item or " or " in item or " and " in item for item in items):
        return f"; {last} ".join(items)
    return listed(items, last)


def spaced(name: str) -> str:
    """Return a name of the text as words: `contact_sales` is "contact sales"."""
    return name.replace("_", " ")


def plain(text: str) -> str:
    """Return text on one line, without control characters."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def sentence(text: str) -> str:
    """Return text as a sentence: its first letter large, unless an id begins it, and one full stop at its end."""
    text = plain(text).rstrip(".")
    first = text.partition(" ")[0]
    return (text if "." in first else text[:1].upper() + text[1:]) + "." if text else text


def joined(items: Iterable[str]) -> str:
    """Join what stands side by side without being a sum: "a · b"."""
    return " · ".join(items)
