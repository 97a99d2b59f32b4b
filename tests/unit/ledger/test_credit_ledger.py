"""Deals, the touches on their paths, and credit that sums to exactly one, out of the timeline."""

from __future__ import annotations

from collections import defaultdict

import pytest
from small_company import AGREEMENT, Company, changed, row, rows

PARTS = 1_000_000_000


@pytest.fixture
def company() -> Company:
    """Ann signs; her colleague Bob was reached first, by organic search."""
    company = Company()
    company.person("bob", "2026-08-01T10:00", "acme")
    company.happened("bob", "2026-08-03T10:00", "page_view", page="pricing", channel="organic")
    company.person("ann", "2026-09-01T10:00", "acme")
    company.happened("ann", "2026-09-02T10:00", "touch", direction="out", channel="email", automated=True)
    company.happened("ann", "2026-09-10T10:00", "form_submit", form="demo", channel="paid_search")
    company.called("ann", "2026-09-10T11:00")
    company.happened("ann", "2026-09-11T10:00", "lead_qualify")
    company.happened("ann", "2026-10-05T10:00", "deal_open", deal="d1", amount=9_000.0)
    company.happened("bob", "2026-10-20T10:00", "page_view", page="docs", channel="email")
    company.happened("ann", "2026-11-05T10:00", "deal_won", deal="d1", amount=10_000.0)
    return company


def test_anybody_at_the_account_may_have_been_touched_first(company: Company) -> None:
    tables = company.ledger("2026-11-20T10:00").tables
    sourced = row(tables["credit"], rule="sourced")
    assert (sourced["party"], sourced["channel"], sourced["parts"], sourced["cents"]) == (
        "marketing", "organic", PARTS, 1_000_000,
    )  # fmt: skip
    deal = row(tables["deals"])
    assert (deal["account"], deal["persons"], deal["outcome"], deal["amount"]) == ("acme", ["ann"], "won", 10_000)
    assert deal["opened_by"] == "stage"


def test_the_path_holds_marketing_touches_and_outgoing_touches_by_people(company: Company) -> None:
    touches = company.ledger("2026-11-20T10:00").tables["touches"].to_pylist()
    found = [
        (each["person"], each["team"], each["channel"], each["before_opening"], each["counts"]) for each in touches
    ]
    assert found == [
        ("bob", "marketing", "organic", True, True),
        ("ann", "marketing", "paid_search", True, True),
        ("ann", "sales", "call", True, False),
        ("bob", "marketing", "email", False, False),
    ]


def test_every_rule_sums_to_one_in_parts_and_in_money(company: Company) -> None:
    parts: dict[str, int] = defaultdict(int)
    money: dict[str, int] = defaultdict(int)
    for each in company.ledger("2026-11-20T10:00").tables["credit"].to_pylist():
        parts[each["rule"]] += each["parts"]
        money[each["rule"]] += each["cents"]
    assert set(parts) == {"sourced", "influenced", "position", "first", "last", "linear"}
    assert set(parts.values()) == {PARTS}
    assert set(money.values()) == {1_000_000}


def test_pipeline_is_of_the_opening_and_revenue_of_the_win(company: Company) -> None:
    totals = company.ledger("2026-11-20T10:00").tables["credit_totals"]
    assert row(totals, period="2026-11", measure="revenue", rule="all")["amount"] == 10_000
    assert rows(totals, period="2026-10", measure="revenue") == []
    settled = row(totals, period="2026-10", measure="pipeline", rule="all", basis="settled")
    closed = row(totals, period="2026-10", measure="pipeline", rule="all", basis="closed")
    assert (settled["amount"], closed["amount"]) == (10_000, 10_000)  # won on 5 November, closed on the 6th


def test_parties_of_the_book_add_up_to_the_total(company: Company) -> None:
    company.mql("eva", "2026-09-15T10:00", channel="cold_list")
    company.happened("eva", "2026-09-16T10:00", "lead_qualify")
    company.happened("eva", "2026-10-06T10:00", "deal_open", deal="d2", amount=500.0)
    totals = company.ledger("2026-11-20T10:00").tables["credit_totals"]
    whole = row(totals, period="2026Q4", measure="pipeline", rule="all")
    parties = rows(totals, period="2026Q4", measure="pipeline", rule="sourced", channel=None)
    assert {each["party"]: each["amount"] for each in parties} == {"marketing": 10_000, "sales": 500}
    assert sum(each["cents"] for each in parties) == whole["cents"]
    assert sum(each["parts"] for each in parties) == whole["parts"] == 2 * PARTS


def test_a_deal_without_a_contact_counts_in_money_and_goes_to_the_other_team(company: Company) -> None:
    company.happened(None, "2026-10-07T10:00", "deal_open", deal="d9", amount=100.0)
    tables = company.ledger("2026-11-20T10:00").tables
    assert row(tables["deals"], deal="d9")["persons"] == []
    assert row(tables["credit"], deal="d9", rule="sourced")["party"] == "sales"


def test_a_touch_that_became_known_after_the_closing_changes_only_the_settled_split(company: Company) -> None:
    text = changed(
        (
            "lookback: 365d, before: Opportunity, otherwise: sales",
            "lookback: 10d, before: Opportunity, otherwise: sales",
        )
    )
    company.texts = (text,)
    company.happened("bob", "2026-10-04T10:00", "page_view", known="2026-12-01T10:00", page="docs", channel="email")
    totals = company.ledger("2026-12-20T10:00").tables["credit_totals"]
    found = {
        basis: [each["party"] for each in rows(totals, period="2026-10", rule="sourced", basis=basis, channel=None)]
        for basis in ("closed", "settled")
    }
    assert found == {"closed": ["sales"], "settled": ["marketing"]}


def test_an_agreement_without_a_credit_clause_still_counts_its_deals() -> None:
    start, end = AGREEMENT.index("credit:\n"), AGREEMENT.index("targets:\n")
    company = Company((AGREEMENT[:start] + AGREEMENT[end:].replace("sourced_pipeline: 5000", "pipeline: 5000"),))
    company.mql("ann", "2026-10-05T10:00")
    company.happened("ann", "2026-10-07T10:00", "deal_open", deal="d1", amount=6_000.0)
    tables = company.ledger("2026-10-20T10:00").tables
    assert tables["credit"].num_rows == 0
    assert row(tables["deals"])["opened_by"] == "deal_open"
    assert row(tables["targets"], measure="pipeline")["actual"] == 6_000
