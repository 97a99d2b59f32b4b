"""Why a lead is in a stage and why it is not further: conditions as lines, each with its verdict, value and fact.

Input: a lead's story. The words come from the compiled agreement, so that a changed rule changes its explanation.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from detente.app.queries.fact_words import shortened
from detente.app.queries.lead_story import LeadStory
from detente.core.agreement.agreement import Agreement
from detente.core.agreement.expressions import And, Field, Literal, Not, Or, Term
from detente.core.agreement.page_figures import clauses
from detente.core.agreement.page_words import Words, value
from detente.core.facts.fact import Fact, Value
from detente.core.replay.evaluation import operands
from detente.core.replay.explain import (
    EntryExplanation,
    Part,
    RecordedExplanation,
    StageExplanation,
    Verdict,
    explain_entry,
)

LINES = 80
"""Lines of one condition that are shown; those beyond are counted."""


@dataclass(frozen=True, slots=True)
class Line:
    """One part of a condition. `depth`: how far in it stands; `joins`: it says only how the lines under it combine."""

    depth: int
    verdict: Verdict
    text: str  # as written in the agreement
    means: str  # what its authors say it means
    read: str  # what it read, in words
    facts: tuple[Fact, ...]  # the latest behind it
    joins: bool


@dataclass(frozen=True, slots=True)
class Way:
    """A way into a stage, or its whole condition where it has no ways with names. `id` is the clause of the way.

    `held` of `of`: how many of the parts that must hold do.
    """

    id: str
    words: str
    verdict: Verdict
    admitted: bool
    held: int
    of: int
    lines: tuple[Line, ...]
    left_out: int


@dataclass(frozen=True)
class Why:
    """Why an entry was made. `because`: its conditions in words; `common`: what every way in asks for beside its own.

    `hinges`: the parts that rest on something unknown, each as written.
    """

    position: int
    explained: EntryExplanation
    because: tuple[str, ...]
    common: tuple[Line, ...]
    ways: tuple[Way, ...]
    hinges: tuple[Part, ...]
    facts: int  # that made it true


@dataclass(frozen=True)
class Missing:
    """A stage the lead is not in, and what stands in the way."""

    stage: str
    clause: str
    again: bool
    from_: str  # from which stages it may be entered, in words, where the lead is in none of them
    waits_until: int | None
    lines: tuple[Line, ...]
    left_out: int


@dataclass(frozen=True)
class Recordable:
    """A stage that people may record, and what it requires that is not there yet."""

    stage: str
    clause: str
    kind: str
    verdict: Verdict | None  # None: nothing is required
    asks: str  # what is required of the decision itself, in words; it is not known before it is made
    lines: tuple[Line, ...]


def why(story: LeadStory, position: int) -> Why:
    """Return why the entry at a position among the story's entries was made."""
    explained = explain_entry(story.timeline, story.used, story.result.entries, position)
    agreement = _version(story, explained.entry.version)
    if explained.condition is None:
        return Why(position, explained, (), (), (), (), len(explained.because))
    teller = _Teller(story, agreement)
    ways, common = _ways(explained, teller)
    return Why(
        position=position,
        explained=explained,
        because=tuple(_because(explained, teller)),
        common=common,
        ways=ways,
        hinges=tuple(_unknown(explained.condition)),
        facts=len(explained.because),
    )


def missing(story: LeadStory) -> tuple[Missing, ...]:
    """Return the computed stages the lead could come to, and what each of them lacks."""
    entered = {entry.stage for entry in story.result.entries}
    teller = _Teller(story, story.agreement)
    return tuple(_missing(each, teller, each.stage in entered) for each in story.ahead)


def recordable(story: LeadStory) -> tuple[Recordable, ...]:
    """Return the stages that people may record next, and what each of them requires."""
    teller = _Teller(story, story.agreement)
    return tuple(_recordable(each, teller) for each in story.recordable)


def _missing(each: StageExplanation, teller: _Teller, again: bool) -> Missing:
    lines, left_out = _cut(teller.lines(each.condition, 0))
    allowed = "" if each.from_allows else "no stage at all" if each.allowed_from is None else _or(each.allowed_from)
    return Missing(each.stage, each.clause, again, allowed, each.waits_until, lines, left_out)


def _recordable(each: RecordedExplanation, teller: _Teller) -> Recordable:
    if each.require is None:
        return Recordable(each.stage, each.clause, each.kind, None, "", ())
    if all(isinstance(read, Field | Literal) for read in operands(each.require.condition)):
        words = teller.words.condition(each.require.condition)
        return Recordable(each.stage, each.clause, each.kind, None, words, ())
    lines, _ = _cut(teller.lines(each.require, 0))
    return Recordable(each.stage, each.clause, each.kind, each.require.verdict, "", lines)


def _or(stages: tuple[str, ...]) -> str:
    return " or ".join(stages) if stages else "no stage"


def _version(story: LeadStory, version: str) -> Agreement:
    return next(each for each in story.timeline.versions if each.version == version)


# --- ways in --------------------------------------------------------------------------------------------------------


def _ways(explained: EntryExplanation, teller: _Teller) -> tuple[tuple[Way, ...], tuple[Line, ...]]:
    """Return the ways in, and the lines that stand beside them; without any, the whole condition is the one way."""
    condition = explained.condition
    if condition is None:
        return (), ()
    named = tuple(_armed(condition))
    if not named:
        return (_way(condition, teller, admitted=True),), ()
    arm = explained.entry.arm
    ways = tuple(_way(part, teller, admitted=part.arm == arm) for part in named)
    common = tuple(line for part in _beside(condition) for line in teller.lines(part, 0))
    return ways, common


def _armed(part: Part) -> Iterator[Part]:
    """Yield the parts that carry an id, the outermost ones, in written order; those under a `not` admit nobody."""
    if part.arm is not None:
        yield part
    elif part.join in ("all", "any"):
        for each in part.parts:
            yield from _armed(each)


def _beside(part: Part) -> Iterator[Part]:
    """Yield what must hold whichever way is taken."""
    if part.arm is not None or part.join == "any":
        return
    if part.join != "all" or not any(True for _ in _armed(part)):
        yield part
        return
    for each in part.parts:
        yield from _beside(each)


def _way(part: Part, teller: _Teller, *, admitted: bool) -> Way:
    inner = part.parts if part.join == "all" and len(part.parts) > 1 else (part,)
    shown = [line for each in inner for line in teller.lines(each, 0)]
    lines, left_out = _cut(iter(shown))
    held = sum(each.verdict is Verdict.HOLDS for each in inner)
    words = teller.words.condition(part.condition)
    return Way(part.arm or "", words, part.verdict, admitted, held, len(inner), lines, left_out)


def _because(explained: EntryExplanation, teller: _Teller) -> Iterator[str]:
    """Yield what the entry rests on, in words: the parts beside the ways, and those of the way that admitted."""
    condition = explained.condition
    if condition is None or condition.verdict is not Verdict.HOLDS:
        return
    admitting = next((part for part in _armed(condition) if part.arm == explained.entry.arm), None)
    chosen = condition if admitting is None else admitting
    for part in chosen.parts if chosen.join == "all" and len(chosen.parts) > 1 else (chosen,):
        yield teller.said(part)


def _unknown(part: Part) -> Iterator[Part]:
    """Yield the leaves that rest on something unknown."""
    if not part.join:
        if part.verdict is Verdict.UNKNOWN:
            yield part
        return
    for each in part.parts:
        yield from _unknown(each)


# --- lines ----------------------------------------------------------------------------------------------------------


class _Teller:
    """Writes parts of conditions as lines, in the words of one version and with the facts of one lead."""

    def __init__(self, story: LeadStory, agreement: Agreement) -> None:
        self.words = Words.of(agreement.terms)
        self._facts = {fact.id: fact for fact in story.used}
        self._glossary: Mapping[str, Any] = agreement.document.glossary or {}

    def lines(self, part: Part, depth: int) -> Iterator[Line]:
        """Yield the line of a part, and under it those of the parts it joins, in written order."""
        inner = _within(part)
        yield self._line(part, depth, inner)
        for each in inner.parts:
            yield from self.lines(each, depth + 1)

    def said(self, part: Part) -> str:
        """Return a part that holds, in words: a term by what it means, the grade by what it is."""
        means = self._meant(part)
        if means:
            return means[:1].lower() + means[1:].rstrip(".")
        words = self.words.condition(part.condition)
        read = self._read(part)
        return f"{words} (it is {read})" if read else words

    def _line(self, part: Part, depth: int, inner: Part) -> Line:
        joins = isinstance(part.condition, And | Or)
        named = part.parts[0] if part.join == "not" else part
        return Line(
            depth=depth,
            verdict=part.verdict,
            text=_JOINED[part.join] if joins else part.text,
            means=self._meant(named),
            read=self._read(inner),
            facts=tuple(self._facts[each] for each in inner.behind if each in self._facts),
            joins=joins,
        )

    def _read(self, part: Part) -> str:
        """Return what a leaf read, unless its own verdict says it; named only where it read several."""
        read = [(name, _written(each)) for name, each in part.values if name != part.text]
        return read[0][1] if len(read) == 1 else ", ".join(f"{name}: {each}" for name, each in read)

    def _meant(self, part: Part) -> str:
        term = self._glossary.get(part.condition.name) if isinstance(part.condition, Term) else None
        return str(getattr(term, "means", None) or "")


def _written(read: Value | None) -> str:
    return "unknown" if read is None else shortened(value(read))


_JOINED = {"all": "all of", "any": "one of"}


def _within(part: Part) -> Part:
    """Return what a term or a negation speaks of."""
    while isinstance(part.condition, Term | Not):
        part = part.parts[0]
    return part


def _cut(lines: Iterator[Line]) -> tuple[tuple[Line, ...], int]:
    every = tuple(lines)
    return every[:LINES], max(0, len(every) - LINES)


def in_one_sentence(why_: Why) -> str:
    """Return what an entry rests on, as what follows "because"."""
    return clauses(list(why_.because), "and")
