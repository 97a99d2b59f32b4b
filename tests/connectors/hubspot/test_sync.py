"""A newcomer follows the page of the documentation, word for word, up to the lead on the screen; then syncs again."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from pytest_httpserver import HTTPServer

from ...functional.conftest import run_cli
from ...functional.test_connect_pages import PAGES, Reader
from .conftest import fill
from .fake import TOKEN, FakeHubSpot

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


class Workspace:
    """A workspace that was made as the page says, with the account's address in the place of HubSpot's."""

    def __init__(self, folder: Path, address: str, pages: Path) -> None:
        self.address = address
        page = (PAGES / "hubspot.md").read_text("utf-8")
        told = page.replace('system = "hubspot"\n', f'system = "hubspot"\nurl = "{address}"\n')
        assert told != page
        (pages / "hubspot.md").write_text(told)
        folder.mkdir()
        self.reader = Reader(folder, 8100)

    def begin(self) -> None:
        """Make the workspace, and leave the rest of the page to others."""
        assert run_cli(self.reader.here, "init", ".").returncode == 0
        table = f'\n[sources.hubspot]\nsystem = "hubspot"\nurl = "{self.address}"\n'
        settings = self.reader.here / "detente.toml"
        settings.write_text(settings.read_text("utf-8") + table)

    def run(self, *arguments: str, ends: int = 0) -> Any:
        """Run a command, and return its JSON."""
        done = run_cli(self.reader.here, *arguments, "--json", DETENTE_HUBSPOT_TOKEN=TOKEN)
        assert done.returncode == ends, done.stderr
        return json.loads(done.stdout)

    def sync(self, *arguments: str, ends: int = 0) -> dict[str, Any]:
        """Sync, and return the report of each stream."""
        report = self.run("sync", "hubspot", *arguments, ends=ends)["sources"][0]
        return {stream["stream"]: stream for stream in report["streams"]}


@pytest.fixture
def workspace(tmp_path: Path, httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    pages = tmp_path / "pages"
    pages.mkdir()
    monkeypatch.setattr("tests.functional.test_connect_pages.PAGES", pages)
    return Workspace(tmp_path / "here", httpserver.url_for("").rstrip("/"), pages)


def test_the_page_holds_and_later_syncs_bring_what_changed(
    workspace: Workspace, httpserver: HTTPServer, hubspot: FakeHubSpot
) -> None:
    httpserver.expect_request(re.compile(".*")).respond_with_handler(hubspot.answer)
    fill(hubspot)
    assert "detente lead hubspot:101" in workspace.reader.follow("hubspot.md")

    again = workspace.sync()
    assert sum(stream["facts"] + stream["links"] for stream in again.values()) == 0, "nothing new, nothing doubled"
    assert sum(stream["quarantined"] for stream in again.values()) == 0

    hubspot.add("contacts", "102", 30_000, {"hs_lead_status": [(30, "UNQUALIFIED"), (29_999, "IN_PROGRESS")]},
                email="ben@beta.example", firstname="Ben")  # fmt: skip
    hubspot.archive("deals", "500", 30_001)
    hubspot.withheld = {"/marketing/v3/forms"}
    changed = workspace.sync(ends=1)
    assert changed["contact_history"]["facts"] >= 1
    assert changed["deals"]["links"] == 1
    assert "MISSING_SCOPES" in changed["form_submissions"]["error"]
    assert [name for name, stream in changed.items() if stream["error"]] == ["form_submissions"]
    workspace.run("replay")


def test_a_rolling_limit_is_waited_for_and_the_token_is_written_nowhere(
    workspace: Workspace, httpserver: HTTPServer, hubspot: FakeHubSpot
) -> None:
    httpserver.expect_request(re.compile(".*")).respond_with_handler(hubspot.answer)
    fill(hubspot)
    hubspot.busy = lambda number: number in {3, 9, 17}
    workspace.begin()
    first = workspace.sync()
    assert {stream["error"] for stream in first.values()} == {None}
    assert sum(stream["quarantined"] for stream in first.values()) == 0
    written = [path.read_bytes() for path in workspace.reader.here.rglob("*") if path.is_file()]
    assert not any(TOKEN.encode() in content for content in written)
