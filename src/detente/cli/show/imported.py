"""What an import did, in a terminal. Input: an `ImportReport`."""

from __future__ import annotations

from collections import Counter
from pathlib import PurePath

from rich.console import Console

from detente.app import figures
from detente.app.operations.import_files import ImportReport
from detente.app.ports.landing import Imported
from detente.cli.show.tables import heading, line, table


def show(console: Console, report: ImportReport) -> None:
    """Print the account of every file, and why records were set aside."""
    if report.files:
        heading(console, "Imported", first=True)
        rows = [_row(each) for each in report.files]
        rows.append(_sum(report))
        columns = ("File", "As", ">Records", ">Accepted", ">Duplicate", ">Quarantined", ">New facts")
        table(console, columns, rows)
    classes: Counter[str] = Counter()
    for each in report.files:
        classes.update(each.receipt.by_class)
    if classes:
        heading(console, "Quarantined", "`detente quarantine` shows each with its line")
        table(console, ("Class", ">Records"), [(name, figures.count(number)) for name, number in classes.most_common()])
    if report.refused:
        heading(console, "Not read")
        for refused in report.refused:
            line(console, f"{refused.file}: {refused.message.removeprefix(f'{refused.file}: ')}")
    if report.unmapped:
        heading(console, "Left out", "no pattern of the mapping matches")
        for file in report.unmapped:
            line(console, file)


def _row(each: Imported) -> tuple[str, ...]:
    receipt = each.receipt
    how = " (again)" if each.repeated else " (went on)" if each.resumed else ""
    numbers = (receipt.records, each.accepted, each.duplicate, receipt.quarantined, each.facts)
    return PurePath(receipt.file).name, f"{receipt.source} {receipt.stream}{how}", *map(figures.count, numbers)


def _sum(report: ImportReport) -> tuple[str, ...]:
    totals = (
        sum(each.receipt.records for each in report.files),
        sum(each.accepted for each in report.files),
        sum(each.duplicate for each in report.files),
        sum(each.receipt.quarantined for each in report.files),
        sum(each.facts for each in report.files),
    )
    return "in all", "", *map(figures.count, totals)
