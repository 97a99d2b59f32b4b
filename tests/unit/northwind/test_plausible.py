"""The sample company behaves like one: rates lie where the field's do, channels differ, clocks are still running."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from .conftest import Run


@pytest.fixture(scope="module")
def reached(run: Run) -> Counter[str]:
    """How many persons ever entered each stage."""
    return Counter(stage for _, stage in {(row["person"], row["stage"]) for row in run.table("entries")})


def attainment(run: Run, duty: str) -> float:
    met, broken = (run.truth["duties"].get(f"{duty} {status}", 0) for status in ("met", "broken"))
    return met / (met + broken)


def test_a_person_has_some_forty_facts_and_a_few_have_many(run: Run) -> None:
    facts = sum(account["facts"] for account in run.truth["files"].values())
    assert 30 <= facts / run.truth["totals"]["persons"] <= 50


def test_conversion_lies_in_the_ranges_of_the_field(run: Run, reached: Counter[str]) -> None:
    assert 0.10 <= reached["MQL"] / reached["Lead"] <= 0.25
    assert 0.50 <= reached["SAL"] / reached["MQL"] <= 0.80
    won, lost = (run.truth["totals"][f"deals {outcome}"] for outcome in ("won", "lost"))
    assert 0.15 <= won / (won + lost) <= 0.45
    assert run.truth["totals"]["re-entries to MQL"] > 0.05 * reached["MQL"]


def test_neither_side_is_perfect(run: Run) -> None:
    assert 0.75 <= attainment(run, "sla.speed") <= 0.92
    assert 0.40 <= attainment(run, "sla.persistence") <= 0.90
    assert 0.90 <= attainment(run, "sla.reason") < 1
    assert 0.85 <= attainment(run, "sla.feedback") < 1
    assert 0.90 <= attainment(run, "sla.complete") < 1


def test_clocks_are_running_when_the_history_ends(run: Run) -> None:
    assert run.truth["duties"]["sla.speed open"] >= 4
    assert run.truth["duties"]["sla.feedback open"] >= 4


def test_some_deals_came_without_marketing_and_some_consents_were_overlooked(run: Run) -> None:
    sides = Counter(row["sourced_by"] for row in run.table("deals"))
    assert sides["marketing"] > sides["sales"] > 0
    assert set(run.truth["consents"]) == {"consent.dach", "consent.stop"}


def test_american_leads_are_among_them(run: Run) -> None:
    countries = Counter(row["company_country"] for row in run.rows("marketing/contacts.csv"))
    assert countries["US"] > 0.1 * sum(countries.values())
