"""Opens and clicks that a machine made are told from those of people."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detente.core.facts.machine import CLICK, HERD, OPEN, SEND, MailEvent, Sign, is_program, machine_made

SECOND = 1_000_000
START = 1_780_000_001_000_000  # not on a whole minute


def event(n: int, kind: str, after: float, who: str = "ann", **more: object) -> MailEvent:
    """Return an event of the spring mail, some seconds after the beginning."""
    return MailEvent(n, kind, who, "spring", START + int(after * SECOND), **more)


MACHINES = [
    "Mozilla/5.0",
    "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
    "Slackbot-LinkExpanding 1.0",
    "Mozilla/5.0 (X11; Linux x86_64) HeadlessChrome/119.0.0.0 Safari/537.36",
    "Microsoft Office Existence Discovery",
    "BarracudaCentral scan",
    "python-requests/2.32",
    "curl/8.5",
    "Java/17.0.1",
]
PEOPLE = [
    "Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)",
    "YahooMailProxy; https://help.yahoo.com/kb/yahoo-mail-proxy-SLN28749.html",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko)",
    "Mozilla/5.0 (Linux; Android 9; CUBOT NOTE) AppleWebKit/537.36 Chrome/119.0 Mobile Safari/537.36",
    "Microsoft Outlook 16.0.17126",
]


@pytest.mark.parametrize("agent", MACHINES)
def test_prefetchers_scanners_and_programs_are_machines(agent: str) -> None:
    assert is_program(agent)
    assert machine_made([event(1, OPEN, 900, agent=agent)]) == {1: Sign.AGENT}


@pytest.mark.parametrize("agent", PEOPLE)
def test_mail_programs_browsers_and_proxies_that_fetch_for_a_reader_are_people(agent: str) -> None:
    assert machine_made([event(1, OPEN, 900, agent=agent)]) == {}


def test_what_its_source_calls_automated_is_believed() -> None:
    assert machine_made([event(1, CLICK, 900, automated=True), event(2, CLICK, 950, automated=False)]) == {1: Sign.FLAG}


@pytest.mark.parametrize(("after", "machine"), [(-200, True), (-301, False), (0, True), (2, True), (2.1, False)])
@pytest.mark.parametrize("kind", [OPEN, CLICK])
def test_nobody_reads_a_mail_within_two_seconds_or_before_it_was_sent(kind: str, after: float, machine: bool) -> None:
    found = machine_made([event(1, SEND, 0), event(2, kind, after)])
    assert found == ({2: Sign.AT_ONCE} if machine else {})


def test_a_mail_sent_twice_is_judged_by_the_sending_before() -> None:
    assert machine_made([event(1, SEND, 0), event(2, SEND, 1_000), event(3, CLICK, 999.5)]) == {}


@pytest.mark.parametrize(("apart", "machine"), [(0, True), (2, True), (2.1, False)])
def test_nobody_follows_two_links_of_a_mail_within_two_seconds(apart: float, machine: bool) -> None:
    found = machine_made([event(1, CLICK, 600, url="/a"), event(2, CLICK, 600 + apart, url="/b")])
    assert found == ({1: Sign.LINKS, 2: Sign.LINKS} if machine else {})


def test_a_double_click_is_a_person() -> None:
    assert machine_made([event(1, CLICK, 600, url="/a"), event(2, CLICK, 600.2, url="/a")]) == {}


def test_two_people_who_follow_different_links_in_one_moment_are_people() -> None:
    assert machine_made([event(1, CLICK, 600, url="/a"), event(2, CLICK, 600, "bob", url="/b")]) == {}


@pytest.mark.parametrize(("people", "company", "machine"), [
    (HERD, "acme.example", True), (HERD - 1, "acme.example", False), (HERD, None, False)
])  # fmt: skip
def test_half_a_company_does_not_click_in_one_moment(people: int, company: str | None, machine: bool) -> None:
    clicks = [event(n, CLICK, 600 + n / 4, f"p{n}", url="/a", company=company) for n in range(people)]
    assert set(machine_made(clicks)) == (set(range(people)) if machine else set())


def test_one_person_clicking_often_is_no_herd() -> None:
    assert machine_made([event(n, CLICK, 600 + n / 10, url="/a", company="acme.example") for n in range(9)]) == {}


def test_times_rounded_to_the_minute_prove_nothing() -> None:
    minute = START // (60 * SECOND) * 60 * SECOND
    rounded = [
        replace(event(n, kind, 0, f"p{n // 3}", url=f"/{n}", company="acme.example"), at=minute)
        for n, kind in enumerate([SEND, OPEN, CLICK] * HERD)
    ]
    assert machine_made(rounded) == {}


def test_without_a_mail_only_flag_and_agent_tell() -> None:
    events = [
        event(1, SEND, 0),
        event(2, CLICK, 0, url="/a"),
        event(3, CLICK, 0, url="/b"),
        event(4, OPEN, 0, agent="curl/8"),
    ]
    assert machine_made(replace(each, mail=None) for each in events) == {4: Sign.AGENT}


mails = st.lists(
    st.builds(
        MailEvent,
        st.just(0), st.sampled_from([OPEN, CLICK, SEND]), st.sampled_from(["a", "b", "c", "d", "e", "f"]),
        st.sampled_from(["spring", "autumn", None]),
        st.integers(0, 12).map(lambda n: START + n * SECOND // 2), st.sampled_from(["acme.example", None]),
        st.sampled_from(["/a", "/b", None]), st.sampled_from(["curl/8", "Outlook", None]),
        st.sampled_from([None, None, False, True]),
    ), max_size=25,
).map(lambda events: [replace(each, id=n) for n, each in enumerate(events)])  # fmt: skip


@given(mails, st.randoms(use_true_random=False))
def test_what_is_recognised_never_depends_on_the_order_of_arrival(events: list[MailEvent], chance: object) -> None:
    shuffled = list(events)
    chance.shuffle(shuffled)
    assert machine_made(shuffled) == machine_made(events)


@given(mails)
def test_a_sending_is_never_recognised_as_an_open_or_a_click(events: list[MailEvent]) -> None:
    assert not {each.id for each in events if each.kind == SEND} & set(machine_made(events))


@given(mails, st.integers(0, 24))
def test_more_knowledge_of_clicks_never_clears_one(events: list[MailEvent], cut: int) -> None:
    clicks = [each for each in events if each.kind == CLICK]
    assert set(machine_made(clicks[:cut])) <= set(machine_made(clicks))
