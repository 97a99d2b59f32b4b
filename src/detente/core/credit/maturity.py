"""How long a lead is observed before it counts in a conversion rate."""

from __future__ import annotations

from detente.core.agreement.agreement import Agreement
from detente.core.agreement.expressions import DAY
from detente.core.agreement.tokens import micros_of

DEFAULT_HORIZON = 180 * DAY


def horizon_of(agreement: Agreement) -> int:
    """Return the horizon in microseconds: `change.backtest.maturity` of the agreement, else 180 days."""
    change = getattr(agreement.document, "change", None)
    backtest = getattr(change, "backtest", None)
    text = getattr(backtest, "maturity", None)
    return (micros_of(text) if text is not None else None) or DEFAULT_HORIZON
