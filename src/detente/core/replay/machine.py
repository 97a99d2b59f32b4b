"""The stage machine: walks one lead's history instant by instant and makes the entries (specification §4).

Also judges the checks, since they see the lead as it was just before an entry, and records the score's steps.
Input: facts in replay order (`history.py`). Output: entries whose `known_at` is still their `occurred_at`
(`known.py` finds it), checks, scores, and the lead as it stands at the end.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from heapq import heappop, heappush

from detente.core.agreement.agreement import Agreement, CheckDuty, Stage, Timeline
from detente.core.facts.fact import Fact, Value
from detente.core.replay import timers
from detente.core.replay.evaluation import View, holds, kleene, reads_the_lead, selects
from detente.core.replay.evidence import admitting_arm, evidence
from detente.core.replay.lead import Lead
from detente.core.replay.rows import CheckRow, Entry, ScoreRow, Status


@dataclass
class Walk:
    """What a walk over a history has yielded."""

    lead: Lead
    entries: list[Entry] = field(default_factory=list)
    checks: list[CheckRow] = field(default_factory=list)
    scores: list[ScoreRow] = field(default_factory=list)
    next_instant: int | None = None


def walk(timeline: Timeline, attributes: Mapping[str, Value], facts: list[Fact], until: int) -> Walk:
    """Walk the facts (in replay order, none later than `until`) and the timers up to and including `until`."""
    machine = _Machine(timeline, Walk(Lead(attributes)))
    by_instant: dict[int, list[Fact]] = {}
    for fact in facts:
        by_instant.setdefault(fact.occurred_at, []).append(fact)
    horizon = sorted({*timers.instants(timeline, facts, timers.FOREVER), *_switches(timeline, facts)})
    queue = sorted({*by_instant, *(instant for instant in horizon if instant <= until)})
    machine.queue = queue
    last = None
    while queue and queue[0] <= until:
        instant = heappop(queue)
        if instant != last:
            machine.step(instant, by_instant.get(instant, []))
            last = instant
    machine.walk.lead.now = until
    later = [instant for instant in horizon if instant > until]
    machine.walk.next_instant = min((*later[:1], *queue[:1]), default=None)
    return machine.walk


def _switches(timeline: Timeline, facts: list[Fact]) -> Iterable[int]:
    """The instants at which a new version moves the score; they admit nobody by themselves."""
    return (each.effective_at for each in timeline.versions[1:] if facts and facts[0].occurred_at <= each.effective_at)


class _Machine:
    def __init__(self, timeline: Timeline, result: Walk) -> None:
        self.timeline = timeline
        self.walk = result
        self.queue: list[int] = []
        self.entered_now: set[str] = set()
        self.view: View  # the lead at this instant, after the latest entry; its score and grade are worked out once

    def step(self, now: int, facts: list[Fact]) -> None:
        """One instant, in the five steps of the specification."""
        lead = self.walk.lead
        lead.now = now
        agreement = self.timeline.in_force(now)
        self.entered_now = set()
        for fact in facts:  # 1 and 2: attribute values come first in replay order
            lead.observe(fact)
        self.view = View(agreement, lead)
        # 3, expiries, needs no act: windows are counted from now
        deciding = {fact.id for fact in facts if _may_decide(agreement, fact, self.view)}
        for fact in facts:
            if fact.is_event and fact.id not in deciding:
                self._check_event(agreement, fact)
        self._computed_entries(agreement)  # 4
        for fact in facts:  # 5
            if fact.id in deciding:
                self._check_event(agreement, fact)
                self._decision(agreement, fact)
                self._computed_entries(agreement)
        self._record_score()
        for instant in timers.crossings(self.view):
            heappush(self.queue, instant)

    # --- entries ------------------------------------------------------------------------------------------------

    def _computed_entries(self, agreement: Agreement) -> None:
        lead = self.walk.lead
        newest = agreement is not self.timeline.versions[0]
        if newest and (lead.last_fact_at is None or lead.last_fact_at < agreement.effective_at):
            return  # after a switch nobody enters before their first fact under the new version
        changed = True
        while changed:
            changed = False
            for stage in agreement.stages.values():
                if stage.computed and stage.name not in self.entered_now and self._may_enter(stage, self.view):
                    self._enter(stage, self.view, None)
                    changed = True

    def _may_enter(self, stage: Stage, view: View) -> bool:
        lead = self.walk.lead
        allowed = lead.stage is None if stage.from_ is None else lead.stage in stage.from_
        if not allowed or stage.name == lead.stage or stage.when is None:
            return False
        return holds(stage.when, view) and self._reentry_allows(stage, view)

    def _reentry_allows(self, stage: Stage, view: View) -> bool:
        left = self.walk.lead.left_at.get(stage.name)
        if stage.reentry is None or left is None or self.walk.lead.now >= left + stage.reentry.after:
            return True
        return stage.reentry.unless is not None and holds(stage.reentry.unless, view)

    def _decision(self, agreement: Agreement, fact: Fact) -> None:
        for stage in agreement.stages.values():
            lead = self.walk.lead
            view = View(agreement, lead, fact.payload)
            if stage.event is not None and stage.name != lead.stage and selects(stage.event, fact, view):
                self._enter(stage, view, fact)

    def _enter(self, stage: Stage, view: View, decision: Fact | None) -> None:
        lead = self.walk.lead
        for duty in view.agreement.duties:
            if isinstance(duty, CheckDuty) and stage.name in duty.at_stages:
                self._judge(duty, view, stage.name, decision)
        self.walk.entries.append(self._entry(stage, view, decision))
        previous = lead.stage
        lead.enter(stage.name, lead.now, stage.resets_behaviour)
        self.entered_now.add(stage.name)
        self.view = View(view.agreement, lead)
        for version in self.timeline.versions:  # the re-entry date is an instant of its own
            left = version.stages.get(previous) if previous is not None else None
            if left is not None and left.reentry is not None:
                heappush(self.queue, lead.now + left.reentry.after)

    def _entry(self, stage: Stage, view: View, decision: Fact | None) -> Entry:
        lead = self.walk.lead
        condition = stage.when if decision is None else stage.require
        flags: list[str] = []
        because = set() if decision is None else {decision.id}
        if decision is not None and stage.from_ is not None and lead.stage not in stage.from_:
            flags.append("from")
        if condition is not None:
            if holds(condition, view):
                because |= evidence(condition, view)
            else:
                flags.append("require")
        reason = None if decision is None else decision.payload.get("reason")
        return Entry(
            stage=stage.name,
            n=1 + sum(entry.stage == stage.name for entry in self.walk.entries),
            occurred_at=lead.now,
            known_at=lead.now,
            version=view.agreement.version,
            basis="computed" if decision is None else "recorded",
            previous=lead.stage,
            arm=None if decision is not None or condition is None else admitting_arm(condition, view),
            nonconforming=tuple(flags),
            hinges=condition is not None and kleene(condition, view) is None,
            score=view.score,
            grade=view.grade,
            reason=None if reason is None else str(reason),
            decision=None if decision is None else decision.id,
            because=tuple(sorted(because)),
        )

    # --- checks and score ---------------------------------------------------------------------------------------

    def _check_event(self, agreement: Agreement, fact: Fact) -> None:
        view = View(agreement, self.walk.lead, fact.payload)
        for duty in agreement.duties:
            if isinstance(duty, CheckDuty) and duty.at_event is not None and selects(duty.at_event, fact, view):
                self._judge(duty, view, None, fact)

    def _judge(self, duty: CheckDuty, view: View, stage: str | None, fact: Fact | None) -> None:
        self.walk.checks.append(
            CheckRow(
                duty=duty.id,
                n=1 + sum(check.duty == duty.id for check in self.walk.checks),
                status=Status.MET if holds(duty.require, view) else Status.BROKEN,
                at=self.walk.lead.now,
                version=view.agreement.version,
                stage=stage,
                fact=None if fact is None else fact.id,
            )
        )

    def _record_score(self) -> None:
        view, scores = self.view, self.walk.scores
        if not scores or (scores[-1].score, scores[-1].grade) != (view.score, view.grade):
            scores.append(ScoreRow(self.walk.lead.now, view.score, view.grade))


def _may_decide(agreement: Agreement, fact: Fact, view: View) -> bool:
    """Whether a recorded stage waits for this event; a `where` over the lead is asked only when its turn comes."""
    for stage in agreement.stages.values():
        if stage.event is not None and stage.event.kind == fact.kind:
            where = stage.event.where
            if where is None or reads_the_lead(where) or selects(stage.event, fact, view):
                return True
    return False
