"""Learns without labels which pairs of records are one: a latent class model over how the pairs agree.

Input: patterns, how two records compare field by field, each with the number of pairs that show it. Every pair is of
one class (say: the same account; another branch of the same organisation; unrelated), and within a class the fields
agree independently. Classes and chances are found by expectation maximisation (Dempster, Laird and Rubin 1977) from
common experience as the starting point, which also weighs as much as a few pairs (a Dirichlet prior): where there is
little to learn from, it stays. With two classes this is the model of Fellegi and Sunter (1969).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

PRIOR_PAIRS = 5.0
"""How many pairs of each class common experience weighs."""

_ROUNDS = 500
_STILL = 1e-6


class Pattern(NamedTuple):
    """`levels`: for each comparison the level reached, or None where a value is unknown; `pairs` show it.

    `classes`: those the pairs may be of, where somebody said so.
    """

    levels: tuple[int | None, ...]
    pairs: float = 1.0
    classes: frozenset[int] | None = None


@dataclass(frozen=True)
class Mixture:
    """`shares[k]`: of class k among the pairs; `chances[k][c][n]`: of level n of comparison c in class k."""

    shares: tuple[float, ...]
    chances: tuple[tuple[tuple[float, ...], ...], ...]

    def membership(self, pattern: Pattern) -> tuple[float, ...]:
        """Return the probability of each class."""
        weights = []
        for class_, (share, chances) in enumerate(zip(self.shares, self.chances, strict=True)):
            weight = share if pattern.classes is None or class_ in pattern.classes else 0.0
            for level, chance in zip(pattern.levels, chances, strict=True):
                if level is not None:
                    weight *= chance[level]
            weights.append(weight)
        total = sum(weights)
        return tuple(weight / total for weight in weights)


def fit(patterns: Iterable[Pattern], common: Mixture, prior_pairs: float = PRIOR_PAIRS) -> Mixture:
    """Return what the patterns show, starting from `common` experience, none of whose chances is 0."""
    ordered = sorted(patterns, key=_order)
    found = common
    for _ in range(_ROUNDS):
        better = _maximised(ordered, found, common, prior_pairs)
        moved = _distance(better, found)
        found = better
        if moved < _STILL:
            break
    return found


def _maximised(patterns: Sequence[Pattern], found: Mixture, common: Mixture, prior_pairs: float) -> Mixture:
    classes = [prior_pairs * share for share in common.shares]
    counts = [[[prior_pairs * chance for chance in levels] for levels in of_class] for of_class in common.chances]
    for pattern in patterns:
        for class_, probability in enumerate(found.membership(pattern)):
            weight = pattern.pairs * probability
            classes[class_] += weight
            for levels, level in zip(counts[class_], pattern.levels, strict=True):
                if level is not None:
                    levels[level] += weight
    return Mixture(
        _shares(classes), tuple(tuple(_shares(levels) for levels in of_class) for of_class in counts)
    )  # fmt: skip


def _shares(counts: Sequence[float]) -> tuple[float, ...]:
    total = sum(counts)
    return tuple(count / total for count in counts)


def _distance(one: Mixture, other: Mixture) -> float:
    return max(
        abs(a - b)
        for of_one, of_other in zip((one.shares, *_rows(one)), (other.shares, *_rows(other)), strict=True)
        for a, b in zip(of_one, of_other, strict=True)
    )


def _rows(mixture: Mixture) -> Iterable[tuple[float, ...]]:
    return (levels for of_class in mixture.chances for levels in of_class)


def _order(pattern: Pattern) -> tuple[object, ...]:
    classes = () if pattern.classes is None else tuple(sorted(pattern.classes))
    return tuple(-1 if level is None else level for level in pattern.levels), classes, pattern.pairs
