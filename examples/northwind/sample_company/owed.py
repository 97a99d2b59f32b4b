"""What each side owed and delivered on one lead, by the working agreement: the truth about its duties.

Input: a person's events, values and stage entries (`ruling`), the opening hours, and the instant at which the
exports end. Written without the product, so that its replay can be compared with it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from .facts import Event, Value, Values
from .hours import DAY, FULL_DAY, HOUR, Hours
from .ruling import HIGH_INTENT, REASONS, RESETS, Entry, entries, grade

DECIDED = ("SAL", "SQL", "Recycled", "Rejected", "Disqualified")
ATTEMPTS, CHANNELS, LONG_ENOUGH = 6, 2, 10 * DAY


class Owed(NamedTuple):
    """One instance of a duty. `used` in seconds of open time; None for checks."""

    duty: str
    n: int
    at: int
    status: str
    used: int | None = None
    early: bool = False


class Handover(NamedTuple):
    """An entry to MQL with the instant at which it could be known, and what was promised then."""

    at: int
    known: int
    target: int
    calendar: str


@dataclass(frozen=True)
class History:
    """A person's history as far as it is in the exports: sorted events and values, and where it ends."""

    events: Sequence[Event]
    values: Sequence[Values]
    end: int

    def known_by(self, instant: int) -> History:
        """Return the part that the company could know at an instant."""
        return History(
            [event for event in self.events if event.known <= instant],
            [value for value in self.values if value.at <= instant],
            instant,
        )

    @cached_property
    def stages(self) -> list[Entry]:
        """The stage entries of this history, in order."""
        return entries(self.events, self.values, self.end)

    def attributes(self, at: int) -> dict[str, Value]:
        """Return the attribute values that hold at an instant."""
        held: dict[str, Value] = {}
        for value in self.values:
            if value.at <= at:
                held |= value.attributes
        return held


def is_attempt(event: Event) -> bool:
    """A call, message or meeting by a person of ours; sequences do not count."""
    return event.kind == "touch" and event.data["direction"] == "out" and not event.data["automated"]


def known_at(history: History, entry: Entry) -> int:
    """Return the least instant by which the company could derive this entry."""
    late = sorted({event.known for event in history.events if event.at <= entry.at < event.known})
    for instant in (entry.at, *late):
        part = history.known_by(instant)
        if any(found.stage == entry.stage and found.at == entry.at for found in part.stages):
            return instant
    return late[-1] if late else entry.at


def handover(history: History, entry: Entry, stages: Sequence[Entry]) -> Handover:
    """Return what sales owes for an entry to MQL. Named accounts, which go to their owner, are never American here."""
    known = known_at(history, entry)
    part = history.known_by(known)
    attributes = part.attributes(known)
    reset = max((found.at for found in stages if found.stage in RESETS and found.at <= entry.at), default=0)
    asked = any(
        event.kind == "form_submit" and event.data.get("form") in HIGH_INTENT and event.at > reset
        for event in part.events
    )
    hours = 1 if asked else 2 if grade(attributes) == "A" else 4
    return Handover(entry.at, known, hours * HOUR, "US" if attributes.get("company.country") == "US" else "DE")


def first_attempt(history: History, promise: Handover, left_before: int | None, hours: Hours, n: int) -> Owed:
    """Judge one clock of the duty to try in time."""
    attempts = [event.at for event in history.events if is_attempt(event)]
    day_before = max(promise.at - DAY, left_before if left_before is not None else promise.at - DAY)
    early = [at for at in attempts if day_before < at < promise.at or promise.at <= at < promise.known]
    stop = next((at for at in attempts if at >= promise.known), None)
    due = hours.after(promise.known, promise.target)
    ends = early[0] if early else stop
    left = next((e.at for e in history.events if e.kind == "unsubscribe" and e.at >= promise.at), None)
    if left is not None and left <= due and (ends is None or left < ends):
        return Owed("sla.speed", n, promise.known, "void", hours.between(promise.known, max(left, promise.known)))
    if early:
        return Owed("sla.speed", n, promise.known, "met", 0, True)
    used = hours.between(promise.known, stop if stop is not None else history.end)
    late = used > promise.target
    status = "broken" if late else "met" if stop is not None else "open"
    return Owed("sla.speed", n, promise.known, status, used)


def decision(history: History, promise: Handover, stages: Sequence[Entry], hours: Hours, n: int) -> Owed:
    """Judge one clock of the duty to decide within five business days."""
    stop = next((found.at for found in stages if found.stage in DECIDED and found.at >= promise.at), None)
    if stop is not None and stop < promise.known:
        return Owed("sla.feedback", n, promise.known, "met", 0, True)
    used = hours.between(promise.known, stop if stop is not None else history.end)
    late = used > 5 * FULL_DAY
    status = "broken" if late else "met" if stop is not None else "open"
    return Owed("sla.feedback", n, promise.known, status, used)


def persistence(history: History, stages: Sequence[Entry]) -> list[Owed]:
    """Judge every recycling as unreachable: six attempts, two channels, ten days since the handover."""
    judged: list[Owed] = []
    for event in history.events:
        if event.kind != "lead_recycle" or event.data.get("reason") != "unreachable":
            continue
        before = [found for found in stages if found.at < event.at]
        since = max((found.at for found in before if found.stage == "MQL"), default=None)
        reset = max((found.at for found in before if found.stage in RESETS), default=0)
        tries = [
            e
            for e in history.events
            if is_attempt(e) and since is not None and since <= e.at <= event.at > reset < e.at
        ]
        channels = {e.data["channel"] for e in tries}
        span = tries[-1].at - tries[0].at if tries else 0
        kept = len(tries) >= ATTEMPTS and len(channels) >= CHANNELS and span >= LONG_ENOUGH
        judged.append(Owed("sla.persistence", len(judged) + 1, event.at, "met" if kept else "broken"))
    return judged


def reasons(stages: Sequence[Entry]) -> list[Owed]:
    """Judge every way out that sales decided: is there an agreed reason?"""
    agreed = {reason for group in REASONS.values() for reason in group}
    ways_out = [e for e in stages if e.stage in ("Recycled", "Rejected", "Disqualified") and e.decision is not None]
    return [
        Owed(
            "sla.reason",
            n,
            entry.at,
            "met" if entry.decision and entry.decision.data.get("reason") in agreed else "broken",
        )
        for n, entry in enumerate(ways_out, start=1)
    ]


def completeness(history: History, stages: Sequence[Entry]) -> list[Owed]:
    """Judge what marketing hands over: is the country known, and the size of the company?"""
    judged: list[Owed] = []
    for entry in stages:
        if entry.stage == "MQL":
            held = history.attributes(entry.at)
            whole = "company.country" in held and "company.employees" in held
            judged.append(Owed("sla.complete", len(judged) + 1, entry.at, "met" if whole else "broken"))
    return judged


def duties(history: History, calendars: dict[str, Hours]) -> list[Owed]:
    """Return every duty instance of a lead."""
    stages = history.stages
    judged: list[Owed] = []
    left: int | None = None
    for index, entry in enumerate(stages):
        if entry.stage == "MQL":
            promise = handover(history, entry, stages[:index])
            hours = calendars[promise.calendar]
            n = 1 + sum(1 for owed in judged if owed.duty == "sla.speed")
            judged.append(first_attempt(history, promise, left, hours, n))
            judged.append(decision(history, promise, stages[index + 1 :], hours, n))
        elif index and stages[index - 1].stage == "MQL":
            left = entry.at
    return judged + persistence(history, stages) + reasons(stages) + completeness(history, stages)


def consent_broken(history: History) -> list[tuple[str, Event]]:
    """Return the outgoing touches that a consent rule forbids, each with the rule's id."""
    broken: list[tuple[str, Event]] = []
    held: dict[str, Value] = {}
    granted: dict[str, bool] = {}
    stopped = asked = False
    values = list(history.values)
    for event in history.events:
        while values and values[0].at <= event.at:
            held |= values.pop(0).attributes
        if event.kind == "consent_given":
            granted[str(event.data["purpose"])] = True
        elif event.kind == "consent_withdrawn":
            stopped, granted[str(event.data["purpose"])] = True, False
        elif event.kind == "unsubscribe":
            stopped, granted["email"] = True, False
        asked = asked or (event.kind == "form_submit" and event.data.get("form") in HIGH_INTENT)
        if event.kind == "lead_discard" and event.data.get("reason") == "asked_to_stop":
            stopped, granted = True, {}
        channel = _outgoing(event)
        if channel is None:
            continue
        if stopped and (channel in ("email", "call") or _automated(event)):
            broken.append(("consent.stop", event))
        allowed = {"email": granted.get("email", False), "call": asked or granted.get("phone", False)}
        if held.get("person.country") in ("DE", "AT") and not allowed.get(channel, True):
            broken.append(("consent.dach", event))
    return broken


def _outgoing(event: Event) -> str | None:
    if event.kind == "email_send":
        return "email"
    return str(event.data["channel"]) if event.kind == "touch" and event.data["direction"] == "out" else None


def _automated(event: Event) -> bool:
    return event.kind == "email_send" or bool(event.data.get("automated"))
