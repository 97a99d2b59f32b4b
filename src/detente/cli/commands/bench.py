"""`detente bench`: run one of the benchmarks that lie beside the sources of a checkout."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Annotated

import typer

import detente
from detente.cli.shell import Shell, command
from detente.core.errors import UsageError

_SUFFIX = "_bench.py"

Name = Annotated[
    str | None, typer.Argument(metavar="[NAME]", help="Which one. Default: list them.", show_default=False)
]
Arguments = Annotated[
    list[str] | None,
    typer.Argument(metavar="[ARGS]...", help="What it takes; see `detente bench NAME -- --help`.", show_default=False),
]


def register(app: typer.Typer) -> None:
    """Add the command."""
    command(app, "bench", panel="For developers", passes_on=True)(bench)


def bench(shell: Shell, name: Name = None, arguments: Arguments = None) -> None:
    """Run a benchmark of this checkout, e.g. `detente bench replay --facts 1000000 --json`.

    Benchmarks are no part of the installed package: they lie in bench/ beside its sources.
    """
    folder = Path(detente.__file__).resolve().parents[2] / "bench"
    names = sorted(path.name.removesuffix(_SUFFIX) for path in folder.glob(f"*{_SUFFIX}"))
    if not names:
        raise UsageError("the benchmarks are not installed: run `./detente bench` in a checkout of the sources")
    if name is None:
        for each in names:
            shell.say(f"detente bench {each}")
        return
    if name not in names:
        raise UsageError(f"there is no benchmark '{name}': there are {', '.join(names)}")
    given = [*(arguments or []), *(["--json"] if shell.as_json else [])]
    done = subprocess.run([sys.executable, folder / f"{name}{_SUFFIX}", *given], check=False)  # noqa: S603  our own file
    if done.returncode:
        raise typer.Exit(done.returncode)
