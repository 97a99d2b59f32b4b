"""Records that were set aside, in a terminal. Input: the records, by file, load and line."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from rich.console import Console

from detente.app import figures
from detente.app.operations.retry_quarantine import RetryReport
from detente.app.ports.quarantine import SetAside
from detente.cli.shell import Shell
from detente.cli.show.tables import line, table

RAW_SHOWN = 200
"""Characters of a record that are shown. `--json` has all that was kept."""


def counts(console: Console, records: Sequence[SetAside], mended: int) -> None:
    """Print how many records of each file are set aside, and why."""
    if records:
        found = Counter((record.file, record.why, record.column or figures.NOTHING) for record in records)
        rows = [(*which, figures.count(number)) for which, number in sorted(found.items())]
        table(console, ("File", "|Class", "Column", ">Records"), rows)
    else:
        console.print("Nothing is set aside." if not mended else "Nothing is set aside any more.")
    if mended:
        line(console, f"{figures.counted(mended, 'record')} set aside before came in since (--all lists them).")


def each(shell: Shell, records: Sequence[SetAside], mended: int) -> None:
    """Print a line a record, as an error of the file would be, and the record as it stands there."""
    for record in records:
        where = f", column {record.column}" if record.column else ""
        raw = record.raw.decode("utf-8", "backslashreplace").replace("\n", "\\n")
        came_in = " (has come in since)" if record.mended else ""
        shell.say(f"{record.file}:{record.line}: {record.why}{where}: {record.message}{came_in}")
        shell.say(f"    {raw[:RAW_SHOWN]}" + (" …" if len(raw) > RAW_SHOWN else ""))
    if not records and mended:
        shell.say(f"{figures.counted(mended, 'record')} set aside before came in since (--all shows them).")


def retried(shell: Shell, report: RetryReport) -> None:
    """Print what a retry did."""
    if not report.open_before:
        shell.say("Nothing is set aside: there was nothing to retry.")
        return
    shell.say(
        f"{figures.count(report.mended)} of {figures.counted(report.open_before, 'record')} came in; "
        f"{figures.count(report.open_now)} still set aside."
    )
    if report.not_whole:
        long = figures.counted(report.not_whole, "record")
        shell.say(f"{long} over 64 kB: kept in part only; mend the original file and import it.")
    for refused in report.refused:
        shell.say(f"{refused.file}: {refused.message.removeprefix(f'{refused.file}: ')}")
