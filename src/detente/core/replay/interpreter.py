"""The reference interpreter: what the agreement says about one lead, from its facts, as of an instant.

Written to be read beside the specification, and the oracle for every faster way. Input: the lead's facts from the
timeline, in any order. Output: rows (`rows.py`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from detente.core.agreement.agreement import Timeline
from detente.core.facts.fact import Fact, Value
from detente.core.replay import consent, duties, routing
from detente.core.replay.duties import Case
from detente.core.replay.evaluation import View, holds
from detente.core.replay.history import history
from detente.core.replay.known import with_known
from detente.core.replay.machine import Walk, walk
from detente.core.replay.rows import ClockRow, Entry, LeadResult, State, Status


def replay(
    timeline: Timeline, facts: Sequence[Fact], as_of: int, attributes: Mapping[str, Value] | None = None
) -> LeadResult:
    """Replay one lead.

    `as_of`, in microseconds UTC: later facts, and facts not known by then, are not used. `attributes` hold from
    before the first fact and make no instant of their own.
    """
    given = attributes or {}
    used, set_aside = history(timeline, facts, as_of)
    walked = walk(timeline, given, used, as_of)
    entries = with_known(timeline, given, used, walked.entries)
    case = Case(timeline, given, used, entries, as_of)
    clocks = tuple(duties.clocks(case))
    return LeadResult(
        entries=tuple(entries),
        clocks=clocks,
        checks=tuple(walked.checks),
        consents=tuple(consent.breaches(case)),
        scores=tuple(walked.scores),
        state=_state(case, walked, clocks),
        set_aside=set_aside,
    )


def _state(case: Case, walked: Walk, clocks: tuple[ClockRow, ...]) -> State:
    lead, entries = walked.lead, case.entries
    view = View(case.timeline.in_force(case.at), lead)
    crm = [fact.payload.get("stage") for fact in lead.events.get("crm_stage", ())]
    due = [clock.due_at for clock in clocks if clock.status is Status.OPEN and clock.due_at >= case.at]
    coming = [*due, *([] if walked.next_instant is None else [walked.next_instant])]
    computed = [entry for entry in entries if entry.basis == "computed"]
    return State(
        stage=lead.stage,
        entered_at=None if lead.stage is None else lead.entered_at[lead.stage],
        furthest=_furthest(view, entries),
        score=view.score,
        grade=view.grade,
        persona=next((persona.id for persona in view.agreement.personas if holds(persona.when, view)), None),
        owner=_owner(case),
        arm=computed[-1].arm if computed else None,
        hinges=bool(entries) and entries[-1].hinges,
        crm_stage=None if not crm or crm[-1] is None else str(crm[-1]),
        first_at=case.facts[0].occurred_at if case.facts else None,
        last_event_at=None if lead.last_event is None else lead.last_event.occurred_at,
        next_instant=min(coming, default=None),
    )


def _furthest(view: View, entries: list[Entry]) -> str | None:
    """Return the furthest stage ever entered, in declared order, exits aside."""
    entered = {entry.stage for entry in entries}
    reached = [stage.name for stage in view.agreement.stages.values() if stage.name in entered and not stage.exit]
    return reached[-1] if reached else None


def _owner(case: Case) -> str | None:
    """Return the last person assigned since the latest handover, else who the route named then, else none."""
    for position in range(len(case.entries) - 1, -1, -1):
        entry = case.entries[position]
        started = max(entry.occurred_at, entry.known_at)
        if entry.stage == routing.handover_stage(case.timeline.in_force(started)):
            person = routing.assigned(case.facts, entry)
            if person is not None:
                return person
            view = case.view(started, case.entries[: position + 1], known=started)
            rule = routing.route(view)
            return None if rule is None else routing.named_by(rule, view)
    return None
