"""Results: everything else that the scoreboard knows, for any agreement; each number with what lies behind it."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from detente import bootstrap
from detente.app import figures
from detente.app.queries.board import ConsentBreak, CreditPanel, Scoreboard, SpeedLine, TeamShare, View
from detente.app.queries.board_words import came_to, period_name, status_words
from detente.app.queries.explain_links import figure_ref
from detente.app.queries.explain_ref import explain_address
from detente.web import result_shapes

pytestmark = pytest.mark.usefixtures("at_company")  # rows lead to pages, whose addresses are those of the screens

See = Callable[..., Any]


@pytest.fixture(scope="module")
def board(company: Path) -> Scoreboard:
    return bootstrap.board(company, None)


@pytest.fixture
def results(at_company: Client, see: See) -> Any:
    return see(at_company, "/results/")


def test_every_row_of_the_cycle_adds_up_in_sight(results: Any, board: Scoreboard) -> None:
    table = re.search(r'aria-label="Revenue cycle, all rows">(.*?)</table>', results.html, re.S)
    assert table is not None
    rows = re.findall(r"<tr><th scope=\"row\">(.*?)</tr>", table[1], re.S)
    assert len(rows) == len(board.conversion)
    for row, line in zip(rows, board.conversion, strict=True):
        cells = [re.sub(r"<[^>]+>", "", cell).strip() for cell in re.findall(r"<td[^>]*>(.*?)</td>", row, re.S)]
        counts = [int(cell.replace(",", "")) for cell in cells[:-3]]
        assert counts[0] == line.entered
        assert sum(counts[1:]) == line.n


def test_every_promise_is_shown_period_by_period_with_its_status(results: Any, board: Scoreboard) -> None:
    months = 0
    for side in board.sides:
        for line in side.duties:
            for figure in line.within:
                closed = " closed" if figure.closed_at else ""
                assert f"{period_name(figure.period)}{closed} {came_to(board, line, figure)}" in results.text
                assert status_words(figure) in results.text
                assert explain_address(figure_ref(line, figure)) in results.figures
                months += figure.period != board.period.name
    assert months


def test_the_unanswered_are_counted_as_waiting_and_never_as_quick(board: Scoreboard) -> None:
    line = SpeedLine(
        duty="sla.speed", period="2026Q4", n=51, answered=41, waiting=9, void=1, median_seconds=1_735, p90_seconds=None,
        median_raw_seconds=2_700, p90_raw_seconds=None, business=True, within=0.8, low=0.67, high=0.89, too_few=False,
        definition="speed",
    )  # fmt: skip
    row = result_shapes.speed_rows(replace(board, speed=(line,)))[0]
    assert row.answered.words == "41 of 51"
    assert [(shown.words, word, shown.rows) for shown, word in row.aside] == [
        ("9", "still waiting", "waiting"),
        ("1", "void", "void"),
    ]
    assert [each.words for each in row.own] == ["28 m", "not yet"]
    assert row.all_hours[0].words == "45 m"


def test_speed_is_told_of_every_clock_in_its_own_time_and_in_all_hours(results: Any, board: Scoreboard) -> None:
    assert board.speed
    for each in board.speed:
        assert f"{figures.count(each.answered)} of {figures.count(each.n)}" in results.text
        assert f"all hours: {figures.duration(each.median_raw_seconds)}" in results.text


def test_reasons_say_what_they_point_at_and_which_are_not_on_the_list(results: Any, board: Scoreboard) -> None:
    assert board.reasons
    for line, row in zip(board.reasons, result_shapes.reason_rows(board), strict=True):
        unlisted = "" if line.listed else ", not on the list"
        said = f"{row.names[1]} {row.names[0]}{unlisted} {line.points_at or '–'} {line.count}"
        assert said in results.text


def test_channels_keep_the_younger_leads_out_of_the_rate(board: Scoreboard) -> None:
    row = result_shapes.channel_rows(
        replace(board, channels=(replace(board.channels[0], delivered=34, pending=13, n=21, accepted=12),))
    )[0]
    assert (row.delivered.words, row.accepted.words) == ("34", "12 of 21")
    assert row.pending is not None
    assert (row.pending.words, row.pending.rows) == ("13", "pending")
    assert row.duty == ""


def test_where_several_duties_hand_leads_over_each_row_names_its_own(board: Scoreboard) -> None:
    first = board.channels[0]
    rows = result_shapes.channel_rows(replace(board, channels=(first, replace(first, duty="sla.partners"))))
    assert [row.duty for row in rows] == [first.duty, "sla.partners"]


def test_where_leads_are_now_and_where_the_crm_says_something_else(results: Any, board: Scoreboard) -> None:
    for stage in board.stages:
        assert f"{stage.stage or 'in no stage'} {figures.count(stage.leads)}" in results.text
    for each in board.differences:
        assert f"{each.stage or 'no stage'} {each.crm_stage} {figures.count(each.leads)}" in results.text


def test_touches_without_leave_are_counted_with_their_rule(results: Any, board: Scoreboard) -> None:
    broken = ConsentBreak(rule="consent.dach", channel="direct_mail", touches=6, leads=4)
    row = result_shapes.consent_rows(replace(board, consent=(broken,)))[0]
    assert (row.rule, row.channel, row.touches.words, row.leads.words) == ("consent.dach", "direct mail", "6", "4")
    assert row.clause == f"/agreement/{board.version}/#consent.dach"
    if not board.consent:
        assert f"No outgoing touch of {period_name(board.period.name)} went against a consent rule." in results.text


def test_other_ways_to_count_stand_beside_the_book_and_what_is_not_computed_is_named(board: Scoreboard) -> None:
    given = TeamShare(team="marketing", deals=1.0, amount=400.0, share=0.4)
    rest = TeamShare(team="sales", deals=2.0, amount=600.0, share=0.6)
    panel: CreditPanel = replace(
        board.credit[0],
        deals=3,
        amount=1_000.0,
        teams=(given, rest),
        views=(
            View(model="linear", teams=(replace(given, amount=300.0, share=0.3), rest), computed=True),
            View(model="markov", teams=(), computed=False),
        ),
        influenced=given,
    )
    table = result_shapes.view_tables(replace(board, credit=(panel,)))[0]
    assert [name for name, _ in table.rows] == [f"{panel.book}, the book", "linear"]
    cell = table.rows[1][1][0]
    assert cell is not None
    assert cell.words == "€300 · 30 %"
    assert table.not_computed == "markov"
    assert table.influenced is not None
    assert table.influenced[1].words == "€400 · 40 %"
    assert 'aria-label="marketing: sourced, the book 40 %, linear 30 %"' in table.dots[0]


def test_every_number_opens(results: Any, at_company: Client) -> None:
    assert len(set(results.figures)) > 60
    answers = {each: at_company.get(each).status_code for each in set(results.figures)}
    assert {each: status for each, status in answers.items() if status != 200} == {}


def test_every_part_of_the_page_can_be_gone_to(results: Any) -> None:
    ids = {attrs["id"] for _, attrs in results.tags if "id" in attrs}
    inside = [each.removeprefix("#") for each in results.all("a", "href") if each.startswith("#")]
    assert {"cycle", "duties", "speed", "channels", "reasons", "credit", "stages"} <= set(inside) <= ids
