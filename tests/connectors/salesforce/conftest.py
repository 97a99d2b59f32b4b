"""A Salesforce organisation with a few people, who did what leads and reps do, and a connector that reads it."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from pydantic import SecretStr
from pytest_httpserver import HTTPServer
from werkzeug.serving import WSGIRequestHandler

from detente.sources.kit.connector import Stream
from detente.sources.salesforce.source import Settings, connect

from ..mapped import web
from .fake import CLIENT, SECRET, FakeSalesforce, at

RITA, TOM, QUEUE = "005000000000001AAA", "005000000000002AAA", "00G000000000001AAA"
ACME, OLD_ACME = "001000000000001AAA", "001000000000002AAA"
ADA, ADAS_LEAD, BEN, BEN_TWICE, CLEO = (
    "003000000000001AAA", "00Q000000000001AAA", "00Q000000000002AAA", "00Q000000000003AAA", "003000000000002AAA"
)  # fmt: skip
CLEO_TWICE, DEAL = "003000000000009AAA", "006000000000001AAA"


@pytest.fixture
def salesforce() -> FakeSalesforce:
    """An empty organisation."""
    return FakeSalesforce()


@pytest.fixture
def streams(
    httpserver: HTTPServer, salesforce: FakeSalesforce, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., dict[str, Stream]]:
    """Return how to connect: the streams by name."""
    monkeypatch.setattr(WSGIRequestHandler, "date_time_string", lambda *_: salesforce.date())
    httpserver.expect_request(re.compile(".*")).respond_with_handler(salesforce.answer)

    def connected(secret: str = SECRET, **settings: Any) -> dict[str, Stream]:
        url = httpserver.url_for("").rstrip("/")
        given = Settings(url=url, client_id=SecretStr(CLIENT), client_secret=SecretStr(secret), **settings)
        return {stream.name: stream for stream in connect(given, web())}

    return connected


@pytest.fixture
def organisation(salesforce: FakeSalesforce) -> FakeSalesforce:
    """An organisation in which Ada's lead was converted, Ben was merged, and a deal was lost, opened again and won."""
    fill(salesforce)
    return salesforce


def fill(org: FakeSalesforce) -> None:
    """Fill an organisation."""
    org.add("User", RITA, 0, Name="Rita Rep", Email="rita@seller.example")
    org.add("User", TOM, 0, Name="Tom Teller", Email="tom@seller.example")
    org.add("Group", QUEUE, 0, Name="Inbound", Type="Queue")
    for name, closed, won in [("Prospecting", False, False), ("Closed Won", True, True), ("Closed Lost", True, False)]:
        org.add("OpportunityStage", name, 0, MasterLabel=name, ApiName=name, IsClosed=closed, IsWon=won)
    _people(org)
    _deals(org)
    _activities(org)
    org.add("Campaign", "701A", 0, Name="Spring webinar", Type="Webinar")
    member = {"CampaignId": "701A", "LeadId": ADAS_LEAD}
    org.add("CampaignMember", "00vA", 3, **member, ContactId=ADA, Status="Attended", HasResponded=True,
            FirstRespondedDate="2025-03-03")  # fmt: skip
    org.add("CampaignMember", "00vB", 4, CampaignId="701A", LeadId=BEN, Status="Sent", HasResponded=False)
    org.add("CampaignMember", "00vC", 5000, CampaignId="701A", LeadId=BEN_TWICE, Status="Registered",
            HasResponded=True, FirstRespondedDate="2025-03-04")  # fmt: skip


def _people(org: FakeSalesforce) -> None:
    org.add("Account", ACME, 10, Name="Acme", Website="https://acme.example", OwnerId=RITA, NumberOfEmployees=1200)
    org.add("Account", OLD_ACME, 11, Name="ACME Inc", IsDeleted=True, MasterRecordId=ACME)
    org.add("Contact", ADA, 60, Name="Ada Lau", FirstName="Ada", LastName="Lau", Email="ada@acme.example",
            AccountId=ACME, OwnerId=RITA)  # fmt: skip
    org.add("Contact", CLEO_TWICE, 2, Name="Cleo Sand", IsDeleted=True, MasterRecordId=CLEO)
    org.add("Contact", CLEO, 61, Name="Cleo Sand", LastName="Sand", AccountId=ACME, OwnerId=TOM)
    org.add("Lead", ADAS_LEAD, 60, Name="Ada Lau", Email="ada@acme.example", Company="Acme", Status="Qualified",
            OwnerId=RITA, IsConverted=True, ConvertedContactId=ADA, ConvertedAccountId=ACME)  # fmt: skip
    org.add("Lead", BEN, 70, Name="Ben Ode", Email="ben@beta.example", Status="Unqualified", OwnerId=QUEUE,
            HasOptedOutOfEmail=True)  # fmt: skip
    org.add("Lead", BEN_TWICE, 71, Name="Ben Ode", IsDeleted=True, MasterRecordId=BEN)
    changes = [
        (5, ADAS_LEAD, "Owner", QUEUE, RITA, "EntityId"), (5, ADAS_LEAD, "Owner", "Inbound", "Rita Rep", "Text"),
        (20, ADAS_LEAD, "Status", "New", "Working", "Text"), (50, ADAS_LEAD, "Status", "Working", "Qualified", "Text"),
        (60, ADAS_LEAD, "leadConverted", None, None, "Text"), (70, BEN, "Status", "New", "Unqualified", "Text"),
    ]  # fmt: skip
    for n, (minutes, lead, field, old, new, kind) in enumerate(changes):
        org.add("LeadHistory", f"017{n}", minutes, LeadId=lead, Field=field, OldValue=old, NewValue=new, DataType=kind)
    org.add(
        "ContactHistory", "0171", 800, ContactId=ADA, Field="Owner", OldValue=RITA, NewValue=TOM, DataType="EntityId"
    )


def _deals(org: FakeSalesforce) -> None:
    org.add("Opportunity", DEAL, 100, AccountId=ACME, OwnerId=RITA, Name="Acme", StageName="Closed Won", Amount=6000)
    steps = [(100, "Prospecting", 5000), (200, "Closed Lost", 5000), (300, "Prospecting", 5000),
             (400, "Closed Won", 5000), (420, "Closed Won", 6000)]  # fmt: skip
    for n, (minutes, stage, amount) in enumerate(steps):
        org.add("OpportunityHistory", f"008{n}", minutes, OpportunityId=DEAL, StageName=stage, Amount=amount)
    org.add("OpportunityContactRole", "00KA", 100, OpportunityId=DEAL, ContactId=CLEO, IsPrimary=False)
    org.add("OpportunityContactRole", "00KB", 100, OpportunityId=DEAL, ContactId=ADA, IsPrimary=True)
    org.add("OpportunityContactRole", "00KC", 101, OpportunityId=DEAL, ContactId="003gone", IsDeleted=True)


def _activities(org: FakeSalesforce) -> None:
    done = {"IsClosed": True, "WhoCount": 1, "Status": "Completed"}
    org.add("Task", "00T1", 25, **done, WhoId=ADAS_LEAD, TaskSubtype="Call", CompletedDateTime=at(25),
            CallDurationInSeconds=90, CallDisposition="connected")  # fmt: skip
    org.add(
        "Task", "00T2", 26, **done, WhoId=ADAS_LEAD, TaskSubtype="Call", CallType="Inbound", CompletedDateTime=at(26)
    )
    org.add("Task", "00T3", 27, **done, WhoId=ADAS_LEAD, TaskSubtype="Email", CompletedDateTime=at(27), Subject="Hello")
    org.add(
        "Task", "00T4", 28, **done, WhoId=ADAS_LEAD, TaskSubtype="Email", CompletedDateTime=at(28), Subject="Re: Hello"
    )
    org.add("Task", "00T5", 29, **done, WhoId=ADAS_LEAD, TaskSubtype="ListEmail", CompletedDateTime=at(29))
    org.add("Task", "00T6", 30, WhoId=ADAS_LEAD, TaskSubtype="Call", IsClosed=False, Status="Not Started", WhoCount=1)
    org.add("Task", "00T7", 31, **done, WhoId=None, TaskSubtype="Call", CompletedDateTime=at(31))
    org.add("EmailMessage", "02s3", 27, ActivityId="00T3", Incoming=False)
    org.add("EmailMessage", "02s4", 28, ActivityId="00T4", Incoming=True)
    org.add("Event", "00U1", 10, WhoId=ADA, WhoCount=2, StartDateTime=at(90), Subject="Demo")
    org.add("EventWhoRelation", "0RE1", 40, EventId="00U1", RelationId=ADA)
    org.add("EventWhoRelation", "0RE2", 40, EventId="00U1", RelationId=CLEO)
    org.add("Event", "00U2", 41, WhoId=ADA, WhoCount=1, StartDateTime=at(200_000), Subject="In the summer")
