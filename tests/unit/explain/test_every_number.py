"""Every number of the scoreboard opens, and what opens is what was counted: as many rows, or amounts of as much."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

import pytest
from numbers_shown import Number, numbers_of, stays_of

from detente.app.ports.snapshots import Snapshot
from detente.app.queries.explain_figure import explain_figure, figure_rows
from detente.app.queries.explain_ref import KINDS, FigureRef, explain_address, parse_figure
from detente.app.queries.explain_shape import Count, Explanation
from detente.app.queries.scoreboard import scoreboard
from detente.core.agreement.agreement import Timeline

pytestmark = pytest.mark.slow

PERIODS = ("2026Q4", "2026Q3", "2025Q4", "2026-11", "2026-10", "2026-W47", "2026-W40")
"""Running, over and closed; quarters, months and weeks."""


@pytest.fixture(scope="module", params=PERIODS)
def numbers(request: pytest.FixtureRequest, northwind: Snapshot) -> list[Number]:
    return list(numbers_of(scoreboard(northwind, request.param)))


class Opened:
    """Explanations and rows, each worked out once."""

    def __init__(self, snapshot: Snapshot, agreed: Timeline) -> None:
        self.explain = cache(lambda ref: explain_figure(snapshot, agreed, ref))
        self.rows = cache(lambda ref, rows: list(figure_rows(snapshot, agreed, ref, rows)))


@pytest.fixture(scope="module")
def opened(northwind: Snapshot, agreed: Timeline) -> Opened:
    return Opened(northwind, agreed)


def counts(explanation: Explanation) -> Iterator[Count]:
    return (count for _, count in explanation.finding.counts())


def test_every_number_opens_as_many_rows_as_it_says(numbers: list[Number], opened: Opened) -> None:
    assert len(numbers) > 50
    differing = []
    for number in numbers:
        rows = opened.rows(number.ref, number.rows)
        came = round(sum(row.amount or 0 for row in rows), 2) if number.money else len(rows)
        if came != pytest.approx(number.value):
            differing.append((number.what, number.value, came, explain_address(number.ref, number.rows)))
    assert differing == []


def test_the_sample_company_has_numbers_of_every_kind(northwind: Snapshot) -> None:
    kinds = {number.ref.kind for period in PERIODS for number in numbers_of(scoreboard(northwind, period))}
    assert kinds == set(KINDS) - {"pay", "time-in-stage", "entries"}


def test_every_count_of_every_figure_opens_its_own_rows(numbers: list[Number], opened: Opened) -> None:
    differing = []
    for ref in {number.ref for number in numbers}:
        for count in counts(opened.explain(ref)):
            rows = opened.rows(ref, count.key)
            came = round(sum(row.amount or 0 for row in rows), 2) if count.unit == "money" else len(rows)
            if came != pytest.approx(count.number):
                differing.append((ref.figure, count.key, count.number, came))
    assert differing == []


def test_the_parts_of_every_count_add_up_and_no_row_is_in_two_of_them(numbers: list[Number], opened: Opened) -> None:
    for ref in {number.ref for number in numbers}:
        for count in counts(opened.explain(ref)):
            if count.parts:
                assert sum(part.number for part in count.parts) == pytest.approx(count.number), (ref, count)
                if count.unit != "money":
                    assert sum(len(opened.rows(ref, part.key)) for part in count.parts) == count.number


def test_every_sum_that_is_written_out_is_true(numbers: list[Number], opened: Opened) -> None:
    for ref in {number.ref for number in numbers}:
        for line in opened.explain(ref).sums:
            whole, _, parts = line.replace("€", "").replace(",", "").partition(" = ")
            assert sum(map(float, parts.split(" + "))) == pytest.approx(float(whole)), line


def test_every_figure_says_what_it_means_and_as_of_when_it_was_true(numbers: list[Number], opened: Opened) -> None:
    for ref in {number.ref for number in numbers}:
        found = opened.explain(ref)
        assert found.finding.sentence
        assert found.words
        assert found.formula
        assert found.finding.versions
        assert [told.source for told in found.sources] == ["crm", "marketing"]


def test_addresses_lead_back_to_the_same_figure(numbers: list[Number]) -> None:
    for number in numbers:
        read = parse_figure(number.ref.figure, number.ref.period, "settled" if number.ref.settled else None)
        assert read == number.ref


def test_what_an_explanation_leads_to_can_be_opened(northwind: Snapshot, opened: Opened) -> None:
    board = scoreboard(northwind, "2026Q4")
    refs = {number.ref for number in numbers_of(board)} | {
        FigureRef("pay", (pay.team,), pay.period) for pay in board.pay
    }
    for ref in refs:
        finding = opened.explain(ref).finding
        for to in (*(also.ref for also in finding.also), *(count.leads_to for _, count in finding.counts())):
            if to is not None:
                assert opened.explain(to).finding.ref == to


def test_medians_open_the_stays_they_were_taken_of(northwind: Snapshot, opened: Opened) -> None:
    refs = list(stays_of(scoreboard(northwind, "2026Q4")))
    assert refs
    for ref in refs:
        for count in counts(opened.explain(ref)):
            assert len(opened.rows(ref, count.key)) == count.number


def test_closed_figures_open_the_rows_as_they_were_closed(opened: Opened) -> None:
    ref = FigureRef("duty", ("sla.speed", "instances"), "2026-09")
    assert opened.explain(ref).finding.closed
    assert opened.explain(ref).finding.tree.rows.table == "closed_rows"
    settled = opened.explain(FigureRef(ref.kind, ref.names, ref.period, settled=True))
    assert not settled.finding.closed
    assert settled.finding.tree.rows.table == "figure_rows"
