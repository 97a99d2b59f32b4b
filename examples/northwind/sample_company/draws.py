"""Chance with a memory: every draw follows from the seed and the key, on every platform.

Only `random.Random.random()` is drawn from, which Python keeps stable over versions, and only exact arithmetic is
done on it: no logarithm or power, whose last digit differs between platforms.
"""

from __future__ import annotations

import random
from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate, pairwise
from typing import Generic, TypeVar

T = TypeVar("T")

Curve = Sequence[tuple[float, float]]
"""A distribution as (share of cases, value) points with straight lines between, from share 0 to share 1."""


class Odds(Generic[T]):
    """Items with their relative weights."""

    def __init__(self, *weighted: tuple[T, float]) -> None:
        self.items = [item for item, _ in weighted]
        self.sums = list(accumulate(weight for _, weight in weighted))

    def at(self, share: float) -> T:
        """Return the item that covers `share` (0 ≤ share < 1) of the weight."""
        return self.items[min(bisect_right(self.sums, share * self.sums[-1]), len(self.items) - 1)]


class Draws:
    """A stream of draws for one key, such as (seed, number of the account)."""

    def __init__(self, *key: int) -> None:
        number = 0
        for part in key:
            number = number * 1_000_000_007 + part
        self.unit = random.Random(number).random

    def chance(self, probability: float) -> bool:
        """Return true in the given share of cases."""
        return self.unit() < probability

    def whole(self, low: int, high: int) -> int:
        """Return a whole number from `low` to `high`, both included."""
        return low + int(self.unit() * (high - low + 1))

    def among(self, items: Sequence[T]) -> T:
        """Return one of the items, all alike."""
        return items[int(self.unit() * len(items))]

    def odds(self, odds: Odds[T]) -> T:
        """Return one of the items, by weight."""
        return odds.at(self.unit())

    def spread(self, curve: Curve) -> float:
        """Return a value distributed as the curve says."""
        share = self.unit()
        for (low, from_value), (high, to_value) in pairwise(curve):
            if share < high:
                return from_value + (to_value - from_value) * ((share - low) / (high - low))
        return curve[-1][1]
