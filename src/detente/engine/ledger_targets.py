"""Targets against actuals, and what the pay plans make of them (tables `targets` and `incentives`).

Input: the counts of `ledger_duties`, the totals of `ledger_credit`, the frame of what is owed. Targets of a period are
those of the version in force at its start, or of the first within it that names the period.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from detente.core.agreement.agreement import VolumeDuty
from detente.core.credit.attainment import exact
from detente.core.credit.periods import local_date
from detente.core.credit.sourcing import SOURCED
from detente.core.credit.targets import (
    DEALS,
    JOINT,
    MONEY,
    attained,
    contributions,
    judge_goal,
    paced_by,
    pay_factor,
    unit_of,
)
from detente.core.credit.volume import share_due
from detente.core.credit.weights import PARTS
from detente.engine.ledger_credit import Totals
from detente.engine.ledger_duties import Counts
from detente.engine.ledger_models import columns
from detente.engine.ledger_owed import Owed

TARGETS = columns(
    "period:text kind:text start_at:int end_at:int closes_at:int state:text basis:text as_of:int party:text "
    "measure:text unit:text actual:num target:num attainment:num due:num status:text version:text"
)
INCENTIVES = columns(
    "period:text kind:text closes_at:int state:text basis:text as_of:int team:text measure:text weight:num "
    "attainment:num counted:num factor:num version:text"
)


@dataclass(frozen=True)
class Actuals:
    """What one period came to, as known at one cut; `deals` is the frame's row for its deals."""

    deals: Owed
    totals: Totals
    counts: Mapping[tuple[str, str], Counts]  # (figure, part) → what was counted

    def of(self, party: str, measure: str) -> Fraction:
        """Return a measure's actual: leads, deals, or money."""
        if measure == DEALS:
            return Fraction(self.totals.deals("revenue"), PARTS)
        if measure not in MONEY:
            return Fraction(self.counts.get((measure, "stage"), Counts()).delivered)
        kind = "pipeline" if measure.endswith("pipeline") else "revenue"
        if not measure.startswith("sourced"):
            return Fraction(self.totals.amount(kind), 100)
        return Fraction(self.totals.amount(kind, SOURCED, self._sourcing(party)), 100)

    def _sourcing(self, party: str) -> str:
        """Return the party whose sourced deals a target counts; a joint one counts those of the team it is given to."""
        credit = self.deals.agreement.credit
        if party != JOINT or credit is None or credit.sourced is None:
            return party
        return credit.sourced.to

    def duty(self, figure: str) -> float | None:
        """Return a duty's attainment ÷ objective over the whole period; a volume duty attains delivered ÷ promised."""
        duty = next((each for each in self.deals.agreement.duties if each.id == figure), None)
        if isinstance(duty, VolumeDuty):
            counted = self.counts.get((figure, "count"))
            share = None if counted is None else attained(Fraction(counted.delivered), duty.amount)
            return attained(share, 1 if duty.objective is None else duty.objective)
        counted = self.counts.get((figure, "pay"))
        if duty is None or counted is None:
            return None
        return attained(counted.tally.attainment, duty.objective)


def actuals(frame: Iterable[Owed], counts: Mapping[int, Counts], known: Mapping[int, Totals]) -> list[Actuals]:
    """Return what every period with targets came to, at every cut at which it is looked at."""
    by_period: dict[tuple[int, str], dict[tuple[str, str], Counts]] = {}
    deals: list[Owed] = []
    for owed in frame:
        if owed.part == "deals" and owed.period.name in owed.agreement.targets:
            deals.append(owed)
        by_period.setdefault((owed.cut, owed.period.name), {})[owed.figure, owed.part] = counts.get(owed.id, Counts())
    return [Actuals(owed, known[owed.id], by_period[owed.cut, owed.period.name]) for owed in deals]


def target_rows(given: Sequence[Actuals]) -> Iterator[dict[str, Any]]:
    """Yield the rows of `targets`."""
    for actual in given:
        for party, measures in actual.deals.agreement.targets[actual.deals.period.name].items():
            for measure, target in measures.items():
                yield _target_row(actual, party, measure, target)


def _target_row(actual: Actuals, party: str, measure: str, target: float) -> dict[str, Any]:
    owed, reached = actual.deals, actual.of(party, measure)
    pace = paced_by(owed.agreement, party, measure, owed.period.kind)
    today = local_date(owed.cut_at, owed.agreement.timezone)
    share = None if pace is None else share_due(pace.pace, owed.period, today)
    due = None if share is None else exact(target) * share
    if due is not None and unit_of(measure) == "leads":
        due = Fraction(due.numerator // due.denominator)
    return _frame_of(owed) | {
        "start_at": owed.period.start,
        "end_at": owed.period.end,
        "party": party,
        "measure": measure,
        "unit": unit_of(measure),
        "actual": float(reached),
        "target": float(target),
        "attainment": attained(reached, target),
        "due": None if due is None else float(due),
        "status": str(judge_goal(reached, exact(target), due, owed.over)),
    }


def incentive_rows(given: Sequence[Actuals]) -> Iterator[dict[str, Any]]:
    """Yield the rows of `incentives`: one a measure, with the whole plan's factor beside each."""
    for actual in given:
        targets = actual.deals.agreement.targets[actual.deals.period.name]
        for plan in actual.deals.agreement.incentives:
            reached = {measure: _attainment(actual, targets, plan.team, measure) for measure in plan.pays_on}
            parts = contributions(plan.pays_on, reached)
            factor = pay_factor(parts)
            for part in parts:
                yield _frame_of(actual.deals) | {
                    "team": plan.team,
                    "measure": part.measure,
                    "weight": part.weight,
                    "attainment": part.attainment,
                    "counted": part.counted,
                    "factor": factor,
                }


def _attainment(actual: Actuals, targets: Mapping[str, Mapping[str, float]], team: str, measure: str) -> float | None:
    """Return the attainment of a pay measure: a duty, `party.measure` of the targets, or the team's own measure."""
    if any(duty.id == measure for duty in actual.deals.agreement.duties):
        return actual.duty(measure)
    party, _, name = measure.rpartition(".")
    for owner in (party,) if party else (team, JOINT):
        target = targets.get(owner, {}).get(name)
        if target is not None:
            return attained(actual.of(owner, name), target)
    return None


def _frame_of(owed: Owed) -> dict[str, Any]:
    return {
        "period": owed.period.name,
        "kind": owed.period.kind,
        "closes_at": owed.closes_at,
        "state": owed.state,
        "basis": owed.basis,
        "as_of": owed.cut_at,
        "version": owed.agreement.version,
    }
