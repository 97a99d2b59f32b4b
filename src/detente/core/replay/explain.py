"""Why a lead is not (yet) in a stage: which conditions hold, which do not, and what is unknown.

Input: the same as a replay. Output: for every computed stage the lead is not in, its conditions as a tree of
verdicts in written order, with the values they read.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from detente.core.agreement.agreement import Stage, Timeline
from detente.core.agreement.expressions import (
    And,
    Arm,
    Compare,
    Condition,
    Elapsed,
    In,
    IsKnown,
    Literal,
    Not,
    Operand,
    Or,
    Term,
    Truth,
)
from detente.core.agreement.wording import operand_text, text_of
from detente.core.facts.fact import Fact, Value
from detente.core.replay.evaluation import Micros, View, holds, kleene, value_of
from detente.core.replay.history import history
from detente.core.replay.lead import Lead
from detente.core.replay.machine import walk


class Verdict(StrEnum):
    """How a part of a condition stands."""

    HOLDS = "holds"
    FAILS = "does not hold"
    UNKNOWN = "unknown"  # it does not hold, and might if the unknown were known


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a condition; `join` says how its `parts` combine ("all", "any", "not", or "" for a leaf)."""

    text: str
    verdict: Verdict
    join: str
    arm: str | None
    values: tuple[tuple[str, Value | None], ...]  # what a leaf reads now: (operand as written, value or None)
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class StageExplanation:
    """Why the lead has not entered a computed stage at `at`."""

    stage: str
    clause: str
    from_allows: bool
    allowed_from: tuple[str, ...] | None
    waits_until: int | None  # a re-entry date still to come
    condition: Part


def explain(
    timeline: Timeline, facts: Sequence[Fact], at: int, attributes: Mapping[str, Value] | None = None
) -> list[StageExplanation]:
    """Return an explanation for every computed stage the lead is not in at `at`, in declared order."""
    used, _ = history(timeline, facts, at)
    return explain_lead(timeline, walk(timeline, attributes or {}, used, at).lead)


def explain_lead(timeline: Timeline, lead: Lead) -> list[StageExplanation]:
    """Return the same for a lead as it stands."""
    view = View(timeline.in_force(lead.now), lead)
    return [
        _explanation(stage, view)
        for stage in view.agreement.stages.values()
        if stage.computed and stage.name != lead.stage
    ]


def _explanation(stage: Stage, view: View) -> StageExplanation:
    lead = view.lead
    waits = None
    left = lead.left_at.get(stage.name)
    if stage.reentry is not None and left is not None and left + stage.reentry.after > lead.now:
        skips = stage.reentry.unless is not None and holds(stage.reentry.unless, view)
        waits = None if skips else left + stage.reentry.after
    assert stage.when is not None  # noqa: S101  a computed stage has a condition; the compiler saw to it
    return StageExplanation(
        stage=stage.name,
        clause=stage.id,
        from_allows=lead.stage is None if stage.from_ is None else lead.stage in stage.from_,
        allowed_from=stage.from_,
        waits_until=waits,
        condition=_part(stage.when, view),
    )


def _part(condition: Condition, view: View, arm: str | None = None) -> Part:
    match condition:
        case Arm(id_, item):
            return _part(item, view, id_)
        case And(items) | Or(items):
            join = "all" if isinstance(condition, And) else "any"
            parts = tuple(_part(item, view) for item in items)
            return Part(text_of(condition), _verdict(condition, view), join, arm, (), parts)
        case Not(item):
            return Part(text_of(condition), _verdict(condition, view), "not", arm, (), (_part(item, view),))
        case Term(name, item):
            inner = _part(item, view)
            return Part(name, inner.verdict, "all", arm, (), (inner,))
        case _:
            values = tuple((operand_text(each), _plain(value_of(each, view))) for each in _reads(condition))
            return Part(text_of(condition), _verdict(condition, view), "", arm, values, ())


def _verdict(condition: Condition, view: View) -> Verdict:
    if holds(condition, view):
        return Verdict.HOLDS
    return Verdict.UNKNOWN if kleene(condition, view) is None else Verdict.FAILS


def _reads(leaf: Condition) -> tuple[Operand, ...]:
    match leaf:
        case Compare(_, left, right):
            return tuple(each for each in (left, right) if not isinstance(each, Literal | Elapsed))
        case Truth(operand) | In(operand) | IsKnown(operand):
            return (operand,)
    return ()


def _plain(value: Value | None) -> Value | None:
    """A duration as words a person reads: days, hours and minutes, rounded down."""
    if not isinstance(value, Micros):
        return value
    minutes = int(value) // 60_000_000
    days, minutes = divmod(minutes, 24 * 60)
    hours, minutes = divmod(minutes, 60)
    return " ".join(f"{n}{unit}" for n, unit in ((days, "d"), (hours, "h"), (minutes, "m")) if n) or "0m"
