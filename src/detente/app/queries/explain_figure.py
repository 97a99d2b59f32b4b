"""What lies behind a figure? One explanation of any number of the scoreboard, out of the current snapshot.

Input: a snapshot's ledger tables, the agreement it was judged under, and a reference to a figure. The numbers are those
of the published figures; the rows are those that the ledger counted, picked by the columns in which it says so. No
figure is counted a second time here, and no rule is applied.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from detente.app.ports.snapshots import Snapshot, Where
from detente.app.queries.board_reading import Reading, reading
from detente.app.queries.explain_credit import credit_figure
from detente.app.queries.explain_cycle import conversion_figure, entries_figure, speed_figure, time_figure
from detente.app.queries.explain_duties import duty_figure
from detente.app.queries.explain_feedback import (
    channel_figure,
    consent_figure,
    difference_figure,
    reason_figure,
    stage_figure,
)
from detente.app.queries.explain_goals import paid_duty, pay_figure, target_figure
from detente.app.queries.explain_ref import FigureRef, known
from detente.app.queries.explain_rows import all_rows, page_of
from detente.app.queries.explain_shape import Count, Explanation, Finding, Row, Told
from detente.core.agreement.agreement import Agreement, Timeline
from detente.core.agreement.page import page_of as page_of_agreement
from detente.core.agreement.page_figures import money, number
from detente.core.agreement.page_model import Page
from detente.core.credit.definitions import DEFINITIONS, Definition
from detente.core.errors import InputError, UsageError

ROWS = ("figure_rows", "closed_rows", "credit_rows", "stays", "decisions", "names", "sources")
"""The tables of a snapshot that hold what figures count, and what it is called."""

_FIGURES: Mapping[str, Callable[[Reading, FigureRef], Finding]] = {
    "target": target_figure,
    "pay": pay_figure,
    "credit": credit_figure,
    "conversion": conversion_figure,
    "time-in-stage": time_figure,
    "entries": entries_figure,
    "speed": speed_figure,
    "channel": channel_figure,
    "reason": reason_figure,
    "stage": stage_figure,
    "difference": difference_figure,
    "consent": consent_figure,
}


def explain_figure(
    snapshot: Snapshot, timeline: Timeline, ref: FigureRef, rows: str | None = None, page: int = 1
) -> Explanation:
    """Return everything behind a figure, with one page of the rows of one of its counts (None: of the whole).

    `timeline` is the agreement that the snapshot was judged under. Raises UsageError, with the nearest known name, for
    a figure, period, count or page that is not there; InputError where an earlier version published the snapshot.
    """
    finding = _finding(snapshot, timeline, ref)
    source = snapshot.info
    version = next((each for each in timeline.versions if each.version in finding.versions[-1:]), None)
    agreement = version or timeline.in_force(source.as_of)
    clause, wording = _said(agreement, finding)
    meaning = _meaning(snapshot, finding.definition)
    return Explanation(
        finding=finding,
        snapshot=source.id,
        zone=agreement.timezone,
        currency=timeline.in_force(source.as_of).currency,
        clause=clause,
        wording=wording,
        words=meaning.words,
        formula=meaning.formula,
        sums=tuple(_sums(finding.tree, timeline.in_force(source.as_of).currency)),
        sources=tuple(Told(row["source"], row["known_at"]) for row in snapshot.rows("sources", order=["source"])),
        rows=page_of(snapshot, _count(finding, rows), finding.when, page),
    )


def figure_rows(snapshot: Snapshot, timeline: Timeline, ref: FigureRef, rows: str | None = None) -> Iterator[Row]:
    """Yield every row of a count of a figure, with names. Raises UsageError as `explain_figure` does."""
    selection = _count(_finding(snapshot, timeline, ref), rows).rows
    if selection is None:
        raise UsageError(f"{ref.figure} has no rows of its own: its parts have")
    return all_rows(snapshot, selection)


def _finding(snapshot: Snapshot, timeline: Timeline, ref: FigureRef) -> Finding:
    if not set(ROWS) <= snapshot.info.counts.keys():
        raise InputError(
            f"snapshot {snapshot.info.id} was published without the rows behind its figures, by an earlier version: "
            "run `detente replay` to publish it anew"
        )
    source = reading(snapshot, timeline, ref.period)
    if ref.kind == "duty":
        if ref.names[1:] == ("pay",):
            return paid_duty(source, ref)
        return duty_figure(source, ref)
    return _FIGURES[ref.kind](source, ref)


def _meaning(snapshot: Snapshot, name: str) -> Definition:
    """Return what a figure means: as the snapshot says, or this program where the snapshot is older than the figure."""
    row = next(iter(snapshot.rows("meta", where=[Where("name", "==", name)])), None)
    return DEFINITIONS[name] if row is None else Definition(**row)


def _count(finding: Finding, key: str | None) -> Count:
    counts = {count.key: count for _, count in finding.counts()}
    if key is None:
        return finding.tree
    known(key, counts, "this figure has no count")
    return counts[key]


def _sums(count: Count, currency: str | None) -> Iterator[str]:
    """Yield the sums of a tree of counts, written out: `214 = 143 + 71`; what is 0 adds nothing."""
    parts = [amount(part, currency) for part in count.parts if part.number]
    if len(parts) > 1:
        yield f"{amount(count, currency)} = {' + '.join(parts)}"
    for part in count.parts:
        yield from _sums(part, currency)


def amount(count: Count, currency: str | None) -> str:
    """Return the number of a count, exactly, as a person reads it."""
    if count.unit == "money":
        return money(round(count.number, 2), currency)
    return number(round(count.number, 4))


@dataclass(frozen=True, slots=True)
class _Text:
    """A version of the agreement, told apart by the hash of its text."""

    hash: str
    agreement: Agreement = field(compare=False)


@lru_cache(maxsize=32)
def _page(text: _Text) -> Page:
    """Return the page of a version; made once, since it is longer than an explanation."""
    return page_of_agreement(text.agreement)


def _said(agreement: Agreement, finding: Finding) -> tuple[str | None, str | None]:
    """Return the clause of a figure, and what the page that both sides signed says of it."""
    for section in _page(_Text(agreement.hash, agreement)).sections:
        for line in section.lines:
            if finding.clause in line.clauses or finding.said == (section.title, line.label):
                return finding.clause or line.clauses[0], line.text
    return finding.clause, None
