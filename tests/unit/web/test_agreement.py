"""The page both sides sign, on a screen: any agreement, any version, any text in it, and what came of its clauses."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from html.parser import HTMLParser
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client, override_settings

from detente import bootstrap
from detente.app.queries.agreement_in import agreement_in
from detente.core.agreement.page import page_of
from detente.core.agreement.page_text import as_text
from detente.web.settings import web_settings

HARBOUR = Path(__file__).resolve().parents[2] / "functional" / "harbour"
EVERYTHING = Path(__file__).resolve().parents[1] / "page" / "everything.yaml"

PARTIES = """parties:
  marketing: {signs: m@harbour.example, name: "<script>alert(1)</script>"}
  sales: {signs: s@harbour.example, name: "شركة الميناء"}
  works_council: {signs: "Donaudampfschifffahrtselektrizitätenhauptbetriebswerk@harbour.example"}
"""
HOLDS = """tests:
  - test: a demo form is an MQL
    lead: {person.email: a@b.example}
    history: ["2025-06-03 10:00 form_submit form=demo"]
    expect: {stage: MQL}
"""
WRONG = """  - test: a page view is one too
    lead: {person.email: a@b.example}
    history: ["2025-06-03 10:00 page_view"]
    expect: {stage: MQL}
"""


def first_version() -> str:
    """Harbour's agreement with other parties, hostile names, and a test that does not hold."""
    text = (HARBOUR / "agreements" / "v1.yaml").read_text(encoding="utf-8")
    text = re.sub(r"parties: .*\n", PARTIES, text)
    text = text.replace("means: An explicit request", 'means: "An explicit </p><img src=x onerror=alert(1)> request"')
    text = text.replace("stage.sal", "main")  # an id that the frame of the page has, too
    return text + HOLDS + WRONG


def second_version() -> str:
    """The next version: a slower promise, none of volume, and owners."""
    text = first_version().replace("version: 1.0.0", "version: 1.1.0").replace("2025-01-01", "2025-06-04")
    text = text.replace("within: 1bh", "within: 2bh").replace(WRONG, "")
    return re.sub(r"  - \{id: sla.volume.*\n", "", text) + "owners: {glossary: joint, score: marketing}\n"


def replayed(root: Path, **versions: str) -> Path:
    """Make a workspace of Harbour's two leads under these versions of an agreement."""
    shutil.copytree(HARBOUR, root, dirs_exist_ok=True)
    for name, text in versions.items():
        (root / "agreements" / f"{name}.yaml").write_text(text, encoding="utf-8")
    bootstrap.import_files(root, Path("mappings/crm.yaml"), [root / "exports"], lambda _: None)
    bootstrap.replay(root, "2025-06-25", lambda *_: None)
    return root


@contextmanager
def visiting(root: Path) -> Iterator[Client]:
    """Open a workspace's screens."""
    screens = web_settings(root, ["testserver"])
    bootstrap.open_for_screens(root, screens)
    screens["INSTALLED_APPS"] = ["detente.store", *screens["INSTALLED_APPS"]]
    settings.SECRET_KEY = screens.pop("SECRET_KEY")  # where another test opened a database, there is none to return to
    with override_settings(**screens):
        yield Client()


@pytest.fixture(scope="module")
def harbour(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace with two versions of its agreement, as of three weeks into the second."""
    return replayed(tmp_path_factory.mktemp("harbour"), v1=first_version(), v2=second_version())


@pytest.fixture
def visitor(harbour: Path) -> Iterator[Client]:
    """Somebody who opens the workspace's screens."""
    with visiting(harbour) as client:
        yield client


class Page(HTMLParser):
    """What a browser makes of a page: ids, links, tags, and the text a person reads."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.links: list[str] = []
        self.attributes: list[str] = []
        self.tags: list[str] = []
        self.words: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [name for name, _ in attrs]
        self.ids += [value or "" for name, value in attrs if name == "id"]
        self.links += [value or "" for name, value in attrs if name == "href" and tag == "a"]

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())


def read(visitor: Client, address: str, status: int = 200) -> Page:
    answer = visitor.get(address)
    assert answer.status_code == status, answer.content[:500]
    return Page(answer.content.decode())


def beside(visitor: Client, address: str, clause: str) -> str:
    """Return what is shown beside a clause when it is chosen."""
    html = visitor.get(address).content.decode()
    found = re.search(rf'<section class="about[^>]*aria-label="About {re.escape(clause)}">(.*?)</section>', html, re.S)
    assert found is not None
    return Page(found[1]).text


# --- the page -------------------------------------------------------------------------------------------------------


def assert_every_clause_has_its_place(client: Client, root: Path) -> None:
    page = read(client, "/agreement/")
    agreement = agreement_in(bootstrap.snapshot(root).agreement_texts()).in_force(bootstrap.snapshot(root).info.as_of)
    for clause in page_of(agreement).clauses():
        assert f"#{clause}" in page.links
        assert clause in page.ids
    assert len(page.ids) == len(set(page.ids))
    assert [link for link in page.links if link.startswith("#") and link[1:] not in page.ids] == []


def test_every_paragraph_carries_its_clause_and_every_clause_can_be_linked_to(visitor: Client, harbour: Path) -> None:
    assert_every_clause_has_its_place(visitor, harbour)


def test_an_agreement_with_every_section_there_is_has_its_page_too(tmp_path: Path) -> None:
    root = replayed(tmp_path, v1=EVERYTHING.read_text(encoding="utf-8"))
    with visiting(root) as client:
        assert_every_clause_has_its_place(client, root)


def test_the_version_in_force_opens_and_says_its_title_its_day_and_its_hash(visitor: Client, harbour: Path) -> None:
    page = read(visitor, "/agreement/")
    version = bootstrap.snapshot(harbour).info.versions[-1]
    assert "How sales and marketing work together" in page.text
    assert "Version 1.1.0 , in force from 4 June 2025" in page.text
    assert "1.1.0 in force · 21 days · as of 25 Jun 2025 00:00" in page.text
    assert version.hash in page.text


def test_who_signs_is_said_and_no_signature_is_claimed(visitor: Client) -> None:
    page = read(visitor, "/agreement/")
    assert page.text.count("Signs this version · no signature recorded") == 3
    assert not re.search(r"\bsigned\b", page.text, re.IGNORECASE)


def test_sections_come_in_the_order_of_the_work(visitor: Client) -> None:
    html = visitor.get("/agreement/1.0.0/").content.decode()
    headings = re.findall(r'<h2 id="section-\d+">(.*?)</h2>', html)
    assert headings == (
        "Words|Fit and interest|The revenue cycle|Marketing owes sales|Sales owes marketing|Working hours|Consent"
    ).split("|")


def test_hostile_names_are_shown_as_they_are_written_and_do_nothing(visitor: Client) -> None:
    for address in ("/agreement/", "/agreement/1.0.0/?view=text", "/agreement/1.0.0/?view=tests"):
        answer = visitor.get(address)
        page = Page(answer.content.decode())
        assert "img" not in page.tags
        assert "<script>alert" not in answer.content.decode()
        assert not {"style", "onerror", "onclick"} & set(page.attributes)
        assert "style-src 'self'" in answer.headers["Content-Security-Policy"]
    page = read(visitor, "/agreement/")
    assert "<script>alert(1)</script>" in page.text
    assert "An explicit </p><img src=x onerror=alert(1)> request" in page.text


def test_names_from_right_to_left_leave_what_stands_beside_them_in_place(visitor: Client) -> None:
    assert '<bdi class="fw6">شركة الميناء</bdi>' in visitor.get("/agreement/").content.decode()


def test_a_clause_that_is_called_like_a_part_of_the_page_still_has_its_place(visitor: Client) -> None:
    page = read(visitor, "/agreement/")
    assert page.ids.count("main") == 1
    assert page.links.count("#main") > 1  # the skip link, and the clause in its margin
    assert "SAL. Recorded by a person as acceptance, from MQL." in page.text


# --- what came of a clause ------------------------------------------------------------------------------------------


def test_a_clause_says_how_often_it_was_kept_where_it_is_used_and_what_it_said_before(visitor: Client) -> None:
    speed = beside(visitor, "/agreement/", "sla.speed")
    assert "2025Q2 so far 1 met + 0 broken = 1" in speed
    assert "Until 1.0.0 From MQL to attempt: within 1 working hour; in 90 % of cases each month." in speed
    assert "Used in mql.callback" in beside(visitor, "/agreement/", "glossary.callback")
    assert "Decides on it J Joint" in beside(visitor, "/agreement/", "glossary.callback")


def test_a_clause_says_what_later_versions_made_of_it(visitor: Client) -> None:
    speed = beside(visitor, "/agreement/1.0.0/", "sla.speed")
    assert "From 1.1.0 on From MQL to attempt: within 2 working hours" in speed
    assert "From 1.1.0 on No such clause." in beside(visitor, "/agreement/1.0.0/", "sla.volume")


def test_entries_by_their_way_in_add_up_to_the_entries_of_the_stage(visitor: Client) -> None:
    html = visitor.get("/agreement/").content.decode()
    rows = re.findall(r'<tr(?: class="sum")?><th scope="row">(.*?)</th>(.*?)</tr>', html)
    counts = {Page(head).text: [int(n) for n in re.findall(r">(\d+)<", cells)] for head, cells in rows}
    ways = [counts["mql.callback"], counts["mql.fit"]]
    assert [sum(column) for column in zip(*ways, strict=True)] == counts["MQL, entries"]
    assert counts["mql.callback"][-1] == 1


def test_months_before_the_record_began_are_not_shown_as_if_nothing_had_happened(visitor: Client) -> None:
    page = read(visitor, "/agreement/")
    assert "Clause Jun All" not in page.text  # one month is no sum
    assert "/explain/entries/MQL/?period=2025-06&rows=by%20mql.callback" in page.links
    assert "2025-05" not in " ".join(page.links)


def test_a_number_opens_its_explanation(visitor: Client) -> None:
    assert "/explain/duty/sla.speed/instances/?period=2025-06" in read(visitor, "/agreement/").links


def test_another_period_is_told_when_it_is_asked_for(visitor: Client) -> None:
    assert "Clauses in use, June 2025 so far" in read(visitor, "/agreement/?period=2025-06").text
    assert "there are no figures for 2031Q1" in read(visitor, "/agreement/?period=2031Q1", 404).text


# --- versions -------------------------------------------------------------------------------------------------------


def test_versions_stand_on_one_line_without_gap(visitor: Client) -> None:
    page = read(visitor, "/agreement/")
    assert "1 Jan 2025 – 3 Jun 2025" in page.text
    assert "4 Jun 2025 – open" in page.text
    assert "Differs in" in page.text
    assert "/agreement/1.1.0/#sla.speed" in page.links
    assert "/agreement/1.0.0/#sla.volume" in page.links  # no longer in the later one


@pytest.mark.parametrize(
    ("day", "version", "said"),
    [
        ("2025-06-03", "1.0.0", "On 3 June 2025 version 1.0.0 held."),
        ("2025-06-04", "1.1.0", "On 4 June 2025 version 1.1.0 held."),
        ("2030-01-01", "1.1.0", "On 1 January 2030 version 1.1.0 will hold, as far as is agreed today."),
        ("1999-12-31", "1.0.0", "No version had begun on 31 December 1999. The first, 1.0.0, also rules"),
    ],
)
def test_a_day_leads_to_the_version_that_held_then(visitor: Client, day: str, version: str, said: str) -> None:
    answer = visitor.get("/agreement/", {"on": day})
    assert (answer.status_code, answer.headers["Location"]) == (302, f"/agreement/{version}/?on={day}")
    assert said in read(visitor, answer.headers["Location"]).text


@pytest.mark.parametrize("written", ["yesterday", "2025-02-30", "0001-01-01"])
def test_what_is_no_day_is_refused_beside_the_question(visitor: Client, written: str) -> None:
    page = read(visitor, f"/agreement/?on={written}", 400)
    assert written in page.text
    assert "held-error" in page.ids
    assert "Version 1.1.0" in page.text


def test_a_version_that_is_not_there_is_said_with_those_that_are(visitor: Client) -> None:
    assert (
        "there is no version 9.9.9 of this agreement: there is 1.0.0 and 1.1.0"
        in read(visitor, "/agreement/9.9.9/", 404).text
    )


# --- does the page match what runs ----------------------------------------------------------------------------------


def test_tests_say_their_verdict_and_why(visitor: Client) -> None:
    assert "1 of 1" in read(visitor, "/agreement/").text
    page = read(visitor, "/agreement/1.0.0/?view=tests")
    assert "1 of 2 tests pass" in page.text
    assert "Differs a page view is one too stage: expected MQL, got Lead" in page.text
    assert page.text.index("a page view is one too") < page.text.index("a demo form is an MQL")


def test_page_and_rules_share_one_text(visitor: Client) -> None:
    assert "Same page and rules share one text" in read(visitor, "/agreement/").text


# --- text and paper -------------------------------------------------------------------------------------------------


def test_the_text_has_a_number_on_every_line_and_leads_to_the_page(visitor: Client) -> None:
    page = read(visitor, "/agreement/1.0.0/?view=text")
    written = first_version().splitlines()
    assert [name for name in page.ids if re.fullmatch(r"L\d+", name)] == [f"L{n}" for n in range(1, len(written) + 1)]
    number = next(n for n, line in enumerate(written, 1) if "sla.speed" in line)
    html = visitor.get("/agreement/1.0.0/?view=text").content.decode()
    assert re.search(rf'id="L{number}">.*?href="/agreement/1.0.0/#sla.speed"', html)
    assert f"/agreement/1.0.0/?view=text#L{number}" in read(visitor, "/agreement/1.0.0/").links


def test_the_text_can_be_had_as_it_was_written_and_the_page_as_plain_text(visitor: Client, harbour: Path) -> None:
    answer = visitor.get("/agreement/1.0.0/?format=yaml")
    assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert answer.content.decode() == first_version()
    agreement = agreement_in(bootstrap.snapshot(harbour).agreement_texts()).versions[0]
    assert visitor.get("/agreement/1.0.0/?format=text").content.decode() == as_text(page_of(agreement))


@pytest.mark.parametrize("query", ["view=history", "format=pdf"])
def test_a_view_that_is_not_there_is_refused_with_those_that_are(visitor: Client, query: str) -> None:
    name, value = query.split("=")
    assert f"{name}: there is no '{value}' here: write" in read(visitor, f"/agreement/?{query}", 404).text


def test_paper_says_at_its_foot_which_version_it_is_and_which_page(visitor: Client, harbour: Path) -> None:
    answer = visitor.get("/agreement/1.1.0/print.css")
    assert answer.headers["Content-Type"] == "text/css; charset=utf-8"
    sheet = answer.content.decode()
    assert f"harbour/revenue 1.1.0 · SHA-256 {bootstrap.snapshot(harbour).info.versions[-1].hash[:16]}" in sheet
    assert 'counter(page) " of " counter(pages)' in sheet
    assert "size: A4" in sheet
    linked = '<link rel="stylesheet" media="print" href="/agreement/1.1.0/print.css">'
    assert linked in visitor.get("/agreement/").content.decode()
