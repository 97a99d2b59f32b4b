"""What Salesforce holds becomes what the agreement counts: the connector and its own mapping together."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from detente.core.agreement.standard import STANDARD_KINDS
from detente.core.errors import SourceRefused, SourceUnready
from detente.sources.files.mapping_reader import read_mapping
from detente.sources.kit.connector import Stream
from detente.sources.salesforce.api import instant
from detente.sources.salesforce.source import FIELDS

from ..mapped import SOURCES, Mapped, read, spooled
from .conftest import ACME, ADA, ADAS_LEAD, BEN, BEN_TWICE, CLEO, CLEO_TWICE, DEAL, OLD_ACME
from .fake import FakeSalesforce, at

MAPPING = SOURCES / "salesforce" / "mapping.yaml"
Streams = Callable[..., dict[str, Stream]]


def us(minutes: float) -> int:
    return int(instant(at(minutes)).timestamp()) * 1_000_000


def told(facts: list[dict[str, Any]], *names: str) -> list[tuple[Any, ...]]:
    return [tuple(fact.get(name) for name in names) for fact in facts]


@pytest.fixture
def landed(streams: Streams, organisation: FakeSalesforce, tmp_path: Path) -> Mapped:
    """The whole organisation, read and mapped."""
    assert organisation.records
    rows: dict[str, Any] = {name: read(stream)[0] for name, stream in streams().items()}
    return Mapped(spooled(tmp_path, rows), MAPPING)


def test_nothing_is_set_aside_and_every_stream_is_mapped(landed: Mapped, streams: Streams) -> None:
    assert landed.set_aside == {}
    assert landed.unmapped == ()
    assert set(landed.records) == set(streams())


def test_stages_and_decisions_come_with_the_time_of_their_change(landed: Mapped) -> None:
    history = [fact for fact in landed.of("crm_stage") if fact["source_id"].startswith("lead-history")]
    assert told(history, "record", "occurred_at", "stage") == [
        (ADAS_LEAD, us(20), "Working"), (ADAS_LEAD, us(50), "Qualified"), (BEN, us(70), "Unqualified"),
    ]  # fmt: skip
    assert told(landed.of("lead_accept"), "record", "occurred_at") == [(ADAS_LEAD, us(20))]
    assert told(landed.of("lead_qualify"), "occurred_at") == [(us(50),), (us(60),)]
    assert told(landed.of("lead_discard"), "record", "occurred_at") == [(BEN, us(70))]


def test_who_got_a_lead_is_told_by_address_or_by_the_name_of_the_queue(landed: Mapped) -> None:
    assert ("rita@seller.example", us(5)) in told(landed.of("assign"), "to", "occurred_at")
    assert ("tom@seller.example", us(800)) in told(landed.of("assign"), "to", "occurred_at")
    assert {fact["to"] for fact in landed.of("assign") if fact["record"] == BEN} == {"Inbound"}


def test_converted_and_merged_records_are_linked_and_the_merged_are_gone(landed: Mapped) -> None:
    assert landed.related("same_as") == {(ADAS_LEAD, ADA), (BEN_TWICE, BEN), (CLEO_TWICE, CLEO)}
    assert landed.related("same_account") == {(OLD_ACME, ACME)}
    assert landed.related("account") == {(ADA, ACME), (CLEO, ACME), (ADAS_LEAD, ACME)}
    assert {link["record"] for link in landed.links if link["relation"] == "deleted"} == {
        BEN_TWICE,
        CLEO_TWICE,
        OLD_ACME,
    }


def test_a_deal_lost_opened_again_and_won_is_told_in_that_order_to_each_contact(landed: Mapped) -> None:
    facts = [fact for kind in ("deal_open", "deal_won", "deal_lost") for fact in landed.of(kind)]
    assert sorted({(fact["occurred_at"], fact["kind"], fact.get("amount")) for fact in facts}, key=str) == [
        (us(100), "deal_open", None),
        (us(200), "deal_lost", None),
        (us(300), "deal_open", 5000.0),
        (us(400), "deal_won", 5000.0),
        (us(420), "deal_won", 6000.0),
    ]
    assert {fact["record"] for fact in facts} == {ADA, CLEO}
    assert {(fact["account"], fact["deal"]) for fact in facts} == {(ACME, DEAL)}


def test_a_contact_named_later_gets_the_history_of_the_deal(
    streams: Streams, organisation: FakeSalesforce, tmp_path: Path
) -> None:
    history = streams()["opportunity_history"]
    before, cursor = read(history)
    assert [row["Id"] for row in before] == [f"008{n}" for n in range(5)], "each once at first, roles and all"
    organisation.add("OpportunityContactRole", "00KD", 5000, OpportunityId=DEAL, ContactId="003new", IsPrimary=False)
    rows, _ = read(history, cursor)
    assert {row["Id"] for row in rows} == {row["Id"] for row in before}
    won = Mapped(spooled(tmp_path, {"opportunity_history": rows}), MAPPING).of("deal_won")
    assert "003new" in {fact["record"] for fact in won}


def test_touches_tell_calls_and_mails_who_wrote_and_what_went_out_by_itself(landed: Mapped) -> None:
    names = ("record", "occurred_at", "channel", "direction", "automated", "outcome", "seconds")
    assert sorted(told(landed.of("touch"), *names), key=lambda touch: (touch[1], touch[0])) == [
        (ADAS_LEAD, us(25), "call", "out", False, "connected", 90.0),
        (ADAS_LEAD, us(26), "call", "in", False, None, None),
        (ADAS_LEAD, us(27), "email", "out", False, None, None),
        (ADAS_LEAD, us(28), "email", "in", False, None, None),
        (ADAS_LEAD, us(29), "email", "out", True, None, None),
        (ADA, us(90), "meeting", "out", False, None, None),
        (CLEO, us(90), "meeting", "out", False, None, None),
    ]


def test_a_meeting_counts_once_it_has_begun_though_nobody_touched_it(
    streams: Streams, organisation: FakeSalesforce
) -> None:
    organisation.add("Event", "00U3", 5000, WhoId=CLEO, WhoCount=1, StartDateTime=at(4000))
    rows, cursor = read(streams()["events"])
    assert {row["Id"] for row in rows} == {"00U1", "00U3"}
    organisation.now = 200_030
    rows, cursor = read(streams()["events"], cursor)
    assert "00U2" in {row["Id"] for row in rows}
    organisation.now = 200_060
    assert "00U2" not in {row["Id"] for row in read(streams()["events"], cursor)[0]}


def test_a_meeting_that_began_after_a_first_sync_broke_off_is_not_left_out(
    streams: Streams, organisation: FakeSalesforce
) -> None:
    organisation.page = 1
    organisation.add("Event", "00U3", 5000, WhoId=CLEO, WhoCount=1, StartDateTime=at(4000))
    pages = streams()["events"].pages({})
    cursor = [next(pages), next(pages)][-1].cursor
    assert cursor is not None
    assert cursor["modified"] == at(5000)
    organisation.now = 200_030
    assert "00U2" in {row["Id"] for row in read(streams()["events"], cursor)[0]}


def test_responses_to_campaigns_carry_their_day_and_channel(landed: Mapped) -> None:
    names = ("record", "occurred_at", "campaign", "status", "channel")
    midnight = us(15 * 60)
    assert told(landed.of("campaign_response"), *names) == [
        (ADA, us(3), "Spring webinar", "Attended", "webinar"),
        (BEN_TWICE, midnight, "Spring webinar", "Registered", "webinar"),
    ]
    assert landed.of("campaign_response")[1]["known_at"] == us(5000)


def test_somebody_who_was_opted_out_from_the_start_is(landed: Mapped) -> None:
    assert told(landed.of("unsubscribe"), "record") == [(BEN,)]


def test_every_field_that_the_mapping_names_is_asked_for() -> None:
    added = {
        "owner",
        "same",
        "who",
        "key",
        "known",
        "incoming",
        "person",
        "responded",
        "contacts",
        "outcome",
        "reopened",
    }
    streams_of = {
        "accounts": "Account", "contacts": "Contact", "leads": "Lead", "lead_history": "LeadHistory",
        "contact_history": "ContactHistory", "opportunities": "Opportunity", "events": "Event", "tasks": "Task",
        "opportunity_history": "OpportunityHistory", "campaign_members": "CampaignMember",
        "account_merges": "Account", "contact_merges": "Contact", "lead_merges": "Lead",
    }  # fmt: skip
    for spec in read_mapping(MAPPING.read_text(), "m", STANDARD_KINDS)[0].files:
        known = {*FIELDS[streams_of[spec.stream]], "Id", "SystemModstamp", "CreatedDate", "MasterRecordId", *added}
        assert set(spec.columns()) <= known, spec.stream


def test_a_deleted_record_is_deleted_since_then_and_a_purged_one_too(
    streams: Streams, organisation: FakeSalesforce, tmp_path: Path
) -> None:
    contacts = streams()["contacts"]
    _, cursor = read(contacts)
    organisation.delete("Contact", CLEO, 100_001)
    organisation.purge("Contact", ADA, 100_002)
    organisation.now = 100_010
    rows, cursor = read(contacts, cursor)
    landed = Mapped(spooled(tmp_path, {"contacts": rows}), MAPPING)
    deleted = {link["record"]: link["known_at"] for link in landed.links if link["relation"] == "deleted"}
    assert deleted == {CLEO: us(100_001), ADA: us(100_002)}, "each from when it was"
    assert landed.set_aside == {}


def test_what_is_purged_after_a_first_sync_broke_off_is_deleted_too(
    streams: Streams, organisation: FakeSalesforce
) -> None:
    organisation.page = 1
    contacts = streams()["contacts"]
    pages = contacts.pages({})
    cursor = [next(pages), next(pages)][-1].cursor
    assert cursor is not None
    organisation.purge("Contact", ADA, organisation.now + 2)
    organisation.now += 100
    rows, _ = read(contacts, cursor)
    assert [row["Id"] for row in rows if row["IsDeleted"] and "Name" not in row] == [ADA]


def test_an_object_that_cannot_be_seen_is_named_with_what_to_do(streams: Streams, organisation: FakeSalesforce) -> None:
    organisation.hidden = {"CampaignMember"}
    with pytest.raises(SourceRefused, match=r"CampaignMember is not there.*permission set.*without = "):
        read(streams()["campaign_members"])
    assert "campaign_members" not in streams(without=["CampaignMember"])


def test_a_field_that_cannot_be_seen_is_not_asked_for(streams: Streams, organisation: FakeSalesforce) -> None:
    organisation.hidden = {"Lead.Industry", "Lead.MobilePhone"}
    rows, _ = read(streams()["leads"])
    assert "Industry" not in rows[0]
    assert rows[0]["Email"] == "ada@acme.example"


def test_a_session_that_ends_is_renewed_once_and_the_run_goes_on(
    streams: Streams, organisation: FakeSalesforce
) -> None:
    organisation.page = 2
    ended = iter([False, False, True])
    organisation.while_reading = lambda: organisation.end_sessions() if next(ended, False) else None
    rows, _ = read(streams()["leads"])
    assert len(rows) == 3
    assert organisation.tokens == 2


def test_credentials_that_are_wrong_are_said_to_be_without_showing_them(
    streams: Streams, organisation: FakeSalesforce
) -> None:
    assert organisation.records
    with pytest.raises(SourceRefused) as refused:
        read(streams("another-secret")["leads"])
    assert "invalid_client" in str(refused.value)
    assert "another-secret" not in str(refused.value)


def test_the_days_requests_are_left_to_others(streams: Streams, organisation: FakeSalesforce) -> None:
    organisation.usage = "api-usage=12000/15000; per-app-api-usage=9/250(appName=x)"
    with pytest.raises(SourceUnready, match=r"12,000 of the 15,000 requests.*80%"):
        read(streams()["leads"])
    assert len(read(streams(share=0.9)["leads"])[0]) == 3
    organisation.exhausted = True
    with pytest.raises(SourceUnready, match=r"used up its requests.*REQUEST_LIMIT_EXCEEDED"):
        read(streams(share=0.9)["leads"])


@pytest.mark.parametrize("page", [1, 7, 2000])
def test_pages_of_any_size_bring_each_record_once(streams: Streams, salesforce: FakeSalesforce, page: int) -> None:
    salesforce.page = page
    for n in range(40):
        salesforce.add("Account", f"001{n:03}", 5 if n < 20 else n, Name=f"A{n}")
    rows, cursor = read(streams()["accounts"])
    assert sorted(row["Id"] for row in rows) == [f"001{n:03}" for n in range(40)]
    assert cursor["modified"] == at(39)


def test_what_changes_while_it_is_read_moves_no_cursor_past_what_was_not(
    streams: Streams, salesforce: FakeSalesforce
) -> None:
    salesforce.page = 10
    for n in range(40):
        salesforce.add("Account", f"001{n:03}", n, Name=f"A{n}")

    def somebody_works() -> None:
        salesforce.now += 10
        salesforce.add("Account", "001012", salesforce.now + 5, Name="changed")

    accounts = streams()["accounts"]
    salesforce.while_reading = somebody_works
    pages = accounts.pages({})
    first, second = next(pages), next(pages)
    salesforce.while_reading = lambda: None
    assert second.cursor is not None
    rows, _ = read(accounts, second.cursor)
    seen = {row["Id"] for row in (*first.rows, *second.rows, *rows)}
    assert seen == {f"001{n:03}" for n in range(40)}
