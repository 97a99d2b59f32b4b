"""What each side owed and delivered: the table `periods`, and the rows behind its figures.

Input: the replay's clocks, checks and entries through the models, and the frame of what is owed (`ledger_owed`).
Verdicts, pace and intervals are computed in core; a period is judged once for what is known now, and once as known at
its closing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import pyarrow as pa

from detente.core.agreement.agreement import Duty, VolumeDuty
from detente.core.credit.attainment import Tally, Verdict, exact, expected, judge
from detente.core.credit.periods import local_date
from detente.core.credit.volume import Delivery, judge_delivery, old_enough_at, share_due, value_of
from detente.core.evidence.intervals import FLOOR, wilson
from detente.engine.ledger_models import Models, columns, rows_of
from detente.engine.ledger_owed import SETTLED, Owed, default_calendar, owed_table, reached_table

PERIODS = columns(
    "period:text kind:text start_at:int end_at:int closes_at:int state:text basis:text as_of:int duty:text part:text "
    "owes:text owed_to:text version:text versions:texts met:int broken:int open:int void:int pending:int n:int "
    "attainment:num low:num high:num objective:num min_n:int too_few:bool expected:num delivered:num promised:num "
    "due:num pace:num status:text restated:int"
)


@dataclass
class Counts:
    """What was counted for one figure: instances by status, or delivered leads by grade."""

    by_status: dict[str | None, int] = field(default_factory=lambda: defaultdict(int))
    versions: set[str] = field(default_factory=set)

    @property
    def tally(self) -> Tally:
        """The instances as a tally."""
        return Tally(*(self.by_status.get(status, 0) for status in ("met", "broken", "open", "void", "pending")))

    @property
    def delivered(self) -> int:
        """All leads, whatever their grade."""
        return sum(self.by_status.values())


def count_items(models: Models, frame: list[Owed]) -> dict[int, Counts]:
    """Count what every figure rests on, by the figure's number; leaves `items` and `deliveries` registered."""
    models.register("owed", owed_table(frame))
    models.register("reached", reached_table(frame))
    models.register("worth", _worth(frame))
    quality = [row for row in frame if row.part == "quality"]
    models.register("quality_owed", pa.table({"o": pa.array([row.id for row in quality], pa.int64())}))
    models.keep("instances_seen")
    models.keep("instances")
    models.keep("deliveries")
    models.register("quality_judged", _judged(rows_of(models.run("quality")), frame))
    models.keep("standings")
    models.keep("items")
    counts: dict[int, Counts] = defaultdict(Counts)
    for row in rows_of(models.run("tallies")):
        counts[row["o"]].by_status[row["status"]] += row["n"]
        counts[row["o"]].versions.add(row["version"])
    return counts


def _worth(frame: list[Owed]) -> pa.Table:
    rows = [
        {"o": row.id, "grade": grade, "cents": int(exact(worth) * 100)}
        for row in frame
        if row.part == "count" and isinstance(row.duty, VolumeDuty)
        for grade, worth in row.duty.worth.items()
    ]
    return pa.Table.from_pylist(rows, schema=columns("o:int grade:text cents:int"))


def _judged(rows: list[dict[str, Any]], frame: list[Owed]) -> pa.Table:
    """Return whether each delivered lead reached the second stage by the time it was old enough; else it is pending."""
    judged = []
    for row in rows:
        owed = frame[row["o"]]
        if not isinstance(owed.duty, VolumeDuty) or owed.duty.quality is None:
            continue
        due = old_enough_at(row["occurred_at"], owed.duty.quality.judged_after, default_calendar(owed.agreement))
        reached = row["reached_at"] is not None and row["reached_at"] <= due
        status = "pending" if owed.cut_at < due else "met" if reached else "broken"
        judged.append(
            {
                "o": row["o"],
                "subject": row["subject"],
                "counts_at": row["occurred_at"],
                "judged_at": due,
                "version": row["version"],
                "status": status,
            }
        )
    schema = columns("o:int subject:text counts_at:int judged_at:int version:text status:text")
    return pa.Table.from_pylist(judged, schema=schema)


# --- the figures ------------------------------------------------------------------------------------------------


def period_rows(frame: Iterable[Owed], counts: Mapping[int, Counts]) -> list[dict[str, Any]]:
    """Return the rows of `periods` for every duty figure of the frame."""
    rows: list[dict[str, Any]] = []
    earlier: dict[tuple[str, str, str], list[int]] = defaultdict(list)
    for owed in frame:
        if owed.duty is None or owed.part == "pay":
            continue
        counted = counts.get(owed.id, Counts())
        if isinstance(owed.duty, VolumeDuty) and owed.part == "count":
            rows.extend(_delivery_rows(owed, owed.duty, counted))
            continue
        key = (owed.figure, owed.part, owed.period.kind)
        rows.append(_attainment_row(owed, owed.duty, counted, earlier[key]))
        if owed.cut == SETTLED:
            earlier[key].append(counted.tally.n + counted.tally.open)
    return rows


def _attainment_row(owed: Owed, duty: Duty, counted: Counts, earlier: list[int]) -> dict[str, Any]:
    tally, objective, min_n = counted.tally, duty.objective, duty.min_n
    if isinstance(duty, VolumeDuty) and duty.quality is not None:
        objective, min_n = duty.quality.at_least, duty.quality.min_n
    interval = wilson(tally.met, tally.n) or (None, None)
    closed = owed.cut != SETTLED
    return _frame_of(owed, duty, owed.part, counted) | {
        "met": tally.met,
        "broken": tally.broken,
        "open": tally.open,
        "void": tally.void,
        "pending": tally.pending,
        "n": tally.n,
        "attainment": tally.attainment,
        "low": interval[0],
        "high": interval[1],
        "objective": objective,
        "min_n": min_n,
        "too_few": tally.n < (min_n or FLOOR),
        "expected": expected(earlier[:-1] if closed else earlier),
        "status": str(judge(tally, objective, min_n, owed.over)),
    }


def _delivery_rows(owed: Owed, duty: VolumeDuty, counted: Counts) -> list[dict[str, Any]]:
    share = share_due(duty.pace, owed.period, local_date(owed.cut_at, owed.agreement.timezone))
    objective = exact(1 if duty.objective is None else duty.objective)
    leads = judge_delivery(Fraction(counted.delivered), exact(duty.amount), share, owed.over, True, objective)
    rows = [_delivery_row(owed, duty, ("count", leads), counted)]
    if duty.value is not None:
        value = value_of(counted.by_status, duty.worth)
        money = judge_delivery(value, exact(duty.value), share, owed.over, False, objective)
        rows.append(_delivery_row(owed, duty, ("value", money), counted))
    return rows


def _delivery_row(owed: Owed, duty: VolumeDuty, given: tuple[str, Delivery], counted: Counts) -> dict[str, Any]:
    part, delivery = given
    return _frame_of(owed, duty, part, counted) | {
        "n": counted.delivered,
        "attainment": float(delivery.delivered / delivery.promised) if delivery.promised else None,
        "too_few": False,
        "delivered": float(delivery.delivered),
        "promised": float(delivery.promised),
        "due": None if delivery.due is None else float(delivery.due),
        "pace": delivery.pace,
        "objective": duty.objective,
        "min_n": duty.min_n,
        "status": str(Verdict.NOT_JUDGED if counted.delivered < (duty.min_n or 0) else delivery.verdict),
    }


def _frame_of(owed: Owed, duty: Duty, part: str, counted: Counts) -> dict[str, Any]:
    return {
        "period": owed.period.name,
        "kind": owed.period.kind,
        "start_at": owed.period.start,
        "end_at": owed.period.end,
        "closes_at": owed.closes_at,
        "state": owed.state,
        "basis": owed.basis,
        "as_of": owed.cut_at,
        "duty": owed.figure,
        "part": part,
        "owes": duty.owes,
        "owed_to": duty.to,
        "version": owed.agreement.version,
        "versions": sorted(counted.versions),
        "restated": 0,
    }
