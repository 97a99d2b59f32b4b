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
from collections.abc import Iterator
from pathlib import Path
from typing import Any

REFERENCE = Path(__file__).resolve().parents[1] / "docs" / "reference"
MADE = "<!-- Made by tools/generate_reference.py: change the code, then run ./detente docs. -->\n\n"


def pages() -> dict[str, str]:
    """Return the text of each generated page, by its file name."""
    return {"cli.md": commands(), "errors.md": errors(), "agreement.schema.json": agreement_schema()}


# --------------------------------------------------------------------------------------------------- commands


def commands() -> str:
    """Return the page of every command, in the order and under the headings of `detente --help`."""
    from typer.main import get_command

    from detente.cli.commands import app

    program = get_command(app)
    by_panel: dict[str, list[Any]] = {}
    for command in program.commands.values():
        by_panel.setdefault(command.rich_help_panel or "Commands", []).append(command)
    every = next(iter(by_panel.values()))[0]
    common = [option for option in every.params if option.rich_help_panel == "Every command"]
    parts = [
        f"# Commands\n\n{MADE}{sentence(program.help)}\n",
        "Results go to standard output; progress, warnings and hints to standard error. "
        "Every command takes these options as well:\n\n" + option_table(common),
    ]
    for panel, members in by_panel.items():
        parts.append(f"## {panel}\n")
        parts.extend(command_section(command) for command in members)
    return "\n".join(parts).rstrip() + "\n"


def command_section(command: Any) -> str:
    """Return one command's heading, usage, text, arguments and options."""
    own = [parameter for parameter in command.params if parameter.rich_help_panel != "Every command"]
    arguments = [parameter for parameter in own if parameter.param_type_name == "argument"]
    options = [parameter for parameter in own if parameter.param_type_name == "option"]
    usage = " ".join(["detente", command.name, *(argument_usage(each) for each in arguments), "[OPTIONS]"])
    parts = [f"### detente {command.name}\n", f"```\n{usage}\n```\n", markdown(inspect.cleandoc(command.help)) + "\n"]
    if arguments:
        rows = [(f"`{(each.metavar or each.name).upper()}`", markdown(each.help or "")) for each in arguments]
        parts.append(table(("argument", "meaning"), rows))
    if options:
        parts.append(option_table(options))
    return "\n".join(parts)


def argument_usage(argument: Any) -> str:
    """Return an argument as a usage line shows it."""
    name = (argument.metavar or argument.name).upper() + ("…" if argument.nargs == -1 else "")
    return name if argument.required else f"[{name}]"


def option_table(options: list[Any]) -> str:
    """Return a table of options with what each means and what holds without it."""
    rows = []
    for option in options:
        value = "" if option.is_flag else f" {(option.metavar or option.name).upper()}"
        default = "" if option.is_flag or option.default is None else f"`{option.default}`"
        spelt = ", ".join(f"`{name}{value}`" for name in [*option.opts, *option.secondary_opts])
        rows.append((spelt, markdown(option.help or ""), default))
    return table(("option", "meaning", "default"), rows)


# ----------------------------------------------------------------------------------------------------- errors


def errors() -> str:
    """Return the page of the errors a person can mend, with their exit codes."""
    from detente.cli import main
    from detente.core.errors import DetenteError

    codes = re.findall(r"^    (\d+)\s+(.+)$", main.__doc__ or "", flags=re.MULTILINE)
    rows = [(f"`{kind.__name__}`", str(kind.exit_code), sentence(kind.__doc__)) for kind in tree(DetenteError)]
    return (
        f"# Errors and exit codes\n\n{MADE}"
        "A message says what is wrong, where, and how to mend it. A traceback is shown with `--debug` only.\n\n"
        "## Exit codes\n\n"
        + table(("code", "meaning"), [(code, meaning) for code, meaning in codes])
        + "\n## Errors\n\n"
        + table(("error", "exit code", "when"), rows)
    )


def tree(kind: type) -> Iterator[type]:
    """Yield the subclasses of a class, each parent before its children."""
    for child in kind.__subclasses__():
        yield child
        yield from tree(child)


# ----------------------------------------------------------------------------------------------------- schema


def agreement_schema() -> str:
    """Return the JSON Schema of an agreement, for editors."""
    from detente.core.agreement.schema import json_schema

    return json.dumps(json_schema(), indent=2, ensure_ascii=False) + "\n"


# --------------------------------------------------------------------------------------------------- markdown


def table(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    """Return a Markdown table; a bar inside a cell is written so that it stays there."""
    lines = [head, tuple("---" for _ in head), *rows]
    return "".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |\n" for line in lines)


def markdown(text: str) -> str:
    """Return a help text with its rich marks as Markdown's: bold is what one types."""
    return re.sub(r"\[b\](.+?)\[/b\]", r"`\1`", text, flags=re.DOTALL).replace("\\[", "[")


def sentence(text: str | None) -> str:
    """Return a docstring's text on one line."""
    return " ".join(inspect.cleandoc(text or "").split())


# ------------------------------------------------------------------------------------------------------- main


def main() -> int:
    """Write the pages, or with --check compare them."""
    checking = sys.argv[1:] == ["--check"]
    stale = 0
    for name, text in pages().items():
        path = REFERENCE / name
        committed = path.read_text("utf-8") if path.exists() else ""
        if committed == text:
            continue
        stale += 1
        if checking:
            changes = difflib.unified_diff(
                committed.splitlines(), text.splitlines(), "committed", "generated", lineterm=""
            )
            print(f"docs/reference/{name} is out of date; run ./detente docs and commit it", *changes, sep="\n")
        else:
            path.write_text(text, encoding="utf-8")
            print(f"wrote docs/reference/{name}")
    return 1 if checking and stale else 0


if __name__ == "__main__":
    sys.exit(main())
