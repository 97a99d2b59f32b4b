"""Home: what each side owed and delivered, understood without help; for any agreement, in any period."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from dataclasses import replace
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from django.template.loader import render_to_string
from django.test import Client

from detente import bootstrap
from detente.app import figures
from detente.app.queries.agreement_in import agreement_in
from detente.app.queries.board import Attention, ConversionLine, Outcome, Scoreboard, TeamShare, View
from detente.app.queries.board_words import came_to, period_name, promised, rests_on, status_words
from detente.app.queries.explain_links import figure_ref
from detente.app.queries.explain_ref import explain_address
from detente.web import home_shapes
from detente.web.duty_rows import side_cards

pytestmark = pytest.mark.usefixtures("at_company")  # rows lead to pages, whose addresses are those of the screens

HARBOUR = Path(__file__).resolve().parents[2] / "functional" / "harbour"
See = Callable[..., Any]
Visit = Callable[[Path], Client]


@pytest.fixture(scope="module")
def board(company: Path) -> Scoreboard:
    return bootstrap.board(company, None)


@pytest.fixture
def home(at_company: Client, see: See) -> Any:
    return see(at_company, "/")


# --- the balance sheet ------------------------------------------------------------------------------------------


def test_a_stranger_reads_first_what_the_page_is_of_which_period_and_as_of_when(home: Any, board: Scoreboard) -> None:
    top = home.text[home.text.index("What each side owed and delivered") :][:400]
    assert f"{period_name(board.period.name)} is running, day {board.period.day} of {board.period.days}" in top
    assert f"as of {figures.moment(board.as_of)}" in top
    assert "facts complete to" in top


def test_every_promise_of_both_sides_is_said_with_what_came_of_it(home: Any, board: Scoreboard) -> None:
    assert [side.owes for side in board.sides] == ["marketing", "sales"]
    for side in board.sides:
        assert f"{side.owes.capitalize()} owes {side.to}" in home.text
        for line in side.duties:
            row = f"{came_to(board, line, line.figure)} {rests_on(board, line, line.figure)}"
            assert f"{promised(board, line)} {row} {status_words(line.figure)}" in home.text
            assert explain_address(figure_ref(line)) in home.figures


def test_both_sides_are_cards_of_one_grid_marketing_first(home: Any) -> None:
    grid = home.html.index('<div class="g g2">')
    assert grid < home.html.index("Marketing owes sales") < home.html.index("Sales owes marketing")
    assert home.html.count('class="t tight duties"') == 2


def test_what_is_in_no_share_is_written_out_as_a_sum(board: Scoreboard) -> None:
    line = next(line for side in board.sides for line in side.duties if line.part == "instances")
    figure = replace(line.figure, met=71, broken=7, n=78, open=4, void=2, period="2026-11")
    text = card_text(with_figure(board, line, figure))
    assert "November 2026: 71 met + 7 broken = 78 ; 4 open and 2 void not counted." in text


def test_leads_too_young_to_be_judged_are_counted_apart(board: Scoreboard) -> None:
    line = next(line for side in board.sides for line in side.duties if line.part == "quality")
    figure = replace(line.figure, n=143, pending=71, period="2026Q4")
    assert "143 judged + 71 younger = 214 ; the younger are not judged yet." in card_text(
        with_figure(board, line, figure)
    )


def test_a_closed_figure_stays_and_what_is_known_today_stands_beside_it(board: Scoreboard) -> None:
    line = next(line for side in board.sides for line in side.duties if line.part == "count")
    today = replace(line.figure, delivered=62.0, settled=None)
    closed = replace(
        line.figure, delivered=60.0, state="closed", closed_at="2026-10-07T18:00:00+02:00", settled=today, restated=2
    )
    shown = with_figure(board, line, closed)
    assert "closed at 60 ; as known today 62 , 2 rows restated." in card_text(shown)
    assert "basis=settled" in card_html(shown)


def test_too_few_cases_show_counts_and_no_percentage(board: Scoreboard) -> None:
    line = next(line for side in board.sides for line in side.duties if line.part == "instances")
    figure = replace(line.figure, met=12, broken=2, n=14, share=12 / 14, low=0.6, high=0.96, too_few=True)
    html = card_html(with_figure(board, line, figure))
    assert ">12 of 14</a>" in html
    assert "60–96 % · few" in html
    assert "86 %" not in html


def card_html(board: Scoreboard) -> str:
    return "".join(
        render_to_string("detente/duty_card.html", {"card": card, "number": n, "board": board})
        for n, card in enumerate(side_cards(board))
    )


def card_text(board: Scoreboard) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", card_html(board)).split())


def with_figure(board: Scoreboard, line: Any, figure: Any) -> Scoreboard:
    """The scoreboard with one figure of one promise put in place of what came of it."""
    changed = replace(line, figure=figure, within=(figure,), before=None)
    sides = tuple(
        replace(side, duties=tuple(changed if each is line else each for each in side.duties)) for side in board.sides
    )
    return replace(board, sides=sides)


@pytest.fixture(autouse=True)
def open_screens(at_company: Client) -> None:
    """Templates are read through the settings of the screens."""


# --- what follows from it ---------------------------------------------------------------------------------------


def test_the_cycle_shows_where_the_leads_of_a_cohort_went_and_every_row_adds_up(home: Any, board: Scoreboard) -> None:
    assert board.conversion
    for line in board.conversion:
        assert sum(each.leads for each in line.outcomes) == line.n
        label = ", ".join(sorted(f"{each.leads} {each.where}" for each in line.outcomes))
        drawn = next(each for each in home.all("svg", "aria-label") if each.startswith(f"{line.stage}: "))
        assert ", ".join(sorted(drawn.removeprefix(f"{line.stage}: ").split(", "))) == label
        assert f"{line.converted} to {line.to}" in home.text
    first = board.conversion[0]
    assert f"Entered in {period_name(first.cohort)}, each watched for {first.horizon_days:g} days" in home.text


def test_ways_out_that_may_come_back_are_told_from_those_for_good(home: Any) -> None:
    assert "out for good: Disqualified" in home.text
    assert re.search(r"out, may come back: [^:]*Recycled", home.text)


def test_credit_is_one_rule_that_counts_with_influence_beside_it(board: Scoreboard) -> None:
    panel = replace(
        board.credit[0],
        deals=19,
        amount=571_000.0,
        teams=(TeamShare(team="marketing", deals=7, amount=236_000.0, share=0.4133),
               TeamShare(team="sales", deals=12, amount=335_000.0, share=0.5867)),
        influenced=TeamShare(team="marketing", deals=13, amount=402_000.0, share=0.704),
        views=tuple(
            View(model=name, teams=(TeamShare(team="marketing", deals=1, amount=1, share=share),), computed=computed)
            for name, share, computed in (("linear", 0.39, True), ("last", 0.46, True), ("markov", 0.9, False))
        ),
    )  # fmt: skip
    card = home_shapes.credit_cards(replace(board, credit=(panel,)))[0]
    html = render_to_string("detente/credit_card.html", {"card": card, "board": board})
    text = " ".join(re.sub(r"<[^>]+>", " ", html).split())
    assert "€571 k , 19 deals" in text
    assert "41.3 % sourced, the figure that counts 58.7 %" in text
    assert "Beside it, never added: marketing touched 13 of 19 deals, €402 k ." in text
    assert "Other ways to count give marketing 39–46 % ." in text


def test_targets_and_pay_say_how_far_they_are(home: Any, board: Scoreboard) -> None:
    assert board.goals
    for goal in board.goals:
        actual, target = (
            figures.money(each, board.currency) if goal.unit == "money" else figures.count(each)
            for each in (goal.actual, goal.target)
        )
        assert f"{actual} of {target} {figures.percent(goal.attainment)}" in home.text
    for pay in board.pay:
        assert f"{pay.team.capitalize()} " in home.text
        assert (figures.percent(pay.factor) if pay.factor is not None else "not judged yet") in home.text


def test_what_is_worth_a_word_leads_to_its_row_or_its_part_of_the_results(board: Scoreboard) -> None:
    found = (
        Attention(status="behind pace", clause="sla.volume", sentence="15 short"),
        Attention(status="consent", clause="consent.dach, consent.stop", sentence="3 touches"),
        Attention(status="crm", clause=None, sentence="9 leads"),
    )
    behind, consent, crm = home_shapes.words(replace(board, attention=found))
    assert (behind.address, behind.clause_name) == ("#duty-sla.volume", "sla.volume")
    assert (consent.address, consent.clause) == (f"/results/?period={board.period.name}#consent", None)
    assert (crm.chip, crm.address) == ("CRM", f"/results/?period={board.period.name}#differences")


def test_every_sentence_worth_a_word_leads_to_something_on_its_page(home: Any, board: Scoreboard) -> None:
    ids = set(home.all("tr", "id"))
    for each in home_shapes.words(board):
        assert each.sentence in home.text
        assert not each.address.startswith("#") or each.address[1:] in ids


def test_every_number_opens(home: Any, at_company: Client) -> None:
    assert len(set(home.figures)) > 40
    answers = {each: at_company.get(each).status_code for each in set(home.figures)}
    assert {each: status for each, status in answers.items() if status != 200} == {}


def test_what_opens_says_the_number_that_was_opened(home: Any, at_company: Client) -> None:
    shown = set(re.findall(r'<a class="ex" href="([^"]+)"[^>]*>([^<]+)</a>', home.html))
    assert {"none yet", "none"} & {words for _, words in shown}
    differing = {}
    for address, words in shown:
        panel = at_company.get(unescape(address), headers={"HX-Target": "panel"}).content.decode()
        head = re.sub("<[^>]+>", "", re.findall(r"<h2.*?</h2>", panel, re.S)[0])
        counts = re.findall(r'aria-current="true"[^>]*>([^<]+)<', panel)
        if words not in head and words not in counts:
            differing[address] = (words, head, counts)
    assert differing == {}


# --- periods ----------------------------------------------------------------------------------------------------


def test_quarters_and_months_of_the_record_are_offered_with_where_they_stand(home: Any, board: Scoreboard) -> None:
    assert board.previous is not None
    menu = re.search(r"<details.*?</details>", home.html, re.S)
    assert menu is not None
    offered = re.findall(r'href="\?period=([^"]+)"[^>]*>([^<]+)<span[^>]*>([^<]+)</span>', menu[0])
    assert (board.period.name, period_name(board.period.name), "running") in offered
    assert (board.previous.name, period_name(board.previous.name), "closed") in offered
    assert any(re.fullmatch(r"\d{4}-\d\d", name) for name, _, _ in offered)


def test_a_closed_quarter_says_so_and_shows_its_own_figures(at_company: Client, see: See, company: Path) -> None:
    running = bootstrap.board(company, None)
    assert running.previous is not None
    board = bootstrap.board(company, running.previous.name)
    page = see(at_company, f"/?period={running.previous.name}")
    assert f"{period_name(board.period.name)} closed on {figures.day(board.period.closes_at)}" in page.text
    line = board.sides[0].duties[0]
    assert f"{came_to(board, line, line.figure)} {rests_on(board, line, line.figure)}" in page.text
    assert "by now" not in page.text.replace("Tick: due by now.", "")


def test_a_period_outside_the_record_is_refused_with_what_there_is(at_company: Client, see: See) -> None:
    assert "the record runs from" in see(at_company, "/?period=1999Q1", status=404).text


# --- the page itself --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("page", ["/", "/results/"])
def test_nothing_is_styled_or_scripted_in_the_page_and_nothing_comes_from_elsewhere(
    at_company: Client, see: See, page: str
) -> None:
    found = see(at_company, page)
    names = {name for _, attrs in found.tags for name in attrs}
    assert "style" not in names
    assert not [name for name in names if name.startswith("on")]
    assert "style" not in {tag for tag, _ in found.tags}
    assert len(found.all("script", "src")) == sum(tag == "script" for tag, _ in found.tags)
    assert not re.search(r"(?:src|href)=\"(?:https?:)?//", found.html)
    assert len(found.html.encode()) < 200_000
    assert len(found.all("h1", "class")) == 0
    assert sum(tag == "h1" for tag, _ in found.tags) == 1
    ids = [attrs["id"] for _, attrs in found.tags if "id" in attrs]
    assert len(ids) == len(set(ids))


# --- any agreement ----------------------------------------------------------------------------------------------


def harbour(root: Path, text: str, *, facts: bool = True) -> Path:
    """A workspace of another company, with or without anything that happened."""
    shutil.copytree(HARBOUR, root)
    (root / "agreements" / "v1.yaml").write_text(text, encoding="utf-8")
    if not facts:
        for export in (root / "exports").iterdir():
            export.write_text(export.read_text(encoding="utf-8").partition("\n")[0] + "\n", encoding="utf-8")
    bootstrap.import_files(root, Path("mappings/crm.yaml"), [root / "exports"], lambda _: None)
    bootstrap.replay(root, "2025-06-25", lambda *_: None)
    return root


def agreed() -> str:
    return (HARBOUR / "agreements" / "v1.yaml").read_text(encoding="utf-8")


OTHERS = re.sub(r"parties: .*\n", "parties: {hafen: {signs: h@harbour.example}, werft: {signs: w@harbour.example}}\n",
                agreed()).replace("owner: marketing", "owner: hafen").replace("owner: sales", "owner: werft").replace(
                "owes: marketing, to: sales", "owes: hafen, to: werft").replace(
                "owes: sales, to: marketing", "owes: werft, to: hafen").replace("currency: EUR\n", "")  # fmt: skip


def test_other_parties_other_stages_and_no_money(tmp_path: Path, visit: Visit, see: See) -> None:
    root = harbour(tmp_path / "harbour", OTHERS)
    page = see(visit(root), "/")
    assert "Hafen owes werft" in page.text
    assert "Werft owes hafen" in page.text
    assert "MQL to touch within 1 working hour, in 90 % a month" in page.text.replace("attempt", "touch")
    assert "Credit for" not in page.text
    assert "Targets for" not in page.text
    assert "€" not in page.text
    assert "Northwind" not in page.html


def test_until_a_cohort_is_old_enough_the_page_says_from_when(tmp_path: Path, visit: Visit, see: See) -> None:
    root = harbour(tmp_path / "harbour", agreed())
    board = bootstrap.board(root, None)
    assert board.conversion_from is not None
    assert f"The first can from {figures.day(board.conversion_from)} on" in see(visit(root), "/").text


def test_without_duties_the_page_says_where_they_are_written(tmp_path: Path, visit: Visit, see: See) -> None:
    text = re.sub(r"(?ms)^sla:\n.*?(?=^consent:)", "", agreed())
    page = see(visit(harbour(tmp_path / "harbour", text)), "/")
    assert "The agreement names no duties yet." in page.text
    assert "Worth a word" in page.text


@pytest.mark.parametrize("page", ["/", "/results/"])
def test_before_anything_is_known_the_page_says_what_will_appear_and_the_step(
    tmp_path: Path, visit: Visit, see: See, page: str
) -> None:
    found = see(visit(harbour(tmp_path / "harbour", agreed(), facts=False)), page)
    assert "No lead is known yet" in found.text
    assert "detente import , then detente replay" in found.text


def test_ways_out_of_any_name_are_sorted_by_what_the_agreement_lets_come_back(company: Path) -> None:
    agreement = agreement_in(bootstrap.snapshot(company).agreement_texts()).versions[-1]
    board = bootstrap.board(company, None)
    line: ConversionLine = replace(
        board.conversion[0],
        n=10,
        outcomes=tuple(
            Outcome(where=where, leads=leads)
            for where, leads in (("moved on", 4), ("Disqualified", 3), ("Recycled", 2), ("still there", 1))
        ),
    )
    shown = home_shapes.cycle(replace(board, conversion=(line,)), agreement)
    assert shown is not None
    assert shown.places == ("moved on", "Recycled", "Disqualified", "still there")
    assert shown.sum == f"{line.stage}: 4 moved on + 2 Recycled + 3 Disqualified + 1 still there = 10"
    assert home_shapes.cycle(replace(board, conversion=()), agreement) is None
