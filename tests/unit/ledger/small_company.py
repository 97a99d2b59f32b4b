"""A small company for the tests of the ledger: an agreement, histories in words, and the real replay over them.

All times are local in Berlin. `Company.ledger(as_of)` replays and builds, `Company.snapshot(as_of)` publishes as well;
nothing is faked.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.compute as pc

from detente.app.ports.snapshots import Snapshot
from detente.core.agreement.agreement import Timeline
from detente.core.agreement.reader import read_timeline
from detente.core.calendars.instants import instant_of
from detente.core.facts.fact import Fact, Value
from detente.core.facts.rows import payload_columns
from detente.core.facts.schema import PAYLOAD_COLUMNS
from detente.core.identity.authority import NOBODYS
from detente.engine.duck import connected, model
from detente.engine.lake import Lake
from detente.engine.ledger import Ledger, ledger
from detente.engine.ledger_closed import Closed
from detente.engine.profiles import golden_tables
from detente.engine.replaying import replay_persons
from detente.engine.snapshot import SnapshotFolder

BERLIN = "Europe/Berlin"
NOTHING = Closed({})
DAY = 86_400_000_000
HOUR = DAY // 24

AGREEMENT = """
agreement: northwind/revenue
language: 1
version: 1.0.0
effective: 2026-01-01
timezone: Europe/Berlin
currency: EUR
parties:
  marketing: {signs: m@northwind.example}
  sales: {signs: s@northwind.example}
default_calendar: DE
calendars:
  DE: {timezone: Europe/Berlin, open: {mon-fri: "09:00-18:00"}, holidays: DE-BE}
lists:
  marketing: [paid_search, organic, email]
glossary:
  attempt: {means: A touch by a person, is: "touch where direction == 'out' and automated == false"}
fit:
  points:
    - {id: fit.large, when: company.employees >= 200, points: 10}
  grades: {A: 10, B: 0}
stages:
  Lead: {id: stage.lead, owner: marketing, basis: computed, enter: {when: person.email is known}}
  MQL: {id: stage.mql, owner: marketing, basis: computed, enter: {from: [Lead, Recycled], when: any(form_submit)}}
  SAL: {id: stage.sal, owner: sales, basis: recorded, enter: {from: [MQL], event: lead_accept}}
  SQL: {id: stage.sql, owner: sales, basis: recorded, enter: {from: [MQL, SAL], event: lead_qualify}}
  Opportunity: {id: stage.opportunity, owner: sales, basis: recorded, enter: {from: [SQL], event: deal_open}}
  Customer: {id: stage.customer, owner: sales, basis: recorded, enter: {from: [Opportunity], event: deal_won}}
  Recycled:
    {id: stage.recycled, owner: marketing, basis: recorded, exit: true, resets: behaviour,
     enter: {from: [MQL, SAL, SQL], event: lead_recycle}}
  Disqualified:
    {id: stage.disqualified, owner: sales, basis: recorded, exit: true,
     enter: {from: [Lead, MQL, SAL], event: lead_discard}}
dispositions:
  recycle: {not_now: {points_at: timing}}
  discard: {bad_data: {points_at: source}}
sla:
  - id: sla.volume
    owes: marketing
    to: sales
    period: quarter
    deliver: {MQL: 10, value: 50000, pace: [0.30, 0.63, 1.00]}
    worth: {A: 9000, B: 4500}
    quality: {of: [MQL, SAL], at_least: 0.60, judged_after: 10bd, min_n: 2}
  - id: sla.speed
    owes: sales
    to: marketing
    clock: {start: MQL, stop: attempt, hours: business, void_on: unsubscribe}
    target: [{otherwise: true, within: 4bh}]
    objective: 0.90
    period: month
  - id: sla.reason
    owes: sales
    to: marketing
    at: [Disqualified, Recycled]
    require: "reason in @recycle or reason in @discard"
    objective: 1.00
    period: month
credit:
  book: sourced
  sourced: {to: marketing, touch: first, channels: marketing, lookback: 365d, before: Opportunity, otherwise: sales}
  influenced: {to: marketing, touch: any, channels: marketing, lookback: 180d, before: Opportunity}
  views: [{model: position, weights: [0.4, 0.2, 0.4]}, {model: markov, order: 1}]
targets:
  2026Q4: {joint: {revenue: 20000}, marketing: {MQL: 10, sourced_pipeline: 5000}, sales: {won: 2}}
incentives:
  - {team: marketing, pays_on: {MQL: 0.5, joint.revenue: 0.5}}
  - {team: sales, pays_on: {joint.revenue: 0.9, sla.speed: 0.1}}
consent:
  - {id: consent.stop, when: any(unsubscribe), forbid: [email, call]}
"""


def at(text: str) -> int:
    """Return the instant of a local time."""
    return instant_of(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(BERLIN)))


def changed(*pairs: tuple[str, str]) -> str:
    """Return the agreement with some of its words replaced; each must be there."""
    text = AGREEMENT
    for old, new in pairs:
        assert old in text, old
        text = text.replace(old, new)
    return text


@dataclass
class Company:
    """People, what happened to them, and the agreement between the teams, in one or more versions."""

    texts: tuple[str, ...] = (AGREEMENT,)
    facts: list[tuple[str | None, str | None, Fact]] = field(default_factory=list)
    accounts: dict[str, str] = field(default_factory=dict)

    def person(self, name: str, when: str, account: str | None = None, **attributes: Value) -> None:
        """Somebody becomes known, with an e-mail address; `company__employees=300` is `company.employees`."""
        if account is not None:
            self.accounts[name] = account
        values: dict[str, Value] = {"person.email": f"{name}@example.test"}
        values |= {key.replace("__", "."): value for key, value in attributes.items()}
        self._add(name, Fact(self._id(), "enrich", at(when), at(when), "crm", self._id(), values))

    def happened(self, name: str, when: str, kind: str, known: str | None = None, **payload: Value) -> str:
        """Something happened; returns the fact's id."""
        id_ = self._id()
        self._add(name, Fact(id_, kind, at(when), at(known or when), "crm", id_, payload))
        return id_

    def mql(self, name: str, when: str, channel: str = "organic", **attributes: Value) -> None:
        """Somebody asks for a demo, and is an MQL at once."""
        self.person(name, when, f"{name}-ltd", **attributes)
        self.happened(name, when, "form_submit", form="demo", channel=channel)

    def called(self, name: str, when: str, known: str | None = None) -> None:
        """A person of sales calls."""
        self.happened(name, when, "touch", known, direction="out", channel="call", automated=False)

    def _id(self) -> str:
        return f"f{len(self.facts):05}"

    def _add(self, name: str | None, fact: Fact) -> None:
        self.facts.append((name, self.accounts.get(name or ""), fact))

    @property
    def timeline(self) -> Timeline:
        """The agreement, compiled."""
        return _compiled(self.texts)

    def tables(self, instant: int) -> dict[str, pa.Table]:
        """Return the replay's tables, and what it read."""
        table = self._table(instant)
        accounts = {"account": pa.array(self.accounts.values(), pa.string()), "person": list(self.accounts)}
        accounts |= {"main": pa.array([True] * len(self.accounts), pa.bool_())}
        tables = {"timeline": table, "accounts": pa.table(accounts), "golden": _golden(table)}
        return tables | replay_persons(self.timeline, table, instant)

    def ledger(self, as_of: str, closed: Closed = NOTHING) -> Ledger:
        """Replay everybody and build the ledger."""
        with connected(self.tables(at(as_of))) as con:
            return ledger(con, self.timeline, at(as_of), closed)

    def snapshot(self, as_of: str, folder: Path, closed: Closed = NOTHING) -> Snapshot:
        """Publish the replay and its ledger, and open them."""
        versions = [{"version": v.version, "effective": "2026-01-01", "hash": v.hash} for v in self.timeline.versions]
        head = {
            "as_of": at(as_of),
            "agreement": {"id": self.timeline.id, "versions": versions},
            "loads": [],
            "libraries": {},
        }
        texts = [(f"{place}.yaml", text) for place, text in enumerate(self.texts)]
        tables = {**self.tables(at(as_of)), **self.ledger(as_of, closed).tables}
        SnapshotFolder(folder).publish(tables, head, texts)
        return Lake(folder).current()

    def _table(self, instant: int) -> pa.Table:
        known = [each for each in self.facts if each[2].known_at <= instant and each[2].occurred_at <= instant]
        known.sort(key=lambda each: (each[0] or "~", each[2].occurred_at, each[2].kind != "enrich", each[2].source_id))
        return pa.Table.from_pylist([_row(*each) for each in known], schema=_SCHEMA)


def _golden(timeline: pa.Table) -> pa.Table:
    """Return the golden values of persons of whom there is one record, of the same name."""
    people = timeline.filter(pc.is_valid(timeline["person"]))
    facts = people.append_column("record", people["person"])
    for name, text in (("subject", "person"), ("load_id", "")):
        facts = facts.append_column(name, pa.array([text] * len(facts), pa.string()))
    text = pa.string()
    none = pa.table({name: pa.array([], text) for name in ("account", "source", "record", "subject")})
    persons = facts.select(["person", "source", "record"]).group_by(["person", "source", "record"]).aggregate([])
    profiles = model("profiles", {"facts": facts})
    held = {"profiles": profiles, "persons": persons, "companies": none, "tombstones": none}
    return golden_tables(held, NOBODYS, 0)["golden"]


@lru_cache(maxsize=16)
def _compiled(texts: tuple[str, ...]) -> Timeline:
    timeline, problems = read_timeline([(f"{place}.yaml", text) for place, text in enumerate(texts)])
    assert timeline is not None, problems
    return timeline


_TYPES = {"string": pa.string(), "double": pa.float64(), "bool": pa.bool_()}
_SCHEMA = pa.schema(
    [
        *(pa.field(name, pa.string()) for name in ("person", "account", "fact_id", "kind", "source", "source_id")),
        pa.field("occurred_at", pa.int64()),
        pa.field("known_at", pa.int64()),
        *(pa.field(column.name, _TYPES[column.type]) for column in PAYLOAD_COLUMNS),
        pa.field("extra", pa.string()),
    ]
)


def _row(person: str | None, account: str | None, fact: Fact) -> dict[str, Any]:
    return {
        "person": person,
        "account": account,
        "fact_id": fact.id,
        "kind": fact.kind,
        "source": fact.source,
        "source_id": fact.source_id,
        "occurred_at": fact.occurred_at,
        "known_at": fact.known_at,
        **payload_columns(fact.payload),
    }


def rows(table: pa.Table, **wanted: Any) -> list[dict[str, Any]]:
    """Return the rows of a table whose columns have the wanted values."""
    return [row for row in table.to_pylist() if all(row[name] == value for name, value in wanted.items())]


def row(table: pa.Table, **wanted: Any) -> Mapping[str, Any]:
    """Return the one such row."""
    found = rows(table, **wanted)
    assert len(found) == 1, found
    return found[0]
