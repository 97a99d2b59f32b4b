"""`detente quarantine`: the records that imports set aside; list them, show them, mend and retry them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from detente.cli.shell import Shell, command, commands

if TYPE_CHECKING:
    from detente.app.ports.quarantine import SetAside

_FILE = "An imported file, its load, or FILE:LINE for one record."

Filter = Annotated[
    str | None,
    typer.Argument(metavar="FILE", help=f"{_FILE} Without one: all.", show_default=False),
]
Of = Annotated[str, typer.Argument(metavar="FILE", help=_FILE, show_default=False)]
Out = Annotated[
    Path | None,
    typer.Option(
        "--out", "-o", metavar="FILE", help="Write the open records of the file into this one, to mend them there.",
        show_default=False,
    ),
]  # fmt: skip
Everything = Annotated[bool, typer.Option("--all", help="With those that have come in since.")]
Mended = Annotated[
    str | None,
    typer.Argument(
        metavar="FILE",
        help="A mended file, as `show --out` wrote it. Without one: every open record, as mapped now.",
        show_default=False,
    ),
]

PANEL = "The workspace"


def register(app: typer.Typer) -> None:
    """Add the commands."""
    text = "The records that imports set aside: list, show, mend and retry them."
    group = commands(app, "quarantine", text, panel=PANEL, first_is_meant=True)
    command(group, "list", panel=PANEL)(list_)
    command(group, "show", panel=PANEL)(show)
    command(group, "retry", panel=PANEL)(retry)


def list_(shell: Shell, file: Filter = None, everything: Everything = False) -> None:
    """Count the records that are set aside, by file and reason."""
    from detente import bootstrap

    records = list(bootstrap.quarantined(shell.directory))
    if file is not None:
        records = _chosen(records, file)
    shown = [record for record in records if everything or not record.mended]
    if shell.as_json:
        shell.answer({"schema": "detente.quarantine/1", "records": [_row(record) for record in shown]})
    else:
        from detente.cli.show.quarantine import counts

        counts(shell.console, shown, mended=sum(record.mended for record in records))


def show(shell: Shell, file: Of, out: Out = None, everything: Everything = False) -> None:
    """Show each record that was set aside: where it stands in its file, why, and how it reads.

    With --out the open records of the file are written into another one as they came, each with the id of its case in
    front. Mend them there in a text editor, leave the ids, and hand the file to `detente quarantine retry`. It holds
    what came, byte by byte: a spreadsheet would run what looks like a formula, and change numbers and dates.
    """
    from detente import bootstrap

    records = _chosen(list(bootstrap.quarantined(shell.directory)), file)
    if out is not None:
        from detente.cli.output import write

        write([bootstrap.mending_file(shell.directory, records)], out)
        if not shell.as_json:
            shell.say(f"wrote {out}: mend it and run `detente quarantine retry {out}`")
            return
    shown = [record for record in records if everything or not record.mended]
    if shell.as_json:
        shell.answer({"schema": "detente.quarantine/1", "records": [_row(record) for record in shown]})
    else:
        from detente.cli.show.quarantine import each

        each(shell, shown, mended=sum(record.mended for record in records))


def retry(shell: Shell, file: Mended = None) -> None:
    """Let records that were set aside go the way of all rows again: mended, or under a better mapping.

    What comes in takes the place of what was set aside, and the quarantine knows it as mended; the rest stays open.
    """
    from detente import bootstrap
    from detente.cli.show.progress import progress

    with progress(shell.aside) as bars:
        report = bootstrap.retry_quarantine(shell.directory, file, bars.importing)
    if shell.as_json:
        shell.answer(report.as_json())
    else:
        from detente.cli.show.quarantine import retried

        retried(shell, report)
    if report.refused:
        raise typer.Exit(1)


def _chosen(records: list[SetAside], named: str) -> list[SetAside]:
    """Return the records of a file, of a load, or the one at FILE:LINE."""
    from detente.core.errors import UsageError

    chosen = [record for record in records if named in (record.file, record.load, f"{record.file}:{record.line}")]
    if not chosen:
        files = ", ".join(sorted({record.file for record in records})) or "no file"
        raise UsageError(f"nothing is set aside of '{named}': records are set aside of {files}")
    return chosen


def _row(record: SetAside) -> dict[str, Any]:
    return {
        "case": record.case,
        "status": record.status,
        "attempts": record.attempts,
        "source": record.source,
        "stream": record.stream,
        "load": record.load,
        "file": record.file,
        "line": record.line,
        "offset": record.offset,
        "class": record.why,
        "column": record.column,
        "message": record.message,
        "raw": record.raw.decode("utf-8", "backslashreplace"),
        "whole": record.whole,
    }
