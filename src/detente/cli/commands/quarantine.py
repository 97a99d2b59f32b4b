"""`detente quarantine`: the records that imports set aside."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from detente.cli.shell import Shell, command

if TYPE_CHECKING:
    from detente.app.ports.quarantine import SetAside

File = Annotated[
    str | None,
    typer.Argument(
        metavar="FILE", help="An imported file: show each of its records. Without one: how many.", show_default=False
    ),
]


def register(app: typer.Typer) -> None:
    """Add the command."""
    command(app, "quarantine", panel="The workspace")(quarantine)


def quarantine(shell: Shell, file: File = None) -> None:
    """Show the records that imports set aside: where each stands in its file, and why."""
    from detente import bootstrap
    from detente.core.errors import UsageError

    records = list(bootstrap.quarantined(shell.directory))
    if file is not None:
        chosen = [record for record in records if file in (record.file, record.load)]
        if not chosen:
            files = ", ".join(sorted({record.file for record in records})) or "no file"
            raise UsageError(f"nothing is set aside of '{file}': records are set aside of {files}")
        records = chosen
    if shell.as_json:
        shell.answer({"schema": "detente.quarantine/1", "records": [_row(record) for record in records]})
    elif file is not None:
        from detente.cli.show.quarantine import each

        each(shell, records)
    else:
        from detente.cli.show.quarantine import counts

        counts(shell.console, records)


def _row(record: SetAside) -> dict[str, Any]:
    return {
        "load": record.load,
        "file": record.file,
        "line": record.line,
        "offset": record.offset,
        "class": record.why,
        "column": record.column,
        "message": record.message,
        "raw": record.raw.decode("utf-8", "backslashreplace"),
    }
