"""A lead's page: clocks as of now, why it is where it is, what is missing, what is allowed; for any agreement."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client, override_settings

from detente import bootstrap
from detente.app.queries import lead_story as story_module
from detente.app.queries.agreement_in import agreement_in, instant_in
from detente.app.queries.lead_clocks import lead_clocks
from detente.app.queries.lead_story import REPLAYED, LeadStory, lead_story
from detente.app.queries.published import published_result
from detente.core.replay.interpreter import replay
from detente.web.settings import web_settings

AGREEMENT = """agreement: quay/revenue
language: 1
version: 1.0.0
effective: 2025-01-01
timezone: Europe/Berlin
currency: EUR
parties: {marketing: {signs: m@quay.example}, sales: {signs: s@quay.example}}
default_calendar: DE
calendars: {DE: {timezone: Europe/Berlin, open: {mon-fri: "09:00-18:00"}}}
glossary:
  callback: {means: An explicit request to talk, is: any(form_submit where form == 'demo')}
  attempt: {means: A personal try, is: touch where direction == 'out' and automated == false}
personas: [{id: persona.captain, name: Captain, is: "company.employees >= 100", wants: Calm seas, objects: Price}]
fit:
  points:
    - {id: fit.size, when: company.employees >= 50, points: 50}
    - {id: fit.place, when: "company.country == 'DE'", points: 20}
  grades: {A: 50, B: 0}
score:
  - {id: score.page, event: page_view, points: 10, cap: 20, expires: 30d}
  - {id: score.webinar, event: webinar_attend, points: 25, expires: 5d}
stages:
  Lead: {id: stage.lead, owner: marketing, basis: computed, enter: {when: person.email is known}}
  MQL:
    id: stage.mql
    owner: marketing
    basis: computed
    enter:
      from: [Lead, Recycled]
      when:
        all:
          - not person.role == 'student'
          - any:
              - {id: mql.callback, is: "callback and grade == 'A'"}
              - {id: mql.score, is: "score >= 65 and grade == 'A'"}
  SAL: {id: stage.sal, owner: sales, basis: recorded, enter: {from: [MQL], event: lead_accept}}
  SQL:
    id: stage.sql
    owner: sales
    basis: recorded
    enter: {from: [SAL], event: lead_qualify, require: sales.budget is known}
  Recycled:
    id: stage.recycled
    owner: marketing
    basis: recorded
    exit: true
    resets: behaviour
    enter: {from: [MQL, SAL], event: lead_recycle, require: reason in @recycle}
dispositions: {recycle: {not_now: {points_at: timing}}}
routing: [{id: route.rest, otherwise: true, to: pool.quay, calendar: DE}]
pools: {pool.quay: {members: [cem@quay.example, dora@quay.example], daily: 12}}
sla:
  - id: sla.speed
    owes: sales
    to: marketing
    clock: {start: MQL, stop: attempt, hours: business, void_on: unsubscribe}
    target: [{when: callback, within: 1bh}, {otherwise: true, within: 4bh}]
    objective: 0.90
    period: month
    alert: [{at: 75% of target, to: owner}]
    escalate: [{at: 200% of target, to: sales_manager}]
  - {id: sla.reason, owes: sales, to: marketing, at: [Recycled], require: reason in @recycle}
consent:
  - {id: consent.stop, when: any(unsubscribe), forbid: [email, call]}
  - id: consent.de
    when: company.country == 'DE'
    require: {email: "any(consent_given where purpose == 'email')", call: callback}
"""

BARE = """agreement: pier/revenue
language: 1
version: 1.0.0
effective: 2025-01-01
timezone: UTC
parties: {marketing: {signs: m@pier.example}, sales: {signs: s@pier.example}}
stages:
  Visitor: {id: stage.visitor, owner: marketing, basis: computed, enter: {when: any(page_view)}}
  "Guest <b>": {id: stage.guest, owner: sales, basis: recorded, enter: {from: [Visitor], event: lead_accept}}
sla:
  - id: sla.greet
    owes: sales
    to: marketing
    clock: {start: Visitor, stop: touch, hours: elapsed}
    target: [{otherwise: true, within: 2h}]
"""

MAPPING = """mapping: 1
source: crm
timezone: Europe/Berlin
files:
  companies:
    file: "companies*.csv"
    subject: account
    record: Id
    facts:
      - enrich: {company.name: Name}
        occurred_at: Created
  people:
    file: "people*.csv"
    subject: person
    record: Id
    account: Company
    facts:
      - enrich:
          person.name: Name
          person.email: {column: Email, as: email}
          person.title: Title
          company.employees: {column: Employees, as: number}
          company.country: Country
        occurred_at: Created
  events:
    file: "events*.csv"
    subject: person
    record: Person
    facts:
      - kind:
          column: Kind
          map:
            page_view: page_view
            form_submit: form_submit
            webinar_attend: webinar_attend
            touch: touch
            assign: assign
            lead_recycle: lead_recycle
            unsubscribe: unsubscribe
            consent_given: consent_given
            email_click: email_click
        source_id: Id
        occurred_at: At
        payload:
          page: Page
          form: Form
          channel: Channel
          direction: Direction
          automated: {value: false}
          to: To
          reason: Reason
          purpose: Purpose
          user_agent: Agent
"""
PEOPLE = """Id,Name,Email,Title,Employees,Country,Company,Created
P1,Ada Berg,ada@acme.example,Harbour master,120,DE,C1,2025-06-02 09:00
P2,<script>alert(1)</script>,ben@small.example,,,,,2025-06-02 09:30
P3,,eva@acme.example,Pilot,120,DE,C1,2025-06-02 09:40
"""
COMPANIES = """Id,Name,Created
C1,Acme & Sons,2025-06-01 09:00
"""
EVENTS = """Id,Person,Kind,Page,Form,Channel,Direction,To,Reason,Purpose,At,Agent
E1,P1,webinar_attend,,,,,,,,2025-06-02 10:00,
E2,P1,form_submit,,demo,,,,,,2025-06-03 10:05,
E3,P1,assign,,,,,dora@quay.example,,,2025-06-03 10:10,
E4,P1,touch,,,call,out,,,,2025-06-03 10:25,
E5,P1,lead_recycle,,,,,,not_now,,2025-06-05 16:00,
E6,P1,page_view,pricing,,,,,,,2025-06-06 08:00,
E7,P1,form_submit,,demo,,,,,,2025-06-10 10:00,
E8,P1,assign,,,,,cem@quay.example,,,2025-06-10 10:07,
E9,P2,page_view,home,,,,,,,2025-06-04 10:00,
E10,P2,unsubscribe,,,,,,,,2025-06-05 11:00,
E11,P3,consent_given,,,,,,,email,2025-06-02 09:45,
E12,P3,email_click,,,,,,,,2025-06-02 11:00,curl/8.5
"""
AS_OF = "2025-06-10 10:30"


def made(root: Path, agreement: str) -> Path:
    """Make a workspace of these few people, replayed."""
    for folder in ("agreements", "exports", "mappings"):
        (root / folder).mkdir()
    (root / "detente.toml").write_text('[workspace]\nname = "Quay"\n')
    (root / "agreements" / "v1.yaml").write_text(agreement, encoding="utf-8")
    (root / "mappings" / "crm.yaml").write_text(MAPPING, encoding="utf-8")
    (root / "exports" / "companies.csv").write_text(COMPANIES, encoding="utf-8")
    (root / "exports" / "people.csv").write_text(PEOPLE, encoding="utf-8")
    (root / "exports" / "events.csv").write_text(EVENTS, encoding="utf-8")
    bootstrap.import_files(root, Path("mappings/crm.yaml"), [root / "exports"], lambda _: None)
    bootstrap.replay(root, AS_OF, lambda *_: None)
    return root


@pytest.fixture(scope="module")
def quay(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace with three people, at half past ten on a Tuesday."""
    return made(tmp_path_factory.mktemp("quay"), AGREEMENT)


@pytest.fixture(scope="module")
def pier(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same people under an agreement without persona, fit, score, consent and calendars."""
    return made(tmp_path_factory.mktemp("pier"), BARE)


def visiting(root: Path) -> Iterator[Client]:
    screens = web_settings(root, ["testserver"])
    bootstrap.open_for_screens(root, screens)
    screens["INSTALLED_APPS"] = ["detente.store", *screens["INSTALLED_APPS"]]
    settings.SECRET_KEY = screens.pop("SECRET_KEY")  # where another test opened a database, there is none to return to
    with override_settings(**screens):
        yield Client()


@pytest.fixture
def visitor(quay: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Client]:
    """Somebody who opens the quay's screens at 10:33, three minutes after the snapshot."""
    at(quay, "2025-06-10 10:33", monkeypatch)
    yield from visiting(quay)


@pytest.fixture
def passer_by(pier: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Client]:
    """Somebody who opens the pier's screens."""
    at(pier, "2025-06-10 10:33", monkeypatch)
    yield from visiting(pier)


def at(root: Path, written: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Set the clock on the wall."""
    instant = instant_in(agreement_in(bootstrap.snapshot(root).agreement_texts()), written, "now")
    monkeypatch.setattr(bootstrap, "clock", lambda: instant)


class Page(HTMLParser):
    """What a browser makes of a page: tags, attributes, ids, links, and the text a person reads."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.html = html
        self.tags: list[str] = []
        self.attributes: list[str] = []
        self.ids: list[str] = []
        self.links: list[str] = []
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


def read(visitor: Client, address: str, status: int = 200, by: str = "") -> Page:
    """Return a page; `by`: what asks for it, where it is not somebody who opens it."""
    answer = visitor.get(address, headers={"HX-Request": "true"} if by == "htmx" else {})
    assert answer.status_code == status, answer.content[:500]
    return Page(answer.content.decode())


def card(page: Page, title: str) -> str:
    """Return the text of the card with a heading."""
    found = re.search(rf'<section class="c"[^>]*aria-labelledby="{title}-title">(.*?)</section>', page.html, re.S)
    assert found is not None, title
    return Page(found[1]).text


def story(root: Path, ref: str, at: str | None = None) -> LeadStory:
    return lead_story(bootstrap.snapshot(root), ref, at)


def address(root: Path, ref: str) -> str:
    return f"/leads/{story(root, ref).person}/"


# --- clocks ---------------------------------------------------------------------------------------------------------


def test_a_running_clock_says_what_is_left_whose_time_it_was_and_whom_it_tells_next(
    visitor: Client, quay: Path
) -> None:
    page = read(visitor, address(quay, "crm:P1"))
    assert "27 m left" in page.text
    assert "Attempt due 11:00 sla.speed" in page.text
    assert "7 m waiting for an owner" in page.text
    assert "26 m with cem@quay.example" in page.text
    assert "of 1 h (callback) · reminder to owner 10:45 · Mon–Fri 09:00–18:00 (DE)" in page.text


def test_it_is_said_that_facts_end_with_the_snapshot_while_time_goes_on(visitor: Client, quay: Path) -> None:
    page = read(visitor, address(quay, "crm:P1"))
    assert "Time as of 10 Jun 2025 10:33; facts as of 10 Jun 2025 10:30" in page.text


@pytest.mark.parametrize(
    ("now", "chip", "kind"),
    [
        ("2025-06-10 10:50", "10 m left", "open"),
        ("2025-06-10 11:49", "49 m over", "broken"),
        ("2025-06-10 20:00", "7 h over", "broken"),
    ],
)
def test_a_clock_is_amber_from_its_alert_and_red_past_its_due_by_open_hours_alone(
    visitor: Client, quay: Path, monkeypatch: pytest.MonkeyPatch, now: str, chip: str, kind: str
) -> None:
    at(quay, now, monkeypatch)
    page = read(visitor, address(quay, "crm:P1"))
    assert re.search(rf'<span class="st {kind}">.*?{chip}</span>', page.html)


def test_an_open_page_asks_for_its_clocks_again_and_gets_them_alone(visitor: Client, quay: Path) -> None:
    where = address(quay, "crm:P1")
    assert f'hx-get="{where}clocks/" hx-trigger="every 30s"' in read(visitor, where).html
    alone = read(visitor, f"{where}clocks/", by="htmx")
    assert "27 m left" in alone.text
    assert "html" not in alone.tags
    opened = read(visitor, f"{where}clocks/")
    assert "html" in opened.tags
    assert "Clocks that ended" in opened.text


def test_a_due_time_that_came_in_the_last_half_minute_is_said_once(
    visitor: Client, quay: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    where = f"{address(quay, 'crm:P1')}clocks/"
    said = {}
    for now in ("10:44:50", "10:45:10", "10:45:40", "11:00:05"):
        at(quay, f"2025-06-10 {now}", monkeypatch)
        alone = read(visitor, where, by="htmx")
        found = re.search(r'<p [^>]*role="status"[^>]*>(.*?)</p>', alone.html)
        said[now] = "" if found is None else found[1]
    assert said == {
        "10:44:50": "",
        "10:45:10": "attempt: reminder to owner: 75% of target",
        "10:45:40": "",
        "11:00:05": "attempt: due now",
    }


def test_what_waits_for_an_owner_and_what_lies_with_one_add_up_to_what_is_used(quay: Path) -> None:
    told = story(quay, "crm:P1")
    for clock in lead_clocks(told, told.at).running:
        assert sum(each.micros for each in clock.segments) == clock.row.used_us
        assert clock.countdown is not None
        assert clock.countdown.used + clock.countdown.left == clock.row.target_us


def test_clocks_that_ended_say_what_ended_them_and_checks_stand_beside(visitor: Client, quay: Path) -> None:
    page = read(visitor, f"{address(quay, 'crm:P1')}clocks/")
    assert "20 m of 1bh 5 m Call to the lead" in card(page, "ended")
    assert "sla.reason sales owes marketing Met" in card(page, "checks")


# --- for the call ---------------------------------------------------------------------------------------------------


def test_the_brief_tells_who_it_is_what_was_before_who_else_is_there_and_what_sales_lacks(
    visitor: Client, quay: Path
) -> None:
    told = card(read(visitor, address(quay, "crm:P1")), "call")
    assert "Harbour master , Acme & Sons , DE · 120 people" in told
    assert "Captain persona.captain wants Calm seas , objects to Price" in told
    assert "MQL on 3 Jun 2025; Recycled on 5 Jun 2025, not now" in told
    assert "eva@acme.example , Pilot" in told
    assert "budget: not recorded yet" in told


def test_each_channel_says_whether_it_may_be_used_and_by_which_fact(visitor: Client, quay: Path) -> None:
    asked = card(read(visitor, address(quay, "crm:P1")), "call")
    assert "Call Demo form, 10 Jun 2025 10:00 consent.de" in asked
    assert "No email it needs: there is a given consent" in asked
    agreed = card(read(visitor, address(quay, "crm:P3")), "call")
    assert "Email Consent given: email, 2 Jun 2025 09:45 consent.de" in agreed
    assert "No call it needs: callback consent.de" in agreed
    stopped = card(read(visitor, address(quay, "crm:P2")), "call")
    assert "No email Unsubscribed, 5 Jun 2025 11:00 consent.stop" in stopped


# --- why ------------------------------------------------------------------------------------------------------------


def test_the_reason_for_a_stage_names_the_way_in_and_how_far_the_others_were(visitor: Client, quay: Path) -> None:
    told = card(read(visitor, address(quay, "crm:P1")), "why")
    assert told.startswith("Why this is an MQL")
    assert "an explicit request to talk and the grade is A" in told
    assert "mql.callback" in told
    assert "other way in: the score is at least 65 and the grade is A · 1 of 2 hold mql.score" in told
    assert "MQL no. 2, from Recycled · agreement 1.0.0 · happened 10 Jun 2025 10:00, known then" in told


def test_what_hinges_on_the_unknown_says_what_would_turn_it(visitor: Client, quay: Path) -> None:
    told = card(read(visitor, address(quay, "crm:P1")), "why")
    assert "Hinges on what is unknown. It could turn if it were known that person.role == 'student'" in told


def test_every_entry_opens_its_own_reason(visitor: Client, quay: Path) -> None:
    where = address(quay, "crm:P1")
    entries = story(quay, "crm:P1").result.entries
    assert [link for link in read(visitor, where).links if link.endswith("#why")] == [
        f"{where}?entry={number}#why" for number in range(len(entries), 0, -1)
    ]
    told = card(read(visitor, f"{where}?entry=3"), "why")
    assert "Why this was a Recycled" in told
    assert "Because it was recorded: Sent back: not now , 5 Jun 2025 16:00" in told
    assert "why it was an MQL" in told
    assert "there is no entry 9" in read(visitor, f"{where}?entry=9", 404).text


def test_what_is_missing_for_the_next_stage_is_listed(visitor: Client, quay: Path) -> None:
    lead = card(read(visitor, address(quay, "crm:P2")), "further")
    assert "MQL" in lead
    assert "holds not person.role == 'student'" in lead
    assert "does not hold grade == 'A'" in lead
    handed = card(read(visitor, address(quay, "crm:P1")), "further")
    assert "SAL" in handed
    assert "Recycled with the reason is one of those agreed for returning a lead" in handed


# --- interest and fit -----------------------------------------------------------------------------------------------


def test_the_points_of_interest_and_fit_are_those_of_the_replay(visitor: Client, quay: Path) -> None:
    page, told = read(visitor, address(quay, "crm:P1")), story(quay, "crm:P1")
    interest, fit = card(page, "interest"), card(page, "fit")
    assert told.result.state.score == 10
    assert "Pricing page · until 6 Jul 2025 +10" in interest
    assert "score.page +10: 10 in all" in interest
    assert "Counts from 5 Jun 2025, when it was reset" in interest
    assert "Score from 5 Jun to 10 Jun: highest 10, 65 for MQL not reached, 10 now" in page.html
    assert f"grade {told.result.state.grade}" in fit
    assert "+50" in fit
    assert fit.endswith("70 A from 50 · B from 0")


# --- then, and any lead ---------------------------------------------------------------------------------------------


def test_the_story_can_be_told_as_of_then(visitor: Client, quay: Path) -> None:
    where = address(quay, "crm:P1")
    page = read(visitor, f"{where}?at=2025-06-03+10:20")
    assert "As of 3 Jun 2025 10:20" in page.text
    assert "45 m left" in page.text
    assert "MQL no. 1, from Lead" in page.text
    assert "hx-trigger" not in page.attributes
    assert f"{where}timeline/?at=2025-06-03+10%3A20" in page.links
    assert "at: '2025-13-03'" in read(visitor, f"{where}?at=2025-13-03", 404).text
    assert "knows nothing after 2025-06-10 10:30" in read(visitor, f"{where}?at=2030-01-01", 404).text


def test_one_lead_has_one_address(visitor: Client, quay: Path) -> None:
    where = address(quay, "crm:P1")
    for ref in ("ada@acme.example", "crm:P1"):
        answer = visitor.get(f"/leads/{ref}/?at=2025-06-05")
        assert (answer.status_code, answer["Location"]) == (302, f"{where}?at=2025-06-05")
    assert "nobody is known as" in read(visitor, "/leads/nobody/", 404).text


def test_the_timeline_and_the_values_are_told_in_words_the_newest_first(visitor: Client, quay: Path) -> None:
    where = address(quay, "crm:P1")
    facts = card(read(visitor, f"{where}timeline/"), "facts")
    assert facts.index("Assigned: cem@quay.example") < facts.index("Demo form") < facts.index("Sent back: not now")
    assert f"1–{len(story(quay, 'crm:P1').facts)} of" in facts
    assert "Left out" not in facts
    scanned = card(read(visitor, f"{address(quay, 'crm:P3')}timeline/"), "facts")
    assert "Left out: 1 open or click by machines (a scanner's or a program's name: 1)." in scanned
    values = card(read(visitor, f"{where}values/"), "values")
    assert "person.title Harbour master – crm" in values
    assert "there is no page 2" in read(visitor, f"{where}timeline/?page=2", 404).text
    assert "is no number" in read(visitor, f"{where}timeline/?page=x", 404).text


def test_nothing_that_people_wrote_becomes_part_of_the_page(visitor: Client, quay: Path) -> None:
    for path in ("", "timeline/", "values/", "clocks/"):
        page = read(visitor, f"{address(quay, 'crm:P2')}{path}")
        assert "<script>alert(1)</script>" in page.text
        assert "<script>alert(1)" not in page.html
        assert not {"style", "onclick", "onload"} & set(page.attributes)
        assert len(page.ids) == len(set(page.ids))
        assert all("src=" in tag for tag in re.findall(r"<script[^>]*>", page.html))
        assert "style" not in page.tags


def test_an_agreement_without_persona_fit_score_and_consent_has_a_page_all_the_same(
    passer_by: Client, pier: Path
) -> None:
    page = read(passer_by, address(pier, "crm:P3"))
    assert "eva@acme.example" in page.text
    assert "Why this lead is in no stage" in page.text
    assert "This agreement has no consent rules" in page.text
    assert 'id="interest-title"' not in page.html
    assert 'id="fit-title"' not in page.html
    guest = read(passer_by, address(pier, "crm:P2"))
    assert "Guest <b>" in guest.text
    assert "Why this is a Visitor" in guest.text
    assert re.search(r'<span class="st broken">.*? over</span>', guest.html)
    assert "all hours" in guest.text


def test_a_lead_of_many_facts_is_read_as_it_was_published(
    visitor: Client, quay: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    where, replayed = address(quay, "crm:P1"), story(quay, "crm:P1")
    monkeypatch.setattr(story_module, "REPLAYED", 0)
    read_back = story(quay, "crm:P1")
    assert (read_back.result, read_back.why_not) == (replayed.result, replayed.why_not)
    assert "27 m left" in read(visitor, where).text


def test_published_rows_say_what_a_replay_says(quay: Path) -> None:
    snapshot = bootstrap.snapshot(quay)
    for row in snapshot.rows("state"):
        told = story(quay, row["person"])
        assert len(told.facts) <= REPLAYED
        facts = snapshot.facts(row["person"])
        said = replay(told.timeline, facts, told.at)
        bare = replace(said, entries=tuple(replace(entry, because=()) for entry in said.entries))
        assert published_result(snapshot, row["person"], ()) == bare


def test_a_lead_without_a_name_or_an_address_is_called_the_same_in_the_list_and_on_its_page(tmp_path: Path) -> None:
    root = made(tmp_path, BARE)
    (root / "exports" / "people.csv").write_text(f"{PEOPLE}P4,,,Pilot,,,,2025-06-02 09:50\n", encoding="utf-8")
    bootstrap.import_files(root, Path("mappings/crm.yaml"), [root / "exports"], lambda _: None)
    bootstrap.replay(root, AS_OF, lambda *_: None)
    for visitor in visiting(root):
        listed = visitor.get("/leads/").content.decode()
        person, name = re.findall(r'href="/leads/([^/"]+)/[^"]*"><bdi>([^<]*P4)</bdi>', listed)[0]
        assert name == "crm:P4"
        assert f"<h1><bdi>{name}</bdi>" in visitor.get(f"/leads/{person}/").content.decode()
