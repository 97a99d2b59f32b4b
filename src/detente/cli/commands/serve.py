"""`detente serve`: the screens of a workspace, in a browser on this machine."""

from __future__ import annotations

from typing import Annotated

import typer

from detente.cli.shell import Shell, command

_PORT = "0 takes any free one. Default: 8000, or any where that is taken."
Port = Annotated[int | None, typer.Option("--port", metavar="PORT", min=0, max=65535, help=_PORT, show_default=False)]


def register(app: typer.Typer) -> None:
    """Add the command."""
    command(app, "serve", panel="The workspace")(serve)


def serve(shell: Shell, port: Port = None) -> None:
    """Serve the scoreboard, every lead's story and the agreement to browsers on this machine, until Ctrl-C.

    A snapshot published meanwhile is shown from the next page on. /healthz answers 200 while it can be read. Events of
    sources that send them (webhooks) are taken at /hook/SOURCE/.
    """
    from detente import bootstrap
    from detente.web.server import serve as server

    if not bootstrap.takes_events(shell.directory):  # events are taken from the first day on
        bootstrap.snapshot(shell.directory)  # what cannot be served is said before anything is started
    server(
        shell.directory,
        port,
        lambda address: shell.note(f"\nDétente is at {address} – open it in a browser. Ctrl-C ends it."),
    )
