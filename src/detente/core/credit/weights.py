"""How a view shares a deal among the touches on its path (specification §7). Every split sums to exactly 1.

Views describe paths and are never called causal. Shares are exact fractions; `apportion` turns them into whole units
without losing one. Rule in prose: docs/rules/credit.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import lcm

from detente.core.agreement.agreement import CreditView
from detente.core.agreement.expressions import DAY
from detente.core.credit.attainment import exact

PARTS = 10**9
"""Shares are kept in billionths."""

DEFAULT_HALF_LIFE = 7 * DAY

COMPUTED = ("first", "last", "linear", "position", "time_decay", "w", "full_path")
"""The models there are; markov and shapley need all deals at once and are not among them."""

_DEFAULTS: dict[str, tuple[str, ...]] = {
    "position": ("0.4", "0.2", "0.4"),
    "w": ("0.3", "0.3", "0.3", "0.1"),
    "full_path": ("0.225", "0.225", "0.225", "0.225", "0.1"),
}


@dataclass(frozen=True, slots=True)
class Path:
    """The touches of one deal in order of time, and which of them (by position) hold a milestone.

    `created`: the last touch until the lead was created; `opened`: the last until the deal opened; `closed`: the last
    until it was won. None where there is no such touch.
    """

    at: tuple[int, ...]
    created: int | None = None
    opened: int | None = None
    closed: int | None = None


def shares(view: CreditView, path: Path) -> tuple[Fraction, ...] | None:
    """Return each touch's share, summing to exactly 1; None for a model this version does not compute.

    An empty path gives an empty split.
    """
    n, model = len(path.at), model_of(view)
    if n == 0:
        return () if model in COMPUTED else None
    match model:
        case "first":
            return _milestones(n, [0], (Fraction(1), Fraction(0)))
        case "last":
            return _milestones(n, [n - 1], (Fraction(1), Fraction(0)))
        case "linear":
            return tuple(Fraction(1, n) for _ in range(n))
        case "time_decay":
            return _decayed(path, view.half_life or DEFAULT_HALF_LIFE)
        case "position":
            first, middle, last = _weights(view)
            return _milestones(n, [0, n - 1], (first, last, middle))
        case "w":
            return _milestones(n, [0, path.created, path.opened], _weights(view))
        case "full_path":
            return _milestones(n, [0, path.created, path.opened, path.closed], _weights(view))
        case _:
            return None


def model_of(view: CreditView) -> str:
    """Return a view's model in one spelling: `W` is w, `full path` is full_path."""
    return view.model.lower().replace(" ", "_")


def _weights(view: CreditView) -> tuple[Fraction, ...]:
    defaults = _DEFAULTS[model_of(view)]
    return tuple(exact(w) for w in view.weights) if view.weights else tuple(Fraction(w) for w in defaults)


def _milestones(n: int, places: Sequence[int | None], weights: Sequence[Fraction]) -> tuple[Fraction, ...]:
    """Give each milestone's touch its weight and the other touches the last weight together; then renormalise.

    A touch that holds two milestones takes the larger weight, once. A missing milestone and a rest without touches
    leave their weight to the others in proportion.
    """
    *of_place, rest = weights
    held: dict[int, Fraction] = {}
    for place, weight in zip(places, of_place, strict=True):
        if place is not None:
            held[place] = max(weight, held.get(place, Fraction(0)))
    others = n - len(held)
    total = sum(held.values(), Fraction(0)) + (rest if others else 0)
    if total == 0:
        return (Fraction(1, n),) * n
    each = rest / others / total if others else Fraction(0)
    return tuple(held[index] / total if index in held else each for index in range(n))


def _decayed(path: Path, half_life: int) -> tuple[Fraction, ...]:
    """Weigh by 2^(-age / half-life), the age before the deal opened; relative to the youngest touch."""
    youngest = max(path.at, default=0)
    raw = [Fraction(2.0 ** (-(youngest - at) / half_life)) for at in path.at]
    total = sum(raw, Fraction(0))
    return tuple(weight / total for weight in raw)


def apportion(total: int, parts: Sequence[Fraction]) -> tuple[int, ...]:
    """Divide whole units by shares that sum to 1: each rounded down, what is left by largest remainder, then order.

    The result sums to `total` exactly. Hamilton's method; works for negative totals, as of a credit note.
    """
    if total < 0:
        return tuple(-units for units in apportion(-total, parts))
    whole = lcm(*(part.denominator for part in parts))
    exact_units = [total * part.numerator * (whole // part.denominator) for part in parts]
    units = [amount // whole for amount in exact_units]
    by_remainder = sorted(range(len(parts)), key=lambda index: (-(exact_units[index] % whole), index))
    for index in by_remainder[: total - sum(units)]:
        units[index] += 1
    return tuple(units)
