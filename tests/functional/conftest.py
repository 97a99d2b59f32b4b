"""The real command line in its own process, as a person runs it."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sysconfig
from collections.abc import Callable, Iterator
from contextlib import contextmanager
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


@contextmanager
def serving(folder: Path, *arguments: object, end: signal.Signals = signal.SIGINT) -> Iterator[str]:
    """Run a command that ends in serving; yield the address it says once it answers, and end it, as Ctrl-C does.

    Ended by SIGKILL, it ends with all its processes.
    """
    process = subprocess.Popen(
        [str(PROGRAM), *map(str, arguments)],
        cwd=folder,
        env={**os.environ, "COLUMNS": "100", "NO_COLOR": "1"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        start_new_session=True,
    )
    assert process.stderr is not None
    said = ""
    try:
        for line in process.stderr:
            said += line
            if found := re.search(r"http://\S+/", line):
                yield found[0]
                break
        else:
            raise AssertionError(f"it ended without serving: {said}")
    finally:
        if end == signal.SIGKILL:
            os.killpg(process.pid, end)
        else:
            process.send_signal(end)
        process.communicate(timeout=30)


@pytest.fixture(scope="session")
def company(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The workspace of a small sample company, replayed."""
    folder = tmp_path_factory.mktemp("company")
    done = run_cli(folder, "demo", "--no-serve", "--people", "300")
    assert done.returncode == 0, done.stderr
    return folder / "demo"


@pytest.fixture(scope="session")
def site(company: Path) -> Iterator[str]:
    """The address at which the small sample company is served."""
    with serving(company, "serve", "--port", "0") as address:
        yield address


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
