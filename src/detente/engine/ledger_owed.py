"""What is owed in which period, and as known when: the frame of the ledger, before anything is counted.

Input: the agreement's versions, the span of the facts, `as_of`, and which figures are frozen already. A duty is judged
in a period by the version in force at the period's start, and where that one does not have it, by the first version
within the period that does. Decisions: docs/decisions/0009-closed-periods.md.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

import pyarrow as pa

from detente.core.agreement.agreement import Agreement, Duty, Timeline, VolumeDuty
from detente.core.calendars.calendar import BusinessCalendar
from detente.core.credit.periods import KINDS, Period, closes_at, parse_period, periods_between, weekdays
from detente.core.credit.targets import DEALS, MONEY
from detente.core.credit.volume import old_enough_at, stages_reached
from detente.core.replay.duties import calendar_of
from detente.engine.ledger_models import columns

SETTLED = 0
"""The cut of what is known now; later cuts are closing instants."""

Key = tuple[str, str, str]
"""(period, figure, part): what is frozen once."""


@dataclass(frozen=True, slots=True)
class Owed:
    """One figure of one period, as known at one instant.

    `part`: instances, count or quality of a duty; stage, for a target counted in leads; deals; pay, for a duty in a
    pay plan. `figure`: the duty, the stage, or `deals`.
    """

    id: int
    cut: int
    cut_at: int
    period: Period
    closes_at: int
    figure: str
    part: str
    agreement: Agreement
    duty: Duty | None

    @property
    def key(self) -> Key:
        """What is frozen once."""
        return self.period.name, self.figure, self.part

    @property
    def over(self) -> bool:
        """Whether the period has ended by the cut."""
        return self.cut_at >= self.period.end

    @property
    def state(self) -> str:
        """Of the figure at the cut: running, over, or closed."""
        return "closed" if self.cut_at >= self.closes_at else "over" if self.over else "running"

    @property
    def basis(self) -> str:
        """Of its row: closed, settled (beside a closed one), or current."""
        return "closed" if self.cut else "settled" if self.state == "closed" else "current"


@dataclass(frozen=True, slots=True)
class _Wanted:
    kind: str
    figure: str
    part: str


def owed(timeline: Timeline, first: int, as_of: int, frozen: Collection[Key]) -> list[Owed]:
    """Return every figure of every period from `first` to `as_of`: as known now, and at its closing if not frozen."""
    zone = timeline.in_force(as_of).timezone
    rows: list[Owed] = []
    cuts: dict[int, int] = {}
    for wanted in _wanted(timeline):
        for period in periods_between(wanted.kind, min(first, as_of), as_of + 1, zone):
            found = _judging(timeline, wanted, period)
            if found is None:
                continue
            agreement, duty = found
            closing = _closing(period, wanted.part, agreement, duty)
            rows.append(Owed(len(rows), SETTLED, as_of, period, closing, wanted.figure, wanted.part, agreement, duty))
            if closing <= as_of and rows[-1].key not in frozen:
                cut = cuts.setdefault(closing, len(cuts) + 1)
                rows.append(Owed(len(rows), cut, closing, period, closing, wanted.figure, wanted.part, agreement, duty))
    return rows


def kind_of(duty: Duty) -> str:
    """Return the kind of period a duty is counted by; by month where none is agreed."""
    return duty.period or "month"


def default_calendar(agreement: Agreement) -> BusinessCalendar:
    """Return the calendar of business time outside clocks: the default one, or whole weekdays where none is named."""
    if agreement.default_calendar is None:
        return weekdays(agreement.timezone)
    return calendar_of(agreement.calendars[agreement.default_calendar])


def named_periods(timeline: Timeline) -> dict[str, Period]:
    """Return the periods that carry targets, in any version, by name."""
    zone = timeline.versions[-1].timezone
    return {name: parse_period(name, zone) for version in timeline.versions for name in version.targets}


def targets_in(timeline: Timeline, period: Period) -> Agreement | None:
    """Return the version whose targets hold for a period; None if no version in force during it names it."""
    return next((each for each in _in_turn(timeline, period) if period.name in each.targets), None)


def _in_turn(timeline: Timeline, period: Period) -> Iterator[Agreement]:
    """Yield the versions in force during a period: first the one at its start."""
    yield timeline.in_force(period.start)
    yield from (each for each in timeline.versions if period.start < each.effective_at < period.end)


def _wanted(timeline: Timeline) -> Iterator[_Wanted]:
    seen: dict[_Wanted, None] = {}
    for version in timeline.versions:
        for duty in version.duties:
            kind = kind_of(duty)
            parts: tuple[str, ...] = ("count",) if isinstance(duty, VolumeDuty) else ("instances",)
            if isinstance(duty, VolumeDuty) and duty.quality is not None:
                parts = ("count", "quality")
            seen.update({_Wanted(kind, duty.id, part): None for part in parts})
        kinds = {period.kind for period in named_periods(timeline).values()}
        for kind in KINDS:
            seen[_Wanted(kind, "deals", "deals")] = None
        for kind in sorted(kinds):
            seen.update({_Wanted(kind, stage, "stage"): None for stage in _targeted_stages(version)})
            seen.update({_Wanted(kind, duty, "pay"): None for duty in _paid_duties(version)})
    yield from seen


def _targeted_stages(agreement: Agreement) -> Iterator[str]:
    for parties in agreement.targets.values():
        for measures in parties.values():
            yield from (measure for measure in measures if measure not in MONEY and measure != DEALS)


def _paid_duties(agreement: Agreement) -> Iterator[str]:
    duties = {duty.id for duty in agreement.duties if not isinstance(duty, VolumeDuty)}
    for incentive in agreement.incentives:
        yield from (measure for measure in incentive.pays_on if measure in duties)


def _judging(timeline: Timeline, wanted: _Wanted, period: Period) -> tuple[Agreement, Duty | None] | None:
    """Return the version that judges a figure of a period, with its clause; None where the figure is not owed in it."""
    if wanted.part in ("deals", "stage", "pay"):
        return _judging_target(timeline, wanted, period)
    for agreement in _in_turn(timeline, period):
        for duty in agreement.duties:
            if duty.id == wanted.figure and kind_of(duty) == wanted.kind and _has(duty, wanted.part):
                return agreement, duty
    return None


def _judging_target(timeline: Timeline, wanted: _Wanted, period: Period) -> tuple[Agreement, Duty | None] | None:
    agreement = targets_in(timeline, period)
    if wanted.part == "deals":
        return agreement or timeline.in_force(period.start), None
    if agreement is None:
        return None
    if wanted.part == "stage":
        parties = agreement.targets[period.name].values()
        return (agreement, None) if any(wanted.figure in measures for measures in parties) else None
    duty = next((each for each in agreement.duties if each.id == wanted.figure), None)
    return None if duty is None else (agreement, duty)


def _has(duty: Duty, part: str) -> bool:
    if isinstance(duty, VolumeDuty):
        return part == "count" or (part == "quality" and duty.quality is not None)
    return part == "instances"


def _closing(period: Period, part: str, agreement: Agreement, duty: Duty | None) -> int:
    """Return when the figure is frozen; quality waits until its youngest lead is old enough."""
    calendar = default_calendar(agreement)
    decided = None
    if part == "quality" and isinstance(duty, VolumeDuty) and duty.quality is not None:
        decided = old_enough_at(period.end, duty.quality.judged_after, calendar)
    return closes_at(period, calendar, decided)


CALENDAR = columns("period:text kind:text start_at:int end_at:int closes_at:int state:text as_of:int")

_OWED = columns(
    "o:int cut:int cut_at:int kind:text period:text start_at:int end_at:int closes_at:int figure:text part:text "
    "stage:text"
)


def owed_table(rows: list[Owed]) -> pa.Table:
    """Return the frame as models read it: `stage` is the one whose entries are counted."""
    return pa.Table.from_pylist(
        [
            {
                "o": row.id,
                "cut": row.cut,
                "cut_at": row.cut_at,
                "kind": row.period.kind,
                "period": row.period.name,
                "start_at": row.period.start,
                "end_at": row.period.end,
                "closes_at": row.closes_at,
                "figure": row.figure,
                "part": row.part,
                "stage": counted_stage(row),
            }
            for row in rows
        ],
        schema=_OWED,
    )


def counted_stage(row: Owed) -> str | None:
    """Return the stage whose entries a figure counts; None where it counts none."""
    if row.part == "stage":
        return row.figure
    if not isinstance(row.duty, VolumeDuty):
        return None
    quality = row.duty.quality
    return quality.delivered if row.part == "quality" and quality is not None else row.duty.stage


def calendar_table(rows: list[Owed]) -> pa.Table:
    """Return the periods themselves, with when each closes (table `calendar`)."""
    found = [
        {
            "period": row.period.name,
            "kind": row.period.kind,
            "start_at": row.period.start,
            "end_at": row.period.end,
            "closes_at": row.closes_at,
            "state": row.state,
            "as_of": row.cut_at,
        }
        for row in rows
        if row.part == "deals" and row.cut == SETTLED
    ]
    return pa.Table.from_pylist(found, schema=CALENDAR)


def reached_table(rows: list[Owed]) -> pa.Table:
    """Return, for every quality figure, the stages that count as reached."""
    pairs = [
        {"o": row.id, "stage": stage}
        for row in rows
        if row.part == "quality" and isinstance(row.duty, VolumeDuty) and row.duty.quality is not None
        for stage in stages_reached(row.agreement.stages, row.duty.quality.reached)
    ]
    return pa.Table.from_pylist(pairs, schema=columns("o:int stage:text"))


def duty_kinds(timeline: Timeline) -> pa.Table:
    """Return by which kind of period each version counts each duty."""
    pairs = [
        {"duty": duty.id, "version": version.version, "kind": kind_of(duty)}
        for version in timeline.versions
        for duty in version.duties
    ]
    return pa.Table.from_pylist(pairs, schema=columns("duty:text version:text kind:text"))
