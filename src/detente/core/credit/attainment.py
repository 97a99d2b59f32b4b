"""Attainment of a duty in a period, and what may be said about it (specification §5).

Attainment = met / (met + broken). Open and void instances, and rows too young to be judged, are outside it and shown.
Input: counts; nothing here knows a table. Rule in prose: docs/rules/attainment.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction


class Verdict(StrEnum):
    """What may be said of a promise in a period."""

    ON_COURSE = "on course"
    BEHIND_PACE = "behind pace"
    BELOW_OBJECTIVE = "below objective"
    RUNNING = "running"  # delivered against promised, with no pace agreed
    MET = "met"
    BROKEN = "broken"
    NOT_JUDGED = "not judged"


AT_RISK = (Verdict.BEHIND_PACE, Verdict.BELOW_OBJECTIVE)
"""What "at risk" on an agenda means."""


@dataclass(frozen=True, slots=True)
class Tally:
    """Instances of one duty in one period. `pending`: not old enough to be judged."""

    met: int = 0
    broken: int = 0
    open: int = 0
    void: int = 0
    pending: int = 0

    @property
    def n(self) -> int:
        """What attainment rests on: the decided instances."""
        return self.met + self.broken

    @property
    def undecided(self) -> int:
        """What may still become met or broken."""
        return self.open + self.pending

    @property
    def attainment(self) -> float | None:
        """Met / (met + broken); None for a zero denominator."""
        return self.met / self.n if self.n else None


def judge(tally: Tally, objective: float | None, min_n: int | None, over: bool) -> Verdict:
    """Return the verdict on a duty judged over many instances.

    *Broken* only once the objective can no longer be reached: in a running period more instances may come without
    limit, so that only an objective of 1 is then out of reach; after its end the undecided ones are counted as met.
    *Met* only when the period is over and nothing is undecided.
    """
    if objective is None or tally.n == 0 or tally.n < (min_n or 0):
        return Verdict.NOT_JUDGED
    goal = exact(objective)
    reached = tally.met >= goal * tally.n
    if over and not tally.undecided:
        return Verdict.MET if reached else Verdict.BROKEN
    best_met, best_n = tally.met + tally.undecided, tally.n + tally.undecided
    out_of_reach = best_met < goal * best_n if over else goal >= 1 and tally.broken > 0
    if out_of_reach:
        return Verdict.BROKEN
    return Verdict.ON_COURSE if reached else Verdict.BELOW_OBJECTIVE


def expected(before: list[int]) -> float | None:
    """Return how many instances such a period has: the mean of up to three periods before it; None without one."""
    last = before[-3:]
    return sum(last) / len(last) if last else None


def exact(number: float) -> Fraction:
    """Return a number of the agreement as it was written: 0.9 is nine tenths, not the nearest double."""
    return Fraction(str(number))
