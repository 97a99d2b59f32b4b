"""The rows behind a count: a page of them with the people's names, all of them as CSV, or merely how many.

Input: the selection of a count. Nothing is decided here: which rows there are was decided where they were counted, in
the ledger; this reads them, the latest first.
"""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

from detente.app import figures
from detente.app.csv_cells import protect
from detente.app.ports.snapshots import Row as Record
from detente.app.ports.snapshots import Snapshot, Where
from detente.app.queries.explain_shape import Count, Row, Rows, Selection
from detente.core.agreement.expressions import SECOND
from detente.core.credit.periods import local_text
from detente.core.errors import UsageError

PAGE = 50
"""Rows of one page."""

_BATCH = 5_000
_HEAD = ("person", "name", "company", "deal", "at", "verdict", "amount", "detail")

IN_TIME = {"met": "in time", "broken": "not in time", "pending": "pending"}


@dataclass(frozen=True, slots=True)
class Form:
    """How the rows of one sort of selection are read: which columns, in which order, and into what."""

    columns: tuple[str, ...]
    order: tuple[str, ...]
    read: Callable[[Record], Row]
    deal: bool = False


def how_many(snapshot: Snapshot, selection: Selection) -> int:
    """Return how many rows a selection has."""
    return snapshot.tally(selection.table, None, selection.where)[None]


def tally(snapshot: Snapshot, selection: Selection, column: str) -> Counter[Any]:
    """Return how many rows of a selection have each value of a column."""
    return Counter(snapshot.tally(selection.table, column, selection.where))


def page_of(snapshot: Snapshot, count: Count, when: str, page: int) -> Rows | None:
    """Return a page of the rows of a count; None for a count that has no rows of its own. Raises UsageError."""
    selection = count.rows
    if selection is None:
        return None
    whole = count.unit not in ("money", "factor") and float(count.number).is_integer()
    total = int(count.number) if whole else how_many(snapshot, selection)
    pages = max(1, -(-total // PAGE))
    if not 1 <= page <= pages:
        raise UsageError(f"page {page}: there are {pages}; give one from 1 to {pages}")
    form = FORMS[selection.form]
    records = snapshot.rows(
        selection.table,
        columns=form.columns,
        where=selection.where,
        order=form.order,
        limit=PAGE,
        offset=(page - 1) * PAGE,
    )
    rows = _named(snapshot, form, [form.read(record) for record in records])
    note = None
    if count.number and not rows:
        note = "The rows of this figure were not kept when it was closed; the figure itself was."
    return Rows(count.key, count.label, when, total, page, pages, rows, note)


def all_rows(snapshot: Snapshot, selection: Selection) -> Iterator[Row]:
    """Yield every row of a selection, with names."""
    form = FORMS[selection.form]
    records = snapshot.rows(selection.table, columns=form.columns, where=selection.where, order=form.order)
    while batch := [form.read(record) for record in islice(records, _BATCH)]:
        yield from _named(snapshot, form, batch)


def as_csv(rows: Iterable[Row], zone: str) -> Iterator[str]:
    """Yield rows as RFC 4180 CSV, header first; instants are ISO 8601 in the agreement's zone."""
    yield _line(_HEAD)
    for row in rows:
        deal = row.subject if row.subject != row.person else None
        at = None if row.at is None else local_text(row.at, zone)
        amount = None if row.amount is None else repr(row.amount)
        texts = [None if text is None else protect(text) for text in (row.person, row.name, row.company, deal)]
        ending = [None if text is None else protect(text) for text in (row.verdict, row.detail)]
        yield _line((*texts, at, ending[0], amount, ending[1]))


def _line(cells: Sequence[str | None]) -> str:
    buffer = io.StringIO()
    csv.writer(buffer).writerow(["" if cell is None else cell for cell in cells])
    return buffer.getvalue()


# --- names ------------------------------------------------------------------------------------------------------


def _named(snapshot: Snapshot, form: Form, rows: Sequence[Row]) -> list[Row]:
    """Return the rows with the names of the people, and of the companies, that they are about."""
    if form.deal:
        contacts = _contacts(snapshot, [row.subject for row in rows])
        rows = [replace(row, person=contacts.get(row.subject)) for row in rows]
    people = sorted({row.person for row in rows if row.person is not None})
    found = {row["person"]: row for row in snapshot.rows("names", where=[Where("person", "in", people)])}
    return [_with_name(row, found.get(row.person or "", {})) for row in rows]


def _with_name(row: Row, called: Mapping[str, Any]) -> Row:
    return replace(row, name=called.get("name"), company=called.get("company"))


def _contacts(snapshot: Snapshot, subjects: Sequence[str]) -> dict[str, str]:
    """Return the first contact of each deal that has one."""
    deals = sorted({subject.partition("/")[2] for subject in subjects})
    records = snapshot.rows("deals", columns=["source", "deal", "persons"], where=[Where("deal", "in", deals)])
    return {f"{each['source']}/{each['deal']}": each["persons"][0] for each in records if each["persons"]}


# --- what a row of each sort is ---------------------------------------------------------------------------------


def _of_instance(record: Record) -> Row:
    return _row(record["subject"], record["counts_at"], record["status"], detail=record["stage"])


def _of_quality(record: Record) -> Row:
    status, stage = record["status"], record["stage"]
    verdict = str(stage or IN_TIME.get(status, status))
    return replace(
        _row(record["subject"], record["counts_at"], verdict), status="void" if status == "broken" else status
    )


def _of_delivery(record: Record) -> Row:
    grade = f"grade {record['status']}" if record["status"] else "no grade"
    return _row(record["subject"], record["counts_at"], grade, cents=record["cents"])


def _of_deal(record: Record) -> Row:
    return _row(record["subject"], record["counts_at"], record["status"], cents=record["cents"], deal=True)


def _of_credit(record: Record) -> Row:
    part = record["parts"] / 10**9
    channel = "no touch" if record["channel"] == "none" else record["channel"].replace("_", " ")
    detail = channel if part == 1 else f"{figures.percent(part)} of the deal, {channel}"
    return _row(
        record["subject"], record["counts_at"], record["party"], cents=record["cents"], detail=detail, deal=True
    )


def _of_stay(record: Record) -> Row:
    verdict = record["outcome"] or ("still there" if record["old_enough"] else "pending")
    left = record["left_at"]
    detail = None if left is None else f"left after {figures.duration((left - record['entered_at']) // SECOND)}"
    status = {"moved on": "met", "pending": "pending", "still there": "open"}.get(verdict, "void")
    return replace(_row(record["person"], record["entered_at"], verdict, detail=detail), status=status)


def _of_entry(record: Record) -> Row:
    points = f"{record['score']:g} {'point' if record['score'] == 1 else 'points'}"
    grade = f"grade {record['grade']}" if record["grade"] else "no grade"
    return _row(record["person"], record["occurred_at"], record["arm"] or record["stage"], detail=f"{grade}, {points}")


def _of_clock(record: Record) -> Row:
    seconds = record["used_us"] // SECOND
    used = figures.duration(seconds) if record["calendar"] is None else f"{figures.open_time(seconds)} open"
    return _row(record["person"], record["due_at"], record["status"], detail=used)


def _of_decision(record: Record) -> Row:
    channel = record["channel"].replace("_", " ")
    return _row(
        record["person"], record["at"], record["decision"], detail=f"{record['reason'] or 'no reason'}, {channel}"
    )


def _of_state(record: Record) -> Row:
    crm = record["crm_stage"]
    return _row(
        record["person"],
        record["entered_at"],
        record["stage"] or "no stage",
        detail=None if crm is None else f"the CRM says {crm}",
    )


def _of_touch(record: Record) -> Row:
    return _row(record["person"], record["at"], "not allowed", detail=f"{record['channel']}, {record['fact']}")


def _of_change(record: Record) -> Row:
    then, now = record["closed_status"] or "–", record["settled_status"] or "–"
    detail = f"{then} at the closing, {now} today" if then != now else None
    return _row(record["subject"], None, record["change"], cents=record["settled_cents"], detail=detail)


def _row(
    subject: str,
    at: int | None,
    verdict: str,
    *,
    cents: int | None = None,
    detail: str | None = None,
    deal: bool = False,
) -> Row:
    amount = None if cents is None else cents / 100
    return Row(subject, None if deal else subject, None, None, at, verdict, verdict, amount, detail)


FORMS: Mapping[str, Form] = {
    "instance": Form(("subject", "counts_at", "status", "stage"), ("-counts_at", "subject", "item"), _of_instance),
    "quality": Form(("subject", "counts_at", "status", "stage"), ("-counts_at", "subject"), _of_quality),
    "delivery": Form(("subject", "counts_at", "status", "cents"), ("-counts_at", "subject"), _of_delivery),
    "deal": Form(("subject", "counts_at", "status", "cents"), ("-counts_at", "subject"), _of_deal, deal=True),
    "credit": Form(
        ("subject", "counts_at", "party", "channel", "parts", "cents"),
        ("-counts_at", "subject", "channel"),
        _of_credit,
        deal=True,
    ),
    "stay": Form(
        ("person", "entered_at", "left_at", "outcome", "old_enough"), ("-entered_at", "person", "seq"), _of_stay
    ),
    "entry": Form(
        ("person", "occurred_at", "stage", "arm", "grade", "score"), ("-occurred_at", "person", "n"), _of_entry
    ),
    "clock": Form(("person", "due_at", "status", "used_us", "calendar"), ("-due_at", "person", "n"), _of_clock),
    "decision": Form(("person", "at", "decision", "reason", "channel"), ("-at", "person", "fact"), _of_decision),
    "state": Form(("person", "entered_at", "stage", "crm_stage"), ("-entered_at", "person"), _of_state),
    "touch": Form(("person", "at", "channel", "fact"), ("-at", "person", "fact", "rule"), _of_touch),
    "change": Form(
        ("subject", "change", "closed_status", "settled_status", "settled_cents"), ("subject", "item"), _of_change
    ),
}
"""By the `form` of a selection."""
