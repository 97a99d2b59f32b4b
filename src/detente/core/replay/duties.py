"""Clock duties: each instance's start, target, stop and status (specification §5).

Input: the lead's facts as known at `at`, and its entries with `known_at`. Everything about an instance is fixed at
its duty start = max(occurred, known) of the starting entry or event; only what stops or voids it comes later.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from detente.core.agreement.agreement import (
    Agreement,
    BusinessTime,
    CalendarClause,
    ClockDuty,
    Target,
    Timeline,
)
from detente.core.agreement.expressions import DAY, HOUR, Selector
from detente.core.calendars.calendar import BusinessCalendar
from detente.core.facts.fact import Fact, Value
from detente.core.replay import routing
from detente.core.replay.evaluation import View, holds, selects
from detente.core.replay.lead import standing
from detente.core.replay.rows import ClockRow, Entry, Status

EARLY = DAY
"""How long before the entry an event may already stop the clock (exclusive)."""


@dataclass(frozen=True)
class Case:
    """One lead's settled history, as the duties read it."""

    timeline: Timeline
    attributes: Mapping[str, Value]
    facts: list[Fact]
    entries: list[Entry]
    at: int

    def view(self, now: int, entries: list[Entry], known: int | None = None) -> View:
        """Return the lead at `now` with the given entries, over what was known by `known` (default: everything)."""
        facts = self.facts if known is None else [fact for fact in self.facts if fact.known_at <= known]
        return View(self.timeline.in_force(now), standing(self.timeline, self.attributes, facts, entries, now))

    def view_then(self, now: int) -> View:
        """Return the lead at `now` after all entries made by then."""
        return self.view(now, [entry for entry in self.entries if entry.occurred_at <= now])

    def chosen(self, selector: Selector) -> list[Fact]:
        """Return the events a selector takes, each seen with the lead as it stood then."""
        kind = [fact for fact in self.facts if fact.kind == selector.kind]
        if selector.where is None:
            return kind
        return [fact for fact in kind if selects(selector, fact, self.view_then(fact.occurred_at))]


@dataclass(frozen=True)
class _Start:
    """What started an instance."""

    position: int | None  # of the starting entry among the entries
    entered_at: int
    started_at: int
    stage: str | None
    entry_n: int | None


@dataclass(frozen=True)
class _Stop:
    at: int
    by: str
    early: bool


@lru_cache(maxsize=1024)
def calendar_of(clause: CalendarClause) -> BusinessCalendar:
    """Return the calendar of a clause; kept, since building a year of openings is the slow part."""
    return BusinessCalendar(clause.timezone, clause.open, clause.holidays, clause.closed)


def clocks(case: Case) -> list[ClockRow]:
    """Return every instance of every clock, by duty and then in order of the starting entries."""
    rows: list[ClockRow] = []
    for duty_id in dict.fromkeys(duty.id for version in case.timeline.versions for duty in _clock_duties(version)):
        starts = sorted(_starts(case, duty_id), key=lambda pair: (pair[1].entered_at, pair[1].position or 0))
        for duty, start in starts:
            row = _instance(case, duty, start, n=1 + sum(row.duty == duty_id for row in rows))
            if row is not None:
                rows.append(row)
    return rows


def _clock_duties(agreement: Agreement) -> Iterator[ClockDuty]:
    return (duty for duty in agreement.duties if isinstance(duty, ClockDuty))


def _starts(case: Case, duty_id: str) -> Iterator[tuple[ClockDuty, _Start]]:
    """Yield what starts this duty, with its clause in the version in force at duty start."""
    for position, entry in enumerate(case.entries):
        started = max(entry.occurred_at, entry.known_at)
        for duty in _clock_duties(case.timeline.in_force(started)):
            if duty.id == duty_id and duty.start_stage == entry.stage:
                yield duty, _Start(position, entry.occurred_at, started, entry.stage, entry.n)
    for version in case.timeline.versions:
        for duty in _clock_duties(version):
            if duty.id == duty_id and duty.start_event is not None:
                for fact in case.chosen(duty.start_event):
                    started = max(fact.occurred_at, fact.known_at)
                    if case.timeline.in_force(started) is version:
                        yield duty, _Start(None, fact.occurred_at, started, None, None)


def _instance(case: Case, duty: ClockDuty, start: _Start, n: int) -> ClockRow | None:
    made = case.entries[: start.position + 1] if start.position is not None else None
    if made is None:
        made = [entry for entry in case.entries if entry.occurred_at <= start.entered_at]
    view = case.view(start.started_at, made, known=start.started_at)
    target = next((row.within for row in duty.targets if row.when is None or holds(row.when, view)), None)
    if target is None:
        return None
    rule = routing.route(view)
    name = (rule.calendar if rule is not None else None) or view.agreement.default_calendar
    calendar = calendar_of(view.agreement.calendars[name]) if duty.business and name is not None else None
    amount = target_us(target, calendar)
    due = calendar.due(start.started_at, amount) if calendar is not None else start.started_at + amount
    stop = _stop(case, duty, start)
    void = _void(case, duty, start, stop, due)
    end = case.at if void is None and stop is None else void if void is not None else stop.at if stop is not None else 0
    elapsed = max(0, end - start.started_at)
    used = calendar.open_between(start.started_at, end) if calendar is not None else elapsed
    return ClockRow(
        duty=duty.id,
        n=n,
        status=_status(void, stop, used, amount),
        early=stop is not None and stop.early,
        version=view.agreement.version,
        start_stage=start.stage,
        entry_n=start.entry_n,
        entered_at=start.entered_at,
        started_at=start.started_at,
        target=target.text,
        target_us=amount,
        calendar=name if calendar is not None else None,
        route=None if rule is None else rule.id,
        owner=None if rule is None else routing.named_by(rule, view),
        due_at=due,
        stopped_at=None if void is not None or stop is None else stop.at,
        stopped_by=None if void is not None or stop is None else stop.by,
        voided_at=void,
        used_us=used,
        elapsed_us=elapsed,
    )


def target_us(target: Target, calendar: BusinessCalendar | None) -> int:
    """Return a target in microseconds of its own time: open hours, full open days, or elapsed time."""
    if not isinstance(target, BusinessTime):
        return target.micros
    if target.unit == "bd" and calendar is not None:
        return target.amount * calendar.full_day_us
    return target.amount * HOUR


def _status(void: int | None, stop: _Stop | None, used: int, target: int) -> Status:
    if void is not None:
        return Status.VOID
    if used > target:
        return Status.BROKEN
    return Status.OPEN if stop is None else Status.MET


def _stop(case: Case, duty: ClockDuty, start: _Start) -> _Stop | None:
    """Return what stops the clock: the first stop at or after duty start, or an early one before it."""
    if duty.stop_event is not None:
        stops = _event_stops(case, duty.stop_event, start)
    else:
        stops = _stage_stops(case, duty.stop_stages, start)
    return min(stops, key=lambda stop: stop.at, default=None)


def _event_stops(case: Case, selector: Selector, start: _Start) -> Iterator[_Stop]:
    left = [
        entry.occurred_at
        for entry in case.entries[: start.position]
        if start.position is not None and start.stage is not None and entry.previous == start.stage
    ]
    for fact in case.chosen(selector):
        at = fact.occurred_at
        counts = at >= start.entered_at or (at > start.entered_at - EARLY and (not left or at > left[-1]))
        if counts:
            yield _Stop(at, fact.id, early=at < start.started_at)


def _stage_stops(case: Case, stages: tuple[str, ...], start: _Start) -> Iterator[_Stop]:
    """An entry stops the clock if it was made after the starting one, also within the same instant."""
    for position, entry in enumerate(case.entries):
        after = position > start.position if start.position is not None else entry.occurred_at >= start.entered_at
        if after and entry.stage in stages:
            yield _Stop(entry.occurred_at, entry.stage, early=entry.occurred_at < start.started_at)


def _void(case: Case, duty: ClockDuty, start: _Start, stop: _Stop | None, due: int) -> int | None:
    """Return when the clock was voided: at or after the entry, before the stop, not after `due`."""
    if duty.void_on is None:
        return None
    for fact in case.chosen(duty.void_on):
        at = fact.occurred_at
        if start.entered_at <= at <= due and (stop is None or at < stop.at):
            return at
    return None
