"""`detente lead`: one lead's story."""

from __future__ import annotations

from typing import Annotated

import typer

from detente.cli.shell import Shell, command

Ref = Annotated[
    str, typer.Argument(metavar="REF", help="A person's id, an e-mail address, or source:record.", show_default=False)
]
At = Annotated[
    str | None,
    typer.Option(
        "--at", metavar="TIME", help="As of then, e.g. '2026-10-05 10:00'. Default: the snapshot's.", show_default=False
    ),
]


def register(app: typer.Typer) -> None:
    """Add the command."""
    command(app, "lead", panel="Questions")(lead)


def lead(shell: Shell, ref: Ref, at: At = None) -> None:
    """Tell a lead's story: entries and why, duties, consent, facts.

    And why it is not further yet: which conditions hold, which do not, and what is unknown.
    """
    from detente import bootstrap
    from detente.app.queries.lead_story import lead_story

    story = lead_story(bootstrap.snapshot(shell.directory), ref, at, bootstrap.quick_replay())
    if shell.as_json:
        from detente.app.queries.lead_json import as_json

        shell.answer(as_json(story))
    else:
        from detente.cli.show.lead import show

        show(shell.console, story)
