"""Numbers, durations and times beyond any use are refused where they stand, in lint already and not in a replay."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest

from detente.core.agreement.history_line import parse_instant
from detente.core.agreement.parser import parse
from detente.core.agreement.tokens import micros_of

from .small import SECTIONS, expect_errors, small

DIGITS = "9" * 5000


@pytest.mark.parametrize("written", [DIGITS, "1e999", "-1e999", "1" + "0" * 30])
def test_a_number_beyond_reckoning_is_refused_where_it_stands(written: str) -> None:
    fit = f"fit:\n  points: [{{id: f, when: callback, points: ⟨{written}}}]\n  grades: {{A: 50, B: 0}}\n"
    expect_errors(small(fit=fit), "number")


@pytest.mark.parametrize("written", [DIGITS + "d", "1000000000000d", DIGITS + "w"])
def test_a_duration_of_more_than_a_thousand_years_is_refused_where_it_stands(written: str) -> None:
    score = f"score: [{{id: s, event: page_view, points: 10, expires: ⟨{written}}}]\n"
    expect_errors(small(score=score), "a thousand years")


@pytest.mark.parametrize("written", [DIGITS + "bd", "99999999999bh"])
def test_so_is_one_of_business_time(written: str) -> None:
    sla = (
        "sla:\n  - {id: a, owes: sales, to: marketing, clock: {start: MQL, stop: attempt}, "
        f"target: [{{otherwise: true, within: ⟨{written}}}]}}\n"
    )
    expect_errors(small(sla=sla), "a thousand years")


@pytest.mark.parametrize("line", [f"person.age > {DIGITS}", f"idle >= {DIGITS}d", "idle >= 1000000000000d"])
def test_a_condition_with_either_is_refused(line: str) -> None:
    parsed = parse(line)
    assert [slip.offset for slip in parsed.slips] == [line.index(line.rsplit(maxsplit=1)[-1])]


def test_a_duration_of_a_thousand_years_is_still_one() -> None:
    assert micros_of("365250d") == 365_250 * 86_400_000_000
    assert micros_of("365251d") is None


def test_an_agreement_takes_effect_in_a_year_that_every_zone_can_tell() -> None:
    head = SECTIONS["head"].replace("effective: 2026-01-01", "effective: ⟨0001-01-01")
    expect_errors(small(head=head), "1900-01-01")


@pytest.mark.parametrize("written", ["0001-01-01", "1899-12-31 23:59", "2200-01-01", "9999-12-31T23:59:59Z"])
def test_a_time_lies_in_the_years_that_calendars_hold_for(written: str) -> None:
    with pytest.raises(ValueError, match="outside the years 1900 to 2199"):
        parse_instant(written, ZoneInfo("Europe/Berlin"))


def test_a_time_that_no_calendar_has_is_named() -> None:
    with pytest.raises(ValueError, match="'2025-02-30' is no time of the calendar"):
        parse_instant("2025-02-30", ZoneInfo("UTC"))
