"""The Salesforce connector: which streams there are, and what each reads.

Input: the settings of a source, and the way to Salesforce. README.md says which permissions the app's user needs.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict, Field, SecretStr

from detente.sources.kit.connector import Stream
from detente.sources.salesforce.api import Api, App
from detente.sources.salesforce.changes import Reader, Reshape, Wanted, begun, pages
from detente.sources.salesforce.records import deal_history, members, named, per_person, versions, with_contacts

if TYPE_CHECKING:
    from detente.sources.kit.web import Web

_ALL = ("CreatedDate", "LastModifiedDate", "IsDeleted")
_HISTORY = ("Field", "OldValue", "NewValue", "DataType", "CreatedById", "IsDeleted")
MERGED = ("Account", "Contact", "Lead")
PER_PERSON = ("tasks", "events")
FIELDS: Mapping[str, Sequence[str]] = {
    "Account": (*_ALL, "ParentId", "OwnerId", "Name", "Type", "Website", "Phone", "BillingStreet",
                "BillingCity", "BillingState", "BillingPostalCode", "BillingCountry", "Industry", "NumberOfEmployees"),
    "Contact": (*_ALL, "AccountId", "OwnerId", "Name", "FirstName", "LastName", "Email", "Phone",
                "MobilePhone", "Title", "MailingStreet", "MailingCity", "MailingState", "MailingPostalCode",
                "MailingCountry", "LeadSource", "HasOptedOutOfEmail"),
    "Lead": (*_ALL, "OwnerId", "Status", "IsConverted", "ConvertedDate", "ConvertedContactId",
             "ConvertedAccountId", "ConvertedOpportunityId", "Name", "FirstName", "LastName", "Email", "Phone",
             "MobilePhone", "Title", "Company", "Website", "Industry", "NumberOfEmployees", "Street", "City", "State",
             "PostalCode", "Country", "LeadSource", "HasOptedOutOfEmail"),
    "LeadHistory": ("LeadId", *_HISTORY),
    "ContactHistory": ("ContactId", *_HISTORY),
    "Opportunity": (*_ALL, "AccountId", "OwnerId", "Name", "StageName", "Amount", "CloseDate", "IsClosed", "IsWon",
                    "LeadSource", "CampaignId"),
    "OpportunityHistory": ("OpportunityId", "Opportunity.AccountId", "Opportunity.CreatedDate", "StageName", "Amount",
                           "CloseDate", "IsDeleted"),
    "Task": (*_ALL, "WhoId", "WhoCount", "WhatId", "AccountId", "OwnerId", "Subject", "Status", "Type", "TaskSubtype",
             "IsClosed", "ActivityDate", "CompletedDateTime", "CallType", "CallDisposition", "CallDurationInSeconds"),
    "Event": (*_ALL, "WhoId", "WhoCount", "WhatId", "AccountId", "OwnerId", "Subject", "Type", "EventSubtype",
              "StartDateTime", "EndDateTime", "IsChild"),
    "CampaignMember": (*_ALL, "LeadId", "ContactId", "CampaignId", "Campaign.Name", "Campaign.Type", "Status",
                       "HasResponded", "FirstRespondedDate"),
}  # fmt: skip
"""Object → the fields that are read of it, as far as the app's user may see them."""


class Settings(BaseModel):
    """`[sources.NAME]` of a Salesforce organisation."""

    model_config = ConfigDict(extra="forbid")

    url: str = Field(description="The organisation's My Domain address: https://example.my.salesforce.com.")
    client_id: SecretStr = Field(description="The consumer key of the connected app.")
    client_secret: SecretStr = Field(description="The consumer secret of the connected app.")
    version: str = Field("62.0", pattern=r"^\d\d\.0$", description="The version of the API.")
    share: float = Field(
        0.8, gt=0, le=1, description="Of the organisation's requests a day, the share after which this source stops."
    )
    without: list[str] = Field(default_factory=list, description="Objects that are not to be read.")
    fields: dict[str, list[str]] = Field(
        default_factory=dict, description="Object → further fields to read, for a mapping of one's own."
    )


def connect(settings: Settings, web: Web) -> Sequence[Stream]:
    """Return the streams of a Salesforce organisation."""
    client_id, client_secret = settings.client_id.get_secret_value(), settings.client_secret.get_secret_value()
    api = Api(web, App(settings.url, client_id, client_secret, settings.version, settings.share))
    person = named(api)
    streams = [
        _stream(api, "accounts", _wanted("Account", settings, person, deletions=True)),
        _stream(api, "contacts", _wanted("Contact", settings, person, deletions=True)),
        _stream(api, "leads", _wanted("Lead", settings, person, deletions=True)),
        *(_stream(api, f"{kind.lower()}_merges", _merged(kind)) for kind in MERGED),
        _stream(api, "lead_history", _wanted("LeadHistory", settings, versions(api), modified="CreatedDate")),
        _stream(api, "contact_history", _wanted("ContactHistory", settings, versions(api), modified="CreatedDate")),
        _stream(api, "opportunities", _wanted("Opportunity", settings, with_contacts(api), deletions=True)),
        _stream(
            api, "opportunity_history", _wanted("OpportunityHistory", settings, modified="CreatedDate"), deal_history
        ),
        _stream(api, "tasks", _wanted("Task", settings, per_person(api, "Task"))),
        _stream(api, "events", _wanted("Event", settings, per_person(api, "Event")), begun),
        _stream(api, "campaign_members", _wanted("CampaignMember", settings, members)),
    ]
    return [stream for kind, stream in streams if kind not in settings.without]


def _merged(kind: str) -> Wanted:
    return Wanted(kind, ("MasterRecordId",), where="MasterRecordId != null")


def _wanted(
    kind: str, settings: Settings, reshape: Reshape = list, *, modified: str = "SystemModstamp", deletions: bool = False
) -> Wanted:
    fields = (*FIELDS[kind], *settings.fields.get(kind, ()))
    return Wanted(kind, fields, modified, reshape, deletions=deletions)


def _stream(api: Api, name: str, wanted: Wanted, read: Callable[[Api, Wanted], Reader] = pages) -> tuple[str, Stream]:
    key = "key" if name in PER_PERSON else "Id"
    return wanted.kind, Stream(name, key, read(api, wanted))
