"""The page of the connectors' settings, from the models that check them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from reference_markdown import MADE, table

from detente import bootstrap
from detente.app.ports.connectors import SettingInfo


def connectors() -> str:
    """Return the page of every connector that comes with the program, in the order of `detente connect list`."""
    return "\n".join(_parts()).rstrip() + "\n"


def _parts() -> Iterator[str]:
    yield (
        f"# Settings of the connectors\n\n{MADE}"
        "What may stand in a table `[sources.NAME]` of `detente.toml`, by its `system`. Every source may also name a\n"
        "`mapping` of its own. A secret does not stand there: it is the variable of the environment that is named, or\n"
        "the content of the file that the table names with `_file` behind the secret's name. `detente connect list`\n"
        "shows the same, with the connectors of the workspace.\n"
    )
    for each in bootstrap.connectors(Path("nowhere")):
        yield f"## {each.system}\n\n{each.about}.\n"
        yield table(("setting", "meaning", "default"), [_row(setting) for setting in each.settings])


def _row(setting: SettingInfo) -> tuple[str, str, str]:
    about = setting.about[:1].upper() + setting.about[1:].rstrip(".")
    if setting.secret:
        about = f"{about}. A secret: `DETENTE_NAME_{setting.name.upper()}`, or `{setting.name}_file`"
    default = f"`{setting.default}`" if setting.default is not None else ("required" if setting.required else "")
    return f"`{setting.name}`", about, default
