"""The pages that show how to connect a system hold word for word: their files are written, their commands run."""

from __future__ import annotations

import re
import shlex
import shutil
import socket
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from .conftest import run_cli, serving

PAGES = Path(__file__).resolve().parents[2] / "docs" / "connect"
_BLOCK = re.compile(r'^```(\w+)(?: title="([^"]+)")?\n(.*?)^```', re.DOTALL | re.MULTILINE)


class Reader:
    """Somebody who does what a page says, in a folder, one block after another.

    A block with a title is the file of that name, what is added at its end, or what is put into it in the place of some
    words. Every line of a text stands in what the commands before it said. `port`: the one that is free for servers.
    """

    def __init__(self, root: Path, port: int) -> None:
        self.here = root
        self.said = ""
        self.ran: list[str] = []
        self._port = port
        self._environment: dict[str, str] = {}
        self._serving = ExitStack()

    def follow(self, page: str) -> list[str]:
        """Follow a page; return the commands of `detente` that were run."""
        text = (PAGES / page).read_text("utf-8").replace("8100", str(self._port))
        with self._serving:
            for kind, title, content in _BLOCK.findall(text):
                if title:
                    self._write(*title.partition(", ")[::2], content)
                elif kind == "sh":
                    self.said = ""
                    for line in content.splitlines():
                        self._run(line)
                elif kind == "text":
                    missing = [line for line in content.splitlines() if line.strip() not in self.said]
                    assert not missing, self.said
        return self.ran

    def _write(self, name: str, where: str, content: str) -> None:
        file = self.here / name
        file.parent.mkdir(parents=True, exist_ok=True)
        if where == "at its end":
            content = file.read_text() + content
        elif where:
            old = where.removeprefix("in the place of: ")
            assert file.read_text().count(old) == 1
            content = file.read_text().replace(old, content.strip())
        file.write_text(content)

    def _run(self, line: str) -> None:
        program, *arguments = shlex.split(line, comments=True)
        if program == "cd":
            self.here /= arguments[0]
        elif program == "export":
            name, _, value = arguments[0].partition("=")
            self._environment[name] = value
        elif program == "sqlite3":
            with closing(sqlite3.connect(self.here / arguments[0])) as con:
                con.executescript((self.here / arguments[2]).read_text())
        elif line.startswith("detente serve"):
            self._serving.enter_context(serving(self.here, *arguments))
        elif program in {"curl", "openssl"}:
            done = subprocess.run(["sh", "-c", line], cwd=self.here, capture_output=True, text=True, check=False)
            assert done.returncode == 0, f"{line}: {done.stderr}"
        elif line.startswith("python -m http.server"):
            self._serving.enter_context(files_served(self.here / arguments[-1], self._port))
        elif program == "python":
            done = subprocess.run(
                [sys.executable, *arguments], cwd=self.here, capture_output=True, text=True, check=False
            )
            assert done.returncode == 0, f"{line}: {done.stderr}"
        else:
            assert program == "detente", line
            answer = run_cli(self.here, *arguments, **self._environment)
            assert answer.returncode == 0, f"{line}: {answer.stdout}{answer.stderr}"
            self.said += answer.stdout
            self.ran.append(line)


@contextmanager
def files_served(folder: Path, port: int) -> Iterator[None]:
    """Serve the files of a folder, as `python -m http.server` does: `contacts` is the file of that name, or in it."""

    class Files(SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", port), partial(Files, directory=folder)) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield
        server.shutdown()


@pytest.fixture
def reader(tmp_path: Path) -> Reader:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return Reader(tmp_path, probe.getsockname()[1])


@pytest.mark.slow
@pytest.mark.parametrize(
    ("page", "runs"),
    [
        ("csv.md", "detente scoreboard --period 2026Q3"),
        ("rest.md", "detente sync desk"),
        ("sql.md", "detente sync shop"),
        ("webhooks.md", "detente sync form"),
        ("new.md", "detente connect new desk"),
    ],
)
def test_a_page_holds_word_for_word(reader: Reader, page: str, runs: str) -> None:
    needed = {"curl", "openssl"} if page == "webhooks.md" else set()
    if absent := [program for program in needed if shutil.which(program) is None]:
        pytest.skip(f"{' and '.join(absent)} is not installed here")
    assert runs in reader.follow(page)
