"""The clauses of working together: from credit and targets to consent, change and tests.

Part of the typed document (`document.py`), one class a clause of specification §10.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Discriminator, Field, Tag

from detente.core.agreement.document_types import (
    AnyDuration,
    Clause,
    Condition,
    Count,
    Elapsed,
    Number,
    Rhythm,
    Scalar,
    Share,
    Span,
    Text,
    Version,
    WordOrList,
    form_of,
)

Unit = Literal["person", "account"]
_Expected = Annotated[
    Annotated[list[Scalar], Tag("list")] | Annotated[Scalar, Tag("word")],
    Discriminator(form_of),
]
_Lead = Annotated[
    Annotated[dict[Text, Scalar | None], Tag("mapping")] | Annotated[Text, Tag("word")],
    Discriminator(form_of),
]


class CreditRule(Clause):
    """Which marketing touches give a team credit for a deal."""

    to: Text
    touch: Literal["first", "last", "any"] | None = None
    """Which of them; the first, and for influence any, unless it is said."""
    channels: WordOrList
    """A list's name, or the channels themselves."""
    lookback: Elapsed
    before: Text | None = None
    """The stage whose recorded event opens the deal."""
    otherwise: Text | None = None
    """The team credited without such a touch."""


class CreditView(Clause):
    """A way to describe the path to a deal; never called causal."""

    model: Literal[
        "first", "last", "linear", "position", "time_decay", "w", "full_path", "markov", "shapley",
        "time decay", "W", "full path",
    ]  # fmt: skip
    weights: list[Share] | None = None
    order: Count | None = None
    half_life: Elapsed | None = None


class Holdout(Clause):
    """A share of units that a programme leaves alone, so that its effect can be seen."""

    of: Text
    share: Share
    unit: Unit | None = None


class Credit(Clause):
    """Who gets credit for a deal."""

    book: Literal["sourced", "influenced"]
    """The one rule that counts."""
    sourced: CreditRule | None = None
    influenced: CreditRule | None = None
    views: list[CreditView] | None = None
    holdout: Holdout | None = None


class Incentive(Clause):
    """What a team is paid on."""

    team: Text
    pays_on: dict[Text, Share] = Field(min_length=1)
    """Measure or duty → share; the shares sum to 1."""


class Content(Clause):
    """Who approves what is published."""

    id: Text
    what: list[Text]
    approve: list[Text]
    within: AnyDuration | None = None
    silence: Text | None = None
    """What silence means."""


class Campaign(Clause):
    """Which campaigns need approval."""

    id: Text
    when: Condition
    """Over budget, audience and channel."""
    approve: list[Text] | None = None
    notice: AnyDuration | None = None


class Step(Clause):
    """A step of a programme: wait, then send something or give somebody a task."""

    wait: AnyDuration | None = None
    send: Text | None = None
    task: Text | None = None
    """Who gets the task."""
    text: Text | None = None


class ProgrammeHoldout(Clause):
    """The share of units this programme leaves alone."""

    share: Share
    unit: Unit | None = None


_ProgrammeHoldout = Annotated[
    Annotated[ProgrammeHoldout, Tag("mapping")] | Annotated[Share, Tag("word")],
    Discriminator(form_of),
]


class Programme(Clause):
    """A sequence a lead is enrolled in."""

    id: Text
    owner: Text
    enrol: Condition
    exit: Condition
    steps: list[Step] = Field(min_length=1)
    holdout: _ProgrammeHoldout | None = None


class Consent(Clause):
    """What outgoing touches are forbidden, or need."""

    id: Text
    when: Condition
    forbid: list[Text] | None = None
    require: dict[Text, Condition] | None = None
    """Channel → what must hold at the touch."""


class Cadence(Clause):
    """A regular meeting."""

    id: Text
    every: Rhythm
    minutes: Count | None = None
    agenda: list[Text] | None = None
    pairs: list[Text] | None = None
    at_least: Count | None = None


class Backtest(Clause):
    """On which history a proposal is replayed before it is signed."""

    cohorts: Span | None = None
    maturity: Elapsed | None = None


class Explore(Clause):
    """A share of other leads that is worked too, so that we learn whom we would not have seen."""

    share: Share
    of: Text
    unit: Unit | None = None
    work_as: Text


class Change(Clause):
    """How the agreement is changed."""

    signed_by: list[Text] = Field(min_length=1)
    notice: AnyDuration | None = None
    backtest: Backtest | None = None
    explore: Explore | None = None


class Test(Clause):
    """An example both sides agree on."""

    test: Text
    """What it shows, in one sentence."""
    lead: _Lead | None = None
    """A fixture, or attributes."""
    history: list[Text] | None = None
    """Rows as "2026-10-05 10:00 form_submit form=demo"."""
    at: Text | None = None
    """When the outcome is looked at; default: one second after the last row."""
    expect: dict[Text, _Expected] = Field(min_length=1)
    under: list[Version] | None = None
    """Versions to run under, each alone."""


Targets = dict[Text, dict[Text, Number]]
"""Party or joint → measure → number."""
