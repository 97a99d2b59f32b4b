"""`detente connect`: the systems that can be connected, and a connector of one's own."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from detente.cli.shell import Shell, command, commands

Name = Annotated[
    str, typer.Argument(metavar="NAME", help="Of the new connector: small letters, digits, _.", show_default=False)
]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    group = commands(app, "connect", "The systems that can be connected.", panel="The workspace")
    command(group, "list", panel="Connectors")(list_)
    command(group, "new", panel="Connectors")(new)


def list_(shell: Shell) -> None:
    """List the connectors: what each reads and needs to know, and which sources of the workspace use it."""
    from detente import bootstrap

    found, used = bootstrap.connectors(shell.directory), bootstrap.sources_by_system(shell.directory)
    if shell.as_json:
        systems = [{**asdict(each), "sources": used.get(each.system, [])} for each in found]
        shell.answer({"schema": "detente.connect/1", "systems": systems})
    else:
        from detente.cli.show.connectors import show

        show(shell.console, found, used)


def new(shell: Shell, name: Name) -> None:
    """Begin a connector of one's own, in the folder `connectors` of the workspace.

    What is made works, for an API as most are: adapt it to yours. It is run as it stands whenever the workspace is
    synced, with the rights of whoever syncs it.
    """
    from detente import bootstrap

    files = bootstrap.new_connector(shell.directory, name)
    if shell.as_json:
        shell.answer({"schema": "detente.connect.new/1", "system": f"connectors/{name}", "files": list(files)})
        return
    for file in files:
        shell.say(f"made {shell.directory / file}")
    shell.note(
        f"\nNext: `python -m unittest connectors/{name}/test_{name}.py` in the workspace tries it; adapt it to your "
        f'system,\nwrite to detente.toml\n\n  [sources.{name}]\n  system = "connectors/{name}"\n  url = "https://…"\n\n'
        f"set DETENTE_{name.upper()}_TOKEN, then `detente sync {name}`."
    )
