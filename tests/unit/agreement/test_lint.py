"""Warnings: what is allowed and worth a look. They never refuse a text."""

from __future__ import annotations

import pytest

from .small import cases, expect_errors, expect_warnings, small

CASES = cases("worth_a_look.txt")


@pytest.mark.parametrize("shows", CASES)
def test_a_clause_worth_a_look_is_pointed_at_and_still_read(shows: str) -> None:
    expect_warnings(CASES[shows])


def test_warnings_wait_until_there_are_no_errors() -> None:
    text = small(lists="lists: {unused: [a]}", more="pools: {pool.x: {members: [a], dayly: 3}}")
    expect_errors(text.replace("dayly", "⟨dayly"), "'daily'")
