"""The clauses that say why and in which words: focus, value, barriers, calendars, kinds, glossary, personas, scores.

Part of the typed document (`document.py`), one class a clause of specification §10.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Discriminator, Field, Tag

from detente.core.agreement.document_types import (
    Clause,
    Condition,
    Date,
    Elapsed,
    Event,
    HolidayCode,
    Identifier,
    Number,
    Openings,
    Positive,
    Text,
    Weekdays,
    form_of,
)

_OpeningsOrList = Annotated[
    Annotated[list[Openings], Field(min_length=1), Tag("list")] | Annotated[Openings, Tag("word")],
    Discriminator(form_of),
]


class Party(Clause):
    """One party to the agreement."""

    signs: Text
    """The address or role that signs."""
    name: Text | None = None
    """The person who signs."""


class Focus(Clause):
    """Where one team's attention lies."""

    id: Text
    team: Text
    """The party."""
    on: Text
    """What the team is working towards."""
    horizon: Text | None = None
    """How far ahead it looks."""
    serves: Text | None = None
    """What it serves."""


class ValueDriver(Clause):
    """How a team creates value for the other and for the company."""

    id: Text
    driver: Text
    outcome: Text
    measured_by: Text | None = None
    """A duty, a programme, or `party.measure` of the targets."""
    owner: Text | None = None
    """A party, or joint."""


class Barrier(Clause):
    """What stands in the way, and who sees to it."""

    id: Text
    what: Text
    owner: Text
    """A party, or joint."""
    review: Text | None = None


class Calendar(Clause):
    """Business hours."""

    timezone: Text
    """An IANA zone, as Europe/Berlin."""
    open: dict[Weekdays, _OpeningsOrList] = Field(min_length=1)
    """Weekdays → one or more openings, in quotes."""
    holidays: HolidayCode | None = None
    """The public holidays of a country or a part of it."""
    closed: list[Date] | None = None
    """Further days that are closed."""


class KindOfFact(Clause):
    """A kind of fact beside the standard ones."""

    side: Literal["marketing", "sales", "both"]
    """Who records it."""
    payload: list[Identifier] | None = None
    """The names of what it carries."""


class Meaning(Clause):
    """A word both sides use, and how it is computed, if it is."""

    means: Text
    is_: Condition | None = Field(default=None, alias="is")
    """A condition, or an event selector."""


class Persona(Clause):
    """A kind of person; the first whose condition holds is the lead's."""

    id: Text
    name: Text
    is_: Condition = Field(alias="is")
    wants: Text | None = None
    objects: Text | None = None


class FitPoints(Clause):
    """Points while a condition holds."""

    id: Text
    when: Condition
    points: Number


class Fit(Clause):
    """How well a lead fits: points, and the grade they reach."""

    points: list[FitPoints] | None = None
    grades: dict[Text, Number] | None = None
    """Letter → least points."""


class ScorePoints(Clause):
    """Points per event."""

    id: Text
    event: Event
    points: Number
    cap: Positive | None = None
    """At most this many points from the rule; for negative points at least minus this."""
    expires: Elapsed | None = None
    """How long an event counts; its points go whole."""
