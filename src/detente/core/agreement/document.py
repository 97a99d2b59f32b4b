"""The typed document: every section and key of specification §10. Unknown keys are errors.

Input: plain data read from the text. It checks how each value is written; what values refer to, and what conditions
mean, is checked where they are compiled. `schema.py` publishes it for editors.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from detente.core.agreement.document_cycle import Dispositions, Duty, Pool, Route, Stage
from detente.core.agreement.document_types import Date, Identifier, Scalar, Strict, TargetPeriod, Text, Version
from detente.core.agreement.document_words import (
    Barrier,
    Calendar,
    Fit,
    Focus,
    KindOfFact,
    Meaning,
    Party,
    Persona,
    ScorePoints,
    ValueDriver,
)
from detente.core.agreement.document_work import (
    Cadence,
    Campaign,
    Change,
    Consent,
    Content,
    Credit,
    Incentive,
    Programme,
    Targets,
    Test,
)


class Document(Strict):
    """A working agreement between sales and marketing."""

    agreement: Text
    """The agreement's stable id."""
    language: Annotated[Literal[1], Field(description="The version of the language.")]
    version: Version
    """Major if a stage or duty changes its meaning, minor if a number moves, patch if only words do."""
    effective: Date
    """From 00:00 of this day in `timezone`."""
    timezone: Text
    """An IANA zone, as Europe/Berlin."""
    parties: dict[Text, Party] = Field(min_length=1)
    """Who agrees: marketing, sales, a witness."""
    subject: Literal["person"] | None = None
    currency: Text | None = None
    default_calendar: Text | None = None
    """The calendar where no route names one."""
    focus: list[Focus] | None = None
    value: list[ValueDriver] | None = None
    barriers: list[Barrier] | None = None
    calendars: dict[Text, Calendar] | None = None
    kinds: dict[Identifier, KindOfFact] | None = None
    lists: dict[Text, list[Scalar]] | None = None
    glossary: dict[Text, Meaning] | None = None
    personas: list[Persona] | None = None
    fit: Fit | None = None
    score: list[ScorePoints] | None = None
    stages: dict[Text, Stage] | None = None
    dispositions: Dispositions | None = None
    routing: list[Route] | None = None
    pools: dict[Text, Pool] | None = None
    sla: list[Duty] | None = None
    credit: Credit | None = None
    targets: dict[TargetPeriod, Targets] | None = None
    incentives: list[Incentive] | None = None
    owners: dict[Text, Text] | None = None
    """Topic → party, joint or a role."""
    content: list[Content] | None = None
    campaigns: list[Campaign] | None = None
    programmes: list[Programme] | None = None
    consent: list[Consent] | None = None
    cadence: list[Cadence] | None = None
    change: Change | None = None
    fixtures: dict[Text, dict[Text, Scalar | None]] | None = None
    """Name → attribute → value, for the tests."""
    tests: list[Test] | None = None
