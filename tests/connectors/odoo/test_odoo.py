"""Rows of Odoo and what they mean, from answers that an Odoo 19.0 gave (`recorded.json`)."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from detente.core.errors import SourceRefused
from detente.sources.kit.connector import Stream
from detente.sources.odoo.api import micros, plain, written
from detente.sources.odoo.history import Write, changes, dated
from detente.sources.odoo.source import Settings, connect

from ..answers import Recorded
from ..mapped import SOURCES, Mapped, read, spooled, web

LEAD: dict[str, Any] = {
    "id": 7, "name": "Offer", "type": "opportunity", "stage_id": {"id": 3, "name": "Proposition"},
    "won_status": "pending", "expected_revenue": 900.0, "user_id": {"id": 2, "name": "Rita"},
    "lost_reason_id": None, "person": "lead:7",
    "company": None, "create_date": "2025-10-01T08:00:00Z", "write_date": "2025-10-05T08:00:00Z",
    "date_open": "2025-10-02T08:00:00Z", "date_conversion": "2025-10-03T08:00:00Z",
    "date_last_stage_update": "2025-10-04T08:00:00Z", "date_closed": None,
}  # fmt: skip


@pytest.fixture
def recorded(httpserver) -> Recorded:
    answers = Recorded(Path(__file__).with_name("recorded.json"))
    httpserver.expect_request(re.compile("/.*")).respond_with_handler(answers)
    return answers


@pytest.fixture
def streams(httpserver, recorded: Recorded) -> dict[str, Stream]:  # noqa: ARG001 (it answers)
    settings = Settings(url=httpserver.url_for(""), key=SecretStr("of the test"))
    return {stream.name: stream for stream in connect(settings, web())}


@pytest.fixture
def mapped(streams: dict[str, Stream], tmp_path: Path) -> Mapped:
    rows = {name: read(stream)[0] for name, stream in streams.items()}
    return Mapped(spooled(tmp_path, rows), SOURCES / "odoo" / "mapping.yaml")


def test_every_row_has_its_place(mapped: Mapped) -> None:
    assert not mapped.set_aside
    assert not mapped.unmapped


def test_deals_and_decisions_come_from_the_tracked_changes(mapped: Mapped) -> None:
    assert [(fact["deal"], fact["stage"], fact["amount"]) for fact in mapped.of("deal_stage")] == [
        ("1", "New", 0.0),
        ("1", "Qualified", 5000.0),
        ("2", "New", 0.0),
    ]
    assert [(fact["deal"], fact["amount"]) for fact in mapped.of("deal_won")] == [("1", 5000.0)]
    assert [(fact["deal"], fact["reason"]) for fact in mapped.of("deal_lost")] == [("2", "Too expensive")]
    assert [fact["record"] for fact in mapped.of("lead_accept")] == ["lead:1"]


def test_leaving_a_list_withdraws_consent_for_it(mapped: Mapped) -> None:
    left = [(fact["record"], fact["purpose"]) for fact in mapped.of("consent_withdrawn")]
    assert left == [("subscriber:1", "Newsletter")]  # Odoo shows it as "Newsletter (1)"


def test_inactive_records_are_asked_for_every_time(streams: dict[str, Stream], recorded: Recorded) -> None:
    for stream in streams.values():
        read(stream)
    assert recorded.asked
    assert {each["body"]["context"]["active_test"] for each in recorded.asked} == {False}
    assert {each["path"].rpartition("/")[2] for each in recorded.asked} == {"search_read", "fields_get"}


def test_an_app_that_is_not_installed_gives_nothing(streams: dict[str, Stream], recorded: Recorded) -> None:
    recorded.forget("/json/2/mailing.trace/search_read")
    assert read(streams["mailings"]) == ([], {})


def test_a_model_of_sales_that_is_not_there_is_an_error(streams: dict[str, Stream], recorded: Recorded) -> None:
    recorded.forget("/json/2/crm.lead/search_read")
    with pytest.raises(SourceRefused, match="there is nothing at this address"):
        read(streams["leads"])


def test_an_answer_that_is_no_list_is_an_error(streams: dict[str, Stream], recorded: Recorded) -> None:
    recorded.put("/json/2/res.partner/search_read", {"message": "no"})
    with pytest.raises(SourceRefused, match=r"res\.partner: it answers no list"):
        read(streams["people"])


def test_changes_go_back_from_what_a_lead_is_now() -> None:
    writes = [
        Write("12", "2025-10-04T08:00:00Z", {"stage": ("New", "Proposition")}),
        Write("11", "2025-10-03T08:00:00Z", {"type": ("lead", "opportunity"), "amount": (0.0, 900.0)}),
    ]
    told = [(row["change"], row["type"], row["stage"], row["amount"]) for row in changes(LEAD, writes)]
    assert told == [
        ("creation", "lead", "New", 0.0),
        ("11", "opportunity", "New", 900.0),
        ("12", "opportunity", "Proposition", 900.0),
    ]


def test_changes_of_one_second_keep_their_order() -> None:
    at = "2025-10-04T08:00:00Z"
    writes = [
        Write("11", at, {"stage": ("New", "Qualified")}),
        Write("12", at, {"stage": ("Qualified", "Proposition")}),
    ]
    assert [row["stage"] for row in changes(LEAD, writes)] == ["New", "Qualified", "Proposition"]


def test_a_change_that_came_after_the_lead_was_read_says_what_it_changed_to() -> None:
    writes = [Write("13", "2025-10-06T08:00:00Z", {"won_status": ("pending", "won"), "stage": ("Proposition", "Won")})]
    last = changes(LEAD, writes)[-1]
    assert (last["won_status"], last["stage"], last["won_status_before"]) == ("won", "Won", "pending")


def test_without_tracked_changes_nothing_is_made_up() -> None:
    told = [
        (row["change"].split()[0], row["type"], row["stage"], row["owner"], row["amount"])
        for row in changes(LEAD, list(dated(LEAD)))
    ]
    assert told == [
        ("creation", "lead", None, None, None),
        ("assignment", "lead", None, "Rita", None),
        ("conversion", "opportunity", None, "Rita", None),
        ("stage", "opportunity", "Proposition", "Rita", None),
        ("present", "opportunity", "Proposition", "Rita", 900.0),
    ]


def test_a_closed_lead_says_when_and_why() -> None:
    lost = {
        **LEAD,
        "won_status": "lost",
        "date_closed": "2025-10-05T08:00:00Z",
        "lost_reason_id": {"id": 1, "name": "Too dear"},
    }
    last = changes(lost, list(dated(lost)))[-1]
    assert (last["won_status"], last["won_status_before"], last["reason"], last["amount"]) == (
        "lost",
        "pending",
        "Too dear",
        900.0,
    )


def test_values_of_odoo_are_plain_json() -> None:
    row = {
        "active": False, "email": False, "phone": "", "date_open": "2025-11-25 11:03:17", "user_id": [2, "Rita"],
        "tag_ids": [3, 4], "expected_revenue": 0.0, "mail_message_id": [64, False],
    }  # fmt: skip
    assert plain(row) == {
        "active": False, "email": None, "phone": None, "date_open": "2025-11-25T11:03:17Z",
        "user_id": {"id": 2, "name": "Rita"}, "tag_ids": [3, 4], "expected_revenue": 0.0,
        "mail_message_id": {"id": 64, "name": None},
    }  # fmt: skip


def test_an_instant_is_written_as_odoo_keeps_it() -> None:
    assert written(micros("2025-11-25T11:03:17Z")) == "2025-11-25 11:03:17"
