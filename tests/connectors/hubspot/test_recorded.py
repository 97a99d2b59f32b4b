"""Shapes recorded from HubSpot parse completely: payloads of its API, and the tables that a warehouse keeps of it.

The values of the tables are masked, so addresses are completed; their keys join in no pair, so where a row has nobody,
it is given to "0".
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from detente.sources.hubspot.history import versions

from ..mapped import SOURCES, Mapped, spooled
from ..recorded import SHARED, millis, needs, reshaped, table, utc

MAPPING = SOURCES / "hubspot" / "mapping.yaml"
SEEDS = "fivetran-hubspot/seeds"

pytestmark = [needs("fivetran-hubspot"), needs("dlt-hubspot")]

COLUMNS: Mapping[str, tuple[str, Mapping[str, str]]] = {
    "company": ("companies", {
        "id": "id", "archived": "is_deleted", "updatedAt": "_fivetran_synced", "properties.name": "property_name",
        "properties.address": "property_address", "properties.city": "property_city",
        "properties.country": "property_country", "properties.industry": "property_industry"}),
    "contact": ("contacts", {
        "id": "id", "archived": "_fivetran_deleted", "updatedAt": "_fivetran_synced",
        "properties.email": "property_email", "properties.firstname": "property_firstname",
        "properties.lastname": "property_lastname", "properties.company": "property_company",
        "properties.jobtitle": "property_jobtitle"}),
    "contact_property_history": ("contact_history", {
        "record": "contact_id", "property": "name", "value": "value", "timestamp": "timestamp"}),
    "contact_merge_audit": ("contact_merges", {"id": "canonical_vid", "merged": "vid_to_merge"}),
    "contact_form_submission": ("form_submissions", {
        "conversionId": "conversion_id", "form.id": "form_id", "form.name": "title", "pageUrl": "page_url",
        "submittedAt": "timestamp", "person": "contact_id", "contact": "contact_id"}),
    "deal": ("deals", {"id": "deal_id", "archived": "is_deleted", "properties.createdate": "property_createdate"}),
    "deal_stage": ("deal_history", {
        "record": "deal_id", "value": "value", "stage.label": "value", "timestamp": "date_entered"}),
    "merged_deal": ("deal_merges", {"id": "deal_id", "merged": "merged_deal_id", "updatedAt": "_fivetran_synced"}),
    "email_event": ("email_events", {
        "id": "id", "created": "created", "type": "type", "filteredEvent": "filtered_event", "recipient": "recipient",
        "person": "recipient", "emailCampaignId": "email_campaign_id"}),
    "engagement_call": ("calls", {
        "id": "engagement_id", "properties.hs_timestamp": "property_hs_timestamp", "known": "property_hs_createdate"}),
    "engagement_email": ("emails", {
        "id": "engagement_id", "properties.hs_timestamp": "property_hs_timestamp", "known": "property_hs_createdate",
        "properties.hs_email_subject": "property_hs_email_subject"}),
    "engagement_communication": ("communications", {
        "id": "engagement_id", "properties.hs_timestamp": "property_hs_timestamp", "known": "property_hs_createdate"}),
    "engagement_meeting": ("meetings", {
        "id": "engagement_id", "properties.hs_timestamp": "start_time",
        "properties.hs_meeting_outcome": "meeting_outcome"}),
    "engagement_note": ("notes", {
        "id": "engagement_id", "properties.hs_timestamp": "property_hs_timestamp", "known": "property_hs_createdate"}),
    "engagement_task": ("tasks", {
        "id": "engagement_id", "properties.hs_timestamp": "property_hs_timestamp",
        "properties.hs_task_type": "property_hs_task_type"}),
}  # fmt: skip
"""Table of the warehouse → stream, and where its columns stand in what HubSpot's API gives."""

TIMES = {"updatedAt", "timestamp", "createdate", "hs_timestamp", "known"}


def rows_of(name: str) -> Iterator[dict[str, Any]]:
    """The rows of a table as HubSpot's API would give them."""
    stream, columns = COLUMNS[name]
    contacts = {row["engagement_id"]: row["contact_id"] for row in table(f"{SEEDS}/engagement_contact_data")}
    for row in table(f"{SEEDS}/{name}_data"):
        shaped = reshaped(row, columns)
        for held in (shaped, shaped.get("properties", {})):
            held |= {key: utc(value) for key, value in held.items() if key in TIMES and value}
        if stream.endswith("_history"):
            shaped |= {"id": f"{shaped['record']}:{shaped['timestamp']}"}
            shaped.setdefault("property", "dealstage")
        for key in ("created", "submittedAt"):
            shaped |= {key: millis(shaped[key])} if key in shaped else {}
        if name == "contact":
            shaped["properties"]["email"] += "@masked.example"
        if name == "email_event":
            shaped |= {"recipient": f"{shaped['recipient']}@masked.example"}
        if name.startswith("engagement_"):
            contact = contacts.get(shaped["id"], "0")
            shaped |= {"contact": contact, "key": f"{shaped['id']}:{contact}"}
        yield shaped


def test_every_row_of_the_warehouse_is_taken(tmp_path: Path) -> None:
    rows = {stream: list(rows_of(name)) for name, (stream, _) in COLUMNS.items()}
    landed = Mapped(spooled(tmp_path, rows), MAPPING)
    assert landed.records == {stream: len(table(f"{SEEDS}/{name}_data")) for name, (stream, _) in COLUMNS.items()}
    assert landed.set_aside == {}
    types = Counter(row["type"] for row in table(f"{SEEDS}/email_event_data"))
    kinds = Counter(fact["kind"] for fact in landed.facts)
    assert kinds == {
        "enrich": 24 + 22 + 100,  # companies, contacts, addresses of mail events without a contact
        "form_submit": 5,
        "deal_open": 44,
        "deal_stage": 14,
        "email_send": types["SENT"],
        "email_open": types["OPEN"],
        "touch": 3,  # a call, an e-mail, a message; meetings have no outcome, the note and the tasks are no touches
    }
    assert len(landed.related("same_as")) == 4
    assert sum(link["relation"] == "deleted" for link in landed.links) == 14
    automated = Counter(row["filtered_event"] for row in table(f"{SEEDS}/email_event_data") if row["type"] == "OPEN")
    assert Counter(str(fact.get("automated", "")).lower() for fact in landed.of("email_open")) == automated


def test_masked_addresses_are_set_aside_by_name_and_nothing_else_is(tmp_path: Path) -> None:
    rows = list(rows_of("contact"))
    for row in rows:
        row["properties"]["email"] = row["properties"]["email"].removesuffix("@masked.example")
    landed = Mapped(spooled(tmp_path, {"contacts": rows}), MAPPING)
    assert landed.set_aside == {("contacts", "bad-email"): 22}


def test_payloads_of_the_api_are_taken_as_they_came(tmp_path: Path) -> None:
    payload = {
        name: json.loads((SHARED / "dlt-hubspot" / f"{name}.json").read_text())["results"]
        for name in ("companies_data", "contacts_data", "contacts_with_history", "deals_data")
    }
    history = [row for record in payload["contacts_with_history"] for row in versions(record)]
    rows = {
        "companies": payload["companies_data"],
        "contacts": [*payload["contacts_data"], *payload["contacts_with_history"]],
        "contact_history": history,
        "deals": payload["deals_data"],
    }
    landed = Mapped(spooled(tmp_path, rows), MAPPING)
    assert landed.set_aside == {}
    told = sum(
        len(found) for record in payload["contacts_with_history"] for found in record["propertiesWithHistory"].values()
    )
    assert landed.records == {"companies": 2, "contacts": 4, "contact_history": told, "deals": 2}
    assert {fact.get("person.email") for fact in landed.of("enrich")} >= {"emailmaria@hubspot.com", "bh@hubspot.com"}
    assert len(landed.of("deal_open")) == 2
