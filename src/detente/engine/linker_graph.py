"""Likely pairs seen together: chains of them that would join records which do not fit one another are broken.

Input: candidate pairs with their weights (log odds in bits). Links are taken from the strongest to the weakest; two
groups are joined only if, over all pairs between them, more speaks for one person than against (average linkage). A
pair that was not compared counts as `STRANGERS`. Pairs that contradict each other are never in one group.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

STRANGERS = -1.0
_MOST, _LEAST = 20.0, -5.0
_RIVAL = 6.0
"""A record that fits two others which do not fit each other is in doubt, unless one fits by so many bits better."""

_Bools = npt.NDArray[np.bool_]
_Numbers = npt.NDArray[np.int64]


class Graph(NamedTuple):
    """Candidate pairs: `one[i]` < `other[i]` are record numbers; sorted by them."""

    one: _Numbers
    other: _Numbers
    weight: npt.NDArray[np.float64]
    contradicts: _Bools


class Links(NamedTuple):
    """Of each pair: whether it is `broken` (likely, yet refused), and whether it has a `rival`."""

    broken: _Bools
    rival: _Bools


def consistent(graph: Graph) -> Links:
    """Return which of the pairs that are likelier one person than two do not fit the rest."""
    likely = (graph.weight > 0) & ~graph.contradicts
    broken, rival = np.zeros(len(likely), dtype=bool), np.zeros(len(likely), dtype=bool)
    size = int(graph.other.max()) + 1 if len(likely) else 0
    degree = np.bincount(graph.one[likely], minlength=size) + np.bincount(graph.other[likely], minlength=size)
    involved = likely & ((degree[graph.one] > 1) | (degree[graph.other] > 1)) if size else likely
    touched = np.zeros(size, dtype=bool)
    touched[graph.one[involved]] = touched[graph.other[involved]] = True
    between = np.flatnonzero(touched[graph.one] & touched[graph.other]) if size else np.array([], dtype=np.int64)
    known = {
        (int(graph.one[i]), int(graph.other[i])): float("-inf") if graph.contradicts[i] else float(graph.weight[i])
        for i in between
    }
    ordered = sorted(np.flatnonzero(involved), key=lambda i: (-graph.weight[i], graph.one[i], graph.other[i]))
    refused = set(_refused(((int(graph.one[i]), int(graph.other[i])) for i in ordered), known))
    best: dict[int, float] = defaultdict(lambda: float("-inf"))
    for i in ordered:
        pair = int(graph.one[i]), int(graph.other[i])
        if pair in refused:
            broken[i] = True
            for record in pair:
                best[record] = max(best[record], graph.weight[i])
    for i in ordered:
        strongest = max(best[int(graph.one[i])], best[int(graph.other[i])])
        rival[i] = not broken[i] and graph.weight[i] < strongest + _RIVAL
    return Links(broken, rival)


def _refused(pairs: Iterable[tuple[int, int]], known: dict[tuple[int, int], float]) -> Iterator[tuple[int, int]]:
    """Yield the pairs, of those given strongest first, whose groups do not fit."""
    group: dict[int, list[int]] = {}
    for one, other in pairs:
        ours, theirs = group.setdefault(one, [one]), group.setdefault(other, [other])
        if ours is theirs:
            continue
        if sum(_between(a, b, known) for a in ours for b in theirs) <= 0:
            yield one, other
            continue
        ours.extend(theirs)
        for record in theirs:
            group[record] = ours


def _between(a: int, b: int, known: dict[tuple[int, int], float]) -> float:
    weight = known.get((a, b) if a < b else (b, a), STRANGERS)
    return weight if weight == float("-inf") else max(min(weight, _MOST), _LEAST)
