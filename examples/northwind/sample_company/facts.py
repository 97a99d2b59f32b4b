"""What happens at the sample company: people, their records in two systems, events, attribute values and deals.

Filled by `people`, `interest` and `selling`; read by `ruling` (what the agreement makes of it) and `exports`.
Instants are whole seconds UTC.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

Value = str | int | float | bool

DECISIONS = ("lead_accept", "lead_reject", "lead_qualify", "lead_recycle", "lead_discard", "deal_open", "deal_won")
"""The kinds that put a lead into a stage."""


class Event(NamedTuple):
    """Something that happened. `record` is the id of the system record that it is logged on."""

    at: int
    known: int
    kind: str
    record: str
    data: dict[str, Value]


class Values(NamedTuple):
    """Attribute values that hold from `at` on, known at the same time."""

    at: int
    attributes: dict[str, Value]


@dataclass
class Account:
    """A company; `tier` from 0 (no fit) to 1 (made for us). `crm_id` from the day sales created it."""

    number: int
    name: str
    domain: str
    country: str | None
    industry: str | None
    employees: int | None
    tier: float
    owner: str | None = None
    crm_created: int | None = None

    @property
    def crm_id(self) -> str:
        """The company's id in the CRM."""
        return f"A-{self.number:06d}"

    @property
    def attributes(self) -> dict[str, Value]:
        """What is known of the company, the same in both systems."""
        known = {
            "company.country": self.country,
            "company.industry": self.industry,
            "company.employees": self.employees,
        }
        return {path: value for path, value in known.items() if value is not None}


@dataclass
class Record:
    """One system's record of a person. `other` is the id of the other system's record, where it is filled in."""

    system: str
    id: str
    created: int
    email: str | None
    attributes: dict[str, Value]
    other: str | None = None


@dataclass
class Deal:
    """An opportunity with its contacts (record id, role); no contact means that nobody was entered."""

    id: str
    account: Account
    opened: int
    amount: int | None
    contacts: list[tuple[str, str]]
    closed: int | None = None
    won: bool = False
    reason: str | None = None


@dataclass
class Person:
    """One human being with everything that is logged about them."""

    number: int
    account: Account
    first: str
    last: str
    title: str
    seniority: str
    country: str
    phone: str | None
    channel: str
    intent: float
    arrives: int
    role: str | None = None
    records: list[Record] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    values: list[Values] = field(default_factory=list)
    deals: list[Deal] = field(default_factory=list)
    case: str | None = None  # the name of the planted case this person is

    @property
    def id(self) -> str:
        """The person's id in the truth; no system knows it."""
        return f"P{self.number:06d}"

    def record_in(self, system: str) -> Record | None:
        """Return the first record in a system, if there is one."""
        return next((record for record in self.records if record.system == system), None)

    def log(self, event: Event) -> None:
        """Add something that happened."""
        self.events.append(event)
