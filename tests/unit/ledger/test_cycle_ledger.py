"""Conversion of cohorts with maturity, where their leads went, and waits that count who is still waiting."""

from __future__ import annotations

import pytest
from small_company import DAY, HOUR, Company, row, rows


def cohort(company: Company, as_of: str, stage: str, target: str):
    return row(company.ledger(as_of).tables["conversion"], period="2026-01", stage=stage, target=target)


@pytest.fixture
def company() -> Company:
    """January: four MQLs. One accepted, one qualified without being accepted, one sent back, one left alone."""
    company = Company()
    for name in ("accepted", "qualified", "back", "alone"):
        company.mql(name, "2026-01-12T10:00")
    company.happened("accepted", "2026-01-13T10:00", "lead_accept")
    company.happened("qualified", "2026-01-14T10:00", "lead_qualify")
    company.happened("back", "2026-01-15T10:00", "lead_recycle", reason="not_now")
    return company


def test_a_cohort_counts_only_leads_observed_for_the_whole_horizon(company: Company) -> None:
    young = cohort(company, "2026-07-11T10:59", "MQL", "SAL")  # 180 days after 12 January 10:00 is 11 July 11:00
    assert (young["entered"], young["pending"], young["n"], young["share"]) == (4, 4, 0, None)
    mature = cohort(company, "2026-07-11T11:00", "MQL", "SAL")
    assert (mature["pending"], mature["n"], mature["converted"]) == (0, 4, 2)  # a skipped stage counts as reached
    assert (mature["share"], mature["too_few"]) == (0.5, True)


def test_what_happens_after_the_horizon_does_not_count(company: Company) -> None:
    company.happened("alone", "2026-08-20T10:00", "lead_accept")
    assert cohort(company, "2026-09-01T10:00", "MQL", "SAL")["converted"] == 2


def test_a_lead_sent_back_counts_if_it_comes_again_within_the_horizon(company: Company) -> None:
    company.happened("back", "2026-03-02T10:00", "form_submit", form="demo")
    company.happened("back", "2026-03-03T10:00", "lead_accept")
    assert cohort(company, "2026-09-01T10:00", "MQL", "SAL")["converted"] == 3
    assert (
        row(company.ledger("2026-09-01T10:00").tables["conversion"], period="2026-03", stage="MQL", target="SAL")[
            "entered"
        ]
        == 1
    )


def test_where_leads_went_adds_up_to_the_cohort(company: Company) -> None:
    found = rows(company.ledger("2026-09-01T10:00").tables["outcomes"], period="2026-01", stage="MQL")
    assert {each["outcome"]: each["leads"] for each in found} == {"moved on": 2, "Recycled": 1, "still there": 1}


def test_time_in_stage_counts_leads_that_are_still_there() -> None:
    company = Company()
    for number, days in enumerate((2, 4, 6)):
        company.mql(f"p{number}", "2026-01-12T10:00")
        company.happened(f"p{number}", f"2026-01-{12 + days}T10:00", "lead_accept")
    for number in range(3):
        company.mql(f"w{number}", "2026-01-12T10:00")
    stay = row(company.ledger("2026-02-20T10:00").tables["time_in_stage"], period="2026-01", stage="MQL")
    assert (stay["n"], stay["left_stage"], stay["still_there"]) == (6, 3, 3)
    assert (stay["median_us"], stay["p75_us"]) == (6 * DAY, None)  # half have left after six days; never three quarters


def test_speed_gives_business_and_raw_time_and_never_drops_the_unanswered() -> None:
    company = Company()
    company.mql("ann", "2026-11-06T17:00")  # Friday
    company.called("ann", "2026-11-09T10:00")  # Monday: two open hours, 65 raw ones
    company.mql("bob", "2026-11-09T10:00")
    company.called("bob", "2026-11-09T13:00")
    company.mql("cem", "2026-11-10T10:00")  # never called
    company.mql("dora", "2026-11-10T10:00")
    company.happened("dora", "2026-11-10T10:30", "unsubscribe")
    speed = row(company.ledger("2026-11-20T12:00").tables["speed"], period="2026-11", duty="sla.speed")
    assert (speed["n"], speed["answered"], speed["waiting"], speed["void"]) == (4, 2, 1, 1)
    assert (speed["median_us"], speed["p90_us"]) == (3 * HOUR, None)
    assert (speed["median_raw_us"], speed["business"]) == (65 * HOUR, True)
    assert (speed["met"], speed["broken"], speed["within"]) == (2, 1, pytest.approx(2 / 3))


def test_an_early_answer_counts_as_no_wait() -> None:
    company = Company()
    company.person("ann", "2026-11-09T09:00")
    company.called("ann", "2026-11-09T09:30")
    company.happened("ann", "2026-11-09T10:00", "form_submit", form="demo")
    speed = row(company.ledger("2026-11-20T12:00").tables["speed"], period="2026-11", duty="sla.speed")
    assert (speed["median_us"], speed["within"]) == (0, 1.0)
