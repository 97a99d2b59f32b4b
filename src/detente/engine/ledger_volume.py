"""Volume by month: what was delivered and what was due, cumulative, at the end of each month begun (table `volume`).

Input: the delivered leads by grade that `ledger_duties` registered, and the frame of what is owed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

import pyarrow as pa

from detente.core.agreement.agreement import VolumeDuty
from detente.core.credit.attainment import exact
from detente.core.credit.periods import local_date, midnight, months_of
from detente.core.credit.volume import share_due, value_of
from detente.engine.ledger_models import Models, columns, rows_of
from detente.engine.ledger_owed import SETTLED, Owed

VOLUME = columns(
    "period:text kind:text duty:text month:int until_at:int delivered:int due:num promised:num value:num "
    "value_due:num value_promised:num version:text as_of:int"
)


@dataclass(frozen=True, slots=True)
class _Month:
    """A month of a period, up to its last day or today; `until_at` is the first instant that no longer counts."""

    owed: Owed
    duty: VolumeDuty
    number: int
    last: date
    until_at: int


def volume_rows(models: Models, frame: Iterable[Owed]) -> list[dict[str, Any]]:
    """Return the rows of `volume`, as known now."""
    months = [month for owed in frame if owed.cut == SETTLED and owed.part == "count" for month in _months(owed)]
    bounds = [{"o": month.owed.id, "month": month.number, "until_at": month.until_at} for month in months]
    models.register("months", pa.Table.from_pylist(bounds, schema=columns("o:int month:int until_at:int")))
    graded: dict[tuple[int, int], dict[str | None, int]] = defaultdict(dict)
    for row in rows_of(models.run("graded")):
        graded[row["o"], row["month"]][row["grade"]] = row["n"]
    return [_row(month, graded[month.owed.id, month.number]) for month in months]


def _months(owed: Owed) -> Iterator[_Month]:
    if not isinstance(owed.duty, VolumeDuty):
        return
    zone = owed.agreement.timezone
    today = local_date(owed.cut_at, zone)
    for number, (first, after) in enumerate(months_of(owed.period), start=1):
        if first <= today:
            running = today < after
            last = today if running else after - timedelta(days=1)
            yield _Month(owed, owed.duty, number, last, owed.cut_at + 1 if running else midnight(after, zone))


def _row(month: _Month, grades: dict[str | None, int]) -> dict[str, Any]:
    duty, owed = month.duty, month.owed
    share = share_due(duty.pace, owed.period, month.last)
    return {
        "period": owed.period.name,
        "kind": owed.period.kind,
        "duty": duty.id,
        "month": month.number,
        "until_at": month.until_at,
        "delivered": sum(grades.values()),
        "due": _due(duty.amount, share),
        "promised": float(duty.amount),
        "value": float(value_of(grades, duty.worth)),
        "value_due": _due(duty.value, share),
        "value_promised": None if duty.value is None else float(duty.value),
        "version": owed.agreement.version,
        "as_of": owed.cut_at,
    }


def _due(promised: int | float | None, share: Fraction | None) -> float | None:
    return None if promised is None or share is None else float(exact(promised) * share)
