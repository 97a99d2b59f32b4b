"""Who is one person and who works where, out of landed facts and links."""

from __future__ import annotations

from pathlib import Path

import pytest

from detente.engine.flow import STEPS
from detente.engine.identity import identity_tables
from detente.engine.landed import finished_loads, landed_facts, landed_links, order_of_landing
from detente.engine.matches import NO_PAIRS
from detente.engine.profiles import profile_tables
from detente.engine.timeline import known_tables
from detente.store.identity_log import open_identity_log

LATER = 1_790_000_000_000_000


def known(root: Path, as_of: int = LATER):
    loads = finished_loads(root)
    landed = {"landed_facts": landed_facts(root, loads), "landed_links": landed_links(root, loads)}
    tables = known_tables({**landed, "loads": order_of_landing(loads)}, as_of)
    return tables | profile_tables(tables) | {"pairs": NO_PAIRS}


def identity(root: Path, as_of: int = LATER):
    tables = known(root, as_of)
    return identity_tables(tables, open_identity_log(root / "detente.db"), as_of)


@pytest.fixture
def people(landed, rows):
    """Return what gives, for each person, the records and the rule of each."""

    def found(as_of: int = LATER) -> list[dict[str, str]]:
        by_id: dict[str, dict[str, str]] = {}
        persons = identity(landed.root, as_of)["persons"]
        for person, source, record, rule in rows(persons, ["person", "source", "record", "rule"]):
            by_id.setdefault(person, {})[f"{source}:{record}"] = rule
        return sorted(by_id.values(), key=sorted)

    return found


def test_a_cross_system_id_joins_two_records(landed, people, fact, link) -> None:
    landed.load(fact("page_view", 0, "web:7"), fact("touch", 1, "crm:1"), link("crm:1", "same_as", "web:7"))
    assert people() == [{"crm:1": "own", "web:7": "same_as"}]


def test_the_same_address_joins_two_records_however_it_is_written(landed, people, email) -> None:
    landed.load(email("crm:1", "Ann@Harbour.example"), email("web:7", " ann@harbour.EXAMPLE "))
    assert people() == [{"crm:1": "own", "web:7": "email"}]


def test_an_address_joins_people_also_after_one_of_them_changed_it(landed, people, email) -> None:
    landed.load(email("crm:1", "ann@harbour.example", 0), email("crm:1", "ann@quay.example", 5))
    landed.load(email("web:7", "ann@harbour.example", 9))
    assert people() == [{"crm:1": "own", "web:7": "email"}]


def test_a_role_mailbox_joins_nobody(landed, people, email) -> None:
    landed.load(email("crm:1", "info@harbour.example"), email("web:7", "info@harbour.example"))
    assert people() == [{"crm:1": "own"}, {"web:7": "own"}]


def test_a_link_not_known_yet_joins_nobody_yet(landed, people, fact, link) -> None:
    landed.load(fact("page_view", 0, "web:7"), fact("touch", 0, "crm:1"))
    landed.load(link("crm:1", "same_as", "web:7", known_at=10))
    assert people(as_of=1_780_000_000_000_000) == [{"crm:1": "own"}, {"web:7": "own"}]
    assert people() == [{"crm:1": "own", "web:7": "same_as"}]


def test_a_rebuild_keeps_every_id(landed, rows, fact, email) -> None:
    landed.load(fact("touch", 0, "crm:2"), email("crm:3", "bo@harbour.example"))
    before = dict(rows(identity(landed.root)["persons"], ["record", "person"]))
    landed.load(email("crm:1", "bo@harbour.example"), fact("touch", 0, "abc:0"))
    after = dict(rows(identity(landed.root)["persons"], ["record", "person"]))
    assert after["2"] == before["2"]
    assert after["1"] == after["3"] == before["3"]
    assert after == dict(rows(identity(landed.root)["persons"], ["record", "person"]))


def test_two_known_persons_that_are_one_leave_a_redirect(landed, rows, fact, link) -> None:
    landed.load(fact("touch", 0, "crm:1"), fact("page_view", 0, "web:7"))
    apart = dict(rows(identity(landed.root)["persons"], ["source", "person"]))
    landed.load(link("web:7", "same_as", "crm:1"))
    tables = identity(landed.root)
    assert set(tables["persons"].column("person").to_pylist()) == {apart["crm"]}
    assert rows(tables["redirects"], ["unit", "id", "to"]) == [("person", apart["web"], apart["crm"])]


def test_a_company_makes_an_account_and_a_mail_domain_does_not(landed, rows, fact, email, link) -> None:
    landed.load(
        email("crm:1", "ann@gmail.com"),
        email("crm:2", "bo@harbour.example"),
        fact("touch", 0, "crm:3", account="c9"),
        link("crm:4", "account", "crm:c9"),
    )
    tables = identity(landed.root)
    record = dict(rows(tables["persons"], ["person", "record"]))
    assert [record[person] for person in tables["accounts"].column("person").to_pylist()] in (["3", "4"], ["4", "3"])
    assert rows(tables["companies"], ["source", "record", "rule"]) == [("crm", "c9", "own")]


def test_companies_are_joined_by_their_domain_and_by_cross_system_id(landed, rows, fact, link) -> None:
    landed.load(
        fact("enrich", 0, "crm:c1", {"company.domain": "harbour.example"}, subject="account"),
        fact("enrich", 0, "web:x1", {"company.domain": "https://www.HARBOUR.example/"}, subject="account"),
        fact("enrich", 0, "erp:9", {"company.name": "Harbour"}, subject="account"),
        fact("enrich", 0, "erp:10", {"company.domain": "gmail.com"}, subject="account"),
        fact("enrich", 0, "crm:c2", {"company.domain": "gmail.com"}, subject="account"),
        link("crm:c1", "same_account", "erp:9"),
    )
    found: dict[str, set[str]] = {}
    for account, source, record in rows(identity(landed.root)["companies"], ["account", "source", "record"]):
        found.setdefault(account, set()).add(f"{source}:{record}")
    assert sorted(found.values(), key=sorted) == [{"crm:c1", "web:x1", "erp:9"}, {"crm:c2"}, {"erp:10"}]


def test_a_contact_and_a_company_of_the_same_number_are_two(landed, fact, link) -> None:
    landed.load(
        fact("touch", 0, "crm:17", account="17"),
        fact("touch", 0, "erp:5", account="5"),
        link("crm:17", "same_account", "erp:5"),
    )
    tables = identity(landed.root)
    assert len(set(tables["persons"].column("person").to_pylist())) == 2
    assert len(set(tables["companies"].column("account").to_pylist())) == 1


def test_who_changed_companies_counts_under_the_latest(landed, rows, link) -> None:
    landed.load(link("crm:1", "account", "crm:old", known_at=0), link("crm:1", "account", "crm:new", known_at=5))
    tables = identity(landed.root)
    record = dict(rows(tables["companies"], ["account", "record"]))
    found = {record[account]: main for account, main in rows(tables["accounts"], ["account", "main"])}
    assert found == {"old": False, "new": True}


def test_the_step_says_what_it_writes(landed, email) -> None:
    landed.load(email("crm:1", "ann@harbour.example"))
    step = next(step for step in STEPS if step.name == "identity")
    assert set(identity(landed.root)) == set(step.writes)


def test_a_domain_that_the_workspace_calls_free_mail_is_nobodys_company(landed, fact, rows) -> None:
    domain = {"company.domain": "freepost.example"}
    landed.load(fact("enrich", 0, "crm:c1", domain, subject="account"))
    landed.load(fact("enrich", 0, "erp:9", domain, subject="account"))
    tables, log = known(landed.root), open_identity_log(landed.root / "detente.db")
    apart = identity_tables(tables, log, LATER, {"freepost.example"})["companies"]
    assert len(set(rows(apart, ["account"]))) == 2
    assert len(set(rows(identity_tables(tables, log, LATER)["companies"], ["account"]))) == 1
