"""One lead's story: where it stands and why, what each side owes it, and why it is not further yet.

Input: a reference to the lead, and the current snapshot: the person's facts, and the agreement texts it was judged
under. The lead is replayed at the instant asked for, so its story can be told as of any moment up to the snapshot's.
Of a lead with many facts the published rows are read instead: they say the same, as of the snapshot. A history too
long for the interpreter goes through the quick replay as of any other instant. Of a long one, only the last entry tells
its facts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo

from detente.app.ports.replays import QuickReplay
from detente.app.ports.snapshots import Snapshot, SnapshotInfo, Where
from detente.app.queries.agreement_in import agreement_in, instant_in, zone_of
from detente.app.queries.published import published_result
from detente.core.agreement.agreement import Agreement, Duty, Timeline
from detente.core.calendars.instants import moment_of
from detente.core.errors import UsageError
from detente.core.facts.fact import ENRICH, Fact, Value
from detente.core.replay.evaluation import View
from detente.core.replay.explain import (
    RecordedExplanation,
    StageExplanation,
    explain_entry,
    explain_recorded,
    explain_view,
)
from detente.core.replay.history import history
from detente.core.replay.interpreter import replay as interpreted
from detente.core.replay.lead import standing
from detente.core.replay.rows import Entry, LeadResult

REPLAYED = 150
"""Facts up to which a lead is replayed where its rows could be read as well: about as fast, and no table is opened."""

LONG = 1_000
"""Facts from which on the interpreter, whose time grows with their square, takes about a second."""

_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Record:
    """The lead's record in one system; `rule` says why it is this person's."""

    source: str
    record: str
    rule: str | None


@dataclass(frozen=True, slots=True)
class MachineMade:
    """An open or click that no person made: it is set aside and moves nothing. `sign` says by what it was told."""

    fact: str
    kind: str
    source: str
    occurred_at: int
    sign: str


@dataclass(frozen=True, slots=True)
class Called:
    """What the person and their company are called, by the golden values of the snapshot; None where not known.

    `name` is the e-mail address where there is no name, and `named` says so.
    """

    name: str | None = None
    named: bool = False
    title: str | None = None
    email: str | None = None
    company: str | None = None


@dataclass(frozen=True)
class LeadStory:
    """Everything the agreement says about one lead at one instant (microseconds UTC).

    Who it is (`called`, `records`, `account`) is told as of the snapshot, also at an earlier instant.
    """

    snapshot: SnapshotInfo
    timeline: Timeline
    person: str
    called: Called
    earlier_ids: tuple[str, ...]  # given to this person before, and now leading here
    account: str | None
    records: tuple[Record, ...]
    at: int
    facts: Mapping[str, Fact]  # by id, in replay order; only those known and past at `at`
    used: Sequence[Fact]  # what the replay made of them
    machine: tuple[MachineMade, ...]  # by then
    result: LeadResult
    view: View  # the lead as it stands at `at`
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

    @property
    def ahead(self) -> tuple[StageExplanation, ...]:
        """The computed stages the lead could come to: from where it is, or further than it ever was."""
        order = list(self.agreement.stages)
        furthest = self.result.state.furthest
        passed = order.index(furthest) if furthest in order else -1
        return tuple(
            each
            for each in self.why_not
            if each.from_allows or (order.index(each.stage) > passed and not self.agreement.stages[each.stage].exit)
        )

    @property
    def recordable(self) -> tuple[RecordedExplanation, ...]:
        """The stages that people may record next."""
        return () if self.view.lead.stage is None else tuple(explain_recorded(self.view))

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
        return moment_of(instant).astimezone(self.zone).isoformat()


def lead_story(
    snapshot: Snapshot,
    ref: str,
    at: str | None = None,
    quick: QuickReplay | None = None,
    timeline: Timeline | None = None,
    option: str = "--at",
) -> LeadStory:
    """Return the story of the lead that `ref` names: a person's id, an e-mail address, or `source:record`.

    `at` is an instant as written after `option` (`2026-10-05 10:00`, in the agreement's zone, or with an offset); None
    means the snapshot's own. `quick` replays long histories, where it is given. `timeline`: the snapshot's agreement,
    where it was compiled before. Raises UsageError where nobody, or more than one, is named, or the instant is none.
    """
    timeline = timeline or agreement_in(snapshot.agreement_texts())
    instant = _instant(at, timeline, snapshot.info, option)
    person = person_named(snapshot, ref)
    facts = snapshot.facts(person)
    known = {fact.id: fact for fact in facts if max(fact.occurred_at, fact.known_at) <= instant}
    used, set_aside = history(timeline, facts, instant)
    found = None
    if len(facts) > REPLAYED and instant == snapshot.info.as_of:
        found = published_result(snapshot, person, set_aside)
    elif quick is not None and len(known) >= LONG:
        found = quick.replay(timeline, facts, instant)
    last_told = found is not None and len(known) >= LONG
    if found is None:
        result = interpreted(timeline, facts, instant)
    else:
        result = replace(found, entries=_told(timeline, used, found.entries, last_only=last_told))
    view = View(timeline.in_force(instant), standing(timeline, {}, used, result.entries, instant))
    return LeadStory(
        snapshot=snapshot.info,
        timeline=timeline,
        person=person,
        called=called(snapshot, [person]).get(person, Called()),
        earlier_ids=_earlier_ids(snapshot, person),
        account=_account(snapshot, person),
        records=_records(snapshot, person),
        at=instant,
        facts=known,
        used=used,
        machine=_machine_made(snapshot, person, instant),
        result=result,
        view=view,
        why_not=tuple(explain_view(view)),
        last_told=last_told,
    )


def _told(
    timeline: Timeline, used: Sequence[Fact], entries: tuple[Entry, ...], *, last_only: bool
) -> tuple[Entry, ...]:
    """Return entries with the facts behind them, or behind the last of them, which no row of a table holds."""
    first = max(len(entries) - 1, 0) if last_only else 0
    told = (
        replace(entries[n], because=explain_entry(timeline, used, entries, n).because)
        for n in range(first, len(entries))
    )
    return (*entries[:first], *told)


def _instant(written: str | None, timeline: Timeline, info: SnapshotInfo, option: str) -> int:
    if written is None:
        return info.as_of
    instant = instant_in(timeline, written, option)
    if instant > info.as_of:
        until = moment_of(info.as_of).astimezone(zone_of(timeline))
        raise UsageError(
            f"{option}: the snapshot knows nothing after {until:%Y-%m-%d %H:%M}: give an earlier time, or run "
            "`detente replay` first"
        )
    return instant


def person_named(snapshot: Snapshot, ref: str) -> str:
    """Return the id of the one person that `ref` names; UsageError where it is nobody, or more than one."""
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


def called(snapshot: Snapshot, persons: Sequence[str]) -> Mapping[str, Called]:
    """Return what persons are called, of whom anything is known."""
    rows = snapshot.rows("names", where=[Where("person", "in", persons)])
    return {
        row["person"]: Called(row["name"], row["named"], row["title"], row["email"], row["company"]) for row in rows
    }


def _records(snapshot: Snapshot, person: str) -> tuple[Record, ...]:
    rows = snapshot.rows("persons", where=[Where("person", "==", person)], order=["source", "record"])
    return tuple(Record(row["source"], row["record"], row["rule"]) for row in rows)


def _machine_made(snapshot: Snapshot, person: str, instant: int) -> tuple[MachineMade, ...]:
    mine = [Where("person", "==", person), Where("sign", "is not null")]
    until = [Where("occurred_at", "<=", instant), Where("known_at", "<=", instant)]
    rows = snapshot.rows("set_aside", where=[*mine, *until], order=["occurred_at", "fact_id"])
    return tuple(
        MachineMade(row["fact_id"], row["kind"], row["source"], row["occurred_at"], row["sign"]) for row in rows
    )


def _earlier_ids(snapshot: Snapshot, person: str) -> tuple[str, ...]:
    rows = snapshot.rows("redirects", columns=["id"], where=[Where("to", "==", person)], order=["id"])
    return tuple(row["id"] for row in rows)


def _account(snapshot: Snapshot, person: str) -> str | None:
    main = [Where("person", "==", person), Where("main", "==", True)]
    row = next(iter(snapshot.rows("accounts", where=main)), None)
    return None if row is None else row["account"]
