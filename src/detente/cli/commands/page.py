"""`detente page`: the agreement as the one page that both sides sign."""

from __future__ import annotations

from dataclasses import asdict
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from detente.cli.commands.export import Output
from detente.cli.shell import Shell, command


class Format(StrEnum):
    """Formats of the page."""

    TEXT = "text"
    HTML = "html"
    PRINT = "print"


One = Annotated[
    Path | None,
    typer.Argument(
        metavar="PATH", help="The agreement's file or folder. Default: the workspace's.", show_default=False
    ),
]
Form = Annotated[Format, typer.Option("--format", help="Plain text, HTML, or HTML for paper.", show_default=True)]
Version = Annotated[
    str | None,
    typer.Option("--version", metavar="VERSION", help="Of several versions. Default: the latest.", show_default=False),
]


def register(app: typer.Typer) -> None:
    """Add the command."""
    command(app, "page", panel="The agreement")(page)


def page(
    shell: Shell, path: One = None, form: Form = Format.TEXT, version: Version = None, output: Output = None
) -> None:
    """Write the agreement as the one page that both sides sign.

    Every sentence names the clause it comes from, and every clause is on the page.
    """
    from detente.cli.output import write
    from detente.cli.texts import one_agreement
    from detente.core.agreement.page import FORMATS, page_of
    from detente.core.agreement.reader import read_timeline
    from detente.core.errors import AgreementError, UsageError

    source = one_agreement(path, shell.directory)
    timeline, problems = (None, list(source.unreadable)) if source.unreadable else read_timeline(source.texts)
    if timeline is None:
        raise AgreementError(problems)
    versions = {each.version: each for each in timeline.versions}
    if version is not None and version not in versions:
        raise UsageError(f"--version: there is no version {version}: there is {', '.join(versions)}")
    built = page_of(versions[version] if version else timeline.versions[-1])
    if shell.as_json:
        shell.answer({"schema": "detente.page/1", **asdict(built)})
        return
    write([FORMATS[form.value](built).encode()], output)
