"""What a list is asked for: words, filters, order and page, as they stand in an address."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detente.app.folding import folded
from detente.app.ports.lists import LeadList, LeadPage, Projected, Sort
from detente.app.queries.leads import counts, lead_list, leads, neighbours, owed, pages, standing
from detente.core.errors import UsageError


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Kühllogistik GmbH", "kuhllogistik gmbh"),
        ("ÉMILE", "emile"),
        ("Groß", "gross"),
        ("Ann@X.example", "ann@x.example"),
    ],
)
def test_a_text_is_folded_to_lower_case_without_accents(text: str, found: str) -> None:
    assert folded(text) == found


@given(st.text(), st.text())
def test_a_part_of_a_text_is_found_in_it(before: str, part: str) -> None:
    assert folded(part) in folded(before + " " + part)
    assert folded(folded(part)) == folded(part)


def test_an_address_asks_for_a_list() -> None:
    assert lead_list() == LeadList()
    assert lead_list("  Kühl  ann Ann ", stage="MQL", party="sales", sort="-score") == LeadList(
        ("kuhl", "ann"), "MQL", None, "sales", Sort.SCORE, descending=True
    )
    assert lead_list(stage="", owner="", party="") == LeadList()


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"sort": "colour"}, "sorted by 'colour': write due, entered, score, name"),
        ({"text": "x" * 201}, "201 signs is too long"),
        ({"text": "a b c d e f g h i"}, "9 words are too many"),
        ({"text": "a\0b"}, "q: it holds a sign that no text holds"),
        ({"owner": "\0"}, "owner: it holds a sign that no text holds"),
    ],
)
def test_what_cannot_be_asked_for_is_refused(asked: dict[str, str], said: str) -> None:
    with pytest.raises(UsageError, match=said):
        lead_list(**asked)


class Asked:
    """Lists that answer with what they were asked."""

    def leads(self, _: LeadList, offset: int) -> LeadPage:
        return LeadPage(Projected("one", 1, 1), offset, [], {})

    def __getattr__(self, _: str) -> Any:
        return lambda *_: None


def test_pages_are_counted_from_one_and_hold_fifty() -> None:
    assert [leads(Asked(), LeadList(), page).total for page in (1, 2, 7)] == [0, 50, 300]
    assert [pages(total) for total in (0, 1, 50, 51, 1_000_000)] == [1, 1, 1, 2, 20_000]
    for page in (0, -1, 10**9):
        with pytest.raises(UsageError, match="counted from 1"):
            leads(Asked(), LeadList(), page)


def test_lists_that_were_never_made_say_how_to_make_them() -> None:
    for ask in (
        lambda: counts(Asked()),
        lambda: owed(Asked(), 1),
        lambda: neighbours(Asked(), LeadList(), "pann"),
    ):
        with pytest.raises(UsageError, match="run `detente replay`"):
            ask()


def test_lists_say_whether_they_lag_behind_the_snapshot_that_serves() -> None:
    assert not standing(Projected("one", 1, 1), "one").lags
    assert standing(Projected("one", 1, 1), "two").lags
