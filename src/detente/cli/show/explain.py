"""What lies behind a figure, in a terminal. Input: an `Explanation`."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from rich.console import Console
from rich.text import Text

from detente.app import figures
from detente.app.queries.explain_shape import Explanation, Row, Rows
from detente.app.queries.explain_text import beside, count_words, heading, rate_words
from detente.cli.show.tables import heading as headed
from detente.cli.show.tables import line, status, table, two_lines


def show(console: Console, explanation: Explanation) -> None:
    """Print the figure in words, its counts, what stands beside it, and a page of its rows."""
    finding = explanation.finding
    headed(console, heading(explanation), first=True)
    line(console, finding.sentence)
    _counts(console, explanation)
    headed(console, "Where it comes from")
    for term, words in beside(explanation):
        line(console, f"{term}: {words}")
    for also in finding.also:
        line(console, f"Also, {also.words}: {also.value or also.ref.figure}")
    if explanation.wording is not None:
        headed(console, "In the agreement")
        line(console, explanation.wording)
    if explanation.rows is not None:
        _rows(console, explanation, explanation.rows)


def _counts(console: Console, explanation: Explanation) -> None:
    """Print the counts; the word in the last column opens the rows of one of them."""
    finding = explanation.finding
    opens = finding.tree.rows is not None
    rows = [
        (
            "  " * depth + count.label,
            count_words(count, explanation.currency),
            f"--rows '{count.key}'" if opens else "" if count.leads_to is None else count.leads_to.figure,
        )
        for depth, count in finding.counts()
    ]
    headed(console, "Counted")
    table(console, ("What", ">Number", "Opens"), rows)
    for each in explanation.sums:
        line(console, each)
    if finding.rate is not None:
        line(console, rate_words(finding.rate))


def _rows(console: Console, explanation: Explanation, rows: Rows) -> None:
    place = f"the latest {len(rows.rows)}; --csv gives all" if rows.pages > 1 else ""
    headed(console, f"Rows: {rows.label}, {figures.count(rows.total)}", place)
    if rows.note:
        line(console, rows.note)
    if rows.rows:
        money = any(row.amount is not None for row in rows.rows)
        columns = ("Who", f"|{rows.when or 'When'}", "What", *((">Amount",) if money else ()))
        table(console, columns, [_cells(row, explanation)[: len(columns)] for row in rows.rows])


def _cells(row: Row, explanation: Explanation) -> tuple[str | Text, ...]:
    who = two_lines(row.name or row.subject, ", ".join(filter(None, (row.company, row.person or row.subject))))
    at = "" if row.at is None else figures.instant(row.at, ZoneInfo(explanation.zone))
    verdict = status(row.verdict)
    if row.detail:
        verdict.append(f"\n{row.detail}", style="dim")
    amount = "" if row.amount is None else figures.money(row.amount, explanation.currency)
    return who, at, verdict, amount
