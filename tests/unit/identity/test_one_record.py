"""One record: whatever arrives in whatever order, and whatever people decide, who is one follows from what is known.

A company in which records tell things, systems and mailboxes link them and people decide, over many replays. After each
step, who belongs together is worked out anew from all that is known, in another order and without any memory, and must
be the same; so must ids, after everything derived was thrown away.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from detente.core.agreement.agreement import Timeline
from detente.core.agreement.reader import read_timeline
from detente.core.facts.fact import Fact
from detente.core.identity.clusters import Identities, identify
from detente.core.identity.decisions import Decided, Decisions, Pair, Record, Rule, Unit, Verb, pair_of
from detente.core.identity.joining import Apart, Edge
from detente.core.identity.sharing import shared
from detente.core.identity.standing import contradicted, standing
from detente.core.identity.survivorship import Golden, Value, golden
from detente.core.replay.consent import permissions
from detente.core.replay.evaluation import View
from detente.core.replay.history import history
from detente.core.replay.lead import standing as lead_standing

AGREEMENT = """
agreement: harbour/revenue
language: 1
version: 1.0.0
effective: 2026-01-01
subject: person
timezone: UTC
currency: EUR
parties: {marketing: {signs: m@harbour.example, name: Mara}, sales: {signs: s@harbour.example, name: Sam}}
default_calendar: all
calendars: {all: {timezone: UTC, open: {mon-sun: "00:00-24:00"}}}
stages:
  Lead: {id: stage.lead, owner: marketing, basis: computed, enter: {when: person.email is known}}
consent:
  - {id: consent.stop, when: any(unsubscribe), forbid: [email]}
"""
START = 1_780_000_000_000_000

RECORDS = [Record(source, str(n)) for source in ("crm", "shop", "web") for n in range(1, 4)]
TITLES = ("", " ", "Director", "Manager")
ATTRIBUTES = ("person.title", "person.name")
NAMES = ("", "Ann Lee", "A. Lee", "Bo Lee")
MAILBOXES = ("ann@quay.example", "home@quay.example", "bo@quay.example")

a_record = st.sampled_from(RECORDS)
two_records = st.tuples(a_record, a_record).filter(lambda two: two[0] != two[1])
a_rule = st.sampled_from([Rule.SAME_AS, Rule.LINKED])


@pytest.fixture(scope="module")
def agreement() -> Timeline:
    found, problems = read_timeline([("revenue.yaml", AGREEMENT)])
    assert found is not None, [str(problem) for problem in problems]
    return found


@dataclass
class Known:
    """Everything that is known: a set, so that nothing counts twice and no order is kept."""

    records: set[Record] = field(default_factory=set)
    values: set[tuple[str, Value]] = field(default_factory=set)
    mailboxes: set[tuple[str, Record]] = field(default_factory=set)
    links: set[Edge] = field(default_factory=set)
    doubts: set[Pair] = field(default_factory=set)
    opted_out: set[Record] = field(default_factory=set)


def who_is_who(known: Known, decided: list[Decided], log: Decisions, order: Random) -> Identities:
    """Work out who is who, of all that is known, told twice and in some order."""
    stands = standing(order.sample(decided, len(decided)))
    names = latest(known, "person.name")
    sharing = shared(Rule.EMAIL, known.mailboxes, {record: (v.text, None, None) for record, v in names.items()})
    said = [Edge(Rule.DECIDED, *pair) for pair in stands.same if known.records.issuperset(pair)]
    edges = [*known.links, *sharing.edges, *said] * 2
    apart = Apart(frozenset(stands.apart), frozenset(known.doubts))
    records = order.sample(sorted(known.records) * 2, 2 * len(known.records))
    return identify(Unit.PERSON, records, order.sample(edges, len(edges)), log, apart)


def latest(known: Known, attribute: str) -> dict[Record, Value]:
    told = sorted((value for path, value in known.values if path == attribute), key=lambda value: value.since)
    return {Record(value.source, value.record): value for value in told if value.text.strip()}


def members(found: Identities) -> dict[Record, str]:
    return {member.record: member.id for member in found.members}


def groups(found: Identities) -> set[frozenset[Record]]:
    by_id: dict[str, set[Record]] = {}
    for record, id_ in members(found).items():
        by_id.setdefault(id_, set()).add(record)
    return {frozenset(group) for group in by_id.values()}


def golden_values(known: Known, found: Identities) -> dict[tuple[str, str], Golden]:
    belongs, chosen = members(found), {}
    for attribute in ATTRIBUTES:
        held = latest(known, attribute)
        for person in set(belongs.values()):
            best = golden(attribute, [value for record, value in held.items() if belongs[record] == person])
            if best is not None:
                chosen[person, attribute] = best
    return chosen


class OneRecord(RuleBasedStateMachine):
    """Data and decisions arrive in any order; replays, rebuilds and undone merges come in between."""

    agreement: Timeline

    @initialize(seed=st.integers(0, 99))
    def begin(self, seed: int) -> None:
        self.order, self.now = Random(seed), 0
        self.known, self.decided, self.log = Known(), [], Decisions()
        self.found = who_is_who(self.known, self.decided, self.log, self.order)

    # --- data ---------------------------------------------------------------------------------------------------

    @rule(record=a_record, attribute=st.sampled_from(ATTRIBUTES), place=st.integers(0, 3))
    def a_record_tells_something(self, record: Record, attribute: str, place: int) -> None:
        self.now += 1
        text = (TITLES if attribute == "person.title" else NAMES)[place]
        self.known.records.add(record)
        self.known.values.add((attribute, Value(text, *record, self.now, self.now)))

    @rule(record=a_record, mailbox=st.sampled_from(MAILBOXES))
    def a_record_has_an_address(self, record: Record, mailbox: str) -> None:
        self.known.records.add(record)
        self.known.mailboxes.add((mailbox, record))

    @rule(two=two_records, by=a_rule)
    def two_records_are_linked(self, two: tuple[Record, Record], by: Rule) -> None:
        self.known.records.update(two)
        self.known.links.add(Edge(by, *two))

    @rule(two=two_records)
    def two_records_contradict_each_other(self, two: tuple[Record, Record]) -> None:
        self.known.doubts.add(pair_of(*two))

    @rule(record=a_record)
    def somebody_opts_out(self, record: Record) -> None:
        self.known.records.add(record)
        self.known.opted_out.add(record)

    # --- people -------------------------------------------------------------------------------------------------

    @rule(two=two_records, verb=st.sampled_from([Verb.SAME, Verb.APART]))
    def somebody_decides(self, two: tuple[Record, Record], verb: Verb) -> None:
        self._decide(verb, pair_of(*two))

    @rule(place=st.integers(0, 9))
    def a_decision_is_undone(self, place: int) -> None:
        undone = {row.undoes for row in self.decided}
        open_ = [row for row in self.decided if row.seq not in undone and row.verb != Verb.UNDO]
        if open_:
            row = open_[place % len(open_)]
            self._decide(Verb.UNDO, row.pair, undoes=row.seq)

    @rule(two=two_records, how=st.sampled_from(["undo", "split"]))
    def two_persons_are_merged_and_split_again(self, two: tuple[Record, Record], how: str) -> None:
        pair = pair_of(*two)
        self.known.records.update(pair)
        self.replay()
        before, values = self.found, golden_values(self.known, self.found)
        belongs, apart = members(before), standing(self.decided).apart
        both = {belongs[record] for record in pair}
        known_apart = [two for two in apart if {belongs.get(record) for record in two} == both and two != pair]
        if len(both) == 1 or known_apart or not self._decide(Verb.SAME, pair):  # as `decide_identity.merge` refuses
            return
        self.replay()
        assert members(self.found)[pair.one] == members(self.found)[pair.other]
        merged = self.decided[-1]
        if how == "undo" or not self._decide(Verb.APART, pair):
            self._decide(Verb.UNDO, pair, merged.seq)
        self.replay()
        assert (self.found.members, self.found.redirects) == (before.members, before.redirects)
        assert golden_values(self.known, self.found) == values

    def _decide(self, verb: Verb, pair: Pair, undoes: int | None = None) -> bool:
        row = Decided(len(self.decided) + 1, Unit.PERSON, verb, pair, "ann", self.now, undoes=undoes)
        if verb != Verb.UNDO and contradicted(standing(self.decided), row):
            return False
        self.decided.append(row)
        return True

    # --- the line -----------------------------------------------------------------------------------------------

    @rule()
    def replay(self) -> None:
        ids = members(self.found)
        self.found = who_is_who(self.known, self.decided, self.log, self.order)
        self.log += self.found.news
        given = {row.id: row.record for row in self.log.given}
        for record, id_ in ids.items():
            now = members(self.found)[given[id_]]
            assert now == id_ or self.found.redirects[id_] == now
            assert record in members(self.found)

    @rule()
    def everything_derived_is_thrown_away(self) -> None:
        self.replay()
        again = who_is_who(self.known, self.decided, self.log, Random(self.now))
        assert (again.members, again.redirects) == (self.found.members, self.found.redirects)
        assert not again.news

    # --- what always holds ----------------------------------------------------------------------------------------

    @invariant()
    def membership_follows_from_what_is_known_alone(self) -> None:
        here = who_is_who(self.known, self.decided, self.log, Random(1))
        assert groups(here) == groups(who_is_who(self.known, self.decided, Decisions(), Random(2)))

    @invariant()
    def nobody_is_with_one_from_whom_a_person_set_them_apart(self) -> None:
        belongs = members(who_is_who(self.known, self.decided, self.log, self.order))
        for pair in standing(self.decided).apart:
            assert not self.known.records.issuperset(pair) or belongs[pair.one] != belongs[pair.other]

    @invariant()
    def a_blank_never_beats_a_value(self) -> None:
        found = who_is_who(self.known, self.decided, self.log, self.order)
        belongs, chosen = members(found), golden_values(self.known, found)
        assert all(best.value.text.strip() for best in chosen.values())
        told = {(belongs[Record(v.source, v.record)], path) for path, v in self.known.values if v.text.strip()}
        assert told == set(chosen)

    @invariant()
    def who_opted_out_stays_so_whomever_they_are_one_with(self) -> None:
        found = who_is_who(self.known, self.decided, self.log, self.order)
        belongs = members(found)
        barred = {belongs[record] for record in self.known.opted_out}
        for person in set(belongs.values()):
            ours = [record for record in self.known.records if belongs[record] == person]
            assert self._may_be_mailed(ours) == (person not in barred)

    def _may_be_mailed(self, records: list[Record]) -> bool:
        """Whether the working agreement lets a person of these records be mailed, by the replay's own rule."""
        facts = [
            Fact(f"{record}:{kind}", kind, START + place, START + place, record.source, None, {})
            for place, record in enumerate(self.order.sample(records, len(records)))
            for kind in ("page_view", *(("unsubscribe",) if record in self.known.opted_out else ()))
        ]
        now = START + 100
        used, _ = history(self.agreement, facts, now)
        lead = lead_standing(self.agreement, {}, used, (), now)
        (email,) = permissions(View(self.agreement.in_force(now), lead))
        return email.allowed


def test_one_record(agreement: Timeline) -> None:
    from hypothesis.stateful import run_state_machine_as_test

    machine = type("Company", (OneRecord,), {"agreement": agreement})
    run_state_machine_as_test(machine, settings=settings(max_examples=60, stateful_step_count=25, deadline=None))
