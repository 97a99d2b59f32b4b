"""A figure seen in a meeting never changes silently: closed periods are frozen, later knowledge stands beside them."""

from __future__ import annotations

from pathlib import Path

import pytest
from small_company import Company, row, rows

from detente.engine.hashing import table_hash
from detente.engine.ledger_closed import Closed, ClosedFolder


@pytest.fixture
def company() -> Company:
    """October: three MQLs on the 5th. Ann and Bob were called in time, but Bob's call was entered on 20 November."""
    company = Company()
    for name in ("ann", "bob", "cem"):
        company.mql(name, "2026-10-05T10:00")
    company.called("ann", "2026-10-05T11:00")
    company.called("bob", "2026-10-05T12:00", known="2026-11-20T12:00")
    return company


def october(tables: dict, basis: str):
    return row(tables["periods"], duty="sla.speed", period="2026-10", basis=basis)


def test_a_month_is_over_before_it_is_closed(company: Company) -> None:
    over = row(company.ledger("2026-11-06T17:59").tables["periods"], duty="sla.speed", period="2026-10")
    assert (over["state"], over["basis"], over["status"]) == ("over", "current", "broken")
    closed = october(company.ledger("2026-11-06T18:00").tables, "closed")  # five business days after 31 October
    assert closed["as_of"] == closed["closes_at"]


def test_the_closed_figure_is_what_was_known_at_the_closing_however_late_the_first_replay(company: Company) -> None:
    punctual = october(company.ledger("2026-11-09T12:00").tables, "closed")
    late = october(company.ledger("2027-03-01T12:00").tables, "closed")
    assert (punctual["met"], punctual["broken"]) == (1, 2)
    assert {name: late[name] for name in late if name != "restated"} == {
        name: punctual[name] for name in punctual if name != "restated"
    }


def test_later_knowledge_changes_the_settled_figure_and_names_its_rows(company: Company) -> None:
    tables = company.ledger("2026-11-25T12:00").tables
    settled = october(tables, "settled")
    assert (settled["met"], settled["broken"], october(tables, "closed")["restated"]) == (2, 1, 1)
    (restated,) = rows(tables["restatements"], figure="sla.speed")
    assert (restated["subject"], restated["change"]) == ("bob", "changed")
    assert (restated["closed_status"], restated["settled_status"]) == ("broken", "met")


def test_a_lead_that_became_known_late_appears_and_one_that_vanishes_is_named(company: Company) -> None:
    frozen = company.ledger("2026-11-09T12:00").new
    company.facts = [each for each in company.facts if each[0] != "cem"]  # erased, or merged into somebody else
    company.person("dora", "2026-10-05T09:00")
    company.happened("dora", "2026-10-05T10:00", "form_submit", known="2026-10-06T10:00", form="demo")
    company.called("dora", "2026-10-05T12:00", known="2026-11-21T12:00")
    tables = company.ledger("2026-11-25T12:00", frozen).tables
    changes = {each["subject"]: each["change"] for each in rows(tables["restatements"], figure="sla.speed")}
    assert changes == {"bob": "changed", "cem": "vanished", "dora": "appeared"}
    assert (october(tables, "closed")["n"], october(tables, "settled")["n"]) == (3, 3)
    assert october(tables, "closed")["restated"] == 3


def test_a_frozen_figure_stays_when_facts_come_in_that_claim_to_be_old(company: Company, tmp_path: Path) -> None:
    folder = ClosedFolder(tmp_path / "closed")
    before = company.ledger("2026-11-09T12:00", folder.read(2**62))
    folder.append(before.new)
    company.called("cem", "2026-10-05T10:30", known="2026-10-05T10:31")  # a backfill: known in time, landed today
    after = company.ledger("2026-11-25T12:00", folder.read(2**62))
    assert october(after.tables, "closed")["met"] == october(before.tables, "closed")["met"] == 1
    assert october(after.tables, "settled")["met"] == 3
    assert rows(after.new.tables["closings"], period="2026-10") == []


def test_what_is_frozen_does_not_depend_on_whether_it_was_read_back(company: Company, tmp_path: Path) -> None:
    folder = ClosedFolder(tmp_path / "closed")
    first = company.ledger("2026-11-25T12:00", folder.read(2**62))
    folder.append(first.new)
    second = company.ledger("2026-11-25T12:00", folder.read(2**62))
    for name, table in first.tables.items():
        assert table_hash(table) == table_hash(second.tables[name]), name
    assert second.new.keys == set()


def test_a_replay_as_of_the_past_knows_no_later_closing(company: Company, tmp_path: Path) -> None:
    folder = ClosedFolder(tmp_path / "closed")
    folder.append(company.ledger("2026-12-20T12:00").new)
    past = company.ledger("2026-11-01T12:00", folder.read(0))
    assert rows(past.tables["periods"], basis="closed") == []
    assert rows(past.tables["closed_rows"]) == []


def test_a_batch_left_half_written_is_no_batch(company: Company, tmp_path: Path) -> None:
    folder = ClosedFolder(tmp_path / "closed")
    (tmp_path / "closed" / "000001.partial").mkdir(parents=True)
    (tmp_path / "closed" / "000001.partial" / "periods.parquet").write_bytes(b"cut short")
    assert folder.read(2**62).keys == set()
    folder.append(company.ledger("2026-11-09T12:00").new)
    assert ("2026-10", "sla.speed", "instances") in folder.read(2**62).keys


def test_nothing_is_written_when_nothing_closed(tmp_path: Path) -> None:
    ClosedFolder(tmp_path / "closed").append(Closed({}))
    assert not (tmp_path / "closed").exists()


def test_quality_closes_after_its_youngest_lead_is_old_enough() -> None:
    company = Company()
    company.mql("ann", "2026-09-30T10:00")
    company.happened("ann", "2026-10-07T10:00", "lead_accept")
    frame = company.ledger("2026-10-13T12:00").tables["periods"]
    assert row(frame, part="count", period="2026Q3", basis="closed")["status"] == "broken"
    assert row(frame, part="quality", period="2026Q3")["state"] == "over"  # old enough on 14 October at 18:00
    later = company.ledger("2026-10-22T12:00").tables["periods"]
    quality = row(later, part="quality", period="2026Q3", basis="closed")
    assert (quality["met"], quality["pending"]) == (1, 0)


def test_money_of_a_closed_period_is_frozen_too() -> None:
    company = Company()
    company.mql("ann", "2026-10-05T10:00")
    company.happened("ann", "2026-10-06T10:00", "lead_qualify")
    company.happened("ann", "2026-10-07T10:00", "deal_open", deal="d1", amount=6_000.0)
    company.happened("ann", "2026-12-28T10:00", "deal_won", deal="d1", amount=7_000.0)
    company.happened("ann", "2026-12-29T10:00", "deal_won", known="2027-02-01T10:00", deal="d1", amount=7_500.0)
    tables = company.ledger("2027-02-10T12:00").tables
    closed = row(tables["targets"], measure="revenue", basis="closed")
    settled = row(tables["targets"], measure="revenue", basis="settled")
    assert (closed["actual"], settled["actual"], closed["status"]) == (7_000, 7_500, "below target")
    (deal,) = rows(tables["restatements"], figure="revenue", period="2026Q4")
    assert (deal["subject"], deal["closed_cents"], deal["settled_cents"]) == ("crm/d1", 700_000, 750_000)
