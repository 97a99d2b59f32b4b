"""The kinds of value an agreement's keys take, and the base of every clause.

Each type checks how its value is written, says so in words a signer understands, and describes itself in the JSON
Schema. What a value refers to is checked elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Discriminator, Field, PlainSerializer, PlainValidator, Tag, WithJsonSchema
from pydantic_core import PydanticCustomError

from detente.core.agreement.tokens import spaced, why_no_duration

_ELAPSED = r"\d+(m|h|d|w)"
_DURATION = r"\d+(m|h|d|w|bh|bd)"
_VERSION = r"(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)"
_OPENING = r"([01]\d|2[0-3]):[0-5]\d-([01]\d:[0-5]\d|2[0-3]:[0-5]\d|24:00)"
_OPENINGS = rf"{_OPENING}([,\s]+{_OPENING})*"
_WEEKDAY = "(mon|tue|wed|thu|fri|sat|sun)"
_WEEKDAYS = rf"{_WEEKDAY}(-{_WEEKDAY})?"
_HOLIDAYS = r"[A-Z]{2}(-[A-Z0-9]{1,3})?"
_TARGET_PERIOD = r"\d{4}(Q[1-4]|-(0[1-9]|1[0-2]))"
_SPAN = r"[1-9]\d* (week|month|quarter|year)s?"
_RHYTHM = r"([1-9]\d* )?(day|week|month|quarter|year)s?"
_MOMENT = rf"[1-9]\d*% of target|{_DURATION} past target"
_IDENTIFIER = r"[^\W\d]\w*"


def _refuse(message: str) -> PydanticCustomError:
    return PydanticCustomError("written", "{message}", {"message": message})


def _shown(value: object) -> str:
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):
        return "a mapping"
    return "a list" if isinstance(value, list) else f"'{value}'"


def _text(value: object) -> str:
    if not isinstance(value, str):
        quotes = f"; put '{value}' in quotes" if isinstance(value, int | float) and not isinstance(value, bool) else ""
        raise _refuse(f"a text is expected, not {_shown(value)}{quotes}")
    if not value.strip():
        raise _refuse("a text is expected; this is empty")
    return value


def _number(value: object) -> int | float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise _refuse(f"a number is expected, not {_shown(value)}")
    return value


def _share(value: object) -> int | float:
    number = _number(value)
    if not 0 <= number <= 1:
        raise _refuse(f"a share between 0 and 1 is expected, not {number}")
    return number


def _positive(value: object) -> int | float:
    number = _number(value)
    if number <= 0:
        raise _refuse(f"a number above 0 is expected, not {number}")
    return number


def _count(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise _refuse(f"a whole number above 0 is expected, not {_shown(value)}")
    return value


def _truth(value: object) -> bool:
    if not isinstance(value, bool):
        raise _refuse(f"true or false is expected, not {_shown(value)}")
    return value


def _scalar(value: object) -> str | int | float | bool:
    if not isinstance(value, str | int | float):
        raise _refuse(f"a number, a text or a truth value is expected, not {_shown(value)}")
    return value


def _line(value: object) -> str:
    """A condition in one line, kept with one way to space it; what it says is checked where it is resolved."""
    return ("true" if value else "false") if isinstance(value, bool) else spaced(str(_scalar(value)))


def _selector(value: object) -> str:
    return spaced(_text(value))


def _date(value: object) -> date:
    if isinstance(value, date):
        return value
    if isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d-\d\d", value):
        try:
            return date.fromisoformat(value)
        except ValueError:
            raise _refuse(f"{value} is not a day of the calendar") from None
    raise _refuse(f"a date is expected, as 2026-10-01, not {_shown(value)}")


def _elapsed(value: object) -> str:
    if isinstance(value, str) and re.fullmatch(r"\d+(bh|bd)", value):
        raise _refuse(f"'{value}' is business time, which has no meaning here; write m, h, d or w")
    return _duration_as(_ELAPSED, value)


def _any_duration(value: object) -> str:
    return _duration_as(_DURATION, value)


def _duration_as(pattern: str, value: object) -> str:
    if isinstance(value, str) and re.fullmatch(pattern, value):
        return value
    if isinstance(value, str) and re.match(r"-?\d", value):
        raise _refuse(why_no_duration(value))
    raise _refuse(f"a duration is expected, as 30m, 24h, 30d or 5bd, not {_shown(value)}")


def _as(pattern: str, example: str) -> Callable[[object], str]:
    def check(value: object) -> str:
        if isinstance(value, str) and re.fullmatch(pattern, value):
            return value
        raise _refuse(f"{_shown(value)} is not written as it should be: {example}")

    return check


def form_of(value: object) -> str:
    """Which alternative of a union is meant, so that only its mistakes are reported."""
    if isinstance(value, dict | BaseModel):
        return "mapping"
    return "list" if isinstance(value, list) else "word"


Text = Annotated[str, PlainValidator(_text), WithJsonSchema({"type": "string", "minLength": 1})]
Number = Annotated[int | float, PlainValidator(_number), WithJsonSchema({"type": "number"})]
Positive = Annotated[int | float, PlainValidator(_positive), WithJsonSchema({"type": "number", "exclusiveMinimum": 0})]
Share = Annotated[int | float, PlainValidator(_share), WithJsonSchema({"type": "number", "minimum": 0, "maximum": 1})]
Count = Annotated[int, PlainValidator(_count), WithJsonSchema({"type": "integer", "minimum": 1})]
Truth = Annotated[bool, PlainValidator(_truth), WithJsonSchema({"type": "boolean"})]
Scalar = Annotated[
    str | int | float | bool, PlainValidator(_scalar), WithJsonSchema({"type": ["string", "number", "boolean"]})
]
Date = Annotated[
    date,
    PlainValidator(_date),
    PlainSerializer(date.isoformat),
    WithJsonSchema({"type": "string", "format": "date", "pattern": r"^\d{4}-\d\d-\d\d$"}),
]
Version = Annotated[
    str,
    PlainValidator(_as(_VERSION, "three numbers, as 1.10.0")),
    WithJsonSchema({"type": "string", "pattern": f"^{_VERSION}$"}),
]
Identifier = Annotated[
    str,
    PlainValidator(_as(_IDENTIFIER, "one word of letters, digits and _")),
    WithJsonSchema({"type": "string", "pattern": "^[A-Za-z_][A-Za-z0-9_]*$"}),
]
Elapsed = Annotated[
    str, PlainValidator(_elapsed), WithJsonSchema({"type": "string", "pattern": f"^{_ELAPSED}$", "examples": ["30d"]})
]
AnyDuration = Annotated[
    str,
    PlainValidator(_any_duration),
    WithJsonSchema({"type": "string", "pattern": f"^{_DURATION}$", "examples": ["4bh", "5bd", "24h"]}),
]
Weekdays = Annotated[
    str,
    PlainValidator(_as(_WEEKDAYS, "a weekday, or two, as mon-fri")),
    WithJsonSchema({"type": "string", "pattern": f"^{_WEEKDAYS}$"}),
]
Openings = Annotated[
    str,
    PlainValidator(_as(_OPENINGS, "09:00-18:00, in quotes")),
    WithJsonSchema({"type": "string", "pattern": f"^{_OPENINGS}$", "examples": ["09:00-18:00"]}),
]
HolidayCode = Annotated[
    str,
    PlainValidator(_as(_HOLIDAYS, "a country, as DE, or a part of it, as DE-BE")),
    WithJsonSchema({"type": "string", "pattern": f"^{_HOLIDAYS}$"}),
]
TargetPeriod = Annotated[
    str,
    PlainValidator(_as(_TARGET_PERIOD, "a quarter or a month, as 2026Q4 or 2026-11")),
    WithJsonSchema({"type": "string", "pattern": f"^{_TARGET_PERIOD}$"}),
]
Span = Annotated[
    str,
    PlainValidator(_as(_SPAN, "a number of periods, as 4 quarters")),
    WithJsonSchema({"type": "string", "pattern": f"^{_SPAN}$"}),
]
Rhythm = Annotated[
    str,
    PlainValidator(_as(_RHYTHM, "week, month, quarter, or 2 weeks")),
    WithJsonSchema({"type": "string", "pattern": f"^{_RHYTHM}$", "examples": ["week", "2 weeks"]}),
]
Moment = Annotated[
    str,
    PlainValidator(_as(_MOMENT, "75% of target, or 1bd past target")),
    WithJsonSchema({"type": "string", "pattern": f"^({_MOMENT})$"}),
]
Period = Literal["week", "month", "quarter"]
Event = Annotated[
    str,
    PlainValidator(_selector),
    WithJsonSchema(
        {
            "type": "string",
            "minLength": 1,
            "description": "An event selector: a kind of event or a selector term, perhaps narrowed by `where`.",
        }
    ),
]


class Strict(BaseModel):
    """A mapping with fixed keys: an unknown key is an error, and nothing is cast."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, use_attribute_docstrings=True)


class Clause(Strict):
    """A clause: it may carry an id, by which people and reports name it, and say in words what it means."""

    id: Text | None = None
    """A stable name, never used again for another meaning."""
    means: Text | None = None
    """What the clause means, in the words of the people who sign."""


class ConditionTree(Clause):
    """A condition as a tree: exactly one of all, any, not, is. An arm people will argue about carries an id."""

    all: list[Condition] | None = Field(default=None, min_length=1)
    """Every one of these holds."""
    any: list[Condition] | None = Field(default=None, min_length=1)
    """At least one of these holds."""
    not_: Condition | None = Field(default=None, alias="not")
    """This does not hold."""
    is_: Condition | None = Field(default=None, alias="is")
    """This holds."""


Line = Annotated[
    str,
    PlainValidator(_line),
    WithJsonSchema({"type": ["string", "boolean"], "minLength": 1, "description": "A condition in one line."}),
]
Condition = Annotated[
    Annotated[Line, Tag("word")] | Annotated[ConditionTree, Tag("mapping")],
    Discriminator(form_of),
]
StagesOrEvent = Annotated[
    Annotated[list[Text], Field(min_length=1), Tag("list")] | Annotated[Event, Tag("word")],
    Discriminator(form_of),
]
"""Stages, or an event selector."""
WordOrList = Annotated[
    Annotated[list[Text], Field(min_length=1), Tag("list")] | Annotated[Text, Tag("word")],
    Discriminator(form_of),
]
ConditionTree.model_rebuild()
