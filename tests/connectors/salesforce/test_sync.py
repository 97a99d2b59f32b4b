"""A newcomer follows the page of the documentation, word for word, up to the lead on the screen; then syncs again."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from pytest_httpserver import HTTPServer
from werkzeug.serving import WSGIRequestHandler

from ..workspace import Workspace, workspace
from .conftest import ADAS_LEAD, CLEO, DEAL, fill
from .fake import CLIENT, SECRET, FakeSalesforce

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


@pytest.fixture
def made(
    tmp_path: Path, httpserver: HTTPServer, salesforce: FakeSalesforce, monkeypatch: pytest.MonkeyPatch
) -> Workspace:
    """A workspace to be made as the page says, and the organisation of the tests in the place of Salesforce."""
    monkeypatch.setattr(WSGIRequestHandler, "date_time_string", lambda *_: salesforce.date())
    httpserver.expect_request(re.compile(".*")).respond_with_handler(salesforce.answer)
    fill(salesforce)
    said = '[sources.salesforce]\nsystem = "salesforce"\nurl = "https://harbour.my.salesforce.com"\n'
    there = said.replace("https://harbour.my.salesforce.com", httpserver.url_for("").rstrip("/"))
    secrets = {"DETENTE_SALESFORCE_CLIENT_ID": CLIENT, "DETENTE_SALESFORCE_CLIENT_SECRET": SECRET}
    return workspace("salesforce", (said, there), tmp_path, secrets, monkeypatch)


def test_the_page_holds_and_later_syncs_bring_what_changed(made: Workspace, salesforce: FakeSalesforce) -> None:
    assert f"detente lead salesforce:{ADAS_LEAD}" in made.reader.follow("salesforce.md")

    salesforce.now += 10
    again = made.sync()
    assert {stream["error"] for stream in again.values()} == {None}
    assert sum(stream["facts"] + stream["links"] + stream["quarantined"] for stream in again.values()) == 0

    salesforce.add("Lead", ADAS_LEAD, salesforce.now, Title="Head of buying")
    salesforce.delete("Opportunity", DEAL, salesforce.now)
    salesforce.purge("Contact", CLEO, salesforce.now)
    salesforce.hidden = {"CampaignMember"}
    salesforce.now += 10
    salesforce.end_sessions()
    changed = made.sync(ends=1)
    assert changed["leads"]["facts"] == 1
    assert changed["opportunities"]["links"] == 1
    assert changed["contacts"]["links"] == 1
    assert {name for name, stream in changed.items() if stream["error"]} == {"campaign_members"}
    made.run("replay")
    assert not made.holds(SECRET)
