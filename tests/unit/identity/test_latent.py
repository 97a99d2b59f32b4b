"""Classes of pairs learned without labels."""

from __future__ import annotations

import itertools
import math
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detente.core.identity.latent import Mixture, Pattern, fit

COMMON = Mixture((0.3, 0.7), (((0.8, 0.2), (0.7, 0.3), (0.7, 0.3)), ((0.2, 0.8), (0.3, 0.7), (0.3, 0.7))))
TRUE = Mixture((0.1, 0.9), (((0.95, 0.05), (0.9, 0.1), (0.85, 0.15)), ((0.05, 0.95), (0.1, 0.9), (0.02, 0.98))))


def shown(mixture: Mixture, pairs: int) -> list[Pattern]:
    """The patterns that so many pairs show on average."""
    patterns = []
    for levels in itertools.product((0, 1), repeat=3):
        share = sum(
            of_class * math.prod(chance[level] for level, chance in zip(levels, chances, strict=True))
            for of_class, chances in zip(mixture.shares, mixture.chances, strict=True)
        )
        patterns.append(Pattern(levels, pairs * share))
    return patterns


def test_what_made_the_pairs_is_found() -> None:
    found = fit(shown(TRUE, 100_000), COMMON)
    assert found.shares == pytest.approx(TRUE.shares, abs=0.01)
    for of_found, of_true in zip(found.chances, TRUE.chances, strict=True):
        for levels, true in zip(of_found, of_true, strict=True):
            assert levels == pytest.approx(true, abs=0.02)


def test_with_nothing_to_learn_from_common_experience_stays() -> None:
    found = fit([], COMMON)
    assert found.shares == pytest.approx(COMMON.shares)
    assert found.chances[0][0] == pytest.approx(COMMON.chances[0][0])


def test_an_unknown_value_says_nothing() -> None:
    assert COMMON.membership(Pattern((None, None, None))) == pytest.approx(COMMON.shares)


def test_what_somebody_said_counts_for_certain() -> None:
    assert COMMON.membership(Pattern((1, 1, 1), 1, frozenset({0}))) == (1.0, 0.0)
    without = fit([Pattern((1, 0, 0), 40)], COMMON)
    told = fit([Pattern((1, 0, 0), 40, frozenset({1}))], COMMON)
    assert told.membership(Pattern((1, 0, 0)))[0] < without.membership(Pattern((1, 0, 0)))[0]


@settings(max_examples=25)
@given(st.randoms(use_true_random=False), st.lists(st.integers(1, 50), min_size=8, max_size=8))
def test_the_order_of_the_patterns_does_not_matter(draw: random.Random, counts: list[int]) -> None:
    patterns = list(map(Pattern, itertools.product((0, 1), repeat=3), map(float, counts)))
    shuffled = draw.sample(patterns, len(patterns))
    assert fit(patterns, COMMON) == fit(shuffled, COMMON)


@settings(max_examples=25)
@given(st.lists(st.tuples(st.tuples(*[st.sampled_from((0, 1, None))] * 3), st.integers(1, 1000)), max_size=10))
def test_whatever_is_shown_chances_stay_chances(rows: list[tuple[tuple[int | None, ...], int]]) -> None:
    found = fit([Pattern(levels, count) for levels, count in rows], COMMON)
    assert sum(found.shares) == pytest.approx(1)
    assert all(sum(levels) == pytest.approx(1) and min(levels) > 0 for of in found.chances for levels in of)
