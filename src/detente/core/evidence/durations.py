"""How long things take when some have not happened yet: Kaplan–Meier quantiles.

Input: durations, and which of them are still running. A running one says "longer than this"; to drop it, or to take
it as finished, would make every wait look shorter than it is.
"""

from __future__ import annotations

from collections.abc import Sequence

_ROUNDING = 1e-12  # a product of (1 - 1/n) reaches one half only up to the last bits


def quantiles(finished: Sequence[int], running: Sequence[int], shares: Sequence[float]) -> tuple[int | None, ...]:
    """Return the least duration by which each share is finished; None where the curve never gets there.

    `finished` and `running` (right-censored) are durations in one unit, the result is in that unit. Product-limit
    estimate of E. L. Kaplan and P. Meier 1958 (JASA 53:457), by scipy.
    """
    if not finished:
        return tuple(None for _ in shares)
    from scipy.stats import CensoredData, ecdf

    curve = ecdf(CensoredData(uncensored=finished, right=running)).cdf
    reached = (int(curve.probabilities.searchsorted(share - _ROUNDING)) for share in shares)
    return tuple(round(float(curve.quantiles[index])) if index < len(curve.quantiles) else None for index in reached)
