"""`detente demo`: the sample company from nothing to its scoreboard, printed and then served."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from detente.cli.commands.serve import Port
from detente.cli.shell import Shell, command

FOLDER = Path("demo")

NoServe = Annotated[bool, typer.Option("--no-serve", help="Print the scoreboard and end.")]
People = Annotated[int, typer.Option("--people", metavar="N", min=100, help="How many people the company has met.")]

_GO_ON = """
In another terminal (in a clone of the repository, write `./detente --` for `detente`):
  detente scoreboard --dir {0} --period 2026Q3    a quarter that is closed
  detente page --dir {0}                          the agreement as one page
  detente export state --dir {0}                  where every lead is; pick a person, then
  detente lead PERSON --dir {0}                   their story, and why they are not further yet"""


def register(app: typer.Typer) -> None:
    """Add the command."""
    command(app, "demo", panel="The workspace")(demo)


def demo(shell: Shell, no_serve: NoServe = False, people: People = 5000, port: Port = None) -> None:
    """Make a sample company, import its two systems, replay, show the scoreboard and serve it to a browser.

    It is made in --dir, by default in [b]demo[/b]; a second run shows what is there.
    """
    from detente import bootstrap
    from detente.app.queries.board import as_json
    from detente.cli.show.progress import progress

    root = shell.given_directory or FOLDER
    with progress(shell.aside) as bars:
        made = bootstrap.demo(root, people, shell.note, bootstrap.DemoTold(bars.importing, bars.step))
    board = bootstrap.board(root, None)
    if shell.as_json:
        shell.answer(
            {
                "schema": "detente.demo/1",
                "workspace": str(root),
                "until": made.size.until.isoformat(),
                "people": made.size.people,
                "made": made.made,
                "scoreboard": as_json(board),
            }
        )
        return
    from detente.cli.show.board import show

    show(shell.console, board)
    if not no_serve:
        shell.note(_GO_ON.format(root))
        _serve(root, port)


def _serve(root: Path, port: int | None) -> None:
    """Become `detente serve`: the screens start from a process that holds none of what the replay needed."""
    arguments = ["serve", "--dir", str(root), *([] if port is None else ["--port", str(port)])]
    sys.stdout.flush()
    sys.stderr.flush()
    os.execv(sys.executable, [sys.executable, "-c", "from detente.cli.main import main; main()", *arguments])  # noqa: S606  ourselves
