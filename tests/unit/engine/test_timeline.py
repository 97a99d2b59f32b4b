"""From facts to the timeline of each person: each fact once, for whom it concerns, or set aside with a reason."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pytest

from detente.engine.identity import identity_tables
from detente.engine.landed import finished_loads, landed_facts, landed_links, order_of_landing
from detente.engine.matches import NO_PAIRS
from detente.engine.profiles import profile_tables
from detente.engine.timeline import ASSUMED, history_tables, known_tables, timeline_table
from detente.store.identity_log import open_identity_log

LATER = 1_790_000_000_000_000
START = 1_780_000_000_000_000
HOUR = 3_600_000_000


@pytest.fixture
def tables(landed):
    """Return what runs the steps up to the timeline; `assumed` stands for what the replay would assume."""

    def built(as_of: int = LATER, assumed: dict[str, str] | None = None) -> dict[str, pa.Table]:
        loads = finished_loads(landed.root)
        raw = {"landed_facts": landed_facts(landed.root, loads), "landed_links": landed_links(landed.root, loads)}
        found = known_tables({**raw, "loads": order_of_landing(loads)}, as_of)
        found |= profile_tables(found) | {"pairs": NO_PAIRS}
        found |= identity_tables(found, open_identity_log(landed.root / "detente.db"), as_of)
        found |= history_tables(found)
        given = [{"fact_id": fact, "person": person} for fact, person in (assumed or {}).items()]
        found["assumed"] = pa.Table.from_pylist(given, schema=ASSUMED)
        return found | {"timeline": timeline_table(found)}

    return built


def column(table: pa.Table, *names: str) -> list[Any]:
    rows = zip(*(table.column(name).to_pylist() for name in names), strict=True)
    return [row if len(names) > 1 else row[0] for row in rows]


def test_a_fact_landed_twice_counts_once_since_it_was_first_known(landed, tables, fact) -> None:
    landed.load(fact("form_submit", 1, "web:7", {"form": "demo"}, source_id="e1", known_at=9))
    landed.load(fact("form_submit", 1, "web:7", {"form": "callback"}, source_id="e1", known_at=5))
    assert column(tables()["timeline"], "form", "known_at") == [("demo", START + 5 * HOUR)]


def test_facts_not_known_by_the_instant_are_not_there_and_nothing_is_of_the_future(landed, tables, fact) -> None:
    landed.load(
        fact("page_view", 1, "web:7", known_at=5), fact("touch", 2, "web:7"), fact("order", 3.1, "web:7", known_at=3.05)
    )
    assert column(tables(as_of=START + 3 * HOUR)["timeline"], "kind") == ["touch"]
    assert column(tables(as_of=START + 5 * HOUR)["timeline"], "kind") == ["page_view", "touch", "order"]


def test_facts_never_used_are_set_aside_with_a_reason(landed, tables, fact) -> None:
    landed.load(
        fact("page_view", 1, "web:7", known_at=0.9),
        fact("page_view", 2, "web:7", known_at=2 - 5 / 60),
        fact("touch", -400_000, "web:7"),
    )
    found = tables()
    assert column(found["set_aside"], "kind", "why") == [
        ("touch", "before-1990"),
        ("page_view", "occurred-after-known"),
    ]
    assert column(found["timeline"], "occurred_at") == [START + 2 * HOUR]


def test_a_history_is_in_the_order_of_the_replay(landed, tables, fact, link) -> None:
    landed.load(
        fact("touch", 1, "crm:1", source_id="b"),
        fact("page_view", 1, "web:7", source_id="a"),
        fact("touch", 1, "crm:1", source_id="a"),
        fact("touch", 1, "crm:1"),
        fact("enrich", 1, "crm:1", {"person.role": "buyer"}, source_id="z"),
        fact("touch", 0, "crm:1", source_id="c"),
        fact("enrich", 0, "crm:1", {"person.name": "Ann"}),
        link("crm:1", "same_as", "web:7"),
    )
    assert column(tables()["timeline"], "kind", "source", "source_id") == [
        ("enrich", "crm", None),
        ("touch", "crm", "c"),
        ("enrich", "crm", "z"),
        ("touch", "crm", None),
        ("touch", "crm", "a"),
        ("touch", "crm", "b"),
        ("page_view", "web", "a"),
    ]


def test_the_facts_of_records_that_are_one_person_are_one_history(landed, tables, fact, link) -> None:
    landed.load(
        fact("touch", 2, "crm:1"), fact("page_view", 1, "web:7"), fact("enrich", 2, "web:7", {"person.role": "buyer"})
    )
    landed.load(link("crm:1", "same_as", "web:7"))
    found = tables()["timeline"]
    assert len(set(column(found, "person"))) == 1
    assert column(found, "kind") == ["page_view", "enrich", "touch"]


def test_the_same_fact_of_two_records_that_are_one_person_counts_once(landed, tables, fact, link) -> None:
    landed.load(
        fact("page_view", 1, "web:7", {"page": "pricing"}, known_at=3),
        fact("page_view", 1.0001, "web:8", {"page": "pricing"}, known_at=2),
        fact("page_view", 1, "web:8", {"page": "home"}),
        link("web:7", "same_as", "web:8"),
    )
    found = column(tables()["timeline"], "page", "known_at")
    assert sorted(found) == [("home", START + HOUR), ("pricing", START + 2 * HOUR)]


def test_what_is_known_of_a_company_holds_for_everybody_there(landed, tables, fact, link) -> None:
    landed.load(
        fact("enrich", 0, "crm:c1", {"company.employees": 50}, subject="account"),
        link("crm:1", "account", "crm:c1"),
        link("crm:2", "account", "crm:c1"),
        fact("touch", 1, "crm:3"),
    )
    found = tables()
    record = dict(column(found["persons"], "person", "record"))
    employees = found["timeline"].filter(pa.compute.field("kind") == "enrich")
    assert sorted(record[person] for person in column(employees, "person")) == ["1", "2"]
    assert len(set(column(employees, "account"))) == 1


def test_a_company_nobody_is_known_at_is_set_aside(landed, tables, fact) -> None:
    landed.load(fact("enrich", 0, "crm:c1", {"company.employees": 50}, subject="account"))
    found = tables()
    assert column(found["set_aside"], "record", "why") == [("c1", "no-person-at-account")]
    assert found["timeline"].num_rows == 0


def test_each_contact_of_a_deal_gets_its_facts(landed, tables, fact) -> None:
    deal = {"subject": "deal", "source_id": "d1:open", "account": "c1"}
    landed.load(
        fact("deal_open", 1, "crm:1", {"deal": "d1"}, **deal), fact("deal_open", 1, "crm:2", {"deal": "d1"}, **deal)
    )
    landed.load(fact("deal_won", 2, None, {"deal": "d1", "amount": 100.0}, subject="deal", source_id="d1:won"))
    found = tables()
    record = dict(column(found["persons"], "person", "record"))
    got = sorted((record[person], kind) for person, kind in column(found["timeline"], "person", "kind"))
    assert got == [("1", "deal_open"), ("1", "deal_won"), ("2", "deal_open"), ("2", "deal_won")]
    assert column(found["timeline"], "assumed") == [False] * 4


def test_contacts_that_are_one_person_get_a_deal_once(landed, tables, fact, link) -> None:
    deal = {"subject": "deal", "source_id": "d1:open"}
    landed.load(
        fact("deal_open", 1, "crm:1", {"deal": "d1"}, **deal),
        fact("deal_open", 1, "crm:2", {"deal": "d1"}, **deal),
        link("crm:1", "same_as", "crm:2"),
    )
    assert column(tables()["timeline"], "kind") == ["deal_open"]


def test_a_deal_without_contact_is_assumed_to_be_somebodys_or_nobodys(landed, tables, fact) -> None:
    deal = {"subject": "deal", "account": "c1"}
    opened = fact("deal_open", 1, None, {"deal": "d1"}, source_id="d1:open", **deal)
    other = fact("deal_open", 1, None, {"deal": "d2"}, source_id="d2:open", **deal)
    landed.load(opened, other, fact("touch", 0, "crm:1", account="c1"))
    before = tables()
    person, account = column(before["accounts"], "person", "account")[0]
    assert column(before["contactless"], "deal", "account") == [("d1", account), ("d2", account)]
    found = tables(assumed={opened["fact_id"]: person})["timeline"]
    assert column(found, "person", "deal", "assumed") == [
        (person, None, False),
        (person, "d1", True),
        (None, "d2", False),
    ]


def test_every_fact_is_in_the_timeline_or_set_aside(landed, tables, fact, link) -> None:
    landed.load(
        fact("page_view", 1, "web:7", known_at=0),
        fact("touch", 1, "crm:1", account="c1"),
        fact("enrich", 1, "crm:c1", {"company.employees": 1}, subject="account"),
        fact("enrich", 1, "crm:c2", {"company.employees": 1}, subject="account"),
        fact("deal_won", 1, None, {"deal": "d1"}, subject="deal", account="c9", source_id="w"),
        link("crm:1", "same_as", "erp:1"),
    )
    found = tables()
    landed_ids = set(landed_facts(landed.root, finished_loads(landed.root)).column("fact_id").to_pylist())
    assert set(column(found["timeline"], "fact_id")) | set(column(found["set_aside"], "fact_id")) == landed_ids
