"""Cells of an exported CSV: no spreadsheet runs them, and the text comes back exactly."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detente.app.csv_cells import protect, unprotect

LIVE = [
    "=1+1",
    "+49 30 123",
    "-5 %",
    "@SUM(A1)",
    "\tx",
    "\rx",
    "\nx",
    " =1",
    "\u200b=1",
    "\ufeff+1",
    "\x00=1",
    "＝1",
    "　＋1",
    "−1",
]
PLAIN = ["", "Ada", "'t Hooft", "49 30 123", "a=b", "user@example.org", "'", "''"]

characters = st.one_of(st.sampled_from("=+-@'\t\r\n \u200b\ufeff＝＋－＠a1"), st.characters(exclude_categories=["Cs"]))
texts = st.text(characters, max_size=12)


@pytest.mark.parametrize("text", LIVE)
def test_what_a_spreadsheet_would_run_is_written_as_text(text: str) -> None:
    assert protect(text) == "'" + text


@pytest.mark.parametrize("text", PLAIN)
def test_other_text_is_written_as_it_is(text: str) -> None:
    assert protect(text) == text


def test_a_phone_number_comes_back_exactly() -> None:
    assert unprotect(protect("+49 30 123")) == "+49 30 123"


@given(texts)
def test_every_text_comes_back_exactly(text: str) -> None:
    assert unprotect(protect(text)) == text


@given(texts, texts)
def test_two_texts_never_share_a_cell(one: str, other: str) -> None:
    assert (protect(one) == protect(other)) == (one == other)


@given(texts)
def test_no_cell_begins_as_a_formula(text: str) -> None:
    assert protect(text)[:1] not in tuple("=+-@\t\r\n＝＋－＠")


@pytest.mark.parametrize("cell", ["O'Hara", "'Ada'", "plain"])
def test_a_cell_written_by_others_is_left_as_it_is(cell: str) -> None:
    assert unprotect(cell) == cell
