"""Whose a deal is that names no contact: who at the account was handed over last before it."""

from __future__ import annotations

import pytest

from detente.core.agreement.agreement import Timeline
from detente.core.agreement.expressions import HOUR
from detente.core.agreement.reader import read_timeline
from detente.core.facts.fact import Fact, Value
from detente.core.replay.assumption import assume

TEXT = """
agreement: harbour/revenue
language: 1
version: 1.0.0
effective: 2020-01-01
subject: person
timezone: UTC
parties: {marketing: {signs: m@harbour.example, name: Mara}, sales: {signs: s@harbour.example, name: Sam}}
stages:
  Lead: {id: stage.lead, owner: marketing, basis: computed, enter: {when: any(form_submit)}}
  MQL:
    id: stage.mql
    owner: marketing
    basis: computed
    enter: {from: [Lead, Lost], when: any(form_submit) within 2h}
  Lost: {id: stage.lost, owner: sales, basis: recorded, exit: true, enter: {event: deal_lost}}
sla:
  - id: sla.speed
    owes: sales
    to: marketing
    clock: {start: MQL, stop: touch, hours: elapsed}
    target: [{otherwise: true, within: 2h}]
"""
T0 = 1_780_000_000_000_000


def agreed(text: str = TEXT) -> Timeline:
    timeline, problems = read_timeline([("a.yaml", text)])
    assert timeline is not None, [str(problem) for problem in problems]
    return timeline


AGREED = agreed()


def fact(kind: str, hour: float, **payload: Value) -> Fact:
    at = int(T0 + hour * HOUR)
    return Fact(f"{kind}-{hour}-{payload.get('deal')}", kind, at, at, "crm", payload=payload)


def form(hour: float) -> list[Fact]:
    return [fact("form_submit", hour)]


def given(histories: dict[str, list[Fact]], *deals: Fact, timeline: Timeline = AGREED) -> list[str | None]:
    found = assume(timeline, histories, deals, int(T0 + 10_000 * HOUR))
    return [found.get(deal.id) for deal in deals]


def test_the_person_handed_over_last_before_it_gets_the_deal() -> None:
    people = {"ann": form(1), "bo": form(2), "cy": form(5)}
    assert given(people, fact("deal_open", 4, deal="d1")) == ["bo"]


@pytest.mark.parametrize("hour", [0.5, 1])
def test_a_handover_at_the_same_instant_or_later_is_not_before_it(hour: float) -> None:
    assert given({"ann": form(1)}, fact("deal_open", hour, deal="d1")) == [None]


def test_of_two_handed_over_at_once_the_smaller_id_is_taken() -> None:
    assert given({"bo": form(1), "ann": form(1)}, fact("deal_open", 4, deal="d1")) == ["ann"]


def test_a_deal_stays_with_the_person_it_was_given_to() -> None:
    people = {"ann": form(1), "bo": form(5)}
    deals = fact("deal_won", 6, deal="d1"), fact("deal_open", 4, deal="d1"), fact("deal_open", 6, deal="d2")
    assert given(people, *deals) == ["ann", "ann", "bo"]


def test_a_deal_opened_before_anybody_was_handed_over_is_given_when_somebody_was() -> None:
    deals = fact("deal_open", 0, deal="d1"), fact("deal_stage", 2, deal="d1", stage="offer")
    assert given({"ann": form(1)}, *deals) == [None, "ann"]


def test_a_deal_that_was_given_moves_the_lead_and_so_may_bring_a_later_handover() -> None:
    people = {"ann": [*form(1), *form(40)], "bo": form(20)}
    lost, opened = fact("deal_lost", 4, deal="d1"), fact("deal_open", 50, deal="d2")
    assert given(people, opened) == ["bo"]
    assert given(people, lost, opened) == ["ann", "ann"]


def test_without_a_clock_that_sales_owes_there_is_no_handover() -> None:
    turned = TEXT.replace("owes: sales", "owes: marketing").replace("to: marketing", "to: sales")
    assert given({"ann": form(1)}, fact("deal_open", 4, deal="d1"), timeline=agreed(turned)) == [None]
