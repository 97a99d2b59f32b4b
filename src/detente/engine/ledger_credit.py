"""Pipeline and revenue of each period, and whose they were (tables `credit_totals` and `credit_rows`).

Pipeline is the deals opened in a period, revenue those won in it; each at its latest amount known. Input: the deals'
files, and the frame of what is owed: a closed period is counted once as known now and once as known at its closing.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from detente.core.agreement.agreement import Timeline
from detente.core.credit.deals import Deal, Outcome
from detente.core.credit.sourcing import SOURCED, CreditRow
from detente.core.credit.weights import PARTS
from detente.engine.ledger_deals import DealFile
from detente.engine.ledger_models import columns
from detente.engine.ledger_owed import Owed

CREDIT_TOTALS = columns(
    "period:text kind:text closes_at:int state:text basis:text as_of:int measure:text rule:text book:bool party:text "
    "channel:text deals:num parts:int amount:num cents:int share:num version:text"
)

CREDIT_ROWS = columns(
    "period:text kind:text closes_at:int basis:text as_of:int measure:text rule:text party:text channel:text "
    "subject:text counts_at:int parts:int cents:int version:text"
)

ALL = "all"
"""The rule, and the party, of the total over all deals, credited or not."""

MEASURES = ("pipeline", "revenue")

_Slot = tuple[str, str, str, str | None]
"""(measure, rule, party, channel); channel None is the party's total."""


@dataclass
class Totals:
    """What one period comes to, and the deals behind it; `credited` says what each of them gives to whom."""

    parts: dict[_Slot, int] = field(default_factory=lambda: defaultdict(int))
    cents: dict[_Slot, int] = field(default_factory=lambda: defaultdict(int))
    rows: list[dict[str, Any]] = field(default_factory=list)
    credited: list[dict[str, Any]] = field(default_factory=list)
    book: str = SOURCED

    def add(self, slot: _Slot, parts: int, cents: int) -> None:
        """Count a part of a deal."""
        self.parts[slot] += parts
        self.cents[slot] += cents

    def amount(self, measure: str, rule: str = ALL, party: str = ALL) -> int:
        """Return hundredths of the currency."""
        return self.cents.get((measure, rule, party, None), 0)

    def deals(self, measure: str, rule: str = ALL, party: str = ALL) -> int:
        """Return billionths of deals."""
        return self.parts.get((measure, rule, party, None), 0)


def totals(frame: Iterable[Owed], files: Sequence[DealFile], timeline: Timeline) -> dict[int, Totals]:
    """Return the totals of every period of the frame, by the figure's number."""
    wanted = [owed for owed in frame if owed.part == "deals"]
    known = {owed.id: Totals(book=_book(owed)) for owed in wanted}
    by_kind = {kind: _Periods(wanted, kind) for kind in {owed.period.kind for owed in wanted}}
    for file in files:
        instants = {fact.occurred_at for fact, _ in file.facts}
        for periods in by_kind.values():
            for owed in periods.containing(instants):
                _count(known[owed.id], owed, file, timeline)
    return known


class _Periods:
    """The figures of one kind of period, found by an instant."""

    def __init__(self, wanted: Sequence[Owed], kind: str) -> None:
        self._by_start: dict[int, list[Owed]] = defaultdict(list)
        for owed in wanted:
            if owed.period.kind == kind:
                self._by_start[owed.period.start].append(owed)
        self._starts = sorted(self._by_start)

    def containing(self, instants: Iterable[int]) -> Iterator[Owed]:
        """Yield the figures of all periods that contain one of the instants, each once."""
        found = sorted({bisect_right(self._starts, instant) - 1 for instant in instants})
        for index in found:
            if index >= 0:
                yield from self._by_start[self._starts[index]]


def _book(owed: Owed) -> str:
    return SOURCED if owed.agreement.credit is None else owed.agreement.credit.book


def _count(into: Totals, owed: Owed, file: DealFile, timeline: Timeline) -> None:
    deal = file.then(owed.cut_at)
    if deal is None:
        return
    measures = [measure for measure, at in _dates(deal) if at is not None and owed.period.start <= at < owed.period.end]
    if not measures:
        return
    credit = timeline.in_force(deal.opened_at).credit
    rows = [] if credit is None else file.credit_then(deal, credit, owed.cut_at)
    given = _given(rows)
    for measure in measures:
        into.add((measure, ALL, ALL, None), PARTS, deal.cents or 0)
        for (rule, party, channel), (parts, cents) in given.items():
            into.add((measure, rule, party, None), parts, cents)
            into.add((measure, rule, party, channel), parts, cents)
            into.credited.append(
                {"measure": measure, "rule": rule, "party": party, "channel": channel, "parts": parts, "cents": cents}
                | {"subject": _subject(file), "counts_at": dict(_dates(deal))[measure]}
            )
        into.rows.append(_row(owed, measure, file, deal, rows))


def _given(rows: Sequence[CreditRow]) -> dict[tuple[str, str, str], tuple[int, int]]:
    """Return (parts, cents) of a deal by rule, party and channel, over all touches."""
    given: dict[tuple[str, str, str], tuple[int, int]] = defaultdict(lambda: (0, 0))
    for row in rows:
        key = (row.rule, row.party, row.channel or "none")
        parts, cents = given[key]
        given[key] = (parts + row.parts, cents + (row.cents or 0))
    return given


def _subject(file: DealFile) -> str:
    return f"{file.source}/{file.deal}"


def _dates(deal: Deal) -> tuple[tuple[str, int | None], ...]:
    return ("pipeline", deal.opened_at), ("revenue", deal.won_at if deal.outcome is Outcome.WON else None)


def _row(owed: Owed, measure: str, file: DealFile, deal: Deal, rows: Sequence[CreditRow]) -> dict[str, Any]:
    """Return the row behind a figure: the deal, and to whom the book gives it."""
    book = _book(owed)
    parties = sorted({row.party for row in rows if row.rule == book})
    return {
        "cut": owed.cut,
        "kind": owed.period.kind,
        "period": owed.period.name,
        "closes_at": owed.closes_at,
        "figure": measure,
        "part": "deals",
        "subject": _subject(file),
        "item": 0,
        "counts_at": dict(_dates(deal))[measure],
        "version": owed.agreement.version,
        "status": " + ".join(parties) or ALL,
        "cents": deal.cents,
    }


def total_rows(frame: Iterable[Owed], known: Mapping[int, Totals]) -> Iterator[dict[str, Any]]:
    """Yield the rows of `credit_totals`."""
    for owed in frame:
        if owed.part != "deals":
            continue
        total = known[owed.id]
        for slot in sorted(total.parts, key=lambda slot: (*slot[:3], slot[3] or "")):
            measure, rule, party, channel = slot
            whole = total.amount(measure)
            yield {
                "period": owed.period.name,
                "kind": owed.period.kind,
                "closes_at": owed.closes_at,
                "state": owed.state,
                "basis": owed.basis,
                "as_of": owed.cut_at,
                "measure": measure,
                "rule": rule,
                "book": rule == total.book,
                "party": party,
                "channel": channel,
                "deals": total.parts[slot] / PARTS,
                "parts": total.parts[slot],
                "amount": total.cents[slot] / 100,
                "cents": total.cents[slot],
                "share": total.cents[slot] / whole if whole else None,
                "version": owed.agreement.version,
            }


def credit_rows(frame: Iterable[Owed], known: Mapping[int, Totals]) -> Iterator[dict[str, Any]]:
    """Yield the rows of `credit_rows`: what every deal adds to which total, whatever touches of its path it came by."""
    for owed in frame:
        if owed.part == "deals":
            about = {
                "period": owed.period.name,
                "kind": owed.period.kind,
                "closes_at": owed.closes_at,
                "basis": owed.basis,
                "as_of": owed.cut_at,
                "version": owed.agreement.version,
            }
            yield from (about | row for row in known[owed.id].credited)


def deal_item_rows(known: Mapping[int, Totals]) -> list[dict[str, Any]]:
    """Return the deals behind every total, as frozen at closings and compared after."""
    return [row for total in known.values() for row in total.rows]
