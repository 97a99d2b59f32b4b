"""Volume duties: what was to be delivered by now, and what may be said about it (specification §5).

Unique leads that entered the stage in the period, and their value: the sum of `worth` by grade at that entry. The
agreed pace is cumulative by month and rises linearly by day within each month, the present day counted.
Rule in prose: docs/rules/volume.md.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from detente.core.agreement.agreement import ElapsedTime, Stage, Target
from detente.core.agreement.expressions import HOUR
from detente.core.calendars.calendar import BusinessCalendar
from detente.core.credit.attainment import Verdict, exact
from detente.core.credit.periods import Period, months_of


@dataclass(frozen=True, slots=True)
class Delivery:
    """Delivered against promised. `due` is what was to be delivered by today; None where no pace is agreed."""

    delivered: Fraction
    promised: Fraction
    due: Fraction | None
    verdict: Verdict

    @property
    def pace(self) -> float | None:
        """Delivered / due; None without a pace, or while nothing is due."""
        return float(self.delivered / self.due) if self.due else None


def share_due(pace: Sequence[float], period: Period, today: date) -> Fraction | None:
    """Return which share of the promise is due by the end of `today`; None where no pace is agreed.

    `pace` holds one cumulative share a month of the period. A pace with fewer shares holds its last one.
    """
    if not pace:
        return None
    if today >= period.after:
        return exact(pace[-1])
    before = Fraction(0)
    for index, (first, after) in enumerate(months_of(period)):
        until = exact(pace[min(index, len(pace) - 1)])
        if today < after:
            day, days = max((today - first).days + 1, 0), (after - first).days
            return before + (until - before) * Fraction(day, days)
        before = until
    return before


def judge_delivery(
    delivered: Fraction,
    promised: Fraction,
    share: Fraction | None,
    over: bool,
    whole: bool = False,
    objective: Fraction = Fraction(1),
) -> Delivery:
    """Return the verdict on an amount owed.

    `share` of it is due by now; `whole`: counted in whole leads, rounded down. With an `objective` that part of what is
    due, and of the promise, is enough. More may come until the period ends, so a running promise is never broken; it is
    met only when the period is over.
    """
    due = None if share is None else promised * share
    if due is not None and whole:
        due = Fraction(due.numerator // due.denominator)
    if over:
        verdict = Verdict.MET if delivered >= promised * objective else Verdict.BROKEN
    elif due is None:
        verdict = Verdict.RUNNING
    else:
        verdict = Verdict.ON_COURSE if delivered >= due * objective else Verdict.BEHIND_PACE
    return Delivery(delivered, promised, due, verdict)


def old_enough_at(entered: int, judged_after: Target, calendar: BusinessCalendar) -> int:
    """Return when a lead that entered at an instant is old enough for its quality to be judged.

    It counts as having reached the second stage only if it did so by then; before, it is pending either way.
    """
    if isinstance(judged_after, ElapsedTime):
        return entered + judged_after.micros
    unit = calendar.full_day_us if judged_after.unit == "bd" else HOUR
    return calendar.due(entered, judged_after.amount * unit)


def stages_reached(stages: Mapping[str, Stage], second: str) -> tuple[str, ...]:
    """Return the stages that count as having reached `second`: it, and those declared after it that are no exit."""
    names = list(stages)
    later = names[names.index(second) :] if second in stages else []
    return tuple(name for name in later if name == second or not stages[name].exit)


def value_of(grades: Mapping[str | None, int], worth: Mapping[str, int | float]) -> Fraction:
    """Return what leads are worth: `grades` counts them by grade at entry; a grade without a worth counts as zero."""
    return sum(
        (count * exact(worth[grade]) for grade, count in grades.items() if grade is not None and grade in worth),
        Fraction(0),
    )
