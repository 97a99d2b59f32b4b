"""The clauses of the revenue cycle: stages, dispositions, routing, pools, and what each side owes.

Part of the typed document (`document.py`), one class a clause of specification §10.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from detente.core.agreement.document_types import (
    AnyDuration,
    Clause,
    Condition,
    Count,
    Elapsed,
    Event,
    Identifier,
    Moment,
    Number,
    Period,
    Positive,
    Share,
    StagesOrEvent,
    Text,
    Truth,
)


class Enter(Clause):
    """How a stage is entered: `when` for a computed stage, `event` for a recorded one."""

    from_: list[Text] | None = Field(default=None, alias="from")
    """The stages it may follow."""
    when: Condition | None = None
    """The condition that admits a lead to a computed stage."""
    event: Event | None = None
    """The decision that is recorded."""
    require: Condition | None = None
    """What should hold at the decision: checked, never enforced backwards."""


class Reentry(Clause):
    """When a stage may be entered again."""

    after: Elapsed
    """How long after the exit from it."""
    unless: Condition | None = None
    """Unless this holds."""


class Stage(Clause):
    """A stage of the revenue cycle."""

    id: Text
    owner: Text
    """A party, or joint."""
    basis: Literal["computed", "recorded"]
    """Decided from facts, or by a person in the CRM or here."""
    enter: Enter
    reentry: Reentry | None = None
    resets: Literal["behaviour"] | None = None
    """After entering, only later events count."""
    exit: Truth | None = None
    """A way out of the cycle, never the furthest stage."""


class Reason(Clause):
    """A reason for sending a lead back, refusing or closing it."""

    points_at: Text | None = None
    """What the reason points at."""
    needs: Text | None = None
    """The duty that gives evidence of it."""
    resume: Identifier | None = None
    """The payload name of the date at which the lead is offered again."""
    sets: Text | None = None
    """The kind of fact recorded at the decision."""


class Dispute(Clause):
    """Who decides when the sides disagree, and how soon."""

    within: AnyDuration | None = None
    decides: Text | None = None
    """The party that decides."""


class Dispositions(Clause):
    """The reasons, in three groups."""

    recycle: dict[Text, Reason] | None = None
    discard: dict[Text, Reason] | None = None
    reject: dict[Text, Reason] | None = None
    dispute: Dispute | None = None


class Route(Clause):
    """A routing rule; the first that holds names who takes the lead."""

    id: Text
    to: Text
    """A pool, an attribute path whose value is the owner, or a person."""
    when: Condition | None = None
    otherwise: Truth | None = None
    """Where no rule before it holds."""
    calendar: Text | None = None


class Pool(Clause):
    """People who share the work."""

    members: list[Text] = Field(min_length=1)
    daily: Positive | None = None
    """What the whole pool can take in a day."""


class Clock(Clause):
    """What starts and what stops a clock."""

    start: Event
    """A stage, or an event selector."""
    stop: StagesOrEvent
    hours: Literal["business", "elapsed"] | None = None
    """Open hours of the calendar (the default), or all time."""
    void_on: Event | None = None
    """What ends the duty without its being met."""


class TargetRow(Clause):
    """How fast; the first row that holds counts."""

    when: Condition | None = None
    otherwise: Truth | None = None
    within: AnyDuration


class Deliver(Clause):
    """How many leads, worth how much: one stage → number, beside these keys."""

    model_config = ConfigDict(extra="allow")
    __pydantic_extra__: dict[str, Number]

    value: Positive | None = None
    """What they are worth together."""
    pace: list[Share] | None = None
    """The share due by the end of each month."""


class Quality(Clause):
    """The share that must reach a second stage."""

    of: Annotated[list[Text], Field(min_length=2, max_length=2)]
    """The stage delivered and the stage to be reached."""
    at_least: Share
    judged_after: AnyDuration
    min_n: Count | None = None


class Signal(Clause):
    """Who is told, and when: an instant of a clock, a condition over the period, or a burn rule."""

    to: Text
    """A party, owner, a role, a cadence, or reassign."""
    at: Moment | None = None
    when: Condition | None = None
    burn: Share | None = None
    """The share of the period's allowance used up before half of its business time."""
    min: Count | None = None


class Duty(Clause):
    """What one side owes the other: a clock, a check, or a volume."""

    id: Text
    owes: Text
    to: Text
    clock: Clock | None = None
    target: list[TargetRow] | None = Field(default=None, min_length=1)
    at: StagesOrEvent | None = None
    require: Condition | None = None
    deliver: Deliver | None = None
    worth: dict[Text, Number] | None = None
    """Grade at entry → what such a lead has been worth."""
    quality: Quality | None = None
    objective: Share | None = None
    period: Period | None = None
    min_n: Count | None = None
    """Below this many decided instances the duty is not judged."""
    alert: list[Signal] | None = None
    escalate: list[Signal] | None = None
