"""Deals, the touches on their paths, and who gets credit (tables `deals`, `touches`, `credit`).

Input: the timeline's deal facts and touches through the models, and the agreement's credit clause in force when each
deal opened. A deal belongs to its contacts; its path is that of everybody at their accounts.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import groupby
from operator import itemgetter
from typing import Any

import pyarrow as pa

from detente.core.agreement.agreement import Agreement, Credit, Side, Timeline
from detente.core.agreement.expressions import Selector
from detente.core.credit.deals import Deal, DealFact, deal_of
from detente.core.credit.sourcing import CreditRow, Touch, counts, credit_rows
from detente.core.credit.weights import PARTS
from detente.core.facts.fact import Fact
from detente.core.facts.rows import fact_from_row
from detente.core.replay.evaluation import View, selects
from detente.core.replay.lead import Lead
from detente.engine.ledger_models import Models, columns, rows_of

DEALS = columns(
    "source:text deal:text account:text persons:texts opened_at:int opened_by:text outcome:text amount:num cents:int "
    "stage:text won_at:int lost_at:int reason:text version:text as_of:int"
)
TOUCHES = columns(
    "source:text deal:text touch:text person:text team:text kind:text channel:text campaign:text content:text "
    "occurred_at:int before_opening:bool counts:bool"
)
CREDIT = columns(
    "source:text deal:text rule:text book:bool party:text touch:text channel:text parts:int share:num cents:int "
    "amount:num version:text as_of:int"
)

_DEAL = itemgetter("source", "deal")
Id = tuple[str, str]
"""A deal: its source, and the source's own id."""


@dataclass
class DealFile:
    """Everything known about one deal; `known_at` of each fact and touch stands beside it."""

    source: str
    deal: str
    facts: list[tuple[DealFact, int]]
    persons: tuple[str, ...]
    account: str | None
    created_at: int | None = None
    touches: list[tuple[Touch, int]] = field(default_factory=list)
    touch_rows: list[dict[str, Any]] = field(default_factory=list)
    _worked_out: dict[tuple[Deal, int], list[CreditRow]] = field(default_factory=dict)

    def then(self, at: int) -> Deal | None:
        """Return the deal as known at an instant; None if nothing was known of it."""
        known = [fact for fact, known_at in self.facts if known_at <= at and fact.occurred_at <= at]
        return deal_of(known) if known else None

    def credit_then(self, deal: Deal, credit: Credit, at: int) -> list[CreditRow]:
        """Return who gets the deal, by what was known at an instant; worked out once for the same knowledge."""
        known = [touch for touch, known_at in self.touches if known_at <= at and touch.occurred_at <= at]
        key = (deal, len(known))  # what is known only grows, so as many touches are the same touches
        if key not in self._worked_out:
            self._worked_out[key] = list(credit_rows(credit, deal, known, self.created_at))
        return self._worked_out[key]


def deal_files(models: Models, timeline: Timeline) -> list[DealFile]:
    """Return the file of every deal. Reads what `register_cycle` registered."""
    kinds = {kind.name for version in timeline.versions for kind in version.kinds.values() if _marketing(kind.side)}
    models.register("marketing_kinds", pa.table({"kind": pa.array(sorted(kinds), pa.string())}))
    facts = models.keep("deal_facts")
    files = {key: _file(key, list(rows), timeline) for key, rows in groupby(rows_of(facts), key=_DEAL)}
    ends = [
        {"source": file.source, "deal": file.deal, "end_at": max(fact.occurred_at for fact, _ in file.facts)}
        for file in files.values()
    ]
    models.register("deal_ends", pa.Table.from_pylist(ends, schema=columns("source:text deal:text end_at:int")))
    models.keep("deal_people")
    for row in rows_of(models.run("lead_created")):
        files[_DEAL(row)].created_at = row["created_at"]
    for row in rows_of(models.run("deal_touches")):
        file = files[_DEAL(row)]
        file.touches.append((Touch(row["fact_id"], row["team"], row["channel"], row["occurred_at"]), row["known_at"]))
        file.touch_rows.append(row)
    return list(files.values())


def _marketing(side: Side) -> bool:
    return side is Side.MARKETING


def _file(key: Id, rows: list[dict[str, Any]], timeline: Timeline) -> DealFile:
    facts = {row["fact_id"]: (fact_from_row(row), row) for row in rows}
    persons = sorted({row["person"] for row in rows if row["person"] is not None})
    return DealFile(
        source=key[0],
        deal=key[1],
        facts=[(_deal_fact(fact, timeline), fact.known_at) for fact, _ in facts.values()],
        persons=tuple(persons),
        account=min((row["account"] for row in rows if row["account"] is not None), default=None),
    )


def _deal_fact(fact: Fact, timeline: Timeline) -> DealFact:
    amount, stage, reason = (fact.payload.get(name) for name in ("amount", "stage", "reason"))
    return DealFact(
        id=fact.id,
        kind=fact.kind,
        occurred_at=fact.occurred_at,
        opens=_opens(fact, timeline.in_force(fact.occurred_at)),
        amount=float(amount) if isinstance(amount, int | float) and not isinstance(amount, bool) else None,
        stage=None if stage is None else str(stage),
        reason=None if reason is None else str(reason),
    )


def _opens(fact: Fact, agreement: Agreement) -> bool:
    """Whether the fact is the recorded event of the stage that opens deals (`before`)."""
    selector = opening(agreement)
    return selector is not None and selects(selector, fact, View(agreement, Lead({})))


def opening(agreement: Agreement) -> Selector | None:
    """Return the event that opens deals under an agreement; None where no credit rule names a stage."""
    credit = agreement.credit
    rules = [] if credit is None else [rule for rule in (credit.sourced, credit.influenced) if rule is not None]
    stage = next((rule.before for rule in rules if rule.before is not None), None)
    return None if stage is None or stage not in agreement.stages else agreement.stages[stage].event


# --- tables -----------------------------------------------------------------------------------------------------


def deal_tables(files: Iterable[DealFile], timeline: Timeline, as_of: int) -> dict[str, pa.Table]:
    """Return `deals`, `touches` and `credit` as known now."""
    rows: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for file in files:
        deal = file.then(as_of)
        if deal is None:
            continue
        agreement = timeline.in_force(deal.opened_at)
        rows["deals"].append(_deal_row(file, deal, agreement.version, as_of))
        rows["touches"].extend(_touch_rows(file, deal, agreement.credit))
        if agreement.credit is not None:
            rows["credit"].extend(_credit_rows(file, deal, agreement, as_of))
    schemas = {"deals": DEALS, "touches": TOUCHES, "credit": CREDIT}
    return {name: pa.Table.from_pylist(rows[name], schema=schema) for name, schema in schemas.items()}


def _deal_row(file: DealFile, deal: Deal, version: str, as_of: int) -> dict[str, Any]:
    return {
        "source": file.source,
        "deal": file.deal,
        "account": file.account,
        "persons": list(file.persons),
        "opened_at": deal.opened_at,
        "opened_by": str(deal.opened_by),
        "outcome": str(deal.outcome),
        "amount": _money(deal.cents),
        "cents": deal.cents,
        "stage": deal.stage,
        "won_at": deal.won_at,
        "lost_at": deal.lost_at,
        "reason": deal.reason,
        "version": version,
        "as_of": as_of,
    }


def _touch_rows(file: DealFile, deal: Deal, credit: Credit | None) -> Iterator[dict[str, Any]]:
    rule = None if credit is None else credit.sourced or credit.influenced
    for (touch, _), row in zip(file.touches, file.touch_rows, strict=True):
        names = ("person", "team", "kind", "channel", "campaign", "content", "occurred_at")
        yield {name: row[name] for name in names} | {
            "source": file.source,
            "deal": file.deal,
            "touch": touch.id,
            "before_opening": touch.occurred_at <= deal.opened_at,
            "counts": rule is not None and counts(rule, touch, deal.opened_at),
        }


def _credit_rows(file: DealFile, deal: Deal, agreement: Agreement, as_of: int) -> Iterator[dict[str, Any]]:
    if agreement.credit is None:
        return
    for row in file.credit_then(deal, agreement.credit, as_of):
        yield {
            "source": file.source,
            "deal": file.deal,
            "rule": row.rule,
            "book": row.rule == agreement.credit.book,
            "party": row.party,
            "touch": row.touch,
            "channel": row.channel,
            "parts": row.parts,
            "share": row.parts / PARTS,
            "cents": row.cents,
            "amount": _money(row.cents),
            "version": agreement.version,
            "as_of": as_of,
        }


def _money(cents: int | None) -> float | None:
    return None if cents is None else cents / 100
