"""Cases put into every run on purpose, each with what must come of it, said by hand.

They stand on the hard days: before the clocks change, the eve of a holiday, the last evening. Dates follow from the
end of the run. Expected instants are seconds UTC, `.used` is in whole minutes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import time, timedelta
from itertools import count

from . import words
from .facts import Account, Event, Person, Record, Value, Values
from .hard_days import last_clock_change, last_holiday, quiet_monday, wednesday_of_five_hours
from .hours import DAY, HOUR, MINUTE, NEW_YORK, instant
from .world import World

Expected = str | int | list[str] | list[int]


@dataclass
class Case:
    """A planted person and what the working agreement must say about them."""

    name: str
    person: Person
    expects: dict[str, Expected] = field(default_factory=dict)


class Script:
    """Writes one planted person: an account that fits (grade B, 120 people in retail) and what happens, in order."""

    def __init__(self, world: World, number: int, name: str, country: str = "DE", domain: str | None = None) -> None:
        self.world = world
        prefix, place = words.COMPANY_PREFIXES[number], words.COMPANY_PLACES[0]
        domain = domain or words.ascii_name(f"{prefix} {place}") + ".example"
        form = words.LEGAL_FORMS[country]
        self.account = Account(number, f"{prefix} Stores {place} {form}", domain, country, "retail", 120, 0.7)
        first, last = words.FIRST_NAMES[number * 3], words.LAST_NAMES[number * 5]
        phone = words.PHONES[country].format(number)
        someone = Person(
            number + 1, self.account, first, last, "Director IT", "director", country, phone, "organic", 0.5, 0
        )
        someone.case = name
        self.case = Case(name, someone)
        self.mail = f"{words.ascii_name(first)}.{words.ascii_name(last)}@{domain}"

    def record(self, system: str, at: int, joined: str = "id") -> None:
        """Make the person's record in a system, joined to the other by `id`, by `mail` or not at all (`apart`)."""
        someone = self.case.person
        identifier = f"{700000 + someone.number}" if system == "marketing" else f"C-{someone.number:06d}"
        attributes: dict[str, Value] = {
            "person.email": self.mail,
            "person.email_domain": self.mail.partition("@")[2],
            "person.seniority": someone.seniority,
            "person.country": someone.country,
        }
        if system == "marketing":
            attributes |= self.account.attributes
        record = Record(system, identifier, at, self.mail, attributes)
        if system == "crm":
            self.account.crm_created = at
            if joined == "id":
                record.other = someone.records[0].id
            else:
                record.email = self.mail.upper() if joined == "mail" else f"private.{someone.number}@freemail.example"
        someone.records.append(record)
        someone.values.append(Values(at, attributes))

    def logs(self, at: int, kind: str, known: int | None = None, **data: Value) -> None:
        """Log an event on the system that records its kind."""
        sales = kind in ("touch", "assign") or kind.startswith("lead_")
        record = self.case.person.record_in("crm" if sales else "marketing")
        if record is None:
            raise ValueError(f"{self.case.name}: {kind} needs a record first")
        self.case.person.log(Event(at, known or at, kind, record.id, data))

    def asks(self, at: int, known: int | None = None, form: str = "demo") -> None:
        """Request a talk, with the consents that let sales answer."""
        known = known or at
        self.logs(at, "form_submit", known, form=form, channel="organic", campaign="")
        self.logs(known + 1, "consent_given", purpose="email", wording="v4")
        self.logs(known + 2, "consent_given", purpose="phone", wording="v2")

    def tries(self, at: int, channel: str = "call") -> None:
        """Make an attempt."""
        self.logs(at, "touch", channel=channel, direction="out", automated=False, outcome="no answer")

    def answered(self, at: int, after: int, **expects: Expected) -> Case:
        """Make records, a request and one attempt `after` so much open time; return the case."""
        hours = self.world.hours_for(self.case.person)
        self.record("marketing", at)
        self.asks(at)
        self.record("crm", at + 3 * MINUTE)
        self.tries(hours.after(at, after))
        self.logs(hours.after(at, after) + HOUR, "lead_accept")
        return self.ends({"MQL": [at], **expects})

    def ends(self, expects: dict[str, Expected]) -> Case:
        """Return the case with its expectations."""
        self.case.expects = {name.replace("__", "."): value for name, value in expects.items()}
        return self.case


def calendar_cases(world: World, script: Callable[..., Script]) -> Iterator[Case]:
    """Requests on the days that calendars are made of."""
    friday = last_clock_change(world) - timedelta(days=2)
    yield script("friday before the clocks change").answered(
        instant(friday, time(17, 30)), 55 * MINUTE, sla__speed=["met"], sla__speed__used=[55]
    )
    eve = last_holiday(world) - timedelta(days=1)
    yield script("eve of a Berlin holiday").answered(
        instant(eve, time(17, 40)), 50 * MINUTE, sla__speed=["met"], sla__speed__used=[50]
    )
    yield script("American lead while New York is five hours behind", "US").answered(
        instant(wednesday_of_five_hours(world), time(9, 10), NEW_YORK),
        30 * MINUTE,
        sla__speed=["met"],
        sla__speed__used=[30],
    )


def speed_cases(world: World, script: Callable[..., Script]) -> Iterator[Case]:
    """First attempts: late, early, void, too slow, never, and still to come."""
    monday = quiet_monday(world, 4)
    ten, next_day = instant(monday, time(10)), instant(monday, time(11)) + DAY

    late = script("form that arrived a day late")
    late.record("marketing", ten - DAY * 4)
    late.asks(ten, known=next_day)
    late.record("crm", next_day + 3 * MINUTE)
    late.tries(next_day + 45 * MINUTE)
    late.logs(next_day + 2 * HOUR, "lead_accept")
    yield late.ends({"MQL": [ten], "sla__speed": ["met"], "sla__speed__used": [45]})

    early = script("called before the form arrived")
    early.record("marketing", ten - DAY * 4)
    early.record("crm", ten - DAY * 3)
    early.asks(ten, known=next_day)
    early.tries(ten + 3 * HOUR)
    early.logs(next_day + HOUR, "lead_accept")
    yield early.ends({"MQL": [ten], "sla__speed": ["met"], "sla__speed__used": [0]})

    void = script("left before anybody could call")
    void.record("marketing", ten)
    void.asks(ten)
    void.record("crm", ten + 3 * MINUTE)
    void.logs(ten + 20 * MINUTE, "unsubscribe")
    void.logs(ten + 2 * HOUR, "lead_discard", reason="asked_to_stop")
    yield void.ends({"MQL": [ten], "sla__speed": ["void"], "sla__reason": ["met"], "sla__feedback": ["met"]})

    yield script("called after five hours").answered(ten, 5 * HOUR, sla__speed=["broken"], sla__speed__used=[300])

    never = script("never answered")
    never.record("marketing", ten)
    never.asks(ten)
    never.record("crm", ten + 3 * MINUTE)
    yield never.ends({"MQL": [ten], "sla__speed": ["broken"], "sla__feedback": ["broken"]})

    for country, asks in (("US", True), ("DE", True), ("DE", False), ("US", False)):
        waiting = script(f"{'asks' if asks else 'has enough points'} on the last evening, {country}", country)
        at = world.end - 25 * MINUTE
        waiting.record("marketing", at)
        if asks:
            waiting.asks(at)
        else:
            waiting.logs(at, "trial_start", channel="organic", campaign="")
            waiting.logs(at, "webinar_attend", channel="webinar", campaign="customs-made-easy", held="")
        waiting.record("crm", at + 3 * MINUTE)
        yield waiting.ends({"MQL": [at], "sla__speed": ["open"], "sla__feedback": ["open"]})


def decision_cases(world: World, script: Callable[..., Script]) -> Iterator[Case]:
    """Giving up too soon or not, closing without a reason, coming back."""
    start = instant(quiet_monday(world, 12), time(10))

    hasty = script("given up after four calls")
    _tried(hasty, start, [(hours * HOUR, "call") for hours in (0.5, 24, 48, 72)])
    hasty.logs(start + 4 * DAY, "lead_recycle", reason="unreachable")
    yield hasty.ends({"MQL": [start], "sla__speed": ["met"], "sla__persistence": ["broken"], "sla__reason": ["met"]})

    patient = script("given up after six tries on two channels")
    _tried(
        patient,
        start,
        [(hours * HOUR, way) for hours, way in zip((0.5, 24, 72, 96, 168, 241), ("call", "email") * 3, strict=True)],
    )
    patient.logs(start + 11 * DAY, "lead_recycle", reason="unreachable")
    yield patient.ends({"MQL": [start], "sla__speed": ["met"], "sla__persistence": ["met"], "sla__reason": ["met"]})

    silent = script("closed without a reason")
    _tried(silent, start, [(0.5 * HOUR, "call")], accepted=False)
    silent.logs(start + 6 * HOUR, "lead_discard")
    yield silent.ends({"MQL": [start], "sla__reason": ["broken"], "sla__feedback": ["met"]})

    again = script("recycled and asks again after ten days")
    _tried(again, start, [(0.5 * HOUR, "call")])
    again.logs(start + DAY, "lead_recycle", reason="not_now")
    again.asks(start + 10 * DAY, form="callback")
    again.tries(start + 10 * DAY + 2 * HOUR)
    again.logs(start + 10 * DAY + 3 * HOUR, "lead_accept")
    yield again.ends({"MQL": [start, start + 10 * DAY], "sla__speed": ["met", "broken"], "sla__speed__used": [30, 120]})

    points = script("recycled, and points that wait thirty days")
    _tried(points, start, [(0.5 * HOUR, "call")])
    points.logs(start + DAY, "lead_recycle", reason="no_budget")
    points.logs(start + 20 * DAY, "trial_start", channel="organic", campaign="")
    points.logs(start + 21 * DAY, "webinar_attend", channel="webinar", campaign="customs-made-easy", held="")
    yield points.ends({"MQL": [start, start + 2 * HOUR + 30 * DAY]})  # accepted, so left, two hours after the request


def identity_cases(world: World, script: Callable[..., Script]) -> Iterator[Case]:
    """People who must not be handed over, and records that hang together by the address alone."""
    ten = instant(quiet_monday(world, 6), time(10))

    rival = script("demo request of a competitor", domain="rivalsoft.example")
    rival.record("marketing", ten)
    rival.asks(ten)
    yield rival.ends({"MQL": [], "sla__speed": []})

    apart = script("two records that share the address alone")
    apart.record("marketing", ten)
    apart.asks(ten)
    apart.record("crm", ten + 3 * MINUTE, joined="mail")
    apart.tries(ten + 40 * MINUTE)
    apart.logs(ten + HOUR, "lead_accept")
    yield apart.ends({"MQL": [ten], "sla__speed": ["met"], "sla__speed__used": [40]})

    strangers = script("two records that nothing joins")
    strangers.record("marketing", ten)
    strangers.asks(ten)
    strangers.record("crm", ten + 3 * MINUTE, joined="apart")
    yield strangers.ends({"MQL": [ten]})

    bare = script("a lead handed over without a country")
    bare.account.country = None
    bare.record("marketing", ten)
    bare.asks(ten)
    bare.record("crm", ten + 3 * MINUTE)
    bare.tries(ten + 30 * MINUTE)
    bare.logs(ten + HOUR, "lead_accept")
    yield bare.ends({"MQL": [ten], "sla__complete": ["broken"], "sla__speed": ["met"]})

    twice = script("a download that was exported twice")
    twice.record("marketing", ten)
    twice.logs(ten, "trial_start", channel="organic", campaign="")
    twice.logs(ten + HOUR, "form_submit", form="asset", channel="content", campaign="", twice=True)
    yield twice.ends({"MQL": []})


def _tried(script: Script, start: int, tries: list[tuple[float, str]], accepted: bool = True) -> None:
    script.record("marketing", start)
    script.asks(start)
    script.record("crm", start + 3 * MINUTE)
    for after, channel in tries:
        script.tries(start + int(after), channel)
    if accepted:
        script.logs(start + 2 * HOUR, "lead_accept")


def cases(world: World) -> list[Case]:
    """Return all planted cases, in companies number 0, 1, 2 …"""
    numbers = count()

    def script(name: str, country: str = "DE", domain: str | None = None) -> Script:
        return Script(world, next(numbers), name, country, domain)

    groups = (calendar_cases, speed_cases, decision_cases, identity_cases)
    return [case for group in groups for case in group(world, script)]
