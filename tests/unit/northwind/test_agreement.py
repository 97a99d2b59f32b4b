"""The working agreement of the sample company: its own examples hold, and no change of it goes unnoticed."""

from __future__ import annotations

import os
from itertools import islice
from pathlib import Path

import pytest
from sample_company import hours, ruling, truth

from detente.core.agreement.agreement import Agreement, ClockDuty, Timeline
from detente.core.agreement.expressions import DAY
from detente.core.agreement.mutate import mutants
from detente.core.agreement.reader import read_timeline
from detente.core.agreement.standard import STANDARD_KINDS
from detente.core.replay.examples import run_tests
from detente.sources.files.mapping_reader import read_mapping

MUTANTS = None if os.environ.get("NORTHWIND_MUTANTS") == "all" else 20
"""How many mutants are tried, from the beginning of the text; `NORTHWIND_MUTANTS=all` tries every one."""


@pytest.fixture(scope="module")
def text(example: Path) -> str:
    return (example / "agreement.yaml").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def timeline(text: str) -> Timeline:
    compiled, problems = read_timeline([("agreement.yaml", text)])
    assert compiled is not None, problems
    return compiled


@pytest.fixture(scope="module")
def agreement(timeline: Timeline) -> Agreement:
    return timeline.versions[0]


def test_its_examples_hold(timeline: Timeline) -> None:
    outcomes = run_tests(timeline)
    assert len(outcomes) > 80
    assert [outcome.message for outcome in outcomes if not outcome.passed] == []


def test_its_examples_have_names_of_their_own(agreement: Agreement) -> None:
    names = [test.name for test in agreement.tests]
    assert len(names) == len(set(names))


@pytest.mark.slow
@pytest.mark.timeout(1800 if MUTANTS is None else 300)
def test_its_examples_notice_every_change(text: str) -> None:
    tried, unnoticed = 0, []
    for mutant in islice(mutants(text, "agreement.yaml"), MUTANTS):
        changed, _ = read_timeline([("agreement.yaml", mutant.text)])
        tried += 1
        if changed is not None and all(outcome.passed for outcome in run_tests(changed)):
            unnoticed.append(f"{mutant.line}:{mutant.column} {mutant.description}")
    assert tried >= (MUTANTS or 250)
    assert unnoticed == []


def test_it_rules_the_whole_history(agreement: Agreement) -> None:
    assert agreement.effective.year == 2024


def test_the_truth_reads_the_same_numbers_from_it(agreement: Agreement) -> None:
    """The generator says the rules a second time: what it says must be what is agreed."""
    assert {rule.id.removeprefix("score."): (rule.points, rule.cap, rule.expires) for rule in agreement.score} == {
        name: (points, cap, expires * 1_000_000) for name, (points, cap, expires) in ruling.SCORE.items()
    }
    assert tuple(agreement.lists["served"]) == ruling.SERVED
    assert tuple(agreement.lists["competitors"]) == ruling.RIVALS
    assert tuple(agreement.lists["high_intent"]) == ruling.HIGH_INTENT
    assert tuple(agreement.lists["marketing"]) == truth.MARKETING_CHANNELS
    assert set(agreement.calendars["DE"].closed) == hours.CLOSED
    for kind, group in (("lead_recycle", "recycle"), ("lead_reject", "reject"), ("lead_discard", "discard")):
        assert tuple(agreement.dispositions[group]) == ruling.REASONS[kind]
    assert {name: stage.from_ for name, stage in agreement.stages.items() if stage.from_} == ruling.COMES_FROM
    assert {name for name, stage in agreement.stages.items() if stage.resets_behaviour} == set(ruling.RESETS)
    reentry = agreement.stages["MQL"].reentry
    assert reentry is not None
    assert reentry.after == 30 * DAY == ruling.REENTRY * 1_000_000
    speed = next(duty for duty in agreement.duties if isinstance(duty, ClockDuty))
    assert [row.within.text for row in speed.targets] == ["1bh", "2bh", "4bh"]


@pytest.mark.parametrize("system", ["crm", "marketing"])
def test_the_mappings_of_both_exports_have_nothing_to_mend(example: Path, system: str) -> None:
    path = example / "mappings" / f"{system}.yaml"
    _, warnings = read_mapping(path.read_text(encoding="utf-8"), path.name, STANDARD_KINDS)
    assert warnings == []
