"""A newcomer follows the page of the documentation, word for word, up to the lead on the screen; then syncs again."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from pytest_httpserver import HTTPServer

from ..workspace import Workspace, workspace
from .conftest import fill
from .fake import TOKEN, FakeHubSpot

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


@pytest.fixture
def made(tmp_path: Path, httpserver: HTTPServer, hubspot: FakeHubSpot, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    """A workspace to be made as the page says, and the account of the tests in the place of HubSpot."""
    httpserver.expect_request(re.compile(".*")).respond_with_handler(hubspot.answer)
    fill(hubspot)
    said = '[sources.hubspot]\nsystem = "hubspot"\n'
    there = f'{said}url = "{httpserver.url_for("").rstrip("/")}"\n'
    return workspace("hubspot", (said, there), tmp_path, {"DETENTE_HUBSPOT_TOKEN": TOKEN}, monkeypatch)


def test_the_page_holds_and_later_syncs_bring_what_changed(made: Workspace, hubspot: FakeHubSpot) -> None:
    assert "detente lead hubspot:101" in made.reader.follow("hubspot.md")

    again = made.sync()
    assert sum(stream["facts"] + stream["links"] for stream in again.values()) == 0, "nothing new, nothing doubled"
    assert sum(stream["quarantined"] for stream in again.values()) == 0

    hubspot.add("contacts", "102", 30_000, {"hs_lead_status": [(30, "UNQUALIFIED"), (29_999, "IN_PROGRESS")]},
                email="ben@beta.example", firstname="Ben")  # fmt: skip
    hubspot.archive("deals", "500", 30_001)
    hubspot.withheld = {"/marketing/v3/forms"}
    changed = made.sync(ends=1)
    assert changed["contact_history"]["facts"] >= 1
    assert changed["deals"]["links"] == 1
    assert "MISSING_SCOPES" in changed["form_submissions"]["error"]
    assert [name for name, stream in changed.items() if stream["error"]] == ["form_submissions"]
    made.run("replay")


def test_a_rolling_limit_is_waited_for_and_the_token_is_written_nowhere(made: Workspace, hubspot: FakeHubSpot) -> None:
    hubspot.busy = lambda number: number in {3, 9, 17}
    made.begin()
    first = made.sync()
    assert {stream["error"] for stream in first.values()} == {None}
    assert sum(stream["quarantined"] for stream in first.values()) == 0
    assert not made.holds(TOKEN)
