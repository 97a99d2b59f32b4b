"""What marketing hears back: channels, reasons, stages here and in the CRM, consent."""

from __future__ import annotations

import pytest
from small_company import Company, at, row, rows


@pytest.fixture
def company() -> Company:
    company = Company()
    for name in ("ann", "bob", "cem"):
        company.mql(name, "2026-10-05T10:00", channel="organic" if name == "ann" else "email")
        company.happened(name, "2026-10-06T10:00", "page_view", page="docs", channel="paid_search")
    company.happened("ann", "2026-10-06T12:00", "lead_accept")
    company.happened("bob", "2026-10-06T12:00", "lead_recycle", reason="not_now")
    company.happened("cem", "2026-10-06T12:00", "lead_discard", reason="ugly")
    return company


def test_quality_is_told_by_the_channel_of_the_first_marketing_fact(company: Company) -> None:
    channels = company.ledger("2026-10-25T12:00").tables["channels"]
    email = row(channels, channel="email", period="2026Q4")
    assert (email["delivered"], email["n"], email["accepted"], email["share"]) == (2, 2, 0, 0.0)
    assert row(channels, channel="organic", period="2026Q4")["accepted"] == 1
    assert rows(channels, channel="paid_search") == []


def test_delivered_leads_are_followed_to_each_later_stage(company: Company) -> None:
    company.happened("ann", "2026-10-07T12:00", "lead_qualify")
    found = rows(company.ledger("2026-10-25T12:00").tables["channel_stages"], channel="organic")
    assert [(each["stage"], each["leads"]) for each in found] == [("SAL", 1), ("SQL", 1)]


def test_reasons_say_what_they_point_at_and_unlisted_ones_are_marked(company: Company) -> None:
    reasons = company.ledger("2026-10-25T12:00").tables["reasons"]
    listed = row(reasons, period="2026-10", decision="recycle")
    assert (listed["reason"], listed["points_at"], listed["listed"], listed["channel"]) == (
        "not_now",
        "timing",
        True,
        "email",
    )
    unlisted = row(reasons, period="2026-10", decision="discard")
    assert (unlisted["reason"], unlisted["points_at"], unlisted["listed"]) == ("ugly", None, False)


def test_the_crm_s_own_stage_is_compared_and_never_obeyed(company: Company) -> None:
    company.happened("ann", "2026-10-08T12:00", "crm_stage", stage="sal")
    company.happened("bob", "2026-10-08T12:00", "crm_stage", stage="Customer")
    tables = company.ledger("2026-10-25T12:00").tables
    compared = {(each["stage"], each["crm_stage"]): each["same"] for each in tables["stage_differences"].to_pylist()}
    assert compared == {("SAL", "sal"): True, ("Recycled", "Customer"): False}
    counts = {each["stage"]: each["leads"] for each in tables["stage_counts"].to_pylist()}
    assert counts == {"SAL": 1, "Recycled": 1, "Disqualified": 1}


def test_touches_that_consent_did_not_allow_are_counted(company: Company) -> None:
    company.happened("bob", "2026-10-09T10:00", "unsubscribe")
    company.called("bob", "2026-10-10T10:00")
    company.called("bob", "2026-10-11T10:00")
    (broken,) = rows(company.ledger("2026-10-25T12:00").tables["consent_breaks"], period="2026-10")
    assert (broken["rule"], broken["channel"], broken["touches"], broken["leads"]) == ("consent.stop", "call", 2, 1)


def test_every_figure_has_a_definition_of_its_table(company: Company) -> None:
    tables = company.ledger("2026-10-25T12:00").tables
    assert {each["table"] for each in tables["meta"].to_pylist()} <= {*tables, *company.tables(at("2026-10-25T12:00"))}


def test_an_empty_company_has_a_ledger_without_figures() -> None:
    tables = Company().ledger("2026-10-25T12:00").tables
    assert tables["credit"].num_rows == tables["conversion"].num_rows == 0
    assert row(tables["periods"], part="count")["delivered"] == 0
