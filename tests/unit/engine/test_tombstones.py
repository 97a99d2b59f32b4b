"""Records that are deleted at their source: the latest word counts, as of the run."""

from __future__ import annotations

from typing import Any

import pytest

from detente.engine.landed import finished_loads, landed_facts, landed_links, order_of_landing
from detente.engine.timeline import history_tables, known_tables

LATER = 1_790_000_000_000_000
START = 1_780_000_000_000_000
HOUR = 3_600_000_000


@pytest.fixture
def known(landed):
    """Return what makes the tables of the facts step, as of an hour."""

    def run(hour: float = 1_000) -> dict[str, Any]:
        loads = finished_loads(landed.root)
        raw = {"landed_facts": landed_facts(landed.root, loads), "landed_links": landed_links(landed.root, loads)}
        return known_tables({**raw, "loads": order_of_landing(loads)}, int(START + hour * HOUR))

    return run


def gone(known, hour: float = 1_000) -> list[tuple[str, str, str, float]]:
    rows = known(hour)["tombstones"].to_pylist()
    return [(row["source"], row["record"], row["subject"], (row["known_at"] - START) / HOUR) for row in rows]


def test_a_deleted_record_has_a_tombstone_and_keeps_its_history(landed, known, email, link) -> None:
    landed.load(email("crm:1", "ann@harbour.example", 0), link("crm:1", "deleted", "crm:person", 5))
    assert gone(known) == [("crm", "1", "person", 5)]
    assert known()["facts"].num_rows == 1
    assert known()["links"].num_rows == 0


def test_a_deletion_counts_from_when_it_is_known(landed, known, link) -> None:
    landed.load(link("crm:1", "deleted", "crm:person", 5))
    assert (gone(known, 4), gone(known, 5)) == ([], [("crm", "1", "person", 5)])


def test_the_latest_word_counts_whatever_the_order_of_landing(landed, known, link) -> None:
    landed.load(link("crm:1", "deleted", "crm:person", 9), link("crm:2", "restored", "crm:person", 9))
    landed.load(link("crm:1", "restored", "crm:person", 7), link("crm:2", "deleted", "crm:person", 7))
    landed.load(link("crm:1", "deleted", "crm:person", 5))
    assert gone(known) == [("crm", "1", "person", 9)]
    assert gone(known, 8) == [("crm", "2", "person", 7)]


def test_a_record_whose_values_change_later_is_there_again(landed, known, email, link) -> None:
    landed.load(link("crm:1", "deleted", "crm:person", 5), email("crm:1", "ann@harbour.example", 6))
    assert gone(known) == []


def test_what_others_say_of_a_deleted_person_does_not_bring_the_record_back(landed, known, fact, link) -> None:
    landed.load(link("crm:1", "deleted", "crm:person", 5), fact("touch", 6, "crm:1", {"channel": "call"}))
    assert gone(known) == [("crm", "1", "person", 5)]


def test_a_person_and_a_deal_of_one_id_are_two_records(landed, known, fact, link) -> None:
    deal = {"subject": "deal", "source_id": "7:open"}
    landed.load(fact("deal_open", 1, "crm:1", {"deal": "7"}, **deal), link("crm:7", "deleted", "crm:person", 5))
    assert known()["facts"].num_rows == 1


def test_the_facts_of_a_deleted_deal_are_set_aside_with_the_reason(landed, known, fact, link) -> None:
    deal = {"subject": "deal"}
    landed.load(
        fact("deal_open", 1, "crm:1", {"deal": "7"}, source_id="7:open", **deal),
        fact("deal_open", 1, "crm:1", {"deal": "8"}, source_id="8:open", **deal),
        fact("touch", 2, "crm:1", {"deal": "7", "channel": "call"}),
        link("crm:7", "deleted", "crm:deal", 5),
    )
    tables = known()
    nobody = tables["facts"].slice(0, 0).select(["source", "record"])
    people = {"persons": nobody.append_column("person", nobody["source"]).append_column("rule", nobody["source"])}
    companies = nobody.append_column("account", nobody["source"])
    accounts = nobody.append_column("person", nobody["source"]).append_column("account", nobody["source"])
    accounts = accounts.append_column("main", nobody["source"].cast("bool"))
    set_aside = history_tables({**tables, **people, "companies": companies, "accounts": accounts})["set_aside"]
    assert sorted(tables["facts"]["kind"].to_pylist()) == ["deal_open", "touch"]
    assert [(row["source_id"], row["why"]) for row in set_aside.to_pylist()] == [("7:open", "deleted")]


def test_a_deal_that_moves_on_later_is_there_again(landed, known, fact, link) -> None:
    deal = {"subject": "deal"}
    landed.load(
        fact("deal_open", 1, "crm:1", {"deal": "7"}, source_id="7:open", **deal),
        link("crm:7", "deleted", "crm:deal", 5),
        fact("deal_won", 6, "crm:1", {"deal": "7"}, source_id="7:won", **deal),
    )
    assert gone(known) == []
    assert (known()["facts"].num_rows, gone(known, 5)) == (2, [("crm", "7", "deal", 5)])
