"""One lead's story: where it stands and why, what each side owes it, and why it is not further yet.

Input: a reference to the lead, and the current snapshot: the person's facts, and the agreement texts it was judged
under. The lead is replayed at the instant asked for, so its story can be told as of any moment up to the snapshot's.
A history too long for the interpreter goes through the quick replay; then only the last entry tells its facts.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from detente.app.ports.replays import QuickReplay
from detente.app.ports.snapshots import Snapshot, SnapshotInfo, Where
from detente.app.queries.agreement_in import agreement_in, instant_in, zone_of
from detente.core.agreement.agreement import Agreement, Duty, Timeline
from detente.core.errors import UsageError
from detente.core.facts.fact import ENRICH, Fact, Value
from detente.core.replay.explain import StageExplanation, explain, explain_lead
from detente.core.replay.history import history
from detente.core.replay.interpreter import replay
from detente.core.replay.lead import standing
from detente.core.replay.rows import LeadResult
from detente.core.replay.telling import because

LONG = 1_000
"""Facts from which on the interpreter, whose time grows with their square, takes about a second."""

_SHOWN = 5
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Record:
    """The lead's record in one system; `rule` says why it is this person's."""

    source: str
    record: str
    rule: str | None


@dataclass(frozen=True)
class LeadStory:
    """Everything the agreement says about one lead at one instant (microseconds UTC)."""

    snapshot: SnapshotInfo
    timeline: Timeline
    person: str
    account: str | None
    records: tuple[Record, ...]
    at: int
    facts: Mapping[str, Fact]  # by id, in replay order; only those known and past at `at`
    result: LeadResult
    why_not: tuple[StageExplanation, ...]
    last_told: bool
    """Whether only the last entry tells which facts made it true, since the history is long; any other one does as of
    its own instant."""

    @property
    def attributes(self) -> Mapping[str, Value]:
        """What is known of the lead: attribute path → latest value."""
        return {
            path: value for fact in self.facts.values() if fact.kind == ENRICH for path, value in fact.payload.items()
        }

    @property
    def agreement(self) -> Agreement:
        """The version in force."""
        return self.timeline.in_force(self.at)

    @property
    def zone(self) -> ZoneInfo:
        """The zone in which times are told."""
        return zone_of(self.timeline)

    def duty(self, duty_id: str, version: str) -> Duty:
        """Return the duty of an instance, as its version says it."""
        return next(
            duty
            for agreement in self.timeline.versions
            if agreement.version == version
            for duty in agreement.duties
            if duty.id == duty_id
        )

    def local(self, instant: int) -> str:
        """Return an instant as ISO 8601 in the agreement's zone, with its offset."""
        return (_EPOCH + timedelta(microseconds=instant)).astimezone(self.zone).isoformat()


def lead_story(snapshot: Snapshot, ref: str, at: str | None = None, quick: QuickReplay | None = None) -> LeadStory:
    """Return the story of the lead that `ref` names: a person's id, an e-mail address, or `source:record`.

    `at` is an instant as written (`2026-10-05 10:00`, in the agreement's zone, or with an offset); None means the
    snapshot's own. `quick` replays long histories. Raises UsageError where nobody, or more than one, is named, or the
    instant is none.
    """
    timeline = agreement_in(snapshot.agreement_texts())
    instant = _instant(at, timeline, snapshot.info)
    person = _person(snapshot, ref)
    facts = snapshot.facts(person)
    known = {fact.id: fact for fact in facts if max(fact.occurred_at, fact.known_at) <= instant}
    found = None if quick is None or len(known) < LONG else quick.replay(timeline, facts, instant)
    if found is None:
        result, why_not = replay(timeline, facts, instant), explain(timeline, facts, instant)
    else:
        result, why_not = _told(timeline, facts, instant, found)
    return LeadStory(
        snapshot=snapshot.info,
        timeline=timeline,
        person=person,
        account=_account(snapshot, person),
        records=_records(snapshot, person),
        at=instant,
        facts=known,
        result=result,
        why_not=tuple(why_not),
        last_told=found is not None,
    )


def _told(
    timeline: Timeline, facts: Sequence[Fact], at: int, found: LeadResult
) -> tuple[LeadResult, list[StageExplanation]]:
    """Return what the quick replay found with the facts behind its last entry, and why the lead is not further."""
    used, _ = history(timeline, facts, at)
    why_not = explain_lead(timeline, standing(timeline, {}, used, found.entries, at))
    if not found.entries:
        return found, why_not
    last = dataclasses.replace(found.entries[-1], because=because(timeline, {}, used, found.entries))
    return dataclasses.replace(found, entries=(*found.entries[:-1], last)), why_not


def _instant(written: str | None, timeline: Timeline, info: SnapshotInfo) -> int:
    if written is None:
        return info.as_of
    instant = instant_in(timeline, written, "--at")
    if instant > info.as_of:
        until = (_EPOCH + timedelta(microseconds=info.as_of)).astimezone(zone_of(timeline))
        raise UsageError(
            f"--at: the snapshot knows nothing after {until:%Y-%m-%d %H:%M}: give an earlier time, or run "
            "`detente replay` first"
        )
    return instant


def _person(snapshot: Snapshot, ref: str) -> str:
    found = snapshot.lead(ref)
    if not found:
        raise UsageError(
            f"nobody is known as '{ref}' in this snapshot: give a person's id, an e-mail address, or source:record "
            "(crm:00Q1); `detente export persons` lists them"
        )
    if len(found) > 1:
        shown = ", ".join(found[:_SHOWN]) + (" …" if len(found) > _SHOWN else "")
        raise UsageError(f"'{ref}' names {len(found)} persons: {shown}. Give the id of one")
    return found[0]


def _records(snapshot: Snapshot, person: str) -> tuple[Record, ...]:
    rows = snapshot.rows("persons", where=[Where("person", "==", person)], order=["source", "record"])
    return tuple(Record(row["source"], row["record"], row["rule"]) for row in rows)


def _account(snapshot: Snapshot, person: str) -> str | None:
    main = [Where("person", "==", person), Where("main", "==", True)]
    row = next(iter(snapshot.rows("accounts", where=main)), None)
    return None if row is None else row["account"]
