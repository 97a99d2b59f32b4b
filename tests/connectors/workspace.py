"""A workspace somebody makes by following a page of the documentation, with a server of the tests as the system."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from ..functional.conftest import run_cli
from ..functional.test_connect_pages import PAGES, Reader


@dataclass
class Workspace:
    """Commands run in `reader.here` with `secrets` in the environment; `table` is the source's own in detente.toml."""

    source: str
    table: str
    reader: Reader
    secrets: Mapping[str, str] = field(default_factory=dict)

    def begin(self) -> None:
        """Make the workspace, and leave the rest of the page to others."""
        assert run_cli(self.reader.here, "init", ".").returncode == 0
        settings = self.reader.here / "detente.toml"
        settings.write_text(f"{settings.read_text('utf-8')}\n{self.table}")

    def run(self, *arguments: str, ends: int = 0) -> Any:
        """Run a command, and return its JSON."""
        done = run_cli(self.reader.here, *arguments, "--json", **self.secrets)
        assert done.returncode == ends, done.stderr
        return json.loads(done.stdout)

    def sync(self, *arguments: str, ends: int = 0) -> dict[str, Any]:
        """Sync, and return the report of each stream."""
        report = self.run("sync", self.source, *arguments, ends=ends)["sources"][0]
        return {stream["stream"]: stream for stream in report["streams"]}

    def holds(self, secret: str) -> bool:
        """Whether any file of the workspace has a secret in it."""
        files = (path for path in self.reader.here.rglob("*") if path.is_file())
        return any(secret.encode() in path.read_bytes() for path in files)


def workspace(
    source: str, table: tuple[str, str], folder: Path, secrets: Mapping[str, str], monkeypatch: pytest.MonkeyPatch
) -> Workspace:
    """Return a workspace to be made as a page says; `table` is the source's as it says, and as it is for the test."""
    page = (PAGES / f"{source}.md").read_text("utf-8")
    assert table[0] in page
    pages = folder / "pages"
    pages.mkdir()
    (pages / f"{source}.md").write_text(page.replace(*table))
    monkeypatch.setattr("tests.functional.test_connect_pages.PAGES", pages)
    here = folder / "here"
    here.mkdir()
    return Workspace(source, table[1], Reader(here, 8100), secrets)
