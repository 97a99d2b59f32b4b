"""Which clause uses which, and where each stands in its text."""

from __future__ import annotations

from pathlib import Path

import pytest

from detente.core.agreement.agreement import Agreement
from detente.core.agreement.clause_places import clause_places
from detente.core.agreement.page import page_of
from detente.core.agreement.reader import read_agreement
from detente.core.agreement.references import used_in

HERE = Path(__file__).parent
EXAMPLES = HERE.parents[2] / "examples"
CONFORMANCE = HERE.parent / "agreement" / "conformance"
TEXTS = [
    HERE / "everything.yaml",
    HERE.parent / "agreement" / "example-agreement.yaml",
    *sorted(EXAMPLES.glob("*/agreement*.yaml")),
    *sorted(CONFORMANCE.glob("*.yaml")),
    *sorted(CONFORMANCE.glob("[0-9]*/*.yaml")),
]


def compiled(text: str) -> Agreement:
    agreement, problems = read_agreement(text, "agreement.yaml")
    assert agreement is not None, [str(problem) for problem in problems]
    return agreement


@pytest.fixture(scope="module")
def everything() -> Agreement:
    return compiled((HERE / "everything.yaml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("file", TEXTS, ids=lambda file: f"{file.parent.name}/{file.stem}")
def test_whatever_uses_a_clause_and_whatever_is_used_stands_on_the_page(file: Path) -> None:
    agreement = compiled(file.read_text(encoding="utf-8"))
    on_page = set(page_of(agreement).clauses())
    for used, users in used_in(agreement).items():
        assert used in on_page
        assert set(users) <= on_page - {used}


@pytest.mark.parametrize("file", TEXTS, ids=lambda file: f"{file.parent.name}/{file.stem}")
def test_every_clause_of_the_page_begins_on_a_line_of_the_text(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    places = clause_places(text, file.name)
    lines = text.splitlines()
    for clause in page_of(compiled(text)).clauses():
        named = clause.rpartition(".")[2]
        assert named in lines[places[clause].line - 1] or clause in "".join(lines[places[clause].line - 1 :][:2])


@pytest.mark.parametrize(
    ("used", "user"),
    [
        ("glossary.keen", "stage.mql"),  # a term in the condition of a return
        ("glossary.attempt", "sla.speed"),  # a term that chooses events stops a clock
        ("word.served", "mql.keen"),  # a term in a named part
        ("mql.keen", "stage.mql"),  # a named part of a condition
        ("keen.asked", "glossary.keen"),
        ("lists.served", "word.served"),
        ("score.pricing", "mql.score"),  # by way of the score
        ("fit.grades", "mql.score"),
        ("fit.size", "fit.grades"),
        ("stage.lead", "stage.mql"),
        ("stage.mql", "sla.tries"),  # "since MQL"
        ("stage.sal", "credit.sourced"),
        ("stage.back", "programme.nurture"),  # "stage == 'Back'"
        ("dispositions.recycle", "stage.back"),
        ("sla.tries", "dispositions.recycle"),  # a reason needs its evidence
        ("sla.speed", "value.speed"),
        ("clause.pool", "route.rest"),
        ("calendar.de", "route.rest"),
        ("programme.nurture", "credit.holdout"),
        ("stage.mql", "pay.marketing"),
        ("stage.lead", "change.explore"),
        ("weekly", "sla.volume"),  # where it is taken further
    ],
)
def test_a_clause_is_used_where_another_one_names_it(everything: Agreement, used: str, user: str) -> None:
    assert user in used_in(everything)[used]


def test_a_word_of_the_prose_is_no_reference(everything: Agreement) -> None:
    """`lead` is a word of the glossary that no condition uses, though sentences are full of it."""
    assert "glossary.lead" not in used_in(everything)


def test_a_clause_knows_its_section_and_its_name_there() -> None:
    places = clause_places((HERE / "everything.yaml").read_text(encoding="utf-8"), "agreement.yaml")
    assert (places["word.served"].section, places["word.served"].name) == ("glossary", "served")
    assert (places["score.pricing"].section, places["score.pricing"].name) == ("score", "")
    assert (places["stage.mql"].section, places["stage.mql"].name) == ("stages", "MQL")


def test_a_text_that_cannot_be_read_has_no_places() -> None:
    assert clause_places("agreement: [", "broken.yaml") == {}
