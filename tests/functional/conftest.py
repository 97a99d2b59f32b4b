"""The real command line in its own process, as a person runs it."""

from __future__ import annotations

import os
import subprocess
import sysconfig
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from detente.cli.main import main

PROGRAM = Path(sysconfig.get_path("scripts")) / "detente"

Cli = Callable[..., "subprocess.CompletedProcess[str]"]
Here = Callable[..., tuple[int, str, str]]


def run_cli(folder: Path, *arguments: object, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run `detente` with arguments in a folder; its output is text, 100 columns wide, without colours."""
    return subprocess.run(
        [str(PROGRAM), *map(str, arguments)],
        cwd=folder,
        env={**os.environ, "COLUMNS": "100", "NO_COLOR": "1", **environment},
        capture_output=True,
        encoding="utf-8",
        check=False,
        timeout=110,
    )


@pytest.fixture
def cli(tmp_path: Path) -> Cli:
    """Run `detente` with arguments in `tmp_path`."""
    return partial(run_cli, tmp_path)


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Here:
    """Run the command line in this process, in a folder: its code, output and messages. For many quick refusals."""

    def run(folder: Path, *arguments: str) -> tuple[int, str, str]:
        monkeypatch.chdir(folder)
        with pytest.raises(SystemExit) as ended:
            main(arguments)
        said = capsys.readouterr()
        return int(ended.value.code or 0), said.out, said.err

    return run
