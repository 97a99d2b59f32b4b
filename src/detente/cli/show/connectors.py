"""Shows which systems can be connected."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rich.console import Console
from rich.text import Text

from detente.app import figures
from detente.app.ports.connectors import ConnectorInfo
from detente.cli.show.tables import line, table, two_lines


def show(console: Console, found: Sequence[ConnectorInfo], used: Mapping[str, Sequence[str]]) -> None:
    """Print the connectors: required settings first, the secrets among them marked."""
    rows = [(_system(each, used), each.trouble or each.about, _needs(each)) for each in found]
    table(console, ("|System", "Reads", "Settings"), rows)
    line(console, "* a secret: in the environment or a file, never in detente.toml.  (…) may be left out.")


def _system(each: ConnectorInfo, used: Mapping[str, Sequence[str]]) -> Text:
    return two_lines(each.system, ", ".join(used.get(each.system, ())))


def _needs(each: ConnectorInfo) -> str:
    own = [setting for setting in each.settings if "." not in setting.name]
    ordered = sorted(own, key=lambda setting: not setting.required)
    names = [(f"{setting.name}{'*' if setting.secret else ''}", setting.required) for setting in ordered]
    return ", ".join(name if required else f"({name})" for name, required in names) or figures.NOTHING
