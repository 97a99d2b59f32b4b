"""What a clause refers to must exist, what it needs must be there, and what it says must be possible."""

from __future__ import annotations

import pytest

from detente.core.agreement.fmt import format_text

from .small import cases, expect_errors, marked, small
from .test_conformance import pointed_at

CASES = cases("refused_references.txt")
HEAD = "agreement: a/b\nlanguage: 1\nversion: 1.0.0\neffective: 2026-01-01\ntimezone: UTC\n"
CLOCK = (
    "sla:\n  - {id: a, owes: sales, to: marketing, clock: {start: MQL, stop: STOP}, "
    "target: [{otherwise: true, within: 1bh}]}\n"
)


@pytest.mark.parametrize("shows", CASES)
def test_what_does_not_exist_or_cannot_be_is_reported_where_it_stands(shows: str) -> None:
    expect_errors(CASES[shows])


@pytest.mark.parametrize("shows", CASES)
def test_in_another_layout_the_same_is_reported_at_the_same_words(shows: str) -> None:
    text = marked(CASES[shows]).text
    assert pointed_at([("a.yaml", format_text(text, "a.yaml"))]) == pointed_at([("a.yaml", text)])


def test_business_time_without_a_calendar_is_reported_once_at_the_value_that_asks_first() -> None:
    sla = (
        "sla:\n  - {id: a, owes: sales, to: marketing, clock: {start: MQL, stop: touch, hours: ⟨business}, "
        "target: [{otherwise: true, within: 4bh}]}\n  - {id: b, owes: sales, to: marketing, clock: {start: MQL, "
        "stop: touch}, target: [{otherwise: true, within: 1bd}]}\n"
    )
    expect_errors(small(head=HEAD, calendars="", sla=sla), "calendar; business")
    without_hours = sla.replace("⟨business", "business").replace(", hours: business", "").replace("4bh", "⟨4bh")
    expect_errors(small(head=HEAD, calendars="", sla=without_hours), "calendar; 4bh")
    expect_errors(small(head=HEAD, more="change: {signed_by: [sales], notice: ⟨10bd}", sla=""), "calendar; 10bd")


def test_a_calendar_on_every_route_is_enough_for_clocks() -> None:
    first = "  - {id: a, when: callback, to: a@b.example, calendar: DE}\n"
    more = f"routing:\n{first}  - {{id: b, otherwise: true, to: a@b.example, calendar: DE}}\n"
    expect_errors(small(head=HEAD, more=more))
    expect_errors(
        small(head=HEAD, more=more.replace(", calendar: DE}\n  -", "}\n  -")).replace("within: 4bh", "within: ⟨4bh"),
        "4bh",
    )


def test_a_recorded_stage_without_from_follows_any_and_a_clock_may_end_in_it() -> None:
    stages = (
        "stages:\n  Lead: {id: l, owner: sales, basis: computed, enter: {when: callback}}\n"
        "  MQL: {id: m, owner: sales, basis: computed, enter: {from: [Lead], when: callback}}\n"
        "  SAL: {id: s, owner: sales, basis: recorded, enter: {event: lead_accept}}\n"
    )
    expect_errors(small(stages=stages, sla=CLOCK.replace("STOP", "SAL")))


def test_nothing_is_said_of_paths_that_an_unknown_stage_leaves_open() -> None:
    stages = (
        "stages:\n  Lead: {id: l, owner: sales, basis: computed, enter: {from: [⟨Led], when: callback}}\n"
        "  MQL: {id: m, owner: sales, basis: computed, enter: {from: [Lead], when: callback}}\n"
    )
    expect_errors(small(stages=stages, sla=CLOCK.replace("STOP", "[⟨SALL]")), "'Lead'", "stage")
