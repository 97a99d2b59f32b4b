"""Mutants: one number, guard or arm changed at a time, each still an agreement."""

from __future__ import annotations

from pathlib import Path

import pytest

from detente.core.agreement.fmt import format_text
from detente.core.agreement.mutate import Mutant, mutants
from detente.core.agreement.nudges import duration, number, threshold, weekdays
from detente.core.agreement.reader import read_agreement
from detente.core.errors import AgreementError

from .small import cases

TEXT = next(iter(cases("rich.txt").values()))
CHANGES = (Path(__file__).parent / "changes.txt").read_text("utf-8").splitlines()


@pytest.fixture(scope="module")
def found() -> list[Mutant]:
    return list(mutants(TEXT, "small.yaml"))


@pytest.mark.parametrize("change", CHANGES)
def test_every_kind_of_number_guard_and_arm_is_changed(found: list[Mutant], change: str) -> None:
    assert change in {f"{mutant.clause_id}: {mutant.description}" for mutant in found}


def test_nothing_is_changed_that_a_test_cannot_observe(found: list[Mutant]) -> None:
    clauses = {mutant.clause_id for mutant in found}
    assert not clauses & {"sla.volume", "lists.unused", "glossary.unseen"}
    assert not [mutant for mutant in found if "objective" in mutant.description or "0.9" in mutant.description]


def test_a_mutant_is_the_text_with_one_change_and_still_compiles(found: list[Mutant]) -> None:
    for mutant in found:
        assert read_agreement(mutant.text, "small.yaml")[0] is not None
        start = next(at for at, (one, other) in enumerate(zip(TEXT, mutant.text, strict=False)) if one != other)
        line = TEXT[:start].count("\n") + 1
        assert line in (mutant.line, mutant.line - 1, mutant.line + 1)


def test_no_two_mutants_are_the_same_and_their_order_is_that_of_the_text(found: list[Mutant]) -> None:
    assert len({mutant.text for mutant in found}) == len(found)
    assert [(each.line, each.column) for each in found] == sorted((each.line, each.column) for each in found)
    assert found == list(mutants(TEXT, "small.yaml"))


def test_another_layout_has_the_same_mutants(found: list[Mutant]) -> None:
    laid_out = mutants(format_text(TEXT, "small.yaml"), "small.yaml")
    changes = sorted((each.clause_id, each.description) for each in found)
    assert sorted((each.clause_id, each.description) for each in laid_out) == changes


def test_an_agreement_that_is_refused_has_no_mutants() -> None:
    with pytest.raises(AgreementError):
        next(mutants("agreement: x\n", "small.yaml"))


def test_a_number_is_moved_by_a_step_that_matters() -> None:
    assert number("10") == ["11", "9"]
    assert number("-20") == ["-19", "-21"]
    assert number("2.50") == ["2.51", "2.49"]
    assert duration("1bh") == ["2bh", "0bh"]
    assert duration("0d") == ["1d"]
    assert threshold("65", {0, 40, 50, 65, 70}) == ["66", "50"]
    assert threshold("60", {0, 40, 70}) == ["71", "40"]
    assert weekdays("mon-fri") == ["mon-thu"]
    assert weekdays("mon-tue") == ["mon"]
    assert weekdays("mon") == []
