"""Write the pages of docs/reference that follow from the code: commands, errors, tables, the agreement's JSON Schema.

tools/generate_reference.py            write them
tools/generate_reference.py --check    write nothing; exit 1 and name those that are out of date
"""

from __future__ import annotations

import difflib
import inspect
import json
import re
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from reference_connectors import connectors
from reference_markdown import MADE, markdown, sentence, table
from reference_tables import tables
from typer.core import TyperArgument, TyperCommand, TyperGroup, TyperOption
from typer.main import get_command

from detente.cli import main as program
from detente.cli.commands import app
from detente.cli.shell import COMMON_PANEL, every_command
from detente.core.agreement.schema import json_schema
from detente.core.errors import DetenteError

REFERENCE = Path(__file__).resolve().parents[1] / "docs" / "reference"


def pages() -> dict[str, str]:
    """Return the text of each generated page, by its file name."""
    return {
        "cli.md": commands(),
        "connectors.md": connectors(),
        "errors.md": errors(),
        "tables.md": tables(),
        "agreement.schema.json": json.dumps(json_schema(), indent=2, ensure_ascii=False) + "\n",
    }


# --------------------------------------------------------------------------------------------------- commands


def commands() -> str:
    """Return the page of every command, in the order and under the headings of `detente --help`."""
    group = get_command(app)
    assert isinstance(group, TyperGroup)
    every = dict(every_command(group))
    members_of: dict[str, list[str]] = {}
    for name in every:
        panel: Any = group.commands[name.split()[0]]
        members_of.setdefault(str(panel.rich_help_panel), []).append(name)
    parts = [
        f"# Commands\n\n{MADE}{sentence(group.help)}\n",
        "Results go to standard output, all else to standard error. Every command takes these options as well:\n",
        option_table([each for each in options_of(next(iter(every.values()))) if each.rich_help_panel == COMMON_PANEL]),
    ]
    for panel, members in members_of.items():
        parts.append(f"## {panel}\n")
        parts.extend(command_section(name, every[name]) for name in members)
    return "\n".join(parts).rstrip() + "\n"


def command_section(name: str, command: TyperCommand) -> str:
    """Return one command's heading, usage, text, arguments and options."""
    arguments = [each for each in command.params if isinstance(each, TyperArgument)]
    options = [each for each in options_of(command) if each.rich_help_panel != COMMON_PANEL]
    usage = " ".join([f"detente {name}", *(argument_usage(each) for each in arguments), "[OPTIONS]"])
    help_text = markdown(inspect.cleandoc(command.help or ""))
    parts = [f"### detente {name}\n", f"```\n{usage}\n```\n", f"{help_text}\n"]
    if arguments:
        rows = [(f"`{argument_name(each)}`", markdown(each.help)) for each in arguments]
        parts.append(table(("argument", "meaning"), rows))
    if options:
        parts.append(option_table(options))
    return "\n".join(parts)


def options_of(command: TyperCommand) -> list[TyperOption]:
    """Return a command's options, its own and those that every command takes."""
    return [each for each in command.params if isinstance(each, TyperOption)]


def argument_name(argument: TyperArgument) -> str:
    """Return an argument's name in capitals."""
    return str(argument.metavar or argument.name).strip("[].").upper()


def argument_usage(argument: TyperArgument) -> str:
    """Return an argument as a usage line shows it."""
    name = argument_name(argument) + ("…" if argument.nargs == -1 else "")
    return name if argument.required else f"[{name}]"


def option_table(options: Sequence[TyperOption]) -> str:
    """Return a table of options with what each means and what holds without it."""
    rows = []
    for option in options:
        value = "" if option.is_flag else f" {(option.metavar or option.name).upper()}"
        default = "" if option.is_flag or option.default is None else f"`{option.default}`"
        spelt = ", ".join(f"`{name}{value}`" for name in [*option.opts, *option.secondary_opts])
        rows.append((spelt, markdown(option.help), default))
    return table(("option", "meaning", "default"), rows)


# ----------------------------------------------------------------------------------------------------- errors


def errors() -> str:
    """Return the page of the errors a person can mend, with their exit codes."""
    codes = re.findall(r"^    (\d+)\s+(.+)$", program.__doc__ or "", flags=re.MULTILINE)
    rows = [(f"`{kind.__name__}`", str(kind.exit_code), sentence(kind.__doc__)) for kind in tree(DetenteError)]
    return (
        f"# Errors and exit codes\n\n{MADE}"
        "A message says what is wrong, where, and how to mend it. A traceback is shown with `--debug` only.\n\n"
        "## Exit codes\n\n" + table(("code", "meaning"), codes) + "\n## Errors\n\n"
        "`detente.core.errors`, for programs that call the package:\n\n" + table(("error", "exit code", "when"), rows)
    )


def tree(kind: type[DetenteError]) -> Iterator[type[DetenteError]]:
    """Yield the subclasses of a class, each parent before its children."""
    for child in kind.__subclasses__():
        yield child
        yield from tree(child)


# ------------------------------------------------------------------------------------------------------- main


def main() -> int:
    """Write the pages, or with --check compare them."""
    checking = sys.argv[1:] == ["--check"]
    made = pages()
    stale = [name for name, text in made.items() if committed(name) != text]
    for name in stale:
        if checking:
            change = difflib.unified_diff(committed(name).splitlines(), made[name].splitlines(), lineterm="", n=1)
            print(f"docs/reference/{name} is out of date; run ./detente docs and commit it", *change, sep="\n")
        else:
            (REFERENCE / name).write_text(made[name], encoding="utf-8")
            print(f"wrote docs/reference/{name}")
    return 1 if checking and stale else 0


def committed(name: str) -> str:
    """Return a page as it stands in the tree."""
    path = REFERENCE / name
    return path.read_text("utf-8") if path.exists() else ""


if __name__ == "__main__":
    sys.exit(main())
