"""`detente conflicts`: where systems contradict each other about fields that somebody owns."""

from __future__ import annotations

from typing import Annotated

import typer

from detente.cli.shell import Shell, command

Attribute = Annotated[
    str | None,
    typer.Argument(metavar="ATTRIBUTE", help="Only of this one, e.g. person.phone. Without one: all."),
]


def register(app: typer.Typer) -> None:
    """Add the command."""
    command(app, "conflicts", panel="Questions")(conflicts)


def conflicts(shell: Shell, attribute: Attribute = None) -> None:
    """List where another system contradicts the owner of a field, or its owners differ; both values are kept.

    Who owns which field is said in authority.yaml of the workspace.
    """
    from detente import bootstrap
    from detente.app.queries.conflicts import as_json
    from detente.app.queries.conflicts import conflicts as query

    found = query(bootstrap.snapshot(shell.directory), attribute)
    if shell.as_json:
        shell.answer(as_json(found))
    else:
        from detente.cli.show.conflicts import show

        show(shell.console, found)
