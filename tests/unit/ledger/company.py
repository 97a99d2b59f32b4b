"""A small company for the tests of the ledger: an agreement, histories in words, and the real replay over them.

Everything is local time in Berlin. `Company.ledger(as_of)` replays and builds; nothing is faked.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa

from detente.core.agreement.agreement import (
    Agreement,
    BusinessTime,
    CalendarClause,
    CheckDuty,
    ClockDuty,
    Credit,
    CreditRule,
    CreditView,
    Disposition,
    FitRule,
    Incentive,
    Kind,
    Quality,
    Side,
    Stage,
    TargetRow,
    Timeline,
    VolumeDuty,
)
from detente.core.agreement.expressions import (
    Attribute,
    Compare,
    Field,
    IsKnown,
    Literal,
    Measure,
    MeasureName,
    Selector,
)
from detente.core.calendars.calendar import instant_of
from detente.core.facts.fact import Fact, Value
from detente.core.facts.rows import payload_columns
from detente.core.facts.schema import PAYLOAD_COLUMNS
from detente.engine.duck import connected
from detente.engine.ledger import Ledger, ledger
from detente.engine.ledger_closed import NOTHING, Closed
from detente.engine.replaying import replay_persons

BERLIN = "Europe/Berlin"
DAY = 86_400_000_000
HOUR = DAY // 24
CHANNELS = ("paid_search", "organic", "email")

_MARKETING = ("page_view", "form_submit", "email_send", "webinar_attend")
_SALES = (
    "touch", "lead_accept", "lead_qualify", "lead_recycle", "lead_discard", "lead_reject", "deal_open", "deal_won",
    "deal_lost", "deal_stage",
)  # fmt: skip


def at(text: str) -> int:
    """Return the instant of a local time."""
    return instant_of(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(BERLIN)))


def _stages() -> dict[str, Stage]:
    def recorded(name: str, event: str, from_: tuple[str, ...], owner: str = "sales", exit_: bool = False) -> Stage:
        return Stage(
            name,
            f"stage.{name.lower()}",
            owner,
            False,
            from_,
            event=Selector(event),
            exit=exit_,
            resets_behaviour=exit_,
        )

    asked = Measure(MeasureName.ANY, Selector("form_submit"))
    every = [
        Stage("Lead", "stage.lead", "marketing", True, None, when=IsKnown(Attribute("person.email"))),
        Stage("MQL", "stage.mql", "marketing", True, ("Lead", "Recycled"), when=_truth(asked)),
        recorded("SAL", "lead_accept", ("MQL",)),
        recorded("SQL", "lead_qualify", ("MQL", "SAL")),
        recorded("Opportunity", "deal_open", ("SQL",)),
        recorded("Customer", "deal_won", ("Opportunity",)),
        recorded("Recycled", "lead_recycle", ("MQL", "SAL", "SQL"), "marketing", exit_=True),
        recorded("Disqualified", "lead_discard", ("Lead", "MQL", "SAL"), exit_=True),
    ]
    return {stage.name: stage for stage in every}


def _truth(measure: Measure) -> Any:
    from detente.core.agreement.expressions import Truth

    return Truth(measure)


SPEED = ClockDuty(
    "sla.speed",
    "sales",
    "marketing",
    (TargetRow(None, BusinessTime(4, "bh", "4bh")),),
    business=True,
    start_stage="MQL",
    stop_event=Selector("touch", Compare("==", Field("direction"), Literal("out"))),
    void_on=Selector("unsubscribe"),
    objective=0.9,
    period="month",
)
REASON = CheckDuty(
    "sla.reason",
    "sales",
    "marketing",
    IsKnown(Field("reason")),
    at_stages=("Recycled", "Disqualified"),
    objective=1.0,
    period="month",
)
VOLUME = VolumeDuty(
    "sla.volume",
    "marketing",
    "sales",
    "quarter",
    "MQL",
    10,
    value=50_000,
    pace=(0.3, 0.63, 1.0),
    worth={"A": 9000, "B": 4500},
    quality=Quality("MQL", "SAL", 0.6, BusinessTime(10, "bd", "10bd"), min_n=2),
)
SOURCED = CreditRule("marketing", "first", CHANNELS, 365 * DAY, "Opportunity", "sales")
INFLUENCED = CreditRule("marketing", "any", CHANNELS, 180 * DAY, "Opportunity")


def agreement(**changed: Any) -> Agreement:
    """Return the company's agreement, with some of it changed."""
    kinds = [Kind(name, Side.MARKETING, ("channel", "campaign", "form", "page")) for name in _MARKETING]
    kinds += [Kind(name, Side.SALES, ("reason", "deal", "amount", "stage", "channel", "direction")) for name in _SALES]
    kinds.append(Kind("unsubscribe", Side.BOTH, ()))
    kinds.append(Kind("crm_stage", Side.BOTH, ("stage",)))
    working = tuple(((540, 1080),) if day < 5 else () for day in range(7))
    base = Agreement(
        id="northwind/revenue",
        version="1.0.0",
        effective=date(2026, 1, 1),
        effective_at=at("2026-01-01T00:00"),
        timezone=BERLIN,
        currency="EUR",
        hash="0" * 64,
        parties={},
        kinds={kind.name: kind for kind in kinds},
        calendars={"DE": CalendarClause("DE", BERLIN, working, "DE-BE", ())},
        default_calendar="DE",
        lists={},
        terms={},
        personas=(),
        fit=(FitRule("fit.large", Compare(">=", Attribute("company.employees"), Literal(200)), 10),),
        grades={"A": 10, "B": 0},
        score=(),
        stages=_stages(),
        dispositions={
            "recycle": {"not_now": Disposition("not_now", "timing")},
            "discard": {"bad_data": Disposition("bad_data", "source")},
            "reject": {},
        },
        routing=(),
        pools={},
        duties=(VOLUME, SPEED, REASON),
        credit=Credit("sourced", SOURCED, INFLUENCED, (CreditView("position", (0.4, 0.2, 0.4)), CreditView("markov"))),
        targets={"2026Q4": {"joint": {"revenue": 20_000}, "marketing": {"MQL": 10, "sourced_pipeline": 5_000}}},
        incentives=(Incentive("sales", {"joint.revenue": 0.9, "sla.speed": 0.1}),),
        consent=(),
        tests=(),
        document=None,
    )
    return replace(base, **changed)


@dataclass
class Company:
    """People, what happened to them, and the agreement between the teams."""

    versions: tuple[Agreement, ...] = field(default_factory=lambda: (agreement(),))
    facts: list[tuple[str | None, str | None, Fact]] = field(default_factory=list)
    accounts: dict[str, str] = field(default_factory=dict)

    def person(self, name: str, when: str, account: str | None = None, **attributes: Value) -> None:
        """Somebody becomes known, with an e-mail address."""
        if account is not None:
            self.accounts[name] = account
        values = {"person.email": f"{name}@example.test"} | {k.replace("__", "."): v for k, v in attributes.items()}
        self._add(name, Fact(self._id(), "enrich", at(when), at(when), "crm", self._id(), values))

    def happened(self, name: str, when: str, kind: str, known: str | None = None, **payload: Value) -> str:
        """Something happened; returns the fact's id."""
        id_ = self._id()
        self._add(name, Fact(id_, kind, at(when), at(known or when), "crm", id_, payload))
        return id_

    def _id(self) -> str:
        return f"f{len(self.facts):05}"

    def _add(self, name: str | None, fact: Fact) -> None:
        self.facts.append((name, self.accounts.get(name or ""), fact))

    def ledger(self, as_of: str, closed: Closed = NOTHING) -> Ledger:
        """Replay everybody and build the ledger."""
        timeline, instant = Timeline(self.versions), at(as_of)
        table = self._timeline(instant)
        accounts = pa.table(
            {
                "account": pa.array(list(self.accounts.values()), pa.string()),
                "person": pa.array(list(self.accounts), pa.string()),
            }
        )
        tables = {"timeline": table, "accounts": accounts, **replay_persons(timeline, table, instant)}
        with connected(tables) as con:
            return ledger(con, timeline, instant, closed)

    def _timeline(self, instant: int) -> pa.Table:
        known = [each for each in self.facts if each[2].known_at <= instant and each[2].occurred_at <= instant]
        known.sort(key=lambda each: (each[0] or "~", each[2].occurred_at, each[2].kind != "enrich", each[2].source_id))
        types = {"string": pa.string(), "double": pa.float64(), "bool": pa.bool_()}
        head = ("person", "account", "fact_id", "kind", "source", "source_id")
        schema = pa.schema(
            [
                *(pa.field(name, pa.string()) for name in head),
                pa.field("occurred_at", pa.int64()),
                pa.field("known_at", pa.int64()),
                *(pa.field(column.name, types[column.type]) for column in PAYLOAD_COLUMNS),
                pa.field("extra", pa.string()),
            ]
        )
        rows = [
            {
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
            for person, account, fact in known
        ]
        return pa.Table.from_pylist(rows, schema=schema)


def rows(table: pa.Table, **wanted: Any) -> list[dict[str, Any]]:
    """Return the rows of a table whose columns have the wanted values."""
    return [row for row in table.to_pylist() if all(row[name] == value for name, value in wanted.items())]


def row(table: pa.Table, **wanted: Any) -> Mapping[str, Any]:
    """Return the one such row."""
    found = rows(table, **wanted)
    assert len(found) == 1, found
    return found[0]
