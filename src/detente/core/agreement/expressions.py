"""Conditions as trees: what the condition language (specification §2) means after names have been resolved.

Produced by the compiler of this package, consumed by `core.replay`. Glossary terms, `@lists` and `all/any/not`
trees are already resolved; the only names left are attributes, payload fields, event kinds and stages.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from detente.core.facts.fact import Value

MICROSECOND = 1
SECOND = 1_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR


class MeasureName(StrEnum):
    """The closed list of measures over a lead's events."""

    ANY = "any"
    NONE = "none"
    COUNT = "count"
    COUNT_DISTINCT = "count_distinct"
    SUM = "sum"
    FIRST = "first"
    LAST = "last"
    SPAN = "span"
    SINCE_LAST = "since_last"


@dataclass(frozen=True, slots=True)
class Literal:
    """A number, string or truth value as written."""

    value: Value


@dataclass(frozen=True, slots=True)
class Elapsed:
    """An elapsed duration (`30d`), in microseconds."""

    micros: int
    text: str


@dataclass(frozen=True, slots=True)
class Attribute:
    """The lead's current value of a dotted path (`company.employees`); unknown where it has none."""

    path: str


@dataclass(frozen=True, slots=True)
class Field:
    """A payload name: of the event under a `where`, or of the decision in `require`. Never an attribute."""

    name: str


@dataclass(frozen=True, slots=True)
class Score:
    """The lead's score."""


@dataclass(frozen=True, slots=True)
class Grade:
    """The lead's grade; unknown if no band is reached."""


@dataclass(frozen=True, slots=True)
class CurrentStage:
    """The name of the stage the lead is in; unknown if none."""


@dataclass(frozen=True, slots=True)
class Idle:
    """Time since the last event of any kind; unknown without an event."""


@dataclass(frozen=True, slots=True)
class Selector:
    """Events of one kind, narrowed by `where` (Fields read the event's own payload)."""

    kind: str
    where: Condition | None = None


@dataclass(frozen=True, slots=True)
class Within:
    """The half-open window (t - micros, t]."""

    micros: int
    text: str


@dataclass(frozen=True, slots=True)
class Since:
    """At or after the latest entry to `stage`; nothing without one."""

    stage: str


@dataclass(frozen=True, slots=True)
class Measure:
    """A measure over the selected events; `field` only for count_distinct and sum."""

    name: MeasureName
    selector: Selector
    field: str | None = None
    window: Within | Since | None = None


Operand = Literal | Elapsed | Attribute | Field | Score | Grade | CurrentStage | Idle | Measure


@dataclass(frozen=True, slots=True)
class Truth:
    """An operand used as a condition by itself: true only if its value is `true`."""

    operand: Operand


@dataclass(frozen=True, slots=True)
class Compare:
    """`left op right`; op is one of == != >= <= > <. False if either side is unknown or of another type."""

    op: str
    left: Operand
    right: Operand


@dataclass(frozen=True, slots=True)
class In:
    """Membership in a closed list of values; `name` is the list's or reason group's name, if it has one."""

    operand: Operand
    values: tuple[Value, ...]
    negated: bool = False
    name: str | None = None


@dataclass(frozen=True, slots=True)
class IsKnown:
    """`is known` / `is unknown` (negated): the only conditions that see the difference."""

    operand: Operand
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Not:
    """Negation. The negation of a comparison that is false because of an unknown is true."""

    item: Condition


@dataclass(frozen=True, slots=True)
class And:
    """All hold; items in written order."""

    items: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Or:
    """At least one holds; items in written order."""

    items: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Arm:
    """A part of a tree that carries an id, so that entries can say which part admitted the lead."""

    id: str
    item: Condition


@dataclass(frozen=True, slots=True)
class Term:
    """A glossary term that stands for a condition, kept for explanations."""

    name: str
    item: Condition


Condition = Truth | Compare | In | IsKnown | Not | And | Or | Arm | Term
