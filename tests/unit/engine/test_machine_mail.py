"""Machine-made opens and clicks on the line: set aside with whose they are, and out of every history."""

from __future__ import annotations

import json

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detente.core.facts.machine import MailEvent, machine_made
from detente.core.facts.schema import FACT_COLUMNS
from detente.core.identity.keys import company_key
from detente.engine.landed import finished_loads, landed_facts, landed_links, order_of_landing
from detente.engine.machine_mail import machine_signs
from detente.engine.matches import NO_PAIRS
from detente.engine.profiles import profile_tables
from detente.engine.timeline import history_tables, known_tables

SECOND = 1 / 3_600
LATER = 1_790_000_000_000_000
ODD = 17 * SECOND  # not on a whole minute


def known(landed, as_of: int = LATER):
    loads = finished_loads(landed.root)
    raw = {"landed_facts": landed_facts(landed.root, loads), "landed_links": landed_links(landed.root, loads)}
    return known_tables({**raw, "loads": order_of_landing(loads)}, as_of)


def signs(tables) -> dict[str, str]:
    unused = tables["unused"]
    return dict(zip(unused.column("source_id").to_pylist(), unused.column("sign").to_pylist(), strict=True))


@pytest.fixture
def mail(fact):
    def made(kind: str, number: str, after: float, who: str = "web:7", **payload):
        about = {"message": "m1"} | payload
        return fact(kind, ODD + after * SECOND, who, about, source_id=number)

    return made


def test_what_machines_did_is_out_of_the_facts_and_says_why(landed, mail) -> None:
    landed.load(
        mail("email_send", "s", 0),
        mail("email_click", "scan", 1, url="/a"),
        mail("email_open", "proxy", 30, user_agent="Mozilla/5.0"),
        mail("email_click", "told", 60, url="/a", automated=True),
        mail("email_click", "links-1", 90, url="/a"),
        mail("email_click", "links-2", 91, url="/b"),
        mail("email_click", "person", 200, url="/b"),
    )
    tables = known(landed)
    assert signs(tables) == {
        "scan": "at-once", "proxy": "agent", "told": "flag", "links-1": "links", "links-2": "links"
    }  # fmt: skip
    assert sorted(tables["facts"].column("source_id").to_pylist()) == ["person", "s"]


def test_a_campaign_stands_for_the_mail_where_there_is_no_message(landed, fact) -> None:
    landed.load(
        fact("email_send", ODD, "web:7", {"campaign": "spring"}, source_id="s"),
        fact("email_click", ODD + SECOND, "web:7", {"campaign": "spring"}, source_id="mine"),
        fact("email_click", ODD + SECOND, "web:7", {"campaign": "autumn"}, source_id="other"),
        fact("email_click", ODD + SECOND, "crm:7", {"campaign": "spring"}, source_id="elsewhere"),
    )
    assert signs(known(landed)) == {"mine": "at-once"}


@pytest.mark.parametrize(("domain", "found"), [("acme.example", 5), ("gmail.com", 0)])
def test_a_herd_is_known_by_the_companys_domain(landed, mail, email, domain: str, found: int) -> None:
    landed.load(*(email(f"web:{n}", f"p{n}@{domain}") for n in range(5)))
    landed.load(*(mail("email_click", f"c{n}", 600 + n / 5, f"web:{n}", url="/a") for n in range(5)))
    assert list(signs(known(landed)).values()) == ["herd"] * found


def test_only_what_is_known_by_then_is_judged(landed, mail) -> None:
    landed.load(mail("email_click", "c1", 90, url="/a"), mail("email_click", "c2", 91, url="/b"))
    first = landed_facts(landed.root, finished_loads(landed.root)).column("known_at").to_pylist()[0]
    assert signs(known(landed, as_of=first)) == {}


def test_the_order_of_loads_does_not_matter(landed, kept, mail) -> None:
    rows = [
        mail("email_send", "s", 0),
        mail("email_click", "a", 1, url="/a"),
        mail("email_click", "b", 90, url="/a"),
        mail("email_click", "c", 91, url="/b"),
    ]
    landed.load(*rows)
    for row in reversed(rows):
        kept.load(row)
    assert signs(known(landed)) == signs(known(kept)) == {"a": "at-once", "b": "links", "c": "links"}


def test_a_lead_keeps_what_a_machine_did_in_its_name(landed, mail, email) -> None:
    from detente.engine.identity import identity_tables
    from detente.store.identity_log import open_identity_log

    landed.load(email("web:7", "ann@acme.example"), mail("email_click", "told", 60, automated=True))
    tables = known(landed)
    tables |= profile_tables(tables) | {"pairs": NO_PAIRS}
    tables |= identity_tables(tables, open_identity_log(landed.root / "detente.db"), LATER)
    tables |= history_tables(tables)
    (row,) = tables["set_aside"].to_pylist()
    assert (row["why"], row["sign"], row["kind"]) == ("machine", "flag", "email_click")
    assert row["person"] == tables["persons"].column("person").to_pylist()[0]


def test_facts_without_mail_need_no_judging(landed, fact) -> None:
    landed.load(fact("touch", 1, "crm:1"))
    assert machine_signs(known(landed)["facts"]).null_count == 1


ARROW = {"string": pa.string(), "int64": pa.int64(), "double": pa.float64(), "bool": pa.bool_()}
BEGUN = 1_780_000_030_000_000
domains = {"r0": "acme.example", "r1": "ACME.example", "r2": "gmail.com", "r3": "acme.example", "r4": "acme.example"}
domains |= {"r5": "acme.example", "r6": "acme.example"}
times = st.integers(0, 12).map(lambda n: n * 500_000) | st.integers(0, 800).map(lambda n: n * 1_000_000)
happenings = st.lists(
    st.tuples(
        st.sampled_from(["email_open", "email_click", "email_click", "email_send"]),
        st.sampled_from(sorted(domains)),
        times,
        st.sampled_from([{"campaign": "a"}, {"campaign": "b"}, {}]),
        st.sampled_from([{}, {}, {"automated": True}, {"user_agent": "curl/8"}, {"url": "/a"}, {"url": "/b"}]),
    ),
    max_size=30,
)


@settings(max_examples=30)
@given(happenings)
def test_what_is_left_out_before_judging_could_not_have_been_found(fact, happened) -> None:
    told = [fact("enrich", 0, f"web:{who}", {"person.email": f"{who}@{domain}"}) for who, domain in domains.items()] + [
        fact(kind, 0, f"web:{who}", {**mail, **more}, source_id=str(n)) | {"occurred_at": BEGUN + at}
        for n, (kind, who, at, mail, more) in enumerate(happened)
    ]
    schema = pa.schema([(column.name, ARROW[column.type]) for column in FACT_COLUMNS])
    facts = pa.Table.from_pylist(told, schema=schema)
    every = [
        MailEvent(
            row, each["kind"], each["record"], each["campaign"], each["occurred_at"],
            company_key(domains[each["record"]]), each["url"],
            json.loads(each["extra"])["user_agent"] if each["extra"] else None, each["automated"],
        )
        for row, each in enumerate(told) if each["kind"] != "enrich"
    ]  # fmt: skip
    signs = machine_signs(facts).to_pylist()
    assert {row: sign for row, sign in enumerate(signs) if sign} == machine_made(every)
