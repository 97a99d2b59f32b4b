"""What people's answers teach about a model that learned without any: how far to trust each kind of its evidence.

Input: pairs of records that somebody called one or two, with the weights of evidence a model gave them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

_SHIFT = 1.0
_SCALE = 0.3
"""Standard deviations within which shift (natural log odds) and scales are looked for before anybody answered."""

ENOUGH = 20
"""Answers from which on it is worth learning from them, if they are not all the same."""


class Correction(NamedTuple):
    """Corrected log odds are: the rest + `shift` + the sum of each weight times its scale."""

    shift: float
    scales: tuple[float, ...]


def corrected(weights: Sequence[Sequence[float]], rest: Sequence[float], same: Sequence[bool]) -> Correction:
    """Return the correction that the answers make likeliest, the nearer to none the fewer they are.

    A logistic regression with normal priors around no correction at all (maximum a posteriori).
    `weights`: of each answered pair, the log odds that each kind of evidence adds; `rest`: its other log odds; both
    natural. `same`: the answer. Answers that say nothing, being few or all alike, correct nothing.
    """
    kinds = len(weights[0]) if weights else 0
    if len(same) < ENOUGH or len(set(same)) < 2:
        return Correction(0.0, (1.0,) * kinds)
    import numpy as np
    from scipy.optimize import minimize

    evidence, told = np.asarray(weights, dtype=float), np.asarray(same, dtype=float)
    start = np.asarray(rest, dtype=float) + evidence.sum(axis=1)
    design = np.column_stack([np.ones(len(told)), evidence])
    spread = np.array([_SHIFT, *([_SCALE] * kinds)])

    def loss(change: np.ndarray) -> tuple[float, np.ndarray]:
        odds = start + design @ change
        misfit = np.logaddexp(0, odds) - told * odds
        slope = design.T @ (1 / (1 + np.exp(-np.clip(odds, -500, 500))) - told) + change / spread**2
        return float(misfit.sum() + 0.5 * ((change / spread) ** 2).sum()), slope

    found = minimize(loss, np.zeros(kinds + 1), jac=True, method="L-BFGS-B").x
    return Correction(float(found[0]), tuple(float(1 + change) for change in found[1:]))
