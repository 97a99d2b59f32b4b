"""`detente scoreboard`: what each side owed and delivered."""

from __future__ import annotations

from typing import Annotated

import typer

from detente.cli.shell import Shell, command

Period = Annotated[
    str | None,
    typer.Option(
        "--period",
        metavar="PERIOD",
        help="2026Q4, 2026-11 or 2026-W48. Default: the running quarter.",
        show_default=False,
    ),
]


def register(app: typer.Typer) -> None:
    """Add the command."""
    command(app, "scoreboard", panel="Questions")(scoreboard)


def scoreboard(shell: Shell, period: Period = None) -> None:
    """Show what marketing and sales owed each other and what they delivered."""
    from detente import bootstrap
    from detente.app.queries.board import as_json

    board = bootstrap.board(shell.directory, period)
    if shell.as_json:
        shell.answer(as_json(board))
    else:
        from detente.cli.show.board import show

        show(shell.console, board)
