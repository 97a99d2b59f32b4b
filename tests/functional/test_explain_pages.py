"""The pages behind the figures, as a browser without scripts, htmx and a spreadsheet ask for them."""

from __future__ import annotations

import csv
import html
import io
import re
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from detente import bootstrap
from detente.app.queries.explain_links import credit_ref, figure_ref, line_ref, stay_ref
from detente.app.queries.explain_ref import FigureRef, explain_address


def fetched(address: str, **headers: str) -> tuple[int, dict[str, str], str]:
    """The status, headers and text of an address."""
    asked = urlsplit(address)
    connection = HTTPConnection(asked.netloc, timeout=30)
    path = asked.path + (f"?{asked.query}" if asked.query else "")
    connection.request("GET", path, headers={name.replace("_", "-"): each for name, each in headers.items()})
    answer = connection.getresponse()
    text = answer.read().decode()
    connection.close()
    return answer.status, dict(answer.getheaders()), text


@pytest.fixture(scope="module")
def figures(company: Path) -> list[FigureRef]:
    """A figure of every kind that the scoreboard of the running quarter shows."""
    board = bootstrap.board(company, None)
    found = [figure_ref(line, each) for side in board.sides for line in side.duties for each in line.within]
    found += [credit_ref(panel) for panel in board.credit] + [stay_ref(line) for line in board.conversion]
    found += [credit_ref(panel, panel.book, share.team) for panel in board.credit for share in panel.teams]
    lines = (*board.goals, *board.pay, *board.conversion, *board.speed, *board.channels, *board.reasons, *board.stages)
    return found + [line_ref(board, line) for line in (*lines, *board.differences, *board.consent)]


def leads_shown(page: str) -> int:
    """How many rows a page shows."""
    return page.count('<tr><th scope="row">')


def test_every_figure_has_a_page_whose_numbers_all_lead_somewhere(site: str, figures: list[FigureRef]) -> None:
    assert {ref.kind for ref in figures} >= {"duty", "target", "pay", "credit", "conversion", "stage", "channel"}
    for ref in figures:
        status, _, page = fetched(site.rstrip("/") + explain_address(ref))
        assert status == 200, ref
        counts = re.findall(r'<td class="num[^"]*">(.*?)</td></tr>', page.partition("</table>")[0])
        assert counts, ref
        parts = counts[1:] if ref.kind == "pay" else counts
        assert all(count.startswith('<a class="ex" href="/explain/') for count in parts), ref


def test_every_count_leads_to_its_rows(site: str) -> None:
    figure = FigureRef("duty", ("sla.volume", "quality"))
    _, _, page = fetched(site.rstrip("/") + explain_address(figure))
    links = re.findall(r'<a class="ex" href="([^"]+)"[^>]*>([\d,]+)</a>', page)
    assert len(links) > 3
    for address, number in links:
        wanted = int(number.replace(",", ""))
        status, _, opened = fetched(site.rstrip("/") + html.unescape(address))
        assert status == 200
        assert leads_shown(opened) == min(wanted, 50)
        _, _, table = fetched(f"{site.rstrip('/')}{html.unescape(address)}&format=csv")
        assert len(list(csv.reader(io.StringIO(table)))) - 1 == wanted


def test_htmx_gets_the_panel_alone_and_the_address_a_whole_page(site: str) -> None:
    address = site.rstrip("/") + explain_address(FigureRef("stage", ("Lead",)))
    _, headers, panel = fetched(address, HX_Target="panel")
    assert panel.startswith('<div class="scrim" data-close></div>')
    assert 'role="dialog"' in panel
    assert "<html" not in panel
    assert "HX-Target" in headers["Vary"]
    _, _, page = fetched(address)
    assert page.startswith("<!doctype html>")
    assert "<h1>Leads in Lead, " in page
    assert 'role="dialog"' not in page


def test_numbers_in_the_panel_stay_in_it_and_on_a_page_are_plain_links(site: str) -> None:
    address = site.rstrip("/") + explain_address(FigureRef("duty", ("sla.speed", "instances")))
    assert 'hx-target="#panel"' in fetched(address, HX_Target="panel")[2]
    assert "hx-get" not in fetched(address)[2]


def test_rows_lead_to_the_lead_and_pages_of_fifty_follow_each_other(site: str) -> None:
    address = site.rstrip("/") + explain_address(FigureRef("stage", ("Lead",)))
    _, _, first = fetched(address)
    assert leads_shown(first) == 50
    after = re.search(r'rel="next" href="([^"#]+)#rows"', first)
    assert after is not None
    _, _, second = fetched(site.rstrip("/") + html.unescape(after[1]))
    people = [re.findall(r'href="/leads/(p\w+)/"', page) for page in (first, second)]
    assert people[0]
    assert not set(people[0]) & set(people[1])


def test_the_text_to_copy_is_plain_text_with_its_own_address(site: str) -> None:
    address = site.rstrip("/") + explain_address(FigureRef("duty", ("sla.volume", "quality")))
    status, headers, text = fetched(f"{address}?format=text")
    assert (status, headers["Content-Type"]) == (200, "text/plain; charset=utf-8")
    assert "Formula: reached in time / leads old enough" in text
    assert f"{site}explain/duty/sla.volume/quality/?period=" in text


def test_csv_is_a_file_named_after_the_figure(site: str) -> None:
    figure = FigureRef("duty", ("sla.speed", "instances"))
    status, headers, _ = fetched(f"{site.rstrip('/')}{explain_address(figure, 'met')}&format=csv")
    assert (status, headers["Content-Type"]) == (200, "text/csv; charset=utf-8")
    assert headers["Content-Disposition"] == 'attachment; filename="duty-sla.speed-instances-met.csv"'


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("explain/dutty/sla.speed/instances/", "did you mean &#x27;duty&#x27;?"),
        ("explain/duty/sla.sped/instances/", "did you mean &#x27;sla.speed&#x27;?"),
        ("explain/duty/sla.speed/instances/?rows=brokn", "did you mean &#x27;broken&#x27;?"),
        ("explain/duty/sla.speed/instances/?period=2026Q9", "is no period"),
        ("explain/duty/sla.speed/instances/?page=0", "give one from 1"),
        ("explain/duty/sla.speed/instances/?page=minus", "give a number"),
        ("explain/duty/sla.speed/instances/?basis=soon", "say settled"),
        ("explain/duty/sla.speed/instances/?format=pdf", "html, text, csv"),
        ("explain/pay/sales/?format=csv", "its parts have"),
        ("explain/stage/%3Cscript%3E/", "&lt;script&gt;"),
    ],
)
def test_what_names_nothing_is_refused_in_the_frame_with_the_nearest(site: str, address: str, said: str) -> None:
    status, _, page = fetched(site + address)
    assert status == 404
    assert said in page
    assert "<script>" not in page.partition("<main")[2]


def test_nothing_is_styled_or_scripted_in_the_page_itself(site: str, figures: list[FigureRef]) -> None:
    for ref in figures[:6]:
        for headers in ({}, {"HX_Target": "panel"}):
            _, _, page = fetched(site.rstrip("/") + explain_address(ref), **headers)
            assert not re.search(r"\sstyle=|\son\w+=|<style|<script(?! src=)", page)


@pytest.mark.parametrize("page", ["", "results/", "agreement/"])
def test_every_number_of_a_page_opens_what_it_says(site: str, page: str) -> None:
    _, _, text = fetched(site + page)
    numbers = re.findall(r'<a class="ex" href="([^"]+)"[^>]*>(.*?)</a>', text)
    assert len(numbers) > 20
    for address, words in numbers:
        status, _, opened = fetched(site.rstrip("/") + html.unescape(address))
        assert status == 200, (address, words)
        if re.fullmatch(r"[\d,]+", words):
            assert f'<div class="r nowrap"><span>{words}</span>' in opened, (address, words)
