"""The clocks of one lead: those that run, told as of now, and those that ended, each with what ended it.

Input: a lead's story, and the present instant. What has happened since the snapshot is not known here: only the time
goes on.
"""

from __future__ import annotations

from dataclasses import dataclass

from detente.app.queries.countdown import Countdown, Handover, Segment, calendar_in, countdown, segments
from detente.app.queries.fact_words import told
from detente.app.queries.lead_story import LeadStory
from detente.core.agreement.agreement import Agreement, ClockDuty
from detente.core.agreement.page_duties import opening
from detente.core.agreement.page_figures import listed
from detente.core.agreement.page_words import Words
from detente.core.replay.routing import ASSIGN
from detente.core.replay.rows import ClockRow, State, Status


@dataclass(frozen=True)
class LeadClock:
    """One clock of a lead. `countdown` is None once it ended; `why_target`: the condition whose target it got."""

    row: ClockRow
    duty: ClockDuty
    segments: tuple[Segment, ...]  # in the clock's own time, up to its end, or to `now` where it runs
    countdown: Countdown | None
    awaits: str  # what stops it
    why_target: str
    hours: str  # when it counts
    ended: str  # what stopped or voided it, in words; empty while it runs

    @property
    def queue(self) -> int:
        """The time for which it waited for an owner, in microseconds."""
        return sum(each.micros for each in self.segments if each.owner is None)


@dataclass(frozen=True)
class LeadClocks:
    """All clocks of a lead: `running` by when they are due, `ended` the latest first."""

    running: tuple[LeadClock, ...]
    ended: tuple[LeadClock, ...]


def is_running(row: ClockRow, state: State) -> bool:
    """Whether a clock runs: neither stopped nor voided, and, past its due, while the lead is in the stay that began it.

    Once the lead has moved on, nothing is left to do about it.
    """
    if row.stopped_at is not None or row.voided_at is not None:
        return False
    stays = row.start_stage == state.stage and row.entered_at == state.entered_at
    return row.status is Status.OPEN or row.start_stage is None or stays


def lead_clocks(story: LeadStory, now: int) -> LeadClocks:
    """Return the clocks of a lead as of `now` (microseconds UTC), which is not before the story's own instant."""
    given = [
        Handover(fact.occurred_at, str(fact.payload["to"]))
        for fact in story.used
        if fact.kind == ASSIGN and "to" in fact.payload
    ]
    running: list[LeadClock] = []
    ended: list[LeadClock] = []
    for row in story.result.clocks:
        runs = is_running(row, story.result.state)
        (running if runs else ended).append(_clock(story, row, given, now if runs else None))
    running.sort(key=lambda each: (each.row.due_at, each.row.duty, each.row.n))
    ended.sort(key=lambda each: (-each.row.started_at, each.row.duty))
    return LeadClocks(tuple(running), tuple(ended))


def _clock(story: LeadStory, row: ClockRow, given: list[Handover], now: int | None) -> LeadClock:
    agreement = next(version for version in story.timeline.versions if version.version == row.version)
    duty = story.duty(row.duty, row.version)
    if not isinstance(duty, ClockDuty):
        raise TypeError(f"{row.duty} of version {row.version} is no clock")
    stops = (each for each in (now, row.voided_at, row.stopped_at, story.at) if each is not None)
    end = next(stops)
    since = [each for each in given if row.entered_at <= each.at < end]
    calendar = calendar_in(agreement, row.calendar)
    return LeadClock(
        row=row,
        duty=duty,
        segments=segments((row.started_at, end), calendar, row.owner, since, agreement.pools),
        countdown=None if now is None else countdown(row, duty, agreement, now),
        awaits=_awaits(duty, agreement),
        why_target=_why_target(duty, row, agreement),
        hours="" if row.calendar is None else opening(agreement.calendars[row.calendar]),
        ended="" if now is not None else _ended(story, row, duty, agreement),
    )


def _awaits(duty: ClockDuty, agreement: Agreement) -> str:
    if duty.stop_event is not None:
        return Words.of(agreement.terms).event(duty.stop_event)
    return listed(duty.stop_stages, "or")


def _why_target(duty: ClockDuty, row: ClockRow, agreement: Agreement) -> str:
    """Return the condition that gave the clock its target, where only one row of the duty gives that."""
    found = [each for each in duty.targets if each.within.text == row.target]
    if len(found) != 1 or found[0].when is None:
        return ""
    return Words.of(agreement.terms).condition(found[0].when)


def _ended(story: LeadStory, row: ClockRow, duty: ClockDuty, agreement: Agreement) -> str:
    if row.voided_at is not None:
        return f"Void: {Words.of(agreement.terms).event(duty.void_on)}" if duty.void_on else "Void"
    if row.stopped_by is None:
        return "The lead has moved on"
    fact = story.facts.get(row.stopped_by)
    return f"Entered {row.stopped_by}" if fact is None else told(fact).title
