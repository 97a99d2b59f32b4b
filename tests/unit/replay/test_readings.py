"""Cases the language leaves to the reader (docs/decisions/0010), and clocks beyond the conformance suite."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

import pytest

from detente.core.agreement.agreement import Timeline
from detente.core.agreement.expressions import HOUR, MINUTE
from detente.core.agreement.history_line import parse_instant
from detente.core.agreement.reader import read_timeline
from detente.core.replay.examples import history_facts
from detente.core.replay.interpreter import replay
from detente.core.replay.rows import LeadResult, Status

TEXT = """
agreement: harbour/readings
language: 1
version: 1.0.0
effective: 2026-01-01
subject: person
timezone: Europe/Berlin
parties:
  marketing: {signs: mia@harbour.example, name: Mia Kern}
  sales: {signs: sven@harbour.example, name: Sven Falk}
default_calendar: DE
calendars:
  DE: {timezone: Europe/Berlin, open: {mon-fri: "09:00-18:00"}}
glossary:
  callback: {means: An explicit request to talk, is: "any(form_submit where form == 'demo')"}
stages:
  Lead: {id: stage.lead, owner: marketing, basis: computed, enter: {when: person.email is known}}
  MQL:
    id: stage.mql
    owner: marketing
    basis: computed
    enter: {from: [Lead, Recycled], when: callback}
  Recycled:
    id: stage.recycled
    owner: marketing
    basis: recorded
    exit: true
    enter: {from: [MQL], event: lead_recycle}
  Won: {id: stage.won, owner: sales, basis: recorded, enter: {from: [MQL], event: deal_won}}
dispositions:
  recycle:
    not_now: {points_at: timing}
    asked_to_stop: {points_at: none, sets: consent_withdrawn}
sla:
  - id: sla.decide
    owes: sales
    to: marketing
    clock: {start: MQL, stop: [Recycled, Won], hours: business}
    target: [{otherwise: true, within: 2bh}]
  - id: sla.answer
    owes: sales
    to: marketing
    clock: {start: "form_submit where person.country == 'DE'", stop: touch, hours: elapsed, void_on: unsubscribe}
    target: [{when: callback, within: 30m}, {otherwise: true, within: 2h}]
consent:
  - {id: consent.email, when: person.country == 'DE', require: {email: "any(consent_given where purpose == 'email')"}}
"""
ADA = {"person.email": "ada@acme.example", "person.country": "DE"}
BERLIN = ZoneInfo("Europe/Berlin")


@pytest.fixture(scope="module")
def timeline() -> Timeline:
    compiled, problems = read_timeline([("agreement.yaml", TEXT)])
    assert compiled is not None, [str(problem) for problem in problems]
    return compiled


def told(timeline: Timeline, *history: str, at: str, lead: dict[str, Any] | None = None) -> LeadResult:
    facts = history_facts(history, BERLIN)
    return replay(timeline, facts, parse_instant(at, BERLIN), ADA if lead is None else lead)


def test_the_recycling_that_lets_a_lead_come_back_at_once_does_not_answer_the_new_request(timeline: Timeline) -> None:
    # `callback` still holds, so the recycled lead is an MQL again within the same instant's next chance: the touch
    result = told(
        timeline,
        "2026-06-01 10:00 form_submit form=demo",
        "2026-06-01 11:00 lead_recycle reason=not_now",
        at="2026-06-01 11:30",
    )
    first, second = [row for row in result.clocks if row.duty == "sla.decide"]
    assert (first.status, first.used_us, first.stopped_by) == (Status.MET, HOUR, "Recycled")
    assert (second.status, second.started_at, second.stopped_at) == (Status.OPEN, first.stopped_at, None)


def test_a_clock_may_start_at_an_event_and_reads_the_lead_as_it_stood_then(timeline: Timeline) -> None:
    result = told(
        timeline,
        "2026-06-01 10:00 form_submit form=asset",
        "2026-06-01 12:00 enrich person.country=AT",
        "2026-06-01 13:00 form_submit form=demo",
        "2026-06-01 12:30 touch channel=call",
        at="2026-06-02 10:00",
    )
    (row,) = [row for row in result.clocks if row.duty == "sla.answer"]
    assert (row.status, row.target, row.used_us, row.calendar) == (Status.BROKEN, "2h", 150 * MINUTE, None)


def test_who_asks_to_stop_at_the_very_due_instant_voids_the_clock(timeline: Timeline) -> None:
    result = told(
        timeline,
        "2026-06-01 10:00 form_submit form=demo",
        "2026-06-01 10:30 unsubscribe",
        at="2026-06-02 10:00",
    )
    (row,) = [row for row in result.clocks if row.duty == "sla.answer"]
    assert (row.status, row.used_us) == (Status.VOID, 30 * MINUTE)


def test_a_reason_that_sets_a_withdrawal_takes_back_every_grant(timeline: Timeline) -> None:
    mailed = ("2026-06-01 10:10 consent_given purpose=email wording=v3", "2026-06-03 10:00 touch channel=email")
    before = told(timeline, "2026-06-01 10:00 form_submit form=demo", *mailed, at="2026-06-04 10:00")
    after = told(
        timeline,
        "2026-06-01 10:00 form_submit form=demo",
        mailed[0],
        "2026-06-02 10:00 lead_recycle reason=asked_to_stop",
        mailed[1],
        at="2026-06-04 10:00",
    )
    assert [row.rule for row in before.consents] == []
    assert [row.rule for row in after.consents] == ["consent.email"]


def test_an_enrichment_of_blanks_is_no_first_fact(timeline: Timeline) -> None:
    assert told(timeline, "2026-06-01 10:00 enrich company.size=", at="2026-06-02 10:00").entries == ()


def test_a_clock_that_nothing_stops_is_open_at_its_due_instant_and_broken_after_it(timeline: Timeline) -> None:
    def status(at: str) -> Status:
        result = told(timeline, "2026-06-01 10:00 form_submit form=demo", at=at)
        return next(row.status for row in result.clocks if row.duty == "sla.decide")

    assert [status("2026-06-01 12:00"), status("2026-06-01 12:00:00.000001")] == [Status.OPEN, Status.BROKEN]


def test_the_next_instant_is_the_due_of_an_open_clock_where_nothing_else_comes_earlier(timeline: Timeline) -> None:
    state = told(timeline, "2026-06-01 10:00 form_submit form=asset", at="2026-06-01 10:00").state
    assert state.next_instant == parse_instant("2026-06-01 12:00", BERLIN)


HEAD = """
agreement: harbour/readings
language: 1
version: 1.0.0
effective: 2026-01-01
subject: person
timezone: Europe/Berlin
parties:
  marketing: {signs: mia@harbour.example, name: Mia Kern}
  sales: {signs: sven@harbour.example, name: Sven Falk}
"""


def entries(text: str, *history: str, at: str, lead: dict[str, Any] | None = None) -> list[tuple[str, int]]:
    compiled, problems = read_timeline([("agreement.yaml", HEAD + text)])
    assert compiled is not None, [str(problem) for problem in problems]
    return [(entry.stage, entry.occurred_at) for entry in told(compiled, *history, at=at, lead=lead).entries]


def test_the_arm_that_admitted_lies_in_the_first_part_that_holds() -> None:
    text = """
fit: {points: [{id: fit.size, when: company.size >= 10, points: 10}], grades: {A: 10, B: 0}}
stages:
  Hot:
    id: stage.hot
    owner: sales
    basis: computed
    enter:
      when:
        any:
          - all: [{id: arm.a, is: any(form_submit)}, grade == 'A']
          - {id: arm.b, is: any(form_submit)}
"""
    compiled, problems = read_timeline([("agreement.yaml", HEAD + text)])
    assert compiled is not None, problems
    result = told(compiled, "2026-06-01 10:00 form_submit", at="2026-06-01 11:00")
    assert result.state.arm == "arm.b"


def test_an_age_that_grows_to_a_span_is_an_instant_of_its_own() -> None:
    text = """
stages:
  Hot:
    id: stage.hot
    owner: sales
    basis: computed
    enter: {when: last(form_submit) >= span(page_view)}
"""
    history = ("2026-06-01 10:00 page_view", "2026-06-02 11:00 page_view", "2026-06-02 12:00 form_submit")
    hot = entries(text, *history, at="2026-06-10 10:00")
    assert hot == [("Hot", parse_instant("2026-06-03 13:00", BERLIN))]


def test_a_window_inside_a_score_rule_is_watched_too() -> None:
    text = """
score: [{id: score.quiet, event: "page_view where none(form_submit) within 3d", points: 10}]
stages:
  Hot: {id: stage.hot, owner: sales, basis: computed, enter: {when: score >= 10}}
"""
    hot = entries(text, "2026-06-01 10:00 form_submit", "2026-06-01 11:00 page_view", at="2026-06-10 10:00")
    assert hot == [("Hot", parse_instant("2026-06-04 10:00", BERLIN))]


def test_points_and_sums_add_up_as_they_are_written() -> None:
    text = """
score: [{id: score.a, event: page_view, points: 0.7}, {id: score.b, event: form_submit, points: 0.1}]
stages:
  Hot: {id: stage.hot, owner: sales, basis: computed, enter: {when: score >= 0.8}}
  Paid: {id: stage.paid, owner: sales, basis: computed, enter: {from: [Hot], when: "sum(order, amount) == 0.3"}}
"""
    history = (
        "2026-06-01 10:00 page_view",
        "2026-06-01 10:00 form_submit",
        "2026-06-02 10:00 order amount=0.1",
        "2026-06-03 10:00 order amount=0.2",
    )
    stages = [stage for stage, _ in entries(text, *history, at="2026-06-10 10:00")]
    assert stages == ["Hot", "Paid"]


def test_a_known_value_is_outside_an_empty_list() -> None:
    text = """
lists: {nobody: []}
stages:
  Free: {id: stage.free, owner: sales, basis: computed, enter: {when: person.country not in @nobody}}
"""
    assert [stage for stage, _ in entries(text, "2026-06-01 10:00 page_view", at="2026-06-02 10:00")] == ["Free"]


def test_a_number_and_a_truth_are_two_values() -> None:
    text = """
stages:
  Twice: {id: stage.twice, owner: sales, basis: computed, enter: {when: count(page_view) >= 2}}
"""
    history = ("2026-06-01 10:00 page_view page=1", "2026-06-01 10:00 page_view page=true")
    assert [stage for stage, _ in entries(text, *history, at="2026-06-02 10:00")] == ["Twice"]


def test_a_decision_that_asks_for_the_stage_sees_the_one_entered_at_its_instant() -> None:
    text = """
stages:
  M: {id: stage.m, owner: marketing, basis: computed, enter: {when: any(page_view)}}
  S: {id: stage.s, owner: sales, basis: recorded, enter: {from: [M], event: "lead_accept where stage == 'M'"}}
"""
    history = ("2026-06-01 10:00 page_view", "2026-06-01 10:00 lead_accept")
    assert [stage for stage, _ in entries(text, *history, at="2026-06-02 10:00")] == ["M", "S"]
