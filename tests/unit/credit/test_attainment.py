"""Attainment leaves open and void instances out, and is judged only when something can be said."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detente.core.credit.attainment import Tally, Verdict, expected, judge

COUNTS = st.integers(0, 400)


def test_attainment_is_met_of_met_and_broken() -> None:
    november = Tally(met=71, broken=7, open=4, void=2)
    assert november.n == 78
    assert november.attainment == pytest.approx(71 / 78)


@given(met=COUNTS, broken=COUNTS, open_=COUNTS, void=COUNTS, pending=COUNTS)
def test_open_void_and_pending_never_move_attainment(
    met: int, broken: int, open_: int, void: int, pending: int
) -> None:
    assert Tally(met, broken, open_, void, pending).attainment == Tally(met, broken).attainment


@given(met=COUNTS, broken=COUNTS, open_=COUNTS, void=COUNTS, objective=st.sampled_from([0.5, 0.9, 0.95, 1.0]))
def test_void_never_changes_a_verdict(met: int, broken: int, open_: int, void: int, objective: float) -> None:
    for over in (False, True):
        with_void = judge(Tally(met, broken, open_, void), objective, None, over)
        assert with_void is judge(Tally(met, broken, open_, 0), objective, None, over)


@pytest.mark.parametrize(
    ("tally", "objective", "min_n", "over", "verdict"),
    [
        (Tally(), 0.9, None, True, Verdict.NOT_JUDGED),  # zero denominator
        (Tally(void=3, open=2), 0.9, None, True, Verdict.NOT_JUDGED),
        (Tally(met=49), 0.9, 50, True, Verdict.NOT_JUDGED),  # fewer than min_n
        (Tally(met=50), 0.9, 50, True, Verdict.MET),
        (Tally(met=9, broken=1), None, None, True, Verdict.NOT_JUDGED),  # no objective agreed
        (Tally(met=9, broken=1), 0.9, None, True, Verdict.MET),  # exactly the objective
        (Tally(met=89, broken=11), 0.9, None, True, Verdict.BROKEN),
        (Tally(met=9, broken=1), 0.9, None, False, Verdict.ON_COURSE),  # never met while running
        (Tally(met=12, broken=2), 0.95, None, False, Verdict.BELOW_OBJECTIVE),
        (Tally(met=0, broken=30), 0.9, None, False, Verdict.BELOW_OBJECTIVE),  # more may come without limit
        (Tally(met=40, broken=1), 1.0, None, False, Verdict.BROKEN),  # an objective of 1 is out of reach at once
        (Tally(met=9, broken=1, open=1), 0.9, None, True, Verdict.ON_COURSE),  # over, not decided
        (Tally(met=8, broken=1, open=1), 0.9, None, True, Verdict.BELOW_OBJECTIVE),  # 9 of 10 is still possible
        (Tally(met=7, broken=2, open=1), 0.9, None, True, Verdict.BROKEN),  # 8 of 10 at best
        (Tally(met=7, broken=2, pending=11), 0.9, None, True, Verdict.BELOW_OBJECTIVE),  # 18 of 20 at best
    ],
)
def test_verdicts(tally: Tally, objective: float | None, min_n: int | None, over: bool, verdict: Verdict) -> None:
    assert judge(tally, objective, min_n, over) is verdict


@given(met=COUNTS, broken=COUNTS, open_=st.integers(1, 50), objective=st.sampled_from([0.6, 0.9, 0.95, 1.0]))
def test_broken_is_said_only_when_no_outcome_of_the_open_ones_could_mend_it(
    met: int, broken: int, open_: int, objective: float
) -> None:
    if judge(Tally(met, broken, open_), objective, None, over=True) is Verdict.BROKEN:
        assert judge(Tally(met + open_, broken), objective, None, over=True) is Verdict.BROKEN


def test_expected_instances_are_the_mean_of_up_to_three_periods_before() -> None:
    assert expected([100, 90, 120, 150]) == pytest.approx(120)
    assert expected([90]) == 90
    assert expected([]) is None
