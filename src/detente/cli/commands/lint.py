"""`detente lint`: every problem of every agreement under the given paths, one a line."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from detente.app.figures import counted
from detente.cli.shell import Shell, command

if TYPE_CHECKING:
    from detente.core.errors import Problem

Paths = Annotated[
    list[Path] | None,
    typer.Argument(help="Agreements: files, or folders of them. Default: those of the workspace.", show_default=False),
]


def register(app: typer.Typer) -> None:
    """Add the command."""
    command(app, "lint", panel="The agreement")(lint)


def lint(shell: Shell, paths: Paths = None) -> None:
    """Check agreements and list every problem as [b]path:line:column: message[/b].

    A folder with several texts of one agreement is checked as one timeline. Warnings are shown and refuse nothing.
    """
    from detente.cli.texts import find_agreements
    from detente.core.agreement.reader import read_timeline

    sources = find_agreements(paths or [], shell.directory)
    problems = [
        problem for source in sources for problem in source.unreadable or sorted(read_timeline(source.texts)[1])
    ]
    errors = sum(problem.severity == "error" for problem in problems)
    if shell.as_json:
        shell.answer(_document(len(sources), problems, errors))
    else:
        for problem in problems:
            shell.say(str(problem))
        found = ((len(sources), "agreement"), (errors, "error"), (len(problems) - errors, "warning"))
        shell.note(", ".join(counted(number, noun) for number, noun in found))
    if errors:
        raise typer.Exit(1)


def _document(agreements: int, problems: list[Problem], errors: int) -> dict[str, Any]:
    return {
        "schema": "detente.lint/1",
        "agreements": agreements,
        "errors": errors,
        "warnings": len(problems) - errors,
        "problems": [asdict(problem) for problem in problems],
    }
