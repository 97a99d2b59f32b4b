"""The commands, in the order in which `detente --help` lists them."""

from __future__ import annotations

from typing import Annotated

import typer

import detente
from detente.cli.commands import (
    bench,
    conflicts,
    connect,
    demo,
    explain,
    export,
    fmt,
    health,
    identity,
    import_,
    init,
    lead,
    lint,
    page,
    quarantine,
    replay,
    schema,
    scoreboard,
    serve,
    sync,
    test,
)
from detente.cli.shell import Group

EPILOG = "Exit codes: 0 done · 1 refused input or failed tests · 2 usage · 3 the workspace is busy · 130 interrupted."

app = typer.Typer(
    cls=Group,
    help="One working agreement between sales and marketing, as code, replayed over the one history of every lead.",
    epilog=EPILOG,
    add_completion=False,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"detente {detente.__version__}")
        raise typer.Exit


@app.callback()
def root(
    version: Annotated[
        bool, typer.Option("--version", is_eager=True, callback=_version, metavar="", help="Show the version.")
    ] = False,
) -> None:
    """Take what is asked of the program itself; `_version` has answered it."""


for module in (
    *(lint, fmt, test, page, schema),
    *(init, connect, import_, sync, quarantine, replay, identity, serve, demo),
    *(scoreboard, explain, lead, health, conflicts, export),
    bench,
):
    module.register(app)
