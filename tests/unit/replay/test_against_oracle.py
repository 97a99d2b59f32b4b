"""The interpreter agrees with a brute-force reading of the specification on random agreements and histories."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from detente.core.agreement.agreement import Timeline
from detente.core.agreement.expressions import HOUR
from detente.core.agreement.reader import read_timeline
from detente.core.facts.fact import Fact
from detente.core.replay.history import history
from detente.core.replay.interpreter import replay

from .oracle import UNKNOWN, Oracle
from .strategies import START, documents, histories, text_of

UNTIL = START + 9 * HOUR
FIXTURE = {"person.email": "ada@acme.example", "company.size": 10}


def compiled(*documents: dict[str, Any]) -> Timeline:
    timeline, problems = read_timeline([(f"v{n}.yaml", text_of(each)) for n, each in enumerate(documents)])
    assert timeline is not None, [str(problem) for problem in problems]
    return timeline


@given(documents(), st.lists(histories(), min_size=3, max_size=6), st.sampled_from([{}, FIXTURE]))
def test_entries_checks_and_score_are_those_found_by_looking_every_ten_minutes(
    document: dict[str, Any], leads: list[list[Fact]], attributes: dict[str, Any]
) -> None:
    timeline = compiled(document)
    for facts in leads:
        agrees(timeline, facts, attributes)


def agrees(timeline: Timeline, facts: list[Fact], attributes: dict[str, Any]) -> None:
    result = replay(timeline, facts, UNTIL, attributes)
    ordered, _ = history(timeline, facts, UNTIL)
    oracle = Oracle(timeline.versions[0], attributes, ordered)
    oracle.run(UNTIL)
    if oracle.waited:
        return
    assert [(e.stage, e.occurred_at, e.nonconforming, e.hinges) for e in result.entries] == oracle.entries
    assert [(c.duty, c.at, c.status == "met") for c in result.checks] == oracle.checks
    assert result.state.score == oracle.score(UNTIL)
    grade = oracle.grade(UNTIL)
    assert result.state.grade == (None if grade is UNKNOWN else grade[1])


@given(documents(), histories(late=True))
def test_an_entry_is_known_at_the_first_moment_at_which_it_could_be_derived(
    document: dict[str, Any], facts: list[Fact]
) -> None:
    timeline = compiled(document)
    for entry in replay(timeline, facts, UNTIL, FIXTURE).entries:
        moments = sorted({entry.occurred_at, *(f.known_at for f in facts if f.known_at > entry.occurred_at)})
        derivable = [moment for moment in moments if _contains(timeline, facts, moment, entry.stage, entry.occurred_at)]
        assert entry.known_at == derivable[0]


def _contains(timeline: Timeline, facts: list[Fact], known: int, stage: str, at: int) -> bool:
    by_then = [fact for fact in facts if fact.known_at <= known]
    return (stage, at) in {(e.stage, e.occurred_at) for e in replay(timeline, by_then, UNTIL, FIXTURE).entries}


@given(documents(), histories(), st.integers(0, 50))
def test_what_comes_later_changes_nothing_earlier(document: dict[str, Any], facts: list[Fact], slots: int) -> None:
    timeline = compiled(document)
    cut = START + slots * HOUR // 6
    whole, part = replay(timeline, facts, UNTIL), replay(timeline, facts, cut)
    assert [entry for entry in whole.entries if entry.occurred_at <= cut] == list(part.entries)


@given(documents(), histories(), st.randoms(use_true_random=False))
def test_the_order_of_arrival_does_not_matter(document: dict[str, Any], facts: list[Fact], shuffler: Any) -> None:
    timeline = compiled(document)
    shuffled = list(facts)
    shuffler.shuffle(shuffled)
    assert replay(timeline, shuffled, UNTIL) == replay(timeline, facts, UNTIL)


@given(documents(), histories())
def test_a_second_version_with_the_same_rules_admits_only_from_the_first_fact_after_it(
    document: dict[str, Any], facts: list[Fact]
) -> None:
    early = {**document, "version": "1.0.0", "effective": "2026-01-01"}
    late = {**document, "version": "1.1.0", "effective": "2026-06-02"}
    shifted = [_moved(fact, 12 * HOUR) for fact in facts]  # the history now runs over midnight of the switch
    switch, until = START + 16 * HOUR, UNTIL + 12 * HOUR
    alone, both = replay(compiled(early), shifted, until), replay(compiled(early, late), shifted, until)
    before = [entry for entry in alone.entries if entry.occurred_at < switch]
    assert [e.occurred_at for e in both.entries][: len(before)] == [e.occurred_at for e in before]
    first = min((f.occurred_at for f in shifted if f.occurred_at >= switch and (f.is_event or f.payload)), default=None)
    assert all(first is not None and e.occurred_at >= first for e in both.entries[len(before) :])


def _moved(fact: Fact, by: int) -> Fact:
    return Fact(
        fact.id, fact.kind, fact.occurred_at + by, fact.known_at + by, fact.source, fact.source_id, fact.payload
    )
