"""`detente health`: whether the figures can be trusted right now."""

from __future__ import annotations

from typing import Annotated

import typer

from detente.cli.shell import Shell, command

Check = Annotated[bool, typer.Option("--check", help="Exit with 1 if anything needs somebody, for a timer.")]


def register(app: typer.Typer) -> None:
    """Add the command."""
    command(app, "health", panel="Questions")(health)


def health(shell: Shell, check: Check = False) -> None:
    """Show the health of the data: how fresh, complete and consistent it is, and what needs somebody.

    A part speaks of the current snapshot, or of what lies beside it now; each says of when. Exit code 0, whatever it
    finds; with --check 1 if a source is late, a sync did not finish, records are set aside, or pairs or contradictions
    wait for a person.
    """
    from detente import bootstrap
    from detente.app.queries.health import as_json

    found = bootstrap.health(shell.directory)
    if shell.as_json:
        shell.answer(as_json(found))
    else:
        from detente.cli.show.health import show

        show(shell.console, found)
    if check and found.attention:
        raise typer.Exit(1)
