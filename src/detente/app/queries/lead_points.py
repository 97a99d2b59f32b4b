"""A lead's interest and fit: the score over time against what it must reach, the events behind it, points by condition.

Input: a lead's story, under the version in force at its instant.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from detente.app.queries.fact_words import shortened
from detente.app.queries.lead_story import LeadStory
from detente.core.agreement.agreement import ScoreRule
from detente.core.agreement.expressions import And, Arm, Compare, Condition, Literal, Or, Score, Term
from detente.core.agreement.page_words import Words, value
from detente.core.facts.fact import Fact
from detente.core.replay.evaluation import exact_sum, rule_points, scored, selected
from detente.core.replay.explain import Part, Verdict, explain_part
from detente.core.replay.rows import Entry, ScoreRow

Points = int | float

EVENTS = 8
"""Events with points that are shown: the latest ones."""

GONE = 3
"""Events whose points ran out that are shown."""

STEPS = 30
"""Steps of the score that are listed: the latest ones."""

LONGEST = timedelta(days=365) // timedelta(microseconds=1)
"""How far back the score is told."""


@dataclass(frozen=True, slots=True)
class Threshold:
    """A score that a way into a stage asks for. `clause`: of the way, else of the stage."""

    stage: str
    least: Points
    clause: str


@dataclass(frozen=True, slots=True)
class ScoredEvent:
    """An event that a rule gives points for. `until`: when they run out, or ran out; None: never."""

    fact: Fact
    rule: str
    points: Points  # what it gives now: nothing once they ran out
    until: int | None

    @property
    def live(self) -> bool:
        """Whether its points count now."""
        return self.points != 0


@dataclass(frozen=True, slots=True)
class RuleSum:
    """What one rule gives in all. `capped`: its events would give more than it allows."""

    rule: str
    words: str
    events: int
    cap: Points | None
    points: Points
    capped: bool


@dataclass(frozen=True)
class Interest:
    """A lead's score. `since`: only later events count, since a stage reset them; None: all do."""

    score: Points
    since: int | None
    thresholds: tuple[Threshold, ...]
    steps: tuple[ScoreRow, ...]  # from `begins` on; the first is what held then
    begins: int
    entries: tuple[Entry, ...]  # in the time that is shown
    events: tuple[ScoredEvent, ...]  # the latest first
    event_count: int
    sums: tuple[RuleSum, ...]  # those that give anything

    @property
    def latest(self) -> tuple[ScoreRow, ...]:
        """The latest steps, the newest first."""
        return self.steps[-STEPS:][::-1]

    @property
    def highest(self) -> Points:
        """The highest score in the time that is shown."""
        return max((step.score for step in self.steps), default=self.score)


@dataclass(frozen=True, slots=True)
class FitLine:
    """One condition of fit: what it read, and the points it gives."""

    rule: str
    words: str
    read: str
    verdict: Verdict
    points: Points


@dataclass(frozen=True)
class Fit:
    """A lead's fit. `least`: grade → points from which it is given."""

    lines: tuple[FitLine, ...]
    total: Points
    grade: str | None
    least: tuple[tuple[str, Points], ...]


def interest(story: LeadStory) -> Interest | None:
    """Return the lead's interest; None where the agreement gives no points for it."""
    agreement, view = story.agreement, story.view
    if not agreement.score:
        return None
    words = Words.of(agreement.terms)
    events = sorted(
        (event for rule in agreement.score for event in _events(rule, story)),
        key=lambda event: event.fact.occurred_at,
        reverse=True,
    )
    begins = _begins(story)
    return Interest(
        score=view.score,
        since=view.lead.reset_at,
        thresholds=tuple(_thresholds(story)),
        steps=_steps(story, begins),
        begins=begins,
        entries=tuple(entry for entry in story.result.entries if entry.occurred_at >= begins),
        events=_shown(events),
        event_count=len(events),
        sums=tuple(each for rule in agreement.score if (each := _sum(rule, story, words)).events),
    )


def fit(story: LeadStory) -> Fit | None:
    """Return the lead's fit; None where the agreement gives no points for it."""
    agreement = story.agreement
    if not agreement.fit:
        return None
    words = Words.of(agreement.terms)
    lines = []
    for rule in agreement.fit:
        part = explain_part(rule.when, story.view)
        points = rule.points if part.verdict is Verdict.HOLDS else 0
        lines.append(FitLine(rule.id, words.condition(rule.when), _read(part), part.verdict, points))
    least = sorted(agreement.grades.items(), key=lambda band: -band[1])
    return Fit(tuple(lines), exact_sum(line.points for line in lines), story.view.grade, tuple(least))


def _read(part: Part) -> str:
    """Return the values that a condition's leaves read, each once."""
    found = dict.fromkeys(_values(part))
    return ", ".join(found)


def _values(part: Part) -> Iterator[str]:
    for _, read in part.values:
        yield "unknown" if read is None else shortened(value(read))
    for each in part.parts:
        yield from _values(each)


# --- events ---------------------------------------------------------------------------------------------------------


def _events(rule: ScoreRule, story: LeadStory) -> Iterator[ScoredEvent]:
    live = {event.id for event in scored(rule, story.view)}
    for event in selected(rule.event, None, story.view):
        until = None if rule.expires is None else event.occurred_at + rule.expires
        yield ScoredEvent(event, rule.id, rule.points if event.id in live else 0, until)


def _shown(events: list[ScoredEvent]) -> tuple[ScoredEvent, ...]:
    """Return the latest events that count, and the latest of those whose points ran out; the latest first."""
    live = [event for event in events if event.live][:EVENTS]
    gone = [event for event in events if not event.live][: max(0, min(GONE, EVENTS - len(live)))]
    return tuple(sorted((*live, *gone), key=lambda event: event.fact.occurred_at, reverse=True))


def _sum(rule: ScoreRule, story: LeadStory, words: Words) -> RuleSum:
    events = len(scored(rule, story.view))
    points = rule_points(rule, story.view)
    capped = points != exact_sum([rule.points] * events)
    return RuleSum(rule.id, words.event(rule.event), events, rule.cap, points, capped)


# --- over time ------------------------------------------------------------------------------------------------------


def _begins(story: LeadStory) -> int:
    """Return from when the score is told: since it was last set back, and at most for a year."""
    first = story.result.state.first_at
    since = story.view.lead.reset_at if story.view.lead.reset_at is not None else first
    return max(story.at - LONGEST, story.at if since is None else since)


def _steps(story: LeadStory, begins: int) -> tuple[ScoreRow, ...]:
    before = [step for step in story.result.scores if step.at <= begins][-1:]
    held = [ScoreRow(begins, step.score, step.grade) for step in before]
    return (*held, *(step for step in story.result.scores if begins < step.at <= story.at))


def _thresholds(story: LeadStory) -> Iterator[Threshold]:
    for stage in story.agreement.stages.values():
        if stage.computed and stage.when is not None:
            for clause, least in dict.fromkeys(_least(stage.when, stage.id)):
                yield Threshold(stage.name, least, clause)


def _least(condition: Condition, clause: str) -> Iterator[tuple[str, Points]]:
    """Yield what the score must reach; a score under a `not` is no threshold to reach."""
    match condition:
        case Arm(id_, item):
            yield from _least(item, id_)
        case And(items) | Or(items):
            for item in items:
                yield from _least(item, clause)
        case Term(_, item):
            yield from _least(item, clause)
        case Compare(">=" | ">", Score(), Literal(least)) | Compare("<=" | "<", Literal(least), Score()):
            if isinstance(least, int | float) and not isinstance(least, bool):
                yield clause, least
