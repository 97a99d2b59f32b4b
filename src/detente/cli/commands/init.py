"""`detente init`: a new workspace."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from detente.cli.shell import Shell, command

Folder = Annotated[
    Path | None, typer.Argument(metavar="DIR", help="The new folder. Default: that of --dir.", show_default=False)
]
Name = Annotated[
    str | None,
    typer.Option("--name", metavar="NAME", help="The company. Default: the folder's name.", show_default=False),
]
Zone = Annotated[str, typer.Option("--timezone", metavar="ZONE", help="Where its days begin, e.g. Europe/Berlin.")]
Currency = Annotated[str, typer.Option("--currency", metavar="CODE", help="Of its money, three letters.")]


def register(app: typer.Typer) -> None:
    """Add the command."""
    command(app, "init", panel="The workspace")(init)


def init(
    shell: Shell, folder: Folder = None, name: Name = None, timezone: Zone = "UTC", currency: Currency = "EUR"
) -> None:
    """Make a workspace: a working agreement to begin with, and a mapping to adapt."""
    from detente import bootstrap
    from detente.core.errors import UsageError

    root = folder or shell.directory
    company = name or root.resolve().name or "Company"
    if not company.isprintable():
        raise UsageError("--name: the name holds characters that cannot be printed: choose another one")
    if len(currency) != 3 or not currency.isascii() or not currency.isalpha():
        raise UsageError(f"--currency: '{currency}' is no code of three letters: write EUR, USD or GBP, for example")
    files = bootstrap.init(root, company, _zone(timezone), currency.upper())
    if shell.as_json:
        shell.answer({"schema": "detente.init/1", "workspace": str(root), "files": list(files)})
        return
    for file in files:
        shell.say(f"made {root / file}")
    at = "" if root == Path() else f" --dir {root}"
    shell.note(
        f"\nNext: read and change the agreement, then `detente test{at}`; adapt the mapping to your export, then\n"
        f"`detente import{at} --mapping mappings/crm.yaml FILES…` and `detente replay{at}`."
    )


def _zone(name: str) -> str:
    import difflib
    from zoneinfo import available_timezones

    from detente.core.errors import UsageError

    zones = available_timezones()
    if name in zones:
        return name
    near = difflib.get_close_matches(name, zones, 1)
    hint = f"did you mean '{near[0]}'?" if near else "write one such as Europe/Berlin"
    raise UsageError(f"--timezone: there is no zone '{name}': {hint}")
