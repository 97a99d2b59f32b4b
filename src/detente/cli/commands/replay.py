"""`detente replay`: bring the snapshot up to date."""

from __future__ import annotations

from typing import Annotated

import typer

from detente.cli.shell import Shell, command

AsOf = Annotated[
    str | None,
    typer.Option(
        "--as-of", metavar="TIME", help="With what was known then, e.g. 2026-10-05. Default: now.", show_default=False
    ),
]


def register(app: typer.Typer) -> None:
    """Add the command."""
    command(app, "replay", panel="The workspace")(replay)


def replay(shell: Shell, as_of: AsOf = None) -> None:
    """Replay the agreement over every lead's history and publish the result.

    A local time is one of the agreement's zone; a date alone is its first instant.
    """
    from detente import bootstrap
    from detente.cli.show.progress import progress

    with progress(shell.aside) as bars:
        report = bootstrap.replay(shell.directory, as_of, bars.step)
    if shell.as_json:
        shell.answer(report.as_json())
    else:
        from detente.cli.show.replay import show

        show(shell.console, report)
