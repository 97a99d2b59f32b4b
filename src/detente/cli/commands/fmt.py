"""`detente fmt`: lay out agreement texts in one way."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from detente.cli.commands.lint import Paths
from detente.cli.shell import Shell, command

Check = Annotated[bool, typer.Option("--check", help="Write nothing; exit with 1 if a text would change.")]


def register(app: typer.Typer) -> None:
    """Add the command."""
    command(app, "fmt", panel="The agreement")(fmt)


def fmt(shell: Shell, paths: Paths = None, check: Check = False) -> None:
    """Lay out agreements in one way; words, numbers, comments and the text's hash stay.

    Nothing is written unless every text can be read.
    """
    from detente.cli.output import write
    from detente.cli.texts import find_agreements
    from detente.core.agreement.fmt import format_text
    from detente.core.errors import AgreementError

    sources = find_agreements(paths or [], shell.directory)
    unreadable = [problem for source in sources for problem in source.unreadable]
    if unreadable:
        raise AgreementError(unreadable)
    laid_out = [(file, text, format_text(text, file)) for source in sources for file, text in source.texts]
    changed = [file for file, text, new in laid_out if new != text]
    if not check:
        for file, text, new in laid_out:
            if new != text:
                write([new.encode()], Path(file).resolve())
    if shell.as_json:
        files = [{"file": file, "changed": file in changed} for file, _, _ in laid_out]
        shell.answer({"schema": "detente.fmt/1", "checked": check, "files": files})
    else:
        for file in changed:
            shell.say(f"{'would lay out' if check else 'laid out'} {file}")
    if check and changed:
        raise typer.Exit(1)
