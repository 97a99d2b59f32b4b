"""A lead's story as the documented JSON shape `detente.lead/1` (docs/reference/json.md). Input: a `LeadStory`."""

from __future__ import annotations

from typing import Any

from detente.app.queries.lead_story import LeadStory
from detente.core.facts.fact import Fact
from detente.core.replay.explain import Part, StageExplanation
from detente.core.replay.rows import CheckRow, ClockRow, Entry

SCHEMA = "detente.lead/1"
_SECOND = 1_000_000


def as_json(story: LeadStory) -> dict[str, Any]:
    """Return the story as JSON values. Instants are ISO 8601 in the agreement's zone, durations whole seconds."""
    state, result = story.result.state, story.result
    return {
        "schema": SCHEMA,
        "snapshot": story.snapshot.id,
        "agreement": story.timeline.id,
        "version": story.agreement.version,
        "at": story.local(story.at),
        "person": story.person,
        "account": story.account,
        "records": [{"source": r.source, "record": r.record, "rule": r.rule} for r in story.records],
        "attributes": dict(sorted(story.attributes.items())),
        "state": {
            "stage": state.stage,
            "since": _instant(story, state.entered_at),
            "furthest": state.furthest,
            "score": state.score,
            "grade": state.grade,
            "persona": state.persona,
            "owner": state.owner,
            "arm": state.arm,
            "hinges_on_unknown": state.hinges,
            "crm_stage": state.crm_stage,
            "next_instant": _instant(story, state.next_instant),
        },
        "entries": [_entry(story, entry) for entry in result.entries],
        "duties": [_clock(story, row) for row in result.clocks] + [_check(story, row) for row in result.checks],
        "consent": [
            {
                "rule": row.rule,
                "at": story.local(row.at),
                "channel": row.channel,
                "fact": row.fact,
                "version": row.version,
            }
            for row in result.consents
        ],
        "why_not": [_why_not(story, each) for each in story.why_not],
        "facts": [_fact(story, fact) for fact in story.facts.values()],
        "machine": [
            {
                "id": made.fact,
                "kind": made.kind,
                "source": made.source,
                "occurred_at": story.local(made.occurred_at),
                "sign": made.sign,
            }
            for made in story.machine
        ],
    }


def _instant(story: LeadStory, instant: int | None) -> str | None:
    return None if instant is None else story.local(instant)


def _entry(story: LeadStory, entry: Entry) -> dict[str, Any]:
    return {
        "stage": entry.stage,
        "n": entry.n,
        "occurred_at": story.local(entry.occurred_at),
        "known_at": story.local(entry.known_at),
        "version": entry.version,
        "basis": entry.basis,
        "previous": entry.previous,
        "arm": entry.arm,
        "reason": entry.reason,
        "nonconforming": list(entry.nonconforming),
        "hinges_on_unknown": entry.hinges,
        "score": entry.score,
        "grade": entry.grade,
        "because": None if story.last_told and entry is not story.result.entries[-1] else list(entry.because),
    }


def _clock(story: LeadStory, row: ClockRow) -> dict[str, Any]:
    duty = story.duty(row.duty, row.version)
    return {
        "duty": row.duty,
        "kind": "clock",
        "owes": duty.owes,
        "to": duty.to,
        "n": row.n,
        "status": str(row.status),
        "version": row.version,
        "started_at": story.local(row.started_at),
        "due_at": story.local(row.due_at),
        "target": row.target,
        "target_seconds": row.target_us // _SECOND,
        "used_seconds": row.used_us // _SECOND,
        "elapsed_seconds": row.elapsed_us // _SECOND,
        "calendar": row.calendar,
        "early": row.early,
        "stopped_at": _instant(story, row.stopped_at),
        "stopped_by": row.stopped_by,
        "voided_at": _instant(story, row.voided_at),
        "route": row.route,
        "owner": row.owner,
    }


def _check(story: LeadStory, row: CheckRow) -> dict[str, Any]:
    duty = story.duty(row.duty, row.version)
    return {
        "duty": row.duty,
        "kind": "check",
        "owes": duty.owes,
        "to": duty.to,
        "n": row.n,
        "status": str(row.status),
        "version": row.version,
        "at": story.local(row.at),
        "stage": row.stage,
        "fact": row.fact,
    }


def _why_not(story: LeadStory, each: StageExplanation) -> dict[str, Any]:
    return {
        "stage": each.stage,
        "clause": each.clause,
        "from_allows": each.from_allows,
        "allowed_from": None if each.allowed_from is None else list(each.allowed_from),
        "waits_until": _instant(story, each.waits_until),
        "condition": _part(each.condition),
    }


def _part(part: Part) -> dict[str, Any]:
    return {
        "text": part.text,
        "verdict": str(part.verdict),
        "join": part.join or None,
        "arm": part.arm,
        "values": [{"of": name, "value": value} for name, value in part.values],
        "parts": [_part(each) for each in part.parts],
    }


def _fact(story: LeadStory, fact: Fact) -> dict[str, Any]:
    return {
        "id": fact.id,
        "kind": fact.kind,
        "occurred_at": story.local(fact.occurred_at),
        "known_at": story.local(fact.known_at),
        "source": fact.source,
        "source_id": fact.source_id or None,
        "payload": dict(fact.payload),
    }
