"""Why a lead is in a stage, or not (yet): which conditions hold, which do not, and what is unknown.

Input: the same as a replay, or a view of the lead as it stands. Output: conditions as trees of verdicts in written
order, with the values they read and the facts behind them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from detente.core.agreement.agreement import Stage, Timeline
from detente.core.agreement.expressions import (
    And,
    Arm,
    Attribute,
    Compare,
    Condition,
    Elapsed,
    Idle,
    In,
    IsKnown,
    Literal,
    Measure,
    Not,
    Operand,
    Or,
    Term,
    Truth,
)
from detente.core.agreement.wording import operand_text, text_of
from detente.core.facts.fact import Fact, Value
from detente.core.replay.evaluation import Micros, View, holds, kleene, operands, selected, value_of
from detente.core.replay.evidence import evidence
from detente.core.replay.history import history
from detente.core.replay.lead import FIXTURE, standing
from detente.core.replay.machine import walk
from detente.core.replay.rows import Entry

BEHIND = 3
"""Facts that are named behind a leaf: the latest ones."""


class Verdict(StrEnum):
    """How a part of a condition stands."""

    HOLDS = "holds"
    FAILS = "does not hold"
    UNKNOWN = "unknown"  # it does not hold, and might if the unknown were known


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a condition; `join` says how its `parts` combine ("all", "any", "not", or "" for a leaf)."""

    condition: Condition
    text: str
    verdict: Verdict
    join: str
    arm: str | None
    values: tuple[tuple[str, Value | None], ...]  # what a leaf reads now: (operand as written, value or None)
    parts: tuple[Part, ...]
    behind: tuple[str, ...] = ()  # ids of the latest facts a leaf reads, in replay order


@dataclass(frozen=True, slots=True)
class StageExplanation:
    """Why the lead has not entered a computed stage at `at`."""

    stage: str
    clause: str
    from_allows: bool
    allowed_from: tuple[str, ...] | None
    waits_until: int | None  # a re-entry date still to come
    condition: Part


@dataclass(frozen=True, slots=True)
class RecordedExplanation:
    """What people may record next, and how far its requirement is; None where nothing is required."""

    stage: str
    clause: str
    kind: str  # of the event that records it
    require: Part | None


@dataclass(frozen=True, slots=True)
class EntryExplanation:
    """An entry, judged again as the lead stood just before it; `condition` is None where the stage asks for nothing.

    `because`: ids of the facts that made it true, as the replay finds them.
    """

    entry: Entry
    clause: str
    condition: Part | None
    because: tuple[str, ...]
    from_as_agreed: bool
    allowed_from: tuple[str, ...] | None


def explain(
    timeline: Timeline, facts: Sequence[Fact], at: int, attributes: Mapping[str, Value] | None = None
) -> list[StageExplanation]:
    """Return an explanation for every computed stage the lead is not in at `at`, in declared order."""
    used, _ = history(timeline, facts, at)
    lead = walk(timeline, attributes or {}, used, at).lead
    return explain_view(View(timeline.in_force(at), lead))


def explain_view(view: View) -> list[StageExplanation]:
    """Return the same for a lead as it stands in a view."""
    lead = view.lead
    return [
        _explanation(stage, view)
        for stage in view.agreement.stages.values()
        if stage.computed and stage.name != lead.stage
    ]


def explain_recorded(view: View) -> list[RecordedExplanation]:
    """Return the stages that people may record now, with what they require of the lead."""
    current = view.lead.stage
    return [
        RecordedExplanation(
            stage.name, stage.id, stage.event.kind, None if stage.require is None else explain_part(stage.require, view)
        )
        for stage in view.agreement.stages.values()
        if stage.event is not None and stage.name != current and (stage.from_ is None or current in stage.from_)
    ]


def explain_entry(
    timeline: Timeline, used: Iterable[Fact], entries: Sequence[Entry], position: int
) -> EntryExplanation:
    """Return why the entry at `position` was made, from the facts that are used, in replay order."""
    entry = entries[position]
    facts = [fact for fact in used if fact.occurred_at <= entry.occurred_at]
    lead = standing(timeline, {}, facts, entries[:position], entry.occurred_at)
    decision = next((fact for fact in facts if fact.id == entry.decision), None)
    view = View(timeline.in_force(entry.occurred_at), lead, {} if decision is None else decision.payload)
    stage = view.agreement.stages[entry.stage]
    condition = stage.when if stage.computed else stage.require
    because = set() if decision is None else {decision.id}
    if condition is not None and holds(condition, view):
        because |= evidence(condition, view)
    return EntryExplanation(
        entry=entry,
        clause=stage.id,
        condition=None if condition is None else explain_part(condition, view),
        because=tuple(sorted(because)),
        from_as_agreed="from" not in entry.nonconforming,
        allowed_from=stage.from_,
    )


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
        condition=explain_part(stage.when, view),
    )


def explain_part(condition: Condition, view: View, arm: str | None = None) -> Part:
    """Return a condition as a tree of verdicts; `arm` is the id it carries."""
    match condition:
        case Arm(id_, item):
            return explain_part(item, view, id_)
        case And(items) | Or(items):
            join = "all" if isinstance(condition, And) else "any"
            parts = tuple(explain_part(item, view) for item in items)
            return Part(condition, text_of(condition), _verdict(condition, view), join, arm, (), parts)
        case Not(item):
            inner = explain_part(item, view)
            return Part(condition, text_of(condition), _verdict(condition, view), "not", arm, (), (inner,))
        case Term(name, item):
            inner = explain_part(item, view)
            return Part(condition, name, inner.verdict, "all", arm, (), (inner,))
        case _:
            values = tuple((operand_text(each), _plain(value_of(each, view))) for each in _reads(condition))
            text, verdict = text_of(condition), _verdict(condition, view)
            return Part(condition, text, verdict, "", arm, values, (), _behind(condition, view))


def _behind(leaf: Condition, view: View) -> tuple[str, ...]:
    """Return the facts a leaf reads, the latest of them."""
    found: list[str] = []
    for operand in operands(leaf):
        match operand:
            case Attribute(path) if path in view.lead.attributes:
                found.append(view.lead.attributes[path][1])
            case Idle() if view.lead.last_event is not None:
                found.append(view.lead.last_event.id)
            case Measure(_, selector, _, window):
                found.extend(event.id for event in selected(selector, window, view)[-BEHIND:])
    return tuple(dict.fromkeys(each for each in found if each != FIXTURE))[-BEHIND:]


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
