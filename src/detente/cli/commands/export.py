"""`detente export`: a table of the snapshot for other programs."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from detente.cli.shell import Shell, command


class Format(StrEnum):
    """Formats of an exported table."""

    CSV = "csv"
    PARQUET = "parquet"
    JSON = "json"


Table = Annotated[
    str | None,
    typer.Argument(metavar="TABLE", help="The table, e.g. entries. Without one: which there are.", show_default=False),
]
Form = Annotated[Format, typer.Option("--format", help="What to write.", show_default=True)]
Output = Annotated[
    Path | None,
    typer.Option("-o", "--output", metavar="FILE", help="Where to. Default: standard output.", show_default=False),
]


def register(app: typer.Typer) -> None:
    """Add the command."""
    command(app, "export", panel="Questions")(export)


def export(shell: Shell, table: Table = None, form: Form = Format.CSV, output: Output = None) -> None:
    """Write a table of the current snapshot.

    CSV is safe in a spreadsheet: a text that would run as a formula gets an apostrophe before it, and
    [b]detente import[/b] takes exactly that one away again. [b]--json[/b] is [b]--format json[/b].
    """
    from detente import bootstrap
    from detente.cli.output import write

    snapshot = bootstrap.snapshot(shell.directory)
    if table is None:
        tables = sorted(snapshot.info.counts.items())
        if shell.as_json:
            shell.answer({"schema": "detente.tables/1", "snapshot": snapshot.info.id, "tables": dict(tables)})
        else:
            from detente.cli.show.tables import table as show

            show(shell.console, ("Table", ">Rows"), [(name, f"{rows:,}") for name, rows in tables])
        return
    form = Format.JSON if shell.as_json else form
    if form is Format.PARQUET:
        snapshot.columns(table)
        write(_blocks(snapshot.parquet(table)), output, binary=True)
        return
    from detente.app.queries.export import as_csv, as_json

    texts = as_csv(snapshot, table) if form is Format.CSV else as_json(snapshot, table)
    write((text.encode() for text in texts), output)


def _blocks(file: Path) -> Iterator[bytes]:
    with file.open("rb") as source:
        while block := source.read(1 << 20):
            yield block
