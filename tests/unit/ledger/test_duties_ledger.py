"""What each side owed and delivered, counted from the real replay of a small company; figures worked out by hand."""

from __future__ import annotations

import pytest
from small_company import Company, at, changed, row, rows


def test_attainment_counts_met_and_broken_and_shows_open_and_void_beside() -> None:
    company = Company()
    for name in ("ann", "bob", "cem", "dora", "eva"):
        company.mql(name, "2026-11-03T10:00")  # Tuesday; due after four open hours, 14:00
    company.called("ann", "2026-11-03T11:00")
    company.called("bob", "2026-11-03T14:00")  # exactly the target: met
    company.called("cem", "2026-11-03T14:01")
    company.happened("dora", "2026-11-03T12:00", "unsubscribe")
    company.mql("finn", "2026-11-03T17:00")
    speed = row(company.ledger("2026-11-03T18:30").tables["periods"], duty="sla.speed", period="2026-11")
    assert (speed["met"], speed["broken"], speed["open"], speed["void"], speed["n"]) == (2, 2, 1, 1, 4)
    assert speed["attainment"] == pytest.approx(0.5)
    assert (round(speed["low"], 4), round(speed["high"], 4)) == (0.1500, 0.8500)  # Wilson, 2 of 4
    assert (speed["status"], speed["state"], speed["basis"]) == ("below objective", "running", "current")
    assert (speed["owes"], speed["owed_to"], speed["version"], speed["versions"]) == (
        "sales", "marketing", "1.0.0", ["1.0.0"],
    )  # fmt: skip


def test_a_clock_belongs_to_the_month_in_which_it_is_due() -> None:
    company = Company()
    company.mql("ann", "2026-10-30T16:00")  # Friday; two hours left, then Monday 2 November until 11:00
    company.called("ann", "2026-10-30T17:00")
    periods = company.ledger("2026-11-20T12:00").tables["periods"]
    assert row(periods, duty="sla.speed", period="2026-10", basis="settled")["n"] == 0
    assert row(periods, duty="sla.speed", period="2026-11")["met"] == 1


def test_a_duty_nothing_was_decided_under_is_not_judged() -> None:
    company = Company()
    company.mql("ann", "2026-10-05T10:00")
    reason = row(
        company.ledger("2026-11-20T12:00").tables["periods"], duty="sla.reason", period="2026-10", basis="closed"
    )
    assert (reason["n"], reason["attainment"], reason["low"], reason["status"]) == (0, None, None, "not judged")


def test_an_objective_of_one_is_broken_by_the_first_instance_while_the_month_still_runs() -> None:
    company = Company()
    company.mql("ann", "2026-11-03T10:00")
    company.happened("ann", "2026-11-04T10:00", "lead_recycle")  # no reason
    reason = row(company.ledger("2026-11-05T12:00").tables["periods"], duty="sla.reason", period="2026-11")
    assert (reason["broken"], reason["status"]) == (1, "broken")


def test_a_version_that_moves_a_number_judges_from_the_next_period_on() -> None:
    second = changed(
        ("version: 1.0.0", "version: 1.1.0"), ("2026-01-01", "2026-11-10"), ("objective: 0.90", "objective: 0.50")
    )
    company = Company((changed(), second))
    for month in (11, 12):
        for name in ("ann", "bob"):
            company.mql(f"{name}{month}", f"2026-{month}-16T10:00")
        company.called(f"ann{month}", f"2026-{month}-16T11:00")
    periods = company.ledger("2026-12-28T12:00").tables["periods"]
    november = row(periods, duty="sla.speed", period="2026-11", basis="closed")
    december = row(periods, duty="sla.speed", period="2026-12")
    assert (november["version"], november["objective"], november["versions"]) == ("1.0.0", 0.9, ["1.1.0"])
    assert (december["version"], december["objective"], december["versions"]) == ("1.1.0", 0.5, ["1.1.0"])


# --- volume -----------------------------------------------------------------------------------------------------


def test_volume_counts_a_lead_once_and_its_worth_by_the_grade_at_entry() -> None:
    company = Company()
    company.mql("ann", "2026-10-05T10:00", company__employees=300)  # grade A, 9000
    company.mql("bob", "2026-11-02T10:00")  # grade B, 4500
    company.happened("ann", "2026-10-06T10:00", "lead_recycle", reason="not_now")
    company.happened("ann", "2026-10-20T10:00", "form_submit", form="demo", channel="email")  # an MQL again
    ledger = company.ledger("2026-11-19T09:47").tables
    count = row(ledger["periods"], duty="sla.volume", part="count")
    value = row(ledger["periods"], duty="sla.volume", part="value")
    assert (count["delivered"], count["promised"], count["due"], count["status"]) == (2, 10, 5, "behind pace")
    assert (value["delivered"], value["promised"], value["status"]) == (13_500, 50_000, "behind pace")
    assert value["due"] == pytest.approx(50_000 * (0.30 + 0.33 * 19 / 30))
    assert len(rows(company.tables(at("2026-11-19T09:47"))["entries"], person="ann", stage="MQL")) == 2


def test_volume_is_not_judged_below_its_least_number_of_leads() -> None:
    pace = "pace: [0.30, 0.63, 1.00]}\n"
    company = Company((changed((pace, f"{pace}    objective: 0.50\n    min_n: 3\n")),))
    for number in range(2):
        company.mql(f"p{number}", "2026-10-05T10:00")
    few = row(company.ledger("2026-10-16T12:00").tables["periods"], part="count")
    assert (few["status"], few["due"], few["objective"]) == ("not judged", 1, 0.5)
    company.mql("p2", "2026-10-05T10:00")
    enough = row(company.ledger("2026-11-30T12:00").tables["periods"], part="count")
    assert (enough["delivered"], enough["due"], enough["status"]) == (3, 6, "on course")


def test_volume_by_month_is_cumulative_against_the_pace() -> None:
    company = Company()
    for day in (5, 6, 7, 8):
        company.mql(f"p{day}", f"2026-10-0{day}T10:00")
    company.mql("late", "2026-11-04T10:00")
    months = rows(company.ledger("2026-11-15T12:00").tables["volume"], duty="sla.volume")
    assert [(m["month"], m["delivered"], m["due"]) for m in months] == [(1, 4, 3.0), (2, 5, pytest.approx(4.65))]


def test_quality_judges_only_leads_old_enough_and_counts_a_later_stage_as_reached() -> None:
    company = Company()
    for name in ("accepted", "skipped", "late", "never", "left"):
        company.mql(name, "2026-10-05T10:00")  # old enough on 19 October, 10:00
    company.happened("accepted", "2026-10-19T10:00", "lead_accept")  # at the very instant: in time
    company.happened("skipped", "2026-10-08T10:00", "lead_qualify")  # SQL without SAL
    company.happened("late", "2026-10-19T10:01", "lead_accept")
    company.happened("left", "2026-10-08T10:00", "lead_recycle", reason="not_now")  # an exit is not further
    company.mql("young", "2026-10-20T10:00")
    company.happened("young", "2026-10-21T10:00", "lead_accept")  # quick, but not old enough either way
    quality = row(company.ledger("2026-10-22T12:00").tables["periods"], part="quality")
    assert (quality["met"], quality["broken"], quality["pending"], quality["n"]) == (2, 3, 1, 5)
    assert quality["status"] == "below objective"
    young = row(company.ledger("2026-10-06T12:00").tables["periods"], part="quality")
    assert (young["n"], young["pending"], young["status"]) == (0, 5, "not judged")


def test_two_entries_of_one_instant_keep_their_order() -> None:
    company = Company()
    company.mql("ann", "2026-10-05T10:00")  # Lead and MQL at once
    stays = company.ledger("2026-10-06T10:00").tables["time_in_stage"]
    lead = row(stays, stage="Lead", kind="quarter")
    mql = row(stays, stage="MQL", kind="quarter")
    assert (lead["left_stage"], lead["median_us"], mql["still_there"]) == (1, 0, 1)


# --- targets and pay --------------------------------------------------------------------------------------------


def test_targets_stand_against_actuals_and_pay_is_capped() -> None:
    company = Company()
    for number in range(3):
        company.mql(f"p{number}", "2026-10-05T10:00")
        company.called(f"p{number}", "2026-10-05T11:00")
    company.happened("p0", "2026-10-06T10:00", "lead_qualify")
    company.happened("p0", "2026-10-07T10:00", "deal_open", deal="d1", amount=45_000.0)
    company.happened("p0", "2026-11-02T10:00", "deal_won", deal="d1", amount=40_000.0)
    ledger = company.ledger("2026-11-19T12:00").tables
    revenue = row(ledger["targets"], measure="revenue")
    assert (revenue["actual"], revenue["attainment"], revenue["status"]) == (40_000, 2.0, "running")
    mql = row(ledger["targets"], measure="MQL")
    assert (mql["actual"], mql["due"], mql["status"]) == (3, 5, "behind pace")  # paced by the volume duty
    assert row(ledger["targets"], measure="won")["actual"] == 1
    assert row(ledger["targets"], measure="sourced_pipeline")["actual"] == 40_000
    sales = rows(ledger["incentives"], team="sales")
    assert {part["measure"]: part["counted"] for part in sales} == {
        "joint.revenue": 1.5,
        "sla.speed": pytest.approx(1 / 0.9),
    }
    assert sales[0]["factor"] == pytest.approx(0.9 * 1.5 + 0.1 / 0.9)


def test_a_pay_plan_waits_for_a_duty_that_is_not_judged() -> None:
    company = Company()
    company.person("ann", "2026-10-05T10:00")
    sales = rows(company.ledger("2026-10-06T12:00").tables["incentives"], team="sales")
    assert {part["factor"] for part in sales} == {None}
