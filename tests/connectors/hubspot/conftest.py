"""A HubSpot account with a few people, who did what leads and reps do, and a connector that reads it."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from pydantic import SecretStr
from pytest_httpserver import HTTPServer

from detente.sources.hubspot.source import Settings, connect
from detente.sources.kit.connector import Stream

from ..mapped import web
from .fake import TOKEN, FakeHubSpot, at, ms

CONNECTED = "f240bbac-87c9-4f6e-bf70-924b57d47db7"


@pytest.fixture
def hubspot() -> FakeHubSpot:
    """An empty account."""
    return FakeHubSpot()


@pytest.fixture
def streams(httpserver: HTTPServer, hubspot: FakeHubSpot) -> Callable[[], dict[str, Stream]]:
    """Return how to connect: the streams by name."""
    httpserver.expect_request(re.compile(".*")).respond_with_handler(hubspot.answer)

    def connected(token: str = TOKEN) -> dict[str, Stream]:
        settings = Settings(token=SecretStr(token), url=httpserver.url_for("").rstrip("/"))
        return {stream.name: stream for stream in connect(settings, web())}

    return connected


@pytest.fixture
def account(hubspot: FakeHubSpot) -> FakeHubSpot:
    """An account in which Ada became a customer, Ben was rejected, and a deal was lost, opened again and won."""
    fill(hubspot)
    return hubspot


def fill(hubspot: FakeHubSpot) -> None:
    """Fill an account."""
    hubspot.owners = [
        {"id": "7", "email": "ria@seller.example", "archived": False},
        {"id": "8", "email": "tom@seller.example", "archived": True},
    ]
    stages = [
        ("new", "New", "false", "0.2"),
        ("won", "Closed won", "true", "1.0"),
        ("lost", "Closed lost", "true", "0.0"),
    ]
    hubspot.pipelines = [
        {
            "id": "default",
            "label": "Sales",
            "stages": [
                {"id": id_, "label": label, "metadata": {"isClosed": closed, "probability": share}}
                for id_, label, closed, share in stages
            ],
        }
    ]
    hubspot.add("companies", "900", 1, name="Acme", domain="acme.example", numberofemployees="1,200",
                hs_merged_object_ids="902")  # fmt: skip
    _people(hubspot)
    _deals(hubspot)
    _engagements(hubspot)
    _marketing(hubspot)


def _people(hubspot: FakeHubSpot) -> None:
    ada_history = {
        "lifecyclestage": [(0, "lead"), (5, "marketingqualifiedlead"), (60, "salesqualifiedlead"), (900, "customer")],
        "hs_lead_status": [(10, "NEW"), (20, "IN_PROGRESS")],
        "hubspot_owner_id": [(8, "8"), (15, "7")],
        "jobtitle": [(0, "Buyer"), (500, "Head of buying")],
    }
    hubspot.add(
        "contacts", "101", 900, ada_history, email="ada@acme.example", firstname="Ada", lastname="Lau",
        hubspot_owner_id="7", associatedcompanyid="900", jobtitle="Head of buying", hs_merged_object_ids="55;56",
        hs_analytics_source="PAID_SEARCH", hs_analytics_source_data_1="spring",
        hs_analytics_first_visit_timestamp=at(-30), hs_analytics_first_url="https://seller.example/pricing",
    )  # fmt: skip
    ben_history = {"hs_lead_status": [(30, "UNQUALIFIED")], "hs_email_optout": [(40, "true")]}
    hubspot.add(
        "contacts", "102", 40, ben_history, email="ben@beta.example", firstname="Ben", hs_analytics_source="OFFLINE"
    )


def _deals(hubspot: FakeHubSpot) -> None:
    history = {
        "dealstage": [(100, "new"), (200, "lost"), (300, "new"), (400, "won")],
        "amount": [(100, "5000"), (420, "6000")],
        "closed_lost_reason": [(200.5, "budget")],
    }
    hubspot.add("deals", "500", 420, history, createdate=at(100), dealname="Acme first order", pipeline="default")
    hubspot.add("deals", "501", 430, {}, createdate=at(110), dealname="Twice", hs_merged_object_ids="502")
    hubspot.associate("deals", "500", "contacts", "102", "101")
    hubspot.associate("deals", "500", "companies", "901", "900", primary="900")


def _engagements(hubspot: FakeHubSpot) -> None:
    hubspot.add(
        "calls", "1", 25, hs_timestamp=at(25), hs_createdate=at(26), hs_call_direction="OUTBOUND",
        hs_call_disposition=CONNECTED, hs_call_status="COMPLETED", hs_call_duration="90500",
    )  # fmt: skip
    hubspot.add("calls", "2", 27, hs_timestamp=at(27), hs_createdate=at(27), hs_call_status="CANCELED")
    hubspot.add("emails", "3", 28, hs_timestamp=at(90), hs_createdate=at(28), hs_email_direction="EMAIL",
                hs_email_status="SENT", hs_email_subject="Our offer")  # fmt: skip
    hubspot.add("emails", "4", 29, hs_timestamp=at(29), hs_createdate=at(29), hs_email_direction="EMAIL",
                hs_email_status="SENT", hs_sequence_id="77")  # fmt: skip
    hubspot.add("emails", "5", 30, hs_timestamp=at(30), hs_createdate=at(30), hs_email_direction="INCOMING_EMAIL")
    hubspot.add("meetings", "6", 31, hs_timestamp=at(95), hs_createdate=at(31), hs_meeting_outcome="COMPLETED")
    hubspot.add("meetings", "7", 32, hs_timestamp=at(2_000_000), hs_createdate=at(32), hs_meeting_outcome="SCHEDULED")
    hubspot.add("communications", "8", 33, hs_timestamp=at(33), hs_createdate=at(33),
                hs_communication_channel_type="WHATS_APP")  # fmt: skip
    hubspot.add("tasks", "9", 34, hs_timestamp=at(50), hs_createdate=at(20), hs_task_type="LINKED_IN_MESSAGE",
                hs_task_status="COMPLETED", hs_task_completion_date=at(34))  # fmt: skip
    hubspot.add("notes", "10", 35, hs_timestamp=at(35), hs_createdate=at(35))
    for kind in ("calls", "emails", "meetings", "communications", "tasks", "notes"):
        for id_ in hubspot.records[kind]:
            hubspot.associate(kind, id_, "contacts", "101")
    hubspot.associate("meetings", "6", "contacts", "101", "102")


def _marketing(hubspot: FakeHubSpot) -> None:
    hubspot.forms = [{"id": "f-1", "name": "Demo request"}]
    hubspot.submissions = {"f-1": [
        {"conversionId": "c-1", "submittedAt": ms(4), "values": [{"name": "email", "value": "Ada@Acme.example"}],
         "pageUrl": "https://seller.example/demo?utm_source=google&utm_medium=cpc&utm_campaign=spring"},
        {"conversionId": "c-2", "submittedAt": ms(6), "pageUrl": "https://seller.example/demo", "values": [
            {"name": "email", "value": "eve@gamma.example"}, {"name": "firstname", "value": "Eve"}]},
    ]}  # fmt: skip
    hubspot.campaigns = {"33": {"name": "Spring letter", "subject": "It is spring", "type": "BATCH_EMAIL"}}
    mail = {"emailCampaignId": 33, "appId": 113, "recipient": "ada@acme.example"}
    hubspot.events = [
        {**mail, "id": "e-1", "type": "SENT", "created": ms(200), "filteredEvent": False},
        {**mail, "id": "e-2", "type": "DELIVERED", "created": ms(200.1)},
        {**mail, "id": "e-3", "type": "OPEN", "created": ms(200.2), "filteredEvent": True, "userAgent": "Mozilla/5.0"},
        {**mail, "id": "e-4", "type": "CLICK", "created": ms(260), "filteredEvent": False, "url": "https://seller.example/"},
        {**mail, "id": "e-5", "type": "STATUSCHANGE", "created": ms(20_300),
         "portalSubscriptionStatus": "UNSUBSCRIBED"},
        {**mail, "id": "e-6", "type": "BOUNCE", "created": ms(20_301), "recipient": "old@acme.example",
         "emailCampaignId": 34, "category": "UNKNOWN_USER"},
    ]  # fmt: skip
