"""What HubSpot holds becomes what the agreement counts: the account, through the connector and its own mapping."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from detente.core.errors import SourceRefused
from detente.sources.hubspot.source import HISTORY, PROPERTIES
from detente.sources.kit.connector import Stream

from ..mapped import SOURCES, Mapped, read, spooled
from .fake import FakeHubSpot, ms

MAPPING = SOURCES / "hubspot" / "mapping.yaml"
Streams = Callable[..., dict[str, Stream]]


def us(minutes: float) -> int:
    return ms(minutes) * 1000


@pytest.fixture
def landed(streams: Streams, account: FakeHubSpot, tmp_path: Path) -> Mapped:
    """The whole account, read and mapped."""
    assert account.records
    rows: dict[str, Any] = {name: read(stream)[0] for name, stream in streams().items()}
    return Mapped(spooled(tmp_path, rows), MAPPING)


def told(facts: list[dict[str, Any]], *names: str) -> list[tuple[Any, ...]]:
    return [tuple(fact.get(name) for name in names) for fact in facts]


def test_nothing_is_set_aside_and_every_stream_is_mapped(landed: Mapped, streams: Streams) -> None:
    assert landed.set_aside == {}
    assert landed.unmapped == ()
    assert set(landed.records) == set(streams())


def test_stages_decisions_and_owners_come_with_the_time_of_their_change(landed: Mapped) -> None:
    assert told(landed.of("crm_stage"), "occurred_at", "stage") == [
        (us(0), "Lead"), (us(5), "MQL"), (us(60), "SQL"), (us(900), "Customer"),
    ]  # fmt: skip
    assert told(landed.of("lead_accept"), "record", "occurred_at") == [("101", us(20))]
    assert told(landed.of("lead_qualify"), "record", "occurred_at") == [("101", us(60))]
    assert told(landed.of("lead_discard"), "record", "occurred_at") == [("102", us(30))]
    assert told(landed.of("assign"), "occurred_at", "to") == [
        (us(8), "tom@seller.example"), (us(15), "ria@seller.example"),
    ]  # fmt: skip


def test_a_title_holds_from_when_it_was_written_not_from_today(landed: Mapped) -> None:
    titles = [fact for fact in landed.of("enrich") if set(fact) & {"person.title"} and "person.email" not in fact]
    assert told(titles, "occurred_at", "person.title") == [(us(0), "Buyer"), (us(500), "Head of buying")]


def test_a_deal_lost_opened_again_and_won_is_told_in_that_order(landed: Mapped) -> None:
    of_deal = [
        fact for kind in ("deal_open", "deal_won", "deal_lost") for fact in landed.of(kind) if fact["deal"] == "500"
    ]
    ordered = sorted({(f["occurred_at"], f["kind"], f.get("amount"), f.get("reason")) for f in of_deal}, key=str)
    assert ordered == [
        (us(100), "deal_open", None, None),
        (us(200), "deal_lost", None, "budget"),
        (us(300), "deal_open", 5000.0, None),
        (us(400), "deal_won", 5000.0, None),
    ]
    assert told(landed.of("deal_stage")[-1:], "occurred_at", "stage", "amount") == [(us(420), "Closed won", 6000.0)]
    assert {fact["record"] for fact in of_deal} == {"101", "102"}
    assert {fact["account"] for fact in of_deal} == {"900"}, "the primary company, though another one is older"


def test_touches_tell_people_from_sequences_and_who_wrote(landed: Mapped) -> None:
    assert told(
        landed.of("touch"), "record", "occurred_at", "channel", "direction", "automated", "outcome", "seconds"
    ) == [
        ("101", us(25), "call", "out", False, "connected", 90.5),
        ("101", us(29), "email", "out", True, None, None),
        ("101", us(30), "email", "in", False, None, None),
        ("101", us(33), "whatsapp", None, False, None, None),
        ("101", us(34), "linkedin", "out", False, "message_sent", None),
        ("101", us(90), "email", "out", False, None, None),
        *[(who, us(95), "meeting", "out", False, "completed", None) for who in ("101", "102")],
    ]


def test_forms_know_the_contact_by_address_and_their_campaign_by_the_page(landed: Mapped) -> None:
    assert told(landed.of("form_submit"), "record", "form", "channel", "campaign") == [
        ("101", "Demo request", "paid_search", "spring"),
        ("email:eve@gamma.example", "Demo request", None, None),
    ]
    eve = [fact for fact in landed.of("enrich") if fact["record"] == "email:eve@gamma.example"]
    assert told(eve, "person.email", "person.first_name") == [("eve@gamma.example", "Eve")]


def test_mail_events_say_which_mail_and_which_were_a_machines(landed: Mapped) -> None:
    assert told(landed.of("email_send"), "campaign", "content", "message") == [("Spring letter", "It is spring", "33")]
    assert told(landed.of("email_open"), "automated", "user_agent") == [(True, "Mozilla/5.0")]
    assert told(landed.of("email_click"), "automated", "url") == [(False, "https://seller.example/")]
    assert told(landed.of("email_bounce"), "record", "reason", "campaign") == [
        ("email:old@acme.example", "UNKNOWN_USER", None)
    ]
    assert told(landed.of("unsubscribe"), "record", "occurred_at") == [("102", us(40)), ("101", us(20_300))]


def test_the_first_visit_carries_the_channel_that_hubspot_found(landed: Mapped) -> None:
    visits = told(landed.of("page_view"), "record", "occurred_at", "channel", "campaign", "url")
    assert visits == [("101", us(-30), "paid_search", "spring", "https://seller.example/pricing")]


def test_merged_records_are_linked_and_a_merged_deal_counts_no_more(landed: Mapped) -> None:
    assert landed.related("same_as") == {("101", "55"), ("101", "56")}
    assert landed.related("same_account") == {("900", "902")}
    assert {link["record"] for link in landed.links if link["relation"] == "deleted"} == {"502"}
    assert landed.related("account") == {("101", "900")}


def test_every_property_that_the_mapping_names_is_asked_for() -> None:
    text = MAPPING.read_text()
    named = set(re.findall(r"properties\.(\w+)", text))
    assert named <= {name for names in PROPERTIES.values() for name in names}
    watched = set(re.findall(r"property: (\w+)", text)) | {"dealstage", "amount"}
    assert watched <= {name for names in HISTORY.values() for name in names}


def test_an_archived_contact_is_deleted_since_then_and_told_once(
    streams: Streams, account: FakeHubSpot, tmp_path: Path
) -> None:
    contacts = streams()["contacts"]
    _, cursor = read(contacts)
    account.archive("contacts", "102", 1000)
    rows, cursor = read(contacts, cursor)
    landed = Mapped(spooled(tmp_path, {"contacts": rows}), MAPPING)
    deleted = [link for link in landed.links if link["relation"] == "deleted"]
    assert [(link["record"], link["known_at"]) for link in deleted] == [("102", us(1000))]
    account.archive("contacts", "102", 1000)
    later, _ = read(contacts, {**cursor, "archived": cursor["archived"] + 3_600_000})
    assert [row["id"] for row in later if row["archived"]] == []


def test_a_scope_that_is_missing_is_named(streams: Streams, account: FakeHubSpot) -> None:
    account.withheld = {"/marketing/v3/forms"}
    with pytest.raises(SourceRefused, match=r"(?s)403.*permission.*requiredGranularScopes.*forms"):
        read(streams()["form_submissions"])


def test_a_token_that_is_wrong_is_said_to_be_without_showing_it(streams: Streams) -> None:
    with pytest.raises(SourceRefused) as refused:
        read(streams("pat-na1-another")["contacts"])
    assert "credentials" in str(refused.value)
    assert "pat-na1-another" not in str(refused.value)


def test_a_rolling_limit_is_waited_for(streams: Streams, account: FakeHubSpot) -> None:
    account.busy = lambda number: number % 2 == 1
    rows, _ = read(streams()["contacts"])
    assert [row["id"] for row in rows] == ["102", "101"]
