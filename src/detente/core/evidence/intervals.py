"""Intervals of shares. Input: counts."""

from __future__ import annotations

from functools import lru_cache

CONFIDENCE = 0.95

FLOOR = 20
"""Below this many, or a duty's own `min_n`, counts are shown and no percentage: too few to say."""


@lru_cache(maxsize=65536)
def wilson(successes: int, n: int) -> tuple[float, float] | None:
    """Return the 95 % Wilson score interval of a share; None for n = 0 (E. B. Wilson 1927, JASA 22:209).

    It keeps within 0 and 1 and near its nominal coverage for small n, where the usual ± interval does neither.
    """
    if n == 0:
        return None
    from scipy.stats import binomtest

    interval = binomtest(successes, n).proportion_ci(confidence_level=CONFIDENCE, method="wilson")
    return float(interval.low), float(interval.high)
