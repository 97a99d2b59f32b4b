"""Corners of lint: mirrored thresholds, arms of terms, expectations of the wrong shape."""

from __future__ import annotations

import pytest

from detente.core.agreement.reader import read_timeline
from detente.core.replay.examples import run_tests

HEAD = """\
agreement: harbour/corners
language: 1
version: 1.0.0
effective: 2026-01-01
subject: person
timezone: Europe/Berlin
parties:
  marketing: {signs: mia@harbour.example, name: Mia Kern}
  sales: {signs: sven@harbour.example, name: Sven Falk}
"""


def errors(text: str) -> list[str]:
    _, problems = read_timeline([("a.yaml", HEAD + text)])
    return [f"{each.line}:{each.column} {each.message}" for each in problems if each.severity == "error"]


def quiet(condition: str) -> str:
    return f'stages:\n  Quiet: {{id: stage.quiet, owner: sales, basis: computed, enter: {{when: "{condition}"}}}}\n'


@pytest.mark.parametrize(
    ("written", "meant"), [("30d < idle", "<="), ("30d >= idle", ">"), ("idle > 30d", ">="), ("idle <= 30d", "<")]
)
def test_a_threshold_that_flips_late_is_refused_on_either_side(written: str, meant: str) -> None:
    (error,) = errors(quiet(written))
    assert f"write '{meant}'" in error


@pytest.mark.parametrize("written", ["30d <= idle", "30d > idle", "idle >= 30d", "idle < 30d"])
def test_a_threshold_that_flips_in_time_is_accepted_on_either_side(written: str) -> None:
    assert errors(quiet(written)) == []


TERM = """\
glossary:
  warm: {means: Interested, is: {any: [{id: warm.form, is: any(form_submit)}, {id: warm.view, is: any(page_view)}]}}
stages:
  Hot: {id: stage.hot, owner: sales, basis: computed, enter: {when: warm}}
tests:
  - {test: a view admits, history: ["2026-06-01 10:00 page_view"], expect: {EXPECT}}
"""


def test_an_arm_inside_a_term_may_be_expected() -> None:
    timeline, problems = read_timeline([("a.yaml", HEAD + TERM.replace("EXPECT", "arm: warm.view"))])
    assert timeline is not None, problems
    assert [outcome.passed for outcome in run_tests(timeline)] == [True]


@pytest.mark.parametrize("expected", ["score: [0]", "stage: [Hot]", "arm: [warm.view]", "hinges: [false]"])
def test_one_value_is_expected_where_a_lead_has_one(expected: str) -> None:
    (error,) = errors(TERM.replace("EXPECT", expected))
    assert "one value, not a list" in error


def test_a_score_may_be_written_as_any_number() -> None:
    timeline, problems = read_timeline([("a.yaml", HEAD + TERM.replace("EXPECT", "score: 0x0"))])
    assert timeline is not None, problems
    assert [outcome.passed for outcome in run_tests(timeline)] == [True]
