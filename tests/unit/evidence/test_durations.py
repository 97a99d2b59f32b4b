"""Kaplan–Meier quantiles: what is still running says "longer than this" and is never dropped."""

from __future__ import annotations

import math

from hypothesis import given
from hypothesis import strategies as st

from detente.core.evidence.durations import quantiles

# E. J. Freireich et al. 1963 (Blood 21:699): weeks in remission under 6-MP; the second list was still running
MP6 = [6, 6, 6, 7, 10, 13, 16, 22, 23]
MP6_RUNNING = [6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35]
PLACEBO = [1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23]


def test_published_median_of_the_remission_trial() -> None:
    assert quantiles(MP6, MP6_RUNNING, [0.5]) == (23,)  # S(22) = 0.538, S(23) = 0.448
    assert quantiles(PLACEBO, [], [0.5]) == (8,)


def test_published_steps_of_the_remission_trial() -> None:
    # S(t) falls to 0.857 at 6, 0.807 at 7, 0.753 at 10, 0.690 at 13, 0.627 at 16
    assert quantiles(MP6, MP6_RUNNING, [0.14, 0.15, 0.20, 0.30, 0.37]) == (6, 7, 10, 13, 16)


def test_a_share_the_curve_never_reaches_is_not_said() -> None:
    assert quantiles(MP6, MP6_RUNNING, [0.9]) == (None,)


def test_dropping_the_waiting_would_make_waits_look_shorter() -> None:
    answered, waiting = [10, 20, 30], [500, 600, 700, 800]
    assert quantiles(answered, [], [0.5]) == (20,)
    assert quantiles(answered, waiting, [0.5]) == (None,)


def test_nothing_answered_says_nothing() -> None:
    assert quantiles([], [5, 6], [0.5, 0.9]) == (None, None)


@given(
    durations=st.lists(st.integers(0, 10**13), min_size=1, max_size=60), share=st.sampled_from([0.25, 0.5, 0.75, 0.9])
)
def test_with_nothing_waiting_it_is_the_plain_quantile(durations: list[int], share: float) -> None:
    ordered = sorted(durations)
    assert quantiles(durations, [], [share]) == (ordered[math.ceil(share * len(ordered) - 1e-9) - 1],)
