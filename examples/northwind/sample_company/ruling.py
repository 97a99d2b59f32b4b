"""What the agreement makes of a lead's history, said a second time and in another way.

A small, plain reading of `agreement.yaml` beside this folder: fit, interest, the ways in and out of each stage.
Sales of the sample company reacts to it, and the truth is written from it. Input: a person's events and values.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from .facts import DECISIONS, Event, Value, Values
from .hours import DAY

SERVED = ("DE", "AT", "CH", "NL", "US")
RIVALS = ("rivalsoft.example", "cloudfox.example")
OWN_DOMAIN = "northwind.example"
HIGH_INTENT = ("demo", "contact_sales", "callback")
FIT_INDUSTRIES = ("saas", "fintech", "logistics")
DECIDERS = ("director", "vp", "cxo")
ENOUGH = 65
REENTRY = 30 * DAY
IDLE = 180 * DAY
REASONS = {
    "lead_recycle": ("not_now", "no_budget", "unreachable", "lost_deal"),
    "lead_reject": ("incomplete", "wrong_territory"),
    "lead_discard": ("not_icp", "bad_data", "competitor", "duplicate", "asked_to_stop"),
}
STAGE_OF = {
    "lead_accept": "SAL",
    "lead_reject": "Rejected",
    "lead_qualify": "SQL",
    "lead_recycle": "Recycled",
    "lead_discard": "Disqualified",
    "deal_open": "Opportunity",
    "deal_won": "Customer",
}
COMES_FROM = {
    "MQL": ("Lead", "Recycled", "Rejected", "Lapsed"),
    "SAL": ("MQL",),
    "SQL": ("Lead", "MQL", "SAL"),
    "Opportunity": ("SQL",),
    "Customer": ("Opportunity",),
    "Recycled": ("MQL", "SAL", "SQL", "Opportunity"),
    "Rejected": ("MQL",),
    "Disqualified": ("Lead", "MQL", "SAL", "SQL"),
    "Lapsed": ("Lead", "Recycled", "Rejected"),
}
RESETS = ("Recycled", "Rejected", "Disqualified")


class Points(NamedTuple):
    """Points for each event while it is younger than `expires`, in sum at most `cap` (both ways)."""

    points: int
    cap: int
    expires: int


SCORE = {
    "pricing": Points(10, 30, 30 * DAY),
    "webinar": Points(25, 50, 60 * DAY),
    "event": Points(20, 40, 90 * DAY),
    "download": Points(15, 45, 60 * DAY),
    "email": Points(3, 12, 30 * DAY),
    "trial": Points(40, 80, 45 * DAY),
    "bounce": Points(-20, 40, 90 * DAY),
}
_SCORED_KINDS = {
    "webinar_attend": "webinar",
    "event_attend": "event",
    "email_click": "email",
    "trial_start": "trial",
    "email_bounce": "bounce",
}


class Entry(NamedTuple):
    """One entry to a stage; `flags` are the nonconformities, `decision` the event that a person decided by."""

    stage: str
    at: int
    flags: tuple[str, ...]
    decision: Event | None


def scored_as(event: Event) -> str | None:
    """Return the score rule that counts this event, if one does."""
    if event.kind == "page_view":
        return "pricing" if event.data.get("page") == "pricing" else None
    if event.kind == "form_submit":
        return "download" if event.data.get("form") == "asset" else None
    return _SCORED_KINDS.get(event.kind)


def asks_for_us(event: Event) -> bool:
    """Whether the event is an explicit request to talk to sales."""
    return event.kind == "form_submit" and event.data.get("form") in HIGH_INTENT


def _number(value: Value | None) -> float:
    return value if isinstance(value, int | float) else -1


def fit(attributes: dict[str, Value]) -> int:
    """Points for what the lead is."""
    employees = _number(attributes.get("company.employees"))
    return (
        10 * (employees >= 200)
        + 20 * (employees >= 50)
        + 20 * (attributes.get("company.country") in SERVED)
        + 30 * (attributes.get("person.seniority") in DECIDERS)
        + 20 * (attributes.get("company.industry") in FIT_INDUSTRIES)
    )


def grade(attributes: dict[str, Value]) -> str:
    """The band that the fit reaches."""
    points = fit(attributes)
    return next((letter for letter, least in (("A", 80), ("B", 60), ("C", 40)) if points >= least), "D")


def is_junk(attributes: dict[str, Value]) -> bool:
    """Competitors, our own people and students."""
    domain = attributes.get("person.email_domain")
    return domain in RIVALS or domain == OWN_DOMAIN or attributes.get("person.role") == "student"


def qualified_by_sales(attributes: dict[str, Value]) -> bool:
    """Authority, budget, need and a time frame of half a year at most are recorded."""
    recorded = all(f"sales.{answer}" in attributes for answer in ("authority", "budget", "need"))
    return recorded and 0 <= _number(attributes.get("sales.timeframe_days")) <= 180


class Lead:
    """The state of one lead while its history is read in order of time."""

    def __init__(self) -> None:
        self.attributes: dict[str, Value] = {}
        self.grade, self.junk = "D", False
        self.stage: str | None = None
        self.left_mql: int | None = None
        self.reset = 0
        self.last_event: int | None = None
        self.asked: int | None = None
        self.interest: dict[str, list[int]] = {rule: [] for rule in SCORE}

    def learn(self, values: Values) -> None:
        """Take in attribute values."""
        self.attributes |= values.attributes
        self.grade, self.junk = grade(self.attributes), is_junk(self.attributes)

    def hear(self, event: Event) -> None:
        """Take in an event."""
        self.last_event = event.at
        if asks_for_us(event):
            self.asked = event.at
        rule = scored_as(event)
        if rule is not None:
            self.interest[rule].append(event.at)

    def callback(self) -> bool:
        """Whether the lead asked for us since its behaviour was last reset."""
        return self.asked is not None and self.asked > self.reset

    def score(self, at: int) -> int:
        """Points at an instant."""
        total = 0
        for rule, (points, cap, expires) in SCORE.items():
            count = sum(1 for moment in self.interest[rule] if moment > self.reset and at - moment < expires)
            total += max(-cap, min(cap, count * points))
        return total

    def may_be_handed_over(self, at: int) -> bool:
        """Whether the lead enters MQL at this instant."""
        if self.stage not in COMES_FROM["MQL"] or self.junk or self.grade == "D":
            return False
        if self.callback():
            return True
        waits = self.left_mql is not None and at - self.left_mql < REENTRY
        return not waits and self.grade in "AB" and self.score(at) >= ENOUGH

    def computed(self, at: int) -> str | None:
        """Return the stage that the facts alone put the lead into now, if one."""
        if self.stage is None:
            reachable = "person.email" in self.attributes or "person.phone" in self.attributes
            return "Lead" if reachable else None
        if self.may_be_handed_over(at):
            return "MQL"
        idle = self.stage in COMES_FROM["Lapsed"] and self.last_event is not None and at - self.last_event >= IDLE
        return "Lapsed" if idle else None

    def enter(self, stage: str, at: int) -> None:
        """Move to a stage."""
        if self.stage == "MQL":
            self.left_mql = at
        self.stage = stage
        if stage in RESETS:
            self.reset = at

    def flags(self, decision: Event, stage: str) -> tuple[str, ...]:
        """What of the agreement a decision does not keep to."""
        fine = {
            "lead_qualify": lambda: qualified_by_sales(self.attributes),
            "deal_open": lambda: _number(decision.data.get("amount")) > 0,
        }
        if decision.kind in REASONS:
            kept = decision.data.get("reason") in REASONS[decision.kind]
        else:
            kept = fine.get(decision.kind, lambda: True)()
        wrong_way = () if self.stage in COMES_FROM[stage] else ("from",)
        return wrong_way if kept else (*wrong_way, "require")

    def timers(self, now: int) -> list[int]:
        """Instants after `now` at which something may change without a new fact."""
        moments = [bounce + SCORE["bounce"].expires for bounce in self.interest["bounce"]]
        if self.left_mql is not None and self.stage in COMES_FROM["MQL"]:
            moments.append(self.left_mql + REENTRY)
        if self.last_event is not None and self.stage in COMES_FROM["Lapsed"]:
            moments.append(self.last_event + IDLE)
        return [moment for moment in moments if moment > now]


def entries(events: Sequence[Event], values: Sequence[Values], end: int) -> list[Entry]:
    """Return the stage entries of a lead up to `end`, in order. `events` and `values` are sorted by time."""
    lead = Lead()
    found: list[Entry] = []
    now, next_event, next_value = -1, 0, 0
    while True:
        upcoming = lead.timers(now)
        if next_event < len(events):
            upcoming.append(events[next_event].at)
        if next_value < len(values):
            upcoming.append(values[next_value].at)
        if not upcoming or min(upcoming) > end:
            return found
        now = min(upcoming)
        while next_value < len(values) and values[next_value].at == now:
            lead.learn(values[next_value])
            next_value += 1
        first = next_event
        while next_event < len(events) and events[next_event].at == now:
            lead.hear(events[next_event])
            next_event += 1
        found += _settle(lead, now)
        for decision in events[first:next_event]:
            if decision.kind in DECISIONS and STAGE_OF[decision.kind] != lead.stage:
                stage = STAGE_OF[decision.kind]
                found.append(Entry(stage, now, lead.flags(decision, stage), decision))
                lead.enter(stage, now)
                found += _settle(lead, now)


def _settle(lead: Lead, now: int) -> Iterator[Entry]:
    """Make the computed entries of one instant."""
    while (stage := lead.computed(now)) is not None:
        lead.enter(stage, now)
        yield Entry(stage, now, (), None)
