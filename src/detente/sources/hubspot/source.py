"""The HubSpot connector: which streams there are, and what each reads.

Input: the settings of a source, and the way to HubSpot. README.md says which permission each stream needs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from functools import partial
from typing import TYPE_CHECKING, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr

from detente.sources.hubspot.api import Api
from detente.sources.hubspot.changes import Kind, Wanted, pages
from detente.sources.hubspot.events import email_events, form_submissions
from detente.sources.hubspot.records import (
    MERGED,
    OWNER,
    STAGE,
    Names,
    contact_versions,
    deal_versions,
    merges,
    per_contact,
    with_owner,
    with_people,
)
from detente.sources.kit.connector import Stream

if TYPE_CHECKING:
    from detente.sources.kit.web import Web

CONTACTS, COMPANIES, DEALS = Kind("contacts", "lastmodifieddate"), Kind("companies"), Kind("deals")

PROPERTIES: Mapping[str, Sequence[str]] = {
    "contacts": (
        "createdate", "email", "firstname", "lastname", "phone", "mobilephone", "jobtitle", "address", "city", "state",
        "zip", "country", "company", "website", "industry", "associatedcompanyid", OWNER, "hs_analytics_source",
        "hs_analytics_source_data_1", "hs_analytics_first_visit_timestamp", "hs_analytics_first_url",
    ),
    "companies": (
        "createdate", "name", "domain", "website", "phone", "address", "city", "state", "zip", "country", "industry",
        "numberofemployees", "annualrevenue", OWNER,
    ),
    "deals": ("createdate", "dealname", "pipeline"),
    "calls": ("hs_timestamp", "hs_createdate", "hs_call_direction", "hs_call_disposition", "hs_call_status",
              "hs_call_duration", "hs_call_title", OWNER),
    "emails": ("hs_timestamp", "hs_createdate", "hs_email_direction", "hs_email_status", "hs_email_subject",
               "hs_sequence_id", OWNER),
    "meetings": ("hs_timestamp", "hs_createdate", "hs_meeting_outcome", "hs_meeting_title", "hs_activity_type", OWNER),
    "communications": ("hs_timestamp", "hs_createdate", "hs_communication_channel_type", OWNER),
    "tasks": ("hs_timestamp", "hs_createdate", "hs_task_type", "hs_task_status", "hs_task_subject",
              "hs_task_completion_date", OWNER),
    "notes": ("hs_timestamp", "hs_createdate", OWNER),
}  # fmt: skip
"""Kind of record → the properties that are read of it."""

HISTORY: Mapping[str, Sequence[str]] = {
    "contacts": ("lifecyclestage", "hs_lead_status", OWNER, "hs_email_optout", "jobtitle", "country", "industry"),
    "deals": (STAGE, "amount", "closed_lost_reason"),
}
"""Kind of record → the properties whose every value is read."""

ENGAGEMENTS = ("calls", "emails", "meetings", "communications", "tasks", "notes")

Read = Literal["contacts", "companies", "deals", "calls", "emails", "meetings", "communications", "tasks", "notes"]
Kept = Literal["contacts", "deals"]


class Settings(BaseModel):
    """`[sources.NAME]` of a HubSpot account."""

    model_config = ConfigDict(extra="forbid")

    token: SecretStr = Field(description="The access token of a private app.")
    url: str = Field("https://api.hubapi.com", description="Where HubSpot's API is.")
    since: date = Field(date(2020, 1, 1), description="E-mail events before this day are not read.")
    properties: dict[Read, list[str]] = Field(
        default_factory=dict, description="Further properties to read, for a mapping of one's own."
    )
    history: dict[Kept, list[str]] = Field(
        default_factory=dict, description="Further properties of which every value is to be read."
    )
    requests: int = Field(
        100, ge=50, le=190, description="Requests that may be made in ten seconds: what the plan allows an app."
    )


def connect(settings: Settings, web: Web) -> Sequence[Stream]:
    """Return the streams of a HubSpot account."""
    api = Api(web, settings.url, settings.token.get_secret_value(), settings.requests)
    names = Names(api)
    read, kept = _joined(PROPERTIES, settings.properties), _joined(HISTORY, settings.history)
    stream = partial(_stream, api)
    return [
        stream("companies", Wanted(COMPANIES, read["companies"], reshape=with_owner(names), archived=True)),
        stream("contacts", Wanted(CONTACTS, read["contacts"], reshape=with_owner(names), archived=True)),
        stream("contact_history", Wanted(CONTACTS, (), reshape=contact_versions(api, names, kept["contacts"]))),
        stream("deals", Wanted(DEALS, read["deals"], reshape=with_people(api), archived=True)),
        stream("deal_history", Wanted(DEALS, (), reshape=deal_versions(api, names, kept["deals"]))),
        stream("contact_merges", Wanted(CONTACTS, (MERGED,), MERGED, merges), "key"),
        stream("company_merges", Wanted(COMPANIES, (MERGED,), MERGED, merges), "key"),
        stream("deal_merges", Wanted(DEALS, (MERGED,), MERGED, merges), "key"),
        *(stream(kind, Wanted(Kind(kind), read[kind], reshape=per_contact(api, kind)), "key") for kind in ENGAGEMENTS),
        Stream("form_submissions", "conversionId", form_submissions(api)),
        Stream("email_events", "id", email_events(api, settings.since)),
    ]


def _stream(api: Api, name: str, wanted: Wanted, key: str = "id") -> Stream:
    return Stream(name, key, pages(api, wanted))


def _joined(standard: Mapping[str, Sequence[str]], more: Mapping[Any, Sequence[str]]) -> dict[str, list[str]]:
    return {kind: list(dict.fromkeys((*names, *more.get(kind, ())))) for kind, names in standard.items()}
