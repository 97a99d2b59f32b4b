"""Records that were set aside, in a terminal. Input: the records, by file, load and line."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from rich.console import Console

from detente.app import figures
from detente.app.ports.quarantine import SetAside
from detente.cli.shell import Shell
from detente.cli.show.tables import table

RAW_SHOWN = 200
"""Characters of a record that are shown. `--json` has all that was kept."""


def counts(console: Console, records: Sequence[SetAside]) -> None:
    """Print how many records of each file were set aside, and why."""
    if not records:
        console.print("Nothing is set aside.")
        return
    found = Counter((record.file, record.why, record.column or figures.NOTHING) for record in records)
    rows = [(*which, figures.count(number)) for which, number in sorted(found.items())]
    table(console, ("File", "|Class", "Column", ">Records"), rows)


def each(shell: Shell, records: Sequence[SetAside]) -> None:
    """Print a line a record, as an error of the file would be, and the record as it stands there."""
    for record in records:
        where = f", column {record.column}" if record.column else ""
        raw = record.raw.decode("utf-8", "backslashreplace").replace("\n", "\\n")
        shell.say(f"{record.file}:{record.line}: {record.why}{where}: {record.message}")
        shell.say(f"    {raw[:RAW_SHOWN]}" + (" …" if len(raw) > RAW_SHOWN else ""))
