"""When a running clock tells somebody: the alerts and escalations of a duty that fall at an instant of the clock.

Input: the rows `alert` and `escalate` of a clock duty, as written (`75% of target`, `1bd past target`), and one
instance. Rows that speak of a whole period (`burn`, `when`) fall at no instant of one clock.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from detente.core.agreement.agreement import BusinessTime, ClockDuty
from detente.core.agreement.compile_sla import target_of
from detente.core.calendars.calendar import BusinessCalendar
from detente.core.replay.duties import target_us

_OF_TARGET = re.compile(r"(\d+)% of target")
_PAST_TARGET = " past target"


class Timed(Protocol):
    """A clock as far as its instants go. Microseconds; those of `target_us` are open time where it has a calendar."""

    @property
    def started_at(self) -> int:
        """When the duty started."""

    @property
    def due_at(self) -> int:
        """When it is due."""

    @property
    def target_us(self) -> int:
        """How much time is allowed."""


@dataclass(frozen=True, slots=True)
class Signal:
    """Somebody is told at an instant. `escalates`: it is taken further, beyond who owes."""

    at: int
    to: str
    text: str  # as written
    escalates: bool

    @property
    def verb(self) -> str:
        """What it does, before whom it is sent to."""
        return "goes to" if self.escalates else "reminder to"


def signals(duty: ClockDuty, clock: Timed, calendar: BusinessCalendar | None) -> tuple[Signal, ...]:
    """Return whom the clock tells, in order of time; `calendar`: None where it counts elapsed time."""
    found = (
        Signal(at, str(row["to"]), str(row["at"]), escalates)
        for rows, escalates in ((duty.alerts, False), (duty.escalations, True))
        for row in rows
        if "at" in row and "to" in row
        for at in _instants(str(row["at"]), clock, calendar)
    )
    return tuple(sorted(found, key=lambda signal: (signal.at, signal.escalates)))


def _instants(text: str, clock: Timed, calendar: BusinessCalendar | None) -> Iterator[int]:
    """Yield the instant a row means; none where it lies beyond the last year there is."""
    try:
        yield _instant(text, clock, calendar)
    except OverflowError:
        return


def _instant(text: str, clock: Timed, calendar: BusinessCalendar | None) -> int:
    share = _OF_TARGET.fullmatch(text)
    if share is not None:
        amount = clock.target_us * int(share[1]) // 100
        return clock.started_at + amount if calendar is None else calendar.due(clock.started_at, amount)
    past = target_of(text.removesuffix(_PAST_TARGET))
    amount = target_us(past, calendar)
    if calendar is None or not isinstance(past, BusinessTime):
        return clock.due_at + amount
    return calendar.due(clock.due_at, amount)
