"""`detente import`: land the exports of another system."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from detente.cli.shell import Shell, command

Files = Annotated[
    list[Path],
    typer.Argument(metavar="PATH...", help="Files of one system's export, or folders of them.", show_default=False),
]
Mapping = Annotated[
    Path,
    typer.Option(
        "--mapping",
        "-m",
        metavar="FILE",
        help="What the files mean; also looked for in the workspace.",
        show_default=False,
    ),
]


def register(app: typer.Typer) -> None:
    """Add the command."""
    command(app, "import", panel="The workspace")(import_)


def import_(shell: Shell, paths: Files, mapping: Mapping) -> None:
    """Import exports of another system, with an account of every record.

    Every record is accepted, a duplicate, or quarantined with its line and the reason. What was imported before is not
    imported twice; an import that was interrupted goes on where it stopped.
    """
    from detente import bootstrap
    from detente.cli.show.progress import progress

    with progress(shell.aside) as bars:
        report = bootstrap.import_files(shell.directory, mapping, paths, bars.importing)
    for problem in report.warnings:
        shell.note(str(problem))
    if shell.as_json:
        shell.answer(report.as_json())
    else:
        from detente.cli.show.imported import show

        show(shell.console, report)
    if report.refused:
        raise typer.Exit(1)
