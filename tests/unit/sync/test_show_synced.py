"""The account of a sync in a terminal: what was read, and all that is worth a look."""

from __future__ import annotations

import io

from rich.console import Console

from detente.app.drift import Drift, Retyped
from detente.app.operations.sync_report import SourceReport, StreamReport, as_json
from detente.cli.show.synced import show

REPORTS = [
    SourceReport(
        "crm-of-the-northern-branch",
        "hubspot",
        (
            StreamReport("contacts", rows=1_234_567, requests=12_346, went_on=True, deleted=7),
            StreamReport(
                "email_events",
                error="email_events: GET https://crm.example/events: it answers 503",
                set_aside=("landing/crm/set-aside/email_events-1",),
                unread=("17", "18"),
                drift=Drift(("a",), ("b", "c"), (Retyped("d", ("text",), ("number",)),), ("titel",)),
            ),
        ),
        unmapped=("tickets",),
    ),
    SourceReport("erp", "odoo", error="erp: 401: it does not accept the credentials"),
]


def shown(reports: list[SourceReport]) -> str:
    out = io.StringIO()
    show(Console(file=out, width=100), reports)
    return out.getvalue()


def test_the_account_fits_a_hundred_columns_and_says_all() -> None:
    text = shown(REPORTS)
    assert max(map(len, text.splitlines())) <= 100
    for part in (
        "1,234,567",
        "crm-of-the-northern-branch contacts",
        "Not read to the end",
        "erp: 401",
        "it answers 503",
        "tickets",
    ):
        assert part in text
    for part in (
        "new fields: a",
        "no row has any more: b, c",
        "d was text, and now is number",
        "no row ever had: titel",
    ):
        assert part in text
    assert "crm-of-the-northern-branch email_events: 2, first 17" in text
    assert "email_events: email_events:" not in text


def test_without_a_source_it_says_how_to_name_one() -> None:
    assert "write a table [sources.NAME] with its system" in shown([])


def test_the_document_holds_every_stream() -> None:
    document = as_json(REPORTS)
    assert document["schema"] == "detente.sync/1"
    assert [stream["stream"] for stream in document["sources"][0]["streams"]] == ["contacts", "email_events"]
    assert document["sources"][0]["streams"][1]["drift"] == {
        "new": ["a"],
        "gone": ["b", "c"],
        "retyped": [{"field": "d", "before": ["text"], "now": ["number"]}],
        "unread": ["titel"],
    }
