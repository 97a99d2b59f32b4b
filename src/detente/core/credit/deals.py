"""Deals out of their facts: when opened, for how much, won or lost (specification §1, §7).

Input: the `deal_*` facts of one deal that were known, one row a fact. Rule in prose: docs/rules/credit.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal
from enum import StrEnum


class Outcome(StrEnum):
    """How a deal stands."""

    OPEN = "open"
    WON = "won"
    LOST = "lost"


class Opening(StrEnum):
    """What dates the opening: the event of the stage named by `before`, a deal_open, or merely the first fact."""

    STAGE = "stage"
    DEAL_OPEN = "deal_open"
    FIRST_FACT = "first fact"


@dataclass(frozen=True, slots=True)
class DealFact:
    """One fact about one deal. `opens`: it is the recorded event of the stage that opens deals."""

    id: str
    kind: str
    occurred_at: int
    opens: bool = False
    amount: float | None = None
    stage: str | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Deal:
    """A deal as known. `cents` is its latest amount in hundredths of the currency; None where no fact names one."""

    opened_at: int
    opened_by: Opening
    outcome: Outcome
    cents: int | None
    stage: str | None
    won_at: int | None
    lost_at: int | None
    reason: str | None  # of the loss


def deal_of(facts: Sequence[DealFact]) -> Deal:
    """Return the deal its facts describe; at least one fact, in any order.

    The latest won or lost decides. A deal lost, opened again and won counts as won at the first win after the loss.
    """
    ordered = sorted(facts, key=lambda fact: (fact.occurred_at, fact.id))
    opened = next((fact for fact in ordered if fact.opens), None)
    first = opened or next((fact for fact in ordered if fact.kind == "deal_open"), ordered[0])
    decided = _decided(ordered)
    return Deal(
        opened_at=first.occurred_at,
        opened_by=Opening.STAGE if opened else Opening.DEAL_OPEN if first.kind == "deal_open" else Opening.FIRST_FACT,
        outcome=Outcome.OPEN if decided is None else Outcome.WON if decided.kind == "deal_won" else Outcome.LOST,
        cents=next((cents(fact.amount) for fact in reversed(ordered) if fact.amount is not None), None),
        stage=next((fact.stage for fact in reversed(ordered) if fact.stage is not None), None),
        won_at=decided.occurred_at if decided is not None and decided.kind == "deal_won" else None,
        lost_at=decided.occurred_at if decided is not None and decided.kind == "deal_lost" else None,
        reason=decided.reason if decided is not None and decided.kind == "deal_lost" else None,
    )


def _decided(ordered: Sequence[DealFact]) -> DealFact | None:
    """Return the first fact of the last run of equal outcomes; None if the deal is open or was opened again."""
    run: DealFact | None = None
    for fact in ordered:
        if fact.kind in ("deal_won", "deal_lost"):
            run = run if run is not None and run.kind == fact.kind else fact
        elif fact.kind == "deal_open" and run is not None and fact.occurred_at > run.occurred_at:
            run = None
    return run


def cents(amount: float) -> int:
    """Return an amount in hundredths, half to even."""
    return int((Decimal(str(amount)) * 100).to_integral_value(rounding=ROUND_HALF_EVEN))
