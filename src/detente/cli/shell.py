"""What every command shares: the common options, and how it speaks.

Results go to standard output, as text or with `--json` as one JSON document; everything said on the way (progress,
warnings, hints) goes to standard error, so that a result can always be piped.
"""

from __future__ import annotations

import inspect
import json
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, get_type_hints

import typer
from typer import Context
from typer.core import TyperArgument, TyperCommand, TyperGroup, TyperOption

if TYPE_CHECKING:
    from rich.console import Console

PIPED_WIDTH = 100
"""Columns of a table that is not shown in a terminal, unless COLUMNS says otherwise."""

NARROWEST = 20
"""Columns below which nothing could be read; COLUMNS=0 is what some terminals say that do not know."""

COMMON_PANEL = "Every command"


@dataclass(frozen=True)
class Shell:
    """One run of one command: the workspace it is about, and the form of its answer."""

    given_directory: Path | None
    as_json: bool

    @property
    def directory(self) -> Path:
        """Return the workspace: the folder given, or the one the program was started in."""
        return self.given_directory or Path()

    @property
    def console(self) -> Console:
        """Return the console of the result."""
        return _console(stderr=False)

    @property
    def aside(self) -> Console:
        """Return the console of everything that is not the result."""
        return _console(stderr=True)

    def say(self, text: str) -> None:
        """Print a line of the result, as it is."""
        sys.stdout.write(printable(text) + "\n")

    def note(self, text: str) -> None:
        """Print a line beside the result."""
        note(text)

    def answer(self, document: dict[str, Any]) -> None:
        """Print the result as one JSON document."""
        unicode = (sys.stdout.encoding or "").lower().replace("-", "") == "utf8"
        text = json.dumps(document, ensure_ascii=not unicode, allow_nan=False, indent=2)
        sys.stdout.write(text + "\n")


def note(text: str) -> None:
    """Print a line to standard error, as it is."""
    sys.stderr.write(printable(text) + "\n")


def printable(text: str) -> str:
    """Return the text with control characters written out, so that no file steers the screen."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() or c in "\n\t" else c.encode("unicode_escape").decode("ascii") for c in text)


def command(
    app: typer.Typer, name: str, *, panel: str, passes_on: bool = False
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Return a decorator that makes `function(shell, …)` the command `name`, with the options every command takes.

    `passes_on`: options that it does not know are arguments, for the program that it starts.
    """

    def register(function: Callable[..., None]) -> Callable[..., None]:
        own = list(inspect.signature(function).parameters.values())[1:]
        hints = get_type_hints(function, include_extras=True)

        def run(**arguments: Any) -> None:  # noqa: ANN401  what Typer has parsed
            common = {key: arguments.pop(key) for key in _COMMON}
            function(Shell(common["directory"], common["as_json"]), **arguments)

        parameters = [parameter.replace(annotation=hints[parameter.name]) for parameter in own]
        run.__doc__ = function.__doc__
        run.__signature__ = inspect.Signature([*_keyword_only(parameters), *_COMMON.values()])  # type: ignore[attr-defined]
        run.__annotations__ = {each.name: each.annotation for each in (*parameters, *_COMMON.values())}
        settings = {"ignore_unknown_options": passes_on}
        app.command(name, rich_help_panel=panel, cls=_Command, context_settings=settings)(run)
        return function

    return register


class Group(TyperGroup):
    """The program itself, or commands under one name, with a help that names no types of Python."""

    def get_params(self, ctx: Any) -> list[Any]:  # noqa: ANN401  Typer's own, unnamed types
        """Return the parameters, with no type to read beside flags."""
        return _without_types(super().get_params(ctx))


class _GroupWithDefault(Group):
    """Commands under one name, the first of which is meant where none is named."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:  # noqa: ANN401
        """Read the arguments, those of the first command where none is named."""
        named = args and (args[0] in self.commands or args[0] in ctx.help_option_names)
        return super().parse_args(ctx, args if named else [next(iter(self.commands)), *args])


def commands(app: typer.Typer, name: str, text: str, *, panel: str, first_is_meant: bool = False) -> typer.Typer:
    """Return a new group of commands `name …`, to which `command` adds them.

    `first_is_meant`: `detente NAME` alone, or with arguments of its own, is the first of them.
    """
    group = typer.Typer(cls=_GroupWithDefault if first_is_meant else Group, no_args_is_help=not first_is_meant)
    app.add_typer(group, name=name, help=text, rich_help_panel=panel)
    return group


def every_command(group: Any, before: str = "") -> Iterator[tuple[str, TyperCommand]]:  # noqa: ANN401
    """Yield each command with its whole name (`quarantine list`), in the order of the help."""
    for name, each in group.commands.items():
        if isinstance(each, TyperGroup):
            yield from every_command(each, f"{before}{name} ")
        else:
            yield f"{before}{name}", each


class _Command(TyperCommand):
    """A command, with a help that names no types of Python."""

    def get_params(self, ctx: Any) -> list[Any]:  # noqa: ANN401
        """Return the parameters, with no type to read beside arguments and flags."""
        return _without_types(super().get_params(ctx))


def show_help(group: Any, arguments: Sequence[str]) -> bool:  # noqa: ANN401  Typer's own, unnamed types
    """Print the help of the command named first, else of the program; return False if there is no such command.

    What else is given is not read: that would load what is needed to read it, and take longer than all the rest.
    """
    words = [each for each in arguments if not each.startswith("-")]
    wanted, context = group, Context(group, info_name="detente", **group.context_settings)
    while words and isinstance(wanted, TyperGroup):
        inner = wanted.get_command(context, words[0])
        if inner is None:
            if wanted is group:
                return False
            break
        wanted, context = inner, Context(inner, parent=context, info_name=words.pop(0))
    wanted.get_help(context)
    return True


def _without_types(parameters: list[Any]) -> list[Any]:
    for parameter in parameters:
        if isinstance(parameter, TyperArgument):
            parameter.display_type_rich = lambda ctx: None  # type: ignore[method-assign]  # noqa: ARG005
        elif isinstance(parameter, TyperOption) and parameter.is_flag:
            parameter.metavar = ""
    return parameters


def _keyword_only(parameters: list[inspect.Parameter]) -> list[inspect.Parameter]:
    return [parameter.replace(kind=inspect.Parameter.KEYWORD_ONLY) for parameter in parameters]


def _common(name: str, default: Any, annotation: Any) -> inspect.Parameter:  # noqa: ANN401  any default of any type
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=annotation)


def _option(name: str, text: str, metavar: str | None = None) -> Any:  # noqa: ANN401  Typer's own type
    return typer.Option(name, help=text, metavar=metavar, rich_help_panel=COMMON_PANEL, show_default=False)


_DIR = "The workspace folder. Default: this one."

_COMMON = {
    parameter.name: parameter
    for parameter in (
        _common("directory", None, Annotated[Path | None, _option("--dir", _DIR, "DIR")]),
        _common("as_json", False, Annotated[bool, _option("--json", "Answer in JSON.")]),
        _common("no_color", False, Annotated[bool, _option("--no-color", "No colours; NO_COLOR=1 does the same.")]),
        _common("debug", False, Annotated[bool, _option("--debug", "On an error, show the traceback too.")]),
    )
}
"""The options every command takes. `main` reads --no-color and --debug itself, before anything can be printed."""


def _console(*, stderr: bool) -> Console:
    from rich.console import Console

    stream = sys.stderr if stderr else sys.stdout
    told = os.environ.get("COLUMNS", "")
    told_in_earnest = told != "" and not (told.isdecimal() and int(told) < NARROWEST)
    width = None if told_in_earnest or (stream.isatty() and not told) else PIPED_WIDTH
    return Console(stderr=stderr, width=width, highlight=False, emoji=False, markup=False)
