"""`detente sync`: read other systems, and land what came or changed there."""

from __future__ import annotations

from typing import Annotated

import typer

from detente.cli.shell import Shell, command
from detente.core.errors import UsageError

Source = Annotated[
    str | None,
    typer.Argument(metavar="[SOURCE]", help="A source of detente.toml. Default: all of them.", show_default=False),
]
Stream = Annotated[
    str | None, typer.Option("--stream", metavar="STREAM", help="One stream of it alone.", show_default=False)
]
Full = Annotated[
    bool, typer.Option("--full", help="Read from the beginning, and take any number of deletions as meant.")
]


def register(app: typer.Typer) -> None:
    """Add the command."""
    command(app, "sync", panel="The workspace")(sync)


def sync(shell: Shell, source: Source = None, stream: Stream = None, full: Full = False) -> None:
    """Read what came or changed in other systems, and land it.

    A source is a table `[sources.NAME]` of detente.toml. What was read before counts once; a sync that was interrupted
    goes on where it stopped. A stream that cannot be read does not keep the others from it.
    """
    from detente import bootstrap
    from detente.app.operations.sync_report import as_json
    from detente.cli.show.progress import progress

    if source is None and (stream or full):
        raise UsageError("--stream and --full are about one source: name it, as in `detente sync crm --full`")
    with progress(shell.aside) as bars:
        wanted = bootstrap.SyncWanted(bars.syncing, stream, full)
        reports = list(bootstrap.sync(shell.directory, [source] if source else [], wanted))
    for report in reports:
        for warning in report.warnings:
            shell.note(warning)
    if shell.as_json:
        shell.answer(as_json(reports))
    else:
        from detente.cli.show.synced import show

        show(shell.console, reports)
    if not all(report.good for report in reports):
        raise typer.Exit(1)
