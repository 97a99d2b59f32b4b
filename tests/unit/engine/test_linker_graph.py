"""Chains of likely pairs that would join records which do not fit one another are broken, whatever their order."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from detente.engine.linker_graph import Graph, consistent

Pair = tuple[int, int]


def graph(pairs: dict[Pair, float], apart: frozenset[Pair] = frozenset()) -> Graph:
    keys = sorted(pairs)
    return Graph(
        np.array([one for one, _ in keys], dtype=np.int64),
        np.array([other for _, other in keys], dtype=np.int64),
        np.array([pairs[key] for key in keys], dtype=float),
        np.array([key in apart for key in keys], dtype=bool),
    )


def broken(pairs: dict[Pair, float], apart: frozenset[Pair] = frozenset()) -> set[Pair]:
    found = consistent(graph(pairs, apart)).broken
    return {key for key, is_broken in zip(sorted(pairs), found, strict=True) if is_broken}


def clusters(pairs: dict[Pair, float], apart: frozenset[Pair] = frozenset()) -> list[set[int]]:
    left = {key for key in pairs if pairs[key] > 0 and key not in apart} - broken(pairs, apart)
    groups: list[set[int]] = []
    for pair in sorted(left):
        met = [group for group in groups if group & set(pair)]
        groups = [group for group in groups if group not in met] + [set(pair).union(*met)]
    return groups


def test_a_single_pair_stands() -> None:
    assert broken({(0, 1): 3.0}) == set()


def test_no_pairs_are_no_trouble() -> None:
    assert broken({}) == set()


def test_the_weaker_link_to_two_that_differ_is_broken() -> None:
    assert broken({(0, 1): 9.0, (1, 2): 2.0, (0, 2): -8.0}) == {(1, 2)}


def test_a_chain_whose_ends_were_compared_and_fit_well_enough_stands() -> None:
    assert broken({(0, 1): 9.0, (1, 2): 5.0, (0, 2): -2.0}) == set()


def test_two_that_contradict_each_other_are_never_in_one_group() -> None:
    pairs = {(0, 1): 18.0, (1, 2): 18.0, (0, 2): 30.0}
    assert broken(pairs, frozenset({(0, 2)})) == {(1, 2)}


def test_a_record_that_fits_two_who_differ_is_in_doubt() -> None:
    pairs = {(0, 1): 6.0, (1, 2): 5.0, (0, 2): -9.0, (3, 4): 6.0}
    found = consistent(graph(pairs))
    assert dict(zip(sorted(pairs), found.rival.tolist(), strict=True)) == {
        (0, 1): True, (0, 2): False, (1, 2): False, (3, 4): False,
    }  # fmt: skip


WEIGHTS = st.dictionaries(
    st.tuples(st.integers(0, 7), st.integers(0, 7)).filter(lambda pair: pair[0] < pair[1]),
    st.integers(-12, 12).map(float),
    max_size=20,
)


@given(WEIGHTS, st.sets(st.tuples(st.integers(0, 7), st.integers(0, 7))))
def test_no_group_holds_a_contradiction(pairs: dict[Pair, float], said: set[Pair]) -> None:
    apart = frozenset(said & pairs.keys())
    for group in clusters(pairs, apart):
        assert not any(one in group and other in group for one, other in apart)


@given(WEIGHTS)
def test_only_likely_pairs_are_broken(pairs: dict[Pair, float]) -> None:
    assert all(pairs[pair] > 0 for pair in broken(pairs))
