"""`detente schema`: the JSON Schema of an agreement text, for editors."""

from __future__ import annotations

import typer

from detente.cli.shell import Shell, command


def register(app: typer.Typer) -> None:
    """Add the command."""
    command(app, "schema", panel="The agreement")(schema)


def schema(shell: Shell) -> None:
    """Print the strict JSON Schema of an agreement, for editors.

    The first line of a text tells an editor where it is: [b]# yaml-language-server: $schema=agreement.schema.json[/b]
    """
    from detente.core.agreement.schema import json_schema

    shell.answer(json_schema())
