"""The list of leads: everybody found by name, company or address, what is due first, and no number made up."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client, override_settings

from detente import bootstrap
from detente.app.queries.agreement_in import agreement_in, instant_in
from detente.app.queries.lead_clocks import is_running
from detente.app.queries.lead_story import lead_story
from detente.web.settings import web_settings

HARBOUR = Path(__file__).resolve().parents[2] / "functional" / "harbour"
PEOPLE = 120


@pytest.fixture(scope="module")
def harbour(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace of 120 people: every third asked for a demo this morning, a fifth of the others some time ago."""
    root = tmp_path_factory.mktemp("harbour")
    for folder in ("agreements", "mappings", "exports"):
        (root / folder).mkdir()
    for name in ("detente.toml", "agreements/v1.yaml", "mappings/crm.yaml"):
        (root / name).write_bytes((HARBOUR / name).read_bytes())
    people, events = ["Id,Name,Email,Phone,Employees,Created"], ["Id,Person,What,Page,At"]
    for n in range(PEOPLE):
        name = ("Zoë Kühl", "Ada Berg", "<b>Bob</b>", "")[n % 4]
        people.append(
            f"P{n},{name}{f' {n}' if name else ''},lead{n}@quay{n % 7}.example,,{60 if n % 2 else 10},2025-06-02 09:00"
        )
        if n % 3 == 0:
            events.append(f"E{n},P{n},Demo form,,2025-06-24 {9 + n % 8:02}:{n % 60:02}")
        elif n % 5 == 0:
            events.append(f"E{n},P{n},Demo form,,2025-06-03 10:{n % 60:02}")
    (root / "exports" / "people.csv").write_text("\n".join(people) + "\n", encoding="utf-8")
    (root / "exports" / "events.csv").write_text("\n".join(events) + "\n", encoding="utf-8")
    bootstrap.import_files(root, Path("mappings/crm.yaml"), [root / "exports"], lambda _: None)
    bootstrap.replay(root, "2025-06-24 16:45", lambda *_: None)
    return root


@pytest.fixture
def visitor(harbour: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Client]:
    """Somebody who opens the list a quarter of an hour after the snapshot."""
    now = instant_in(agreement_in(bootstrap.snapshot(harbour).agreement_texts()), "2025-06-24 17:00", "now")
    monkeypatch.setattr(bootstrap, "clock", lambda: now)
    screens = web_settings(harbour, ["testserver"])
    bootstrap.open_for_screens(harbour, screens)
    screens["INSTALLED_APPS"] = ["detente.store", *screens["INSTALLED_APPS"]]
    settings.SECRET_KEY = screens.pop("SECRET_KEY")  # where another test opened a database, there is none to return to
    with override_settings(**screens):
        yield Client()


def html(visitor: Client, address: str, status: int = 200) -> str:
    answer = visitor.get(address)
    assert answer.status_code == status, answer.content[:500]
    return answer.content.decode()


def people(page: str) -> list[str]:
    """Return the ids of the leads of a page, in its order."""
    return re.findall(r'<a class="fw6" href="/leads/([^/]+)/\?list=', page)


def text(page: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page)).split())


def test_every_lead_stands_on_exactly_one_page_and_the_total_is_theirs(visitor: Client, harbour: Path) -> None:
    pages = [html(visitor, f"/leads/?page={number}") for number in (1, 2, 3)]
    assert [len(people(page)) for page in pages] == [50, 50, 20]
    everybody = {row["person"] for row in bootstrap.snapshot(harbour).rows("state")}
    assert {person for page in pages for person in people(page)} == everybody
    assert f"1–50 of {PEOPLE}" in text(pages[0])
    assert f"101–{PEOPLE} of {PEOPLE}" in text(pages[2])
    assert 'rel="next"' not in pages[2]


def test_what_is_due_first_stands_first_and_says_how_much_is_left(visitor: Client, harbour: Path) -> None:
    page = html(visitor, "/leads/")
    snapshot = bootstrap.snapshot(harbour)
    shown = people(page)[:20]
    stories = [lead_story(snapshot, person) for person in shown]
    due = [min(row.due_at for row in story.result.clocks if is_running(row, story.result.state)) for story in stories]
    assert due == sorted(due)
    first = re.search(r"<tbody>\s*<tr>(.*?)</tr>", page, re.S)
    assert first is not None
    assert re.search(r"^\d+ d over due 3 Jun 11:05 sla.speed", text(first[1]))
    assert 'class="st broken"' in first[1]
    assert "clocks run, " in text(page)


def test_the_clocks_of_the_list_are_those_of_the_leads(visitor: Client, harbour: Path) -> None:
    snapshot = bootstrap.snapshot(harbour)
    running = 0
    for row in snapshot.rows("state"):
        story = lead_story(snapshot, row["person"])
        running += sum(is_running(clock, story.result.state) for clock in story.result.clocks)
    assert f"{running} clocks run" in text(html(visitor, "/leads/"))


def test_a_name_is_found_without_accents_and_a_company_by_its_address(visitor: Client) -> None:
    assert f"of {PEOPLE // 4}" in text(html(visitor, "/leads/?q=zoe+KUHL"))
    assert people(html(visitor, "/leads/?q=lead7%40quay0"))
    nobody = text(html(visitor, "/leads/?q=nobody+at+all"))
    assert "Nobody is found so" in nobody


def test_filters_narrow_the_list_and_can_be_taken_away_one_by_one(visitor: Client, harbour: Path) -> None:
    stages = [row["stage"] for row in bootstrap.snapshot(harbour).rows("state")]
    page = html(visitor, "/leads/?stage=MQL&q=ada")
    assert f"MQL · {stages.count('MQL')}" in text(page)
    assert '<a class="chip on" href="?stage=MQL">' in page
    assert '<a class="chip on" href="?q=ada">' in page
    both = people(page)
    assert both
    assert set(both) < set(people(html(visitor, "/leads/?stage=MQL")))


def test_headers_sort_and_turn_round_and_say_so(visitor: Client) -> None:
    page = html(visitor, "/leads/?sort=name")
    assert 'aria-sort="ascending" class="h-name"><a href="?sort=-name">' in page
    back = html(visitor, "/leads/?sort=-name")
    assert people(page)[0] != people(back)[0]
    assert "sort: leads are not sorted by" in text(html(visitor, "/leads/?sort=luck", 404))


def test_a_lead_leads_to_those_beside_it_in_the_list_it_was_opened_from(visitor: Client) -> None:
    in_order = people(html(visitor, "/leads/?stage=MQL&sort=-name"))
    opened = html(visitor, f"/leads/{in_order[3]}/?list=stage%3DMQL%26sort%3D-name")
    beside = re.findall(r'rel="(?:prev|next)" href="/leads/([^/]+)/\?list=stage%3DMQL%26sort%3D-name"', opened)
    assert beside == [in_order[2], in_order[4]]
    assert 'href="/leads/?stage=MQL&amp;sort=-name">Leads</a>' in opened
    assert 'rel="next"' not in html(visitor, f"/leads/{in_order[3]}/")
    assert 'rel="next"' not in html(visitor, f"/leads/{in_order[3]}/?list=sort%3Dluck")


def test_a_page_that_is_not_there_says_so(visitor: Client) -> None:
    assert "There is no page 9: these are 3 pages" in text(html(visitor, "/leads/?page=9"))
    assert "page: 'x' is no page" in text(html(visitor, "/leads/?page=x", 404))
    assert "there is no page 0" in text(html(visitor, "/leads/?page=0", 404))


def test_nothing_that_people_wrote_becomes_part_of_the_list(visitor: Client) -> None:
    page = html(visitor, "/leads/?q=%3Cb%3E%22%27")
    assert "<b>" not in html(visitor, "/leads/?sort=name&q=bob").partition("<main")[2]
    assert "&lt;b&gt;&quot;&#x27;" in page
    assert not re.search(r"<[^>]+\s(style|onclick|onload)=", page)


def test_who_has_no_name_is_listed_by_an_address(visitor: Client) -> None:
    assert "lead3@quay3.example" in text(html(visitor, "/leads/?q=lead3%40quay3"))


def test_every_page_has_the_field_to_find_a_lead(visitor: Client) -> None:
    page = html(visitor, "/agreement/")
    assert re.search(r'<form class="dt-search" method="get" action="/leads/"', page)
