"""Every kind of figure has one way to be written."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest

from detente.app import figures


@pytest.mark.parametrize(
    ("amount", "written"),
    [
        (None, "–"),
        (0, "€0"),
        (950, "€950"),
        (1_049_999, "€1.05 m"),
        (12_340, "€12.3 k"),
        (2_000_000, "€2 m"),
        (-1500, "€-1.5 k"),
    ],
)
def test_money_has_three_digits_that_count(amount: float | None, written: str) -> None:
    assert figures.money(amount, "EUR") == written


def test_money_without_a_known_sign_says_its_currency() -> None:
    assert figures.money(1_200, "CHF") == "CHF 1.2 k"
    assert figures.money(1_200, None) == "1.2 k"


@pytest.mark.parametrize(
    ("seconds", "written"),
    [(None, "–"), (59, "0 m"), (27 * 60, "27 m"), (78 * 60, "1 h 18 m"), (7200, "2 h"), (100 * 3600, "4 d 4 h")],
)
def test_durations_name_their_two_largest_units(seconds: int | None, written: str) -> None:
    assert figures.duration(seconds) == written


def test_not_measured_and_zero_look_different() -> None:
    assert (figures.count(None), figures.count(0), figures.percent(None), figures.percent(0.0)) == (
        "–",
        "0",
        "–",
        "0 %",
    )


def test_counts_set_thousands_apart() -> None:
    assert (figures.count(1912), figures.count(2.5), figures.counted(1, "row"), figures.counted(3, "row")) == (
        "1,912",
        "2.5",
        "1 row",
        "3 rows",
    )


def test_instants_are_told_in_the_zone_asked_for() -> None:
    assert figures.instant(1_791_187_200_000_000, ZoneInfo("Europe/Berlin")) == "5 Oct 2026 10:00"
    assert figures.moment("2026-10-05T10:00:00+02:00") == "5 Oct 2026 10:00"
