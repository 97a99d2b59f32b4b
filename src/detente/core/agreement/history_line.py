"""Read the lines of a test's history: `<local time> <kind> key=value …`, optionally `known=<local time>` (§9).

Used by the compiler, to refuse what does not parse, and by the test runner, to make facts of it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from detente.core.agreement.tokens import LONGEST_NUMBER
from detente.core.calendars.instants import instant_of
from detente.core.facts.fact import Value

FIRST_YEAR, LAST_YEAR = 1900, 2199
"""The years a time may lie in: every zone and calendar holds for them, and figures are made of each period of them."""
_TIME = r"\d{4}-\d\d-\d\d(?:[ T]\d\d:\d\d(?::\d\d(?:\.\d{1,6})?)?(?:Z|[+-]\d\d:?\d\d)?)?"
_LINE = re.compile(rf"\s*(?P<time>{_TIME})\s+(?P<kind>[A-Za-z_]\w*)(?P<rest>(?:\s.*)?)", re.DOTALL)
_PAIR = re.compile(r"\s*(?P<key>[A-Za-z_][\w.]*)=(?P<value>'[^']*'|\"[^\"]*\"|\S*)")
_INT = re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_TRUTH = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}


class UnreadableLine(ValueError):
    """A line that does not parse; `offset` is where in the line, counted from 0."""

    def __init__(self, message: str, offset: int) -> None:
        self.offset = offset
        super().__init__(message)


@dataclass(frozen=True, slots=True)
class HistoryLine:
    """One row as written. `payload` keeps only values; `named` also names the keys left blank."""

    occurred_at: int
    known_at: int
    kind: str
    payload: Mapping[str, Value]
    named: frozenset[str]
    offsets: Mapping[str, int]
    """Where each key stands in the line; the kind under the key ""."""


def parse_instant(text: str, zone: ZoneInfo) -> int:
    """Return the instant of a local time (or a time with an offset); raises ValueError if it is none."""
    if not re.fullmatch(_TIME, text.strip()):
        raise ValueError(f"'{text}' is not a time; write it as 2026-10-05 10:00")
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        raise ValueError(f"'{text}' is no time of the calendar") from None
    if not FIRST_YEAR <= moment.year <= LAST_YEAR:
        raise ValueError(f"'{text}' lies outside the years {FIRST_YEAR} to {LAST_YEAR}")
    return instant_of(moment if moment.tzinfo is not None else moment.replace(tzinfo=zone))


def parse_scalar(text: str) -> Value | None:
    """Return a value as YAML 1.2's core schema reads it: a number, a truth, else a string; None if blank."""
    if len(text) > 1 and text[0] in "'\"" and text[-1] == text[0]:
        return text[1:-1] or None
    if len(text) > LONGEST_NUMBER:
        return text
    if text in ("", "~", "null", "Null", "NULL"):
        return None
    if text in _TRUTH:
        return _TRUTH[text]
    if _INT.fullmatch(text):
        return int(text, 0) if text[:2] in ("0x", "0o") else int(text)
    return float(text) if _FLOAT.fullmatch(text) else text


def parse_line(line: str, zone: ZoneInfo) -> HistoryLine:
    """Return the row of one line; raises UnreadableLine."""
    head = _LINE.fullmatch(line)
    if head is None:
        raise UnreadableLine("write a history line as '2026-10-05 10:00 kind key=value'", 0)
    occurred = _instant(head["time"], zone, head.start("time"))
    known, payload, named = occurred, {}, set()
    offsets = {"": head.start("kind")}
    position = head.start("rest")
    while line[position:].strip():
        pair = _PAIR.match(line, position)
        if pair is None:
            at = position + len(line[position:]) - len(line[position:].lstrip())
            raise UnreadableLine(f"'{line[at:].split(maxsplit=1)[0]}' is not key=value", at)
        key, position = pair["key"], pair.end()
        if key in offsets:
            raise UnreadableLine(f"'{key}' is given twice", pair.start("key"))
        offsets[key] = pair.start("key")
        if key == "known":
            known = _instant(pair["value"], zone, pair.start("value"))
            continue
        named.add(key)
        value = parse_scalar(pair["value"])
        if value is not None:
            payload[key] = value
    return HistoryLine(occurred, known, head["kind"], payload, frozenset(named), offsets)


def _instant(text: str, zone: ZoneInfo, offset: int) -> int:
    try:
        return parse_instant(text, zone)
    except ValueError as error:
        raise UnreadableLine(str(error), offset) from None
