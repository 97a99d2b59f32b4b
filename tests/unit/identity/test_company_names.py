"""Company names as typed: what is levelled, what is told apart, what names no company."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detente.core.identity.company_names import CompanyName, company_name


def key(text: str) -> str:
    name = company_name(text)
    assert name is not None
    return name.key


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Harbour Logistics GmbH", "HARBOUR LOGISTICS"),
        ("Harbour Logistics, Inc.", "harbour logistics ltd"),
        ("Harbour Logistics GmbH & Co. KG", "Harbour Logistics"),
        ("Harbour Logistics S.p. z o.o.", "Harbour Logistics"),
        ("Westpark School, NFP", "Westpark School"),
        ("Lakeside Day Care Ctr", "Lakeside Day Care Center"),
        ("Lakeside Day Care Centre", "Lakeside Day Care Centers"),
        ("National Assoc. of Growers", "National Association of Growers"),
        ("Arts & Crafts", "Arts and Crafts"),
        ("The Arts + Crafts", "Arts Crafts"),
        ("Café Zürich", "cafe zurich"),
        ("Ｈａｒｂｏｕｒ", "Harbour"),
        ("Har\u200bbour", "Harbour"),
        ("K.I.N.S. Nursery", "KINS Nursery"),
        ("St. Catherine's School", "Saint Catherines School"),
        ("Chicago Commons\nAssociation  St Lucy", "Chicago Commons Association St Lucy"),
        ("Sherman - Blue Island", "Sherman (Blue Island)"),
        ("sherman- blue island", "Sherman – Blue Island, Inc."),
        ("Sherman Ltd - Elgin", "Sherman - Elgin"),
    ],
)
def test_the_same_organisation_reads_alike(one: str, other: str) -> None:
    assert key(one) == key(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Sherman - Elgin", "Sherman - Joliet"),
        ("Sherman - Elgin", "Sherman"),
        ("Harbour Logistics", "Harbor Logistics"),  # left to the similarity
        ("Garden Spa", "Garden"),
        ("School 12", "School 21"),
    ],
)
def test_different_ones_stay_different(one: str, other: str) -> None:
    assert key(one) != key(other)


def test_a_branch_is_told_apart_from_the_name() -> None:
    assert company_name("YMCA of Springfield - North (Annex)") == CompanyName(
        ("ymca", "springfield"), ("north", "annex")
    )
    assert company_name("Charter-Basil Campus") == CompanyName(("charter", "basil", "campus"))
    assert company_name("A-Z Mall") == CompanyName(("z", "mall"))
    assert company_name("Herzl (CPC) School") == CompanyName(("herzl", "cpc", "school"))


@pytest.mark.parametrize(
    "text", ["Northwind (formerly Contoso Ltd)", "Northwind, formerly known as Contoso", "Northwind f/k/a Contoso Inc."]
)
def test_a_former_name_is_another_name(text: str) -> None:
    assert company_name(text) == CompanyName(("northwind",), (), (("contoso",),))


def test_a_trading_name_is_another_name() -> None:
    assert company_name("Jones Ltd dba Jones Bakery") == CompanyName(("jone",), (), (("jone", "bakery"),))


@pytest.mark.parametrize(
    "text",
    ["", " ", "-", ".", "n/a", "N/A", "N.A.", "none", "NULL", "self", "Self-Employed", "student", "Home", "asdf",
     "qwerty", "xxx", "???", "test", "Test Company", "not applicable", "keine Angabe"],
)  # fmt: skip
def test_a_filler_names_no_company(text: str) -> None:
    assert company_name(text) is None


@pytest.mark.parametrize("text", ["3M", "AA", "HP", "X Corp", "Home Depot", "SAP SE", "Co", "The The", "Inc. Magazine"])
def test_short_and_odd_names_are_still_names(text: str) -> None:
    assert company_name(text) is not None


@given(st.text(max_size=60))
def test_any_text_has_a_form_or_none_and_the_form_is_stable_under_case_and_blanks(text: str) -> None:
    name = company_name(text)
    assert name is None or all(name.name)
    assert company_name(f"  {text}\n") == name


@given(st.lists(st.sampled_from(["harbour", "logistics", "north", "school"]), min_size=1, max_size=4))
def test_a_legal_form_adds_nothing(words: list[str]) -> None:
    name = " ".join(words)
    assert key(f"{name}, Inc.") == key(name.upper()) == key(name)
