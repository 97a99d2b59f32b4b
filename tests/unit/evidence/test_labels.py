"""Answers correct a model that is too sure or too careful, and leave a right one as it is."""

from __future__ import annotations

import math
import random

import pytest

from detente.core.evidence.labels import ENOUGH, corrected


def answers(trust: float, shift: float, count: int = 2000) -> tuple[list[list[float]], list[float], list[bool]]:
    """Pairs with two kinds of evidence, of which the first deserves so much trust."""
    draw = random.Random(5)
    weights = [[draw.uniform(-4, 4), draw.uniform(-4, 4)] for _ in range(count)]
    rest = [draw.uniform(-1, 1) for _ in range(count)]
    odds = [shift + left + trust * one + other for left, (one, other) in zip(rest, weights, strict=True)]
    return weights, rest, [draw.random() < 1 / (1 + math.exp(-value)) for value in odds]


def test_a_model_that_is_right_stays() -> None:
    found = corrected(*answers(trust=1.0, shift=0.0))
    assert found.shift == pytest.approx(0.0, abs=0.25)
    assert found.scales == pytest.approx((1.0, 1.0), abs=0.15)


def test_evidence_that_misleads_counts_less() -> None:
    found = corrected(*answers(trust=0.5, shift=0.0))
    assert found.scales[0] == pytest.approx(0.5, abs=0.1)
    assert found.scales[1] == pytest.approx(1.0, abs=0.15)


def test_a_model_that_is_too_careful_is_shifted() -> None:
    assert corrected(*answers(trust=1.0, shift=1.0)).shift == pytest.approx(1.0, abs=0.3)


@pytest.mark.parametrize("same", [[True] * (ENOUGH - 1), [True] * ENOUGH, [False] * 100, []])
def test_few_answers_or_all_alike_correct_nothing(same: list[bool]) -> None:
    found = corrected([[-3.0, 2.0]] * len(same), [0.0] * len(same), same)
    assert found.shift == 0.0
    assert set(found.scales) <= {1.0}


def test_a_few_answers_correct_a_little() -> None:
    weights, rest, same = answers(trust=0.2, shift=0.0)
    few = corrected(weights[:40], rest[:40], same[:40])
    many = corrected(weights, rest, same)
    assert many.scales[0] < few.scales[0] < 1.0
