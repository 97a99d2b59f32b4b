"""Small landed workspaces: facts and links as an import would have left them."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from detente.core.agreement.agreement import Timeline
from detente.core.agreement.reader import read_timeline
from detente.core.facts.ids import content_text, digest, identified_text
from detente.core.facts.rows import payload_columns
from detente.core.facts.schema import FACT_COLUMNS, LINK_COLUMNS

HOUR = 3_600_000_000
START = 1_780_000_000_000_000
"""An instant in 2026, in microseconds UTC."""

_ARROW = {"string": pa.string(), "int64": pa.int64(), "double": pa.float64(), "bool": pa.bool_()}

Row = dict[str, Any]


class Landed:
    """A workspace into which loads are landed, one after the other."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._loads = 0

    def load(self, *rows: Row) -> str:
        """Land facts and links as one load and return its id."""
        self._loads += 1
        load_id = f"load-{self._loads}"
        facts = [row | {"load_id": load_id} for row in rows if "fact_id" in row]
        links = [row | {"load_id": load_id} for row in rows if "relation" in row]
        folder = self.root / "facts" / load_id
        folder.mkdir(parents=True)
        for name, found, columns in (("facts", facts, FACT_COLUMNS), ("links", links, LINK_COLUMNS)):
            schema = pa.schema([(column.name, _ARROW[column.type]) for column in columns])
            pq.write_table(pa.Table.from_pylist(found, schema=schema), folder / f"{name}-00000.parquet")
        receipts = self.root / "landing" / "loads"
        receipts.mkdir(parents=True, exist_ok=True)
        receipt = {"load_id": load_id, "started_at": self._loads, "file": f"export-{self._loads}.csv"}
        receipt |= {"facts": len(facts), "links": len(links)}
        (receipts / f"{load_id}.json").write_text(json.dumps(receipt))
        return load_id


@pytest.fixture
def landed(tmp_path: Path) -> Landed:
    return Landed(tmp_path)


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Landed:
    """A workspace that the tests of a module share: they read it."""
    return Landed(tmp_path_factory.mktemp("workspace"))


def a_fact(kind: str, at: float, who: str | None, payload: dict[str, Any] | None = None, **more: Any) -> Row:
    """Return a row of the fact table. `at` is in hours; `who` is `source:record`; `more` replaces columns."""
    source, record = who.split(":") if who else (more.get("source", "crm"), None)
    more = {name: int(START + value * HOUR) if name == "known_at" else value for name, value in more.items()}
    occurred_at = int(START + at * HOUR)
    columns = payload_columns(payload or {})
    row = {"subject": "person", "source": source, "record": record, "account": None, "source_id": None, "kind": kind}
    row |= {"occurred_at": occurred_at, "known_at": occurred_at, **columns, **more}
    if row["source_id"] is not None:
        text = identified_text(source, row["source_id"])
    else:
        text = content_text(source, kind, (row["subject"], record), occurred_at, json.dumps(payload))
    return {"fact_id": digest(text), **row}


def a_link(who: str, relation: str, other: str, known_at: float = 0) -> Row:
    """Return a row of the link table; `who` and `other` are `source:record`."""
    source, record = who.split(":")
    other_source, other_record = other.split(":")
    row = {"source": source, "record": record, "relation": relation}
    return row | {
        "other_source": other_source,
        "other_record": other_record,
        "known_at": int(START + known_at * HOUR),
    }


def an_email(who: str, address: str, at: float = 0) -> Row:
    """Return the fact that a record has an e-mail address."""
    return a_fact("enrich", at, who, {"person.email": address})


@pytest.fixture(scope="session")
def fact() -> Callable[..., Row]:
    return a_fact


@pytest.fixture(scope="session")
def link() -> Callable[..., Row]:
    return a_link


@pytest.fixture(scope="session")
def email() -> Callable[..., Row]:
    return an_email


@pytest.fixture(scope="session")
def rows() -> Callable[[pa.Table, Sequence[str]], list[tuple[Any, ...]]]:
    """Return what reads some columns of a table as tuples."""
    return lambda table, names: list(zip(*(table.column(name).to_pylist() for name in names), strict=True))


AGREEMENT = """
agreement: harbour/revenue
language: 1
version: 1.0.0
effective: 2026-01-01
subject: person
timezone: UTC
currency: EUR
parties: {marketing: {signs: m@harbour.example, name: Mara}, sales: {signs: s@harbour.example, name: Sam}}
default_calendar: all
calendars: {all: {timezone: UTC, open: {mon-sun: "00:00-24:00"}}}
stages:
  Lead: {id: stage.lead, owner: marketing, basis: computed, enter: {when: person.email is known}}
  MQL:
    id: stage.mql
    owner: marketing
    basis: computed
    enter: {from: [Lead], when: any(form_submit where form == 'demo')}
  Opportunity: {id: stage.opportunity, owner: sales, basis: recorded, enter: {from: [MQL], event: deal_open}}
  Customer: {id: stage.customer, owner: sales, basis: recorded, enter: {from: [Opportunity], event: deal_won}}
sla:
  - id: sla.speed
    owes: sales
    to: marketing
    clock: {start: MQL, stop: touch where direction == 'out', hours: elapsed}
    target: [{otherwise: true, within: 2h}]
    objective: 0.9
    period: month
credit:
  book: sourced
  sourced:
    {to: marketing, touch: first, channels: [organic], lookback: 365d, before: Opportunity, otherwise: sales}
"""


@pytest.fixture(scope="session")
def texts() -> list[tuple[str, str]]:
    """A small working agreement: a demo form makes an MQL, whom sales calls within two hours."""
    return [("agreements/revenue.yaml", AGREEMENT)]


@pytest.fixture(scope="session")
def agreement(texts: list[tuple[str, str]]) -> Timeline:
    found, problems = read_timeline(texts)
    assert found is not None, [str(problem) for problem in problems]
    return found
