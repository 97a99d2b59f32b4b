"""Shapes recorded from Salesforce parse completely: the tables a warehouse keeps of it, and a whole graph of records.

The keys of the warehouse's tables join in no pair. The graph (NPSP) has plain integers for ids and no times of creation
or change: records are of one day, and an opportunity of the day on which it closed.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from detente.sources.salesforce.records import members

from ..mapped import SOURCES, Mapped, spooled
from ..recorded import needs, table

MAPPING = SOURCES / "salesforce" / "mapping.yaml"
SEEDS = "fivetran-salesforce/seeds"
DAY = "2020-01-02T00:00:00.000+0000"

pytestmark = [needs("fivetran-salesforce"), needs("npsp-1k")]

TABLES = {"account": "accounts", "contact": "contacts", "lead": "leads", "opportunity": "opportunities",
          "task": "tasks", "event": "events"}  # fmt: skip


def of_api(row: Mapping[str, str]) -> dict[str, Any]:
    """A row of a warehouse as Salesforce's API gives it: its names, nulls and truths."""
    return {
        _name(column): {"true": True, "false": False}.get(value.lower(), value or None) for column, value in row.items()
    }


def _name(column: str) -> str:
    custom = re.fullmatch(r"(.+)_c", column)
    return f"{custom[1]}__c" if custom else "".join(part.capitalize() for part in column.split("_"))


def rows_of(name: str) -> list[dict[str, Any]]:
    """The rows of a table as they are landed."""
    rows = [of_api(row) for row in table(f"{SEEDS}/sf_{name}_data")]
    for row in rows:
        row.setdefault("SystemModstamp", row["FivetranSynced"])
        if name in ("task", "event"):
            row |= {"who": row["WhoId"], "key": f"{row['Id']}:{row['WhoId']}"}
    return rows


def test_every_row_of_the_warehouse_is_taken(tmp_path: Path) -> None:
    rows = {stream: rows_of(name) for name, stream in TABLES.items()}
    landed = Mapped(spooled(tmp_path, rows), MAPPING)
    assert landed.records == {stream: len(table(f"{SEEDS}/sf_{name}_data")) for name, stream in TABLES.items()}
    assert landed.set_aside == {}
    deleted = {stream: sum(row.get("IsDeleted") is True for row in found) for stream, found in rows.items()}
    assert Counter(link["other_record"] for link in landed.links if link["relation"] == "deleted") == {
        subject: count
        for subject, count in (
            ("account", deleted["accounts"]),
            ("person", deleted["contacts"] + deleted["leads"]),
            ("deal", deleted["opportunities"]),
        )
        if count
    }
    assert landed.related("same_as") == {("00Q1G00000nDnM5UAK", "0031G00001QtDPlQAN")}
    alive = [row for row in rows["events"] if row["IsDeleted"] is not True and row["IsChild"] is not True]
    assert len(landed.of("touch")) == len(alive), "tasks that do not say what was done are no touches"
    assert len(landed.of("deal_open")) == len(rows["opportunities"]) - deleted["opportunities"]


def test_snapshots_of_opportunities_tell_their_stages(tmp_path: Path) -> None:
    rows = []
    for row in map(of_api, table(f"{SEEDS}/sf_opportunity_history_data")):
        outcome = ("won" if row["IsWon"] else "lost") if row["IsClosed"] else "open"
        rows.append({
            **row, "Id": f"{row['Id']}:{row['FivetranStart']}", "OpportunityId": row["Id"], "outcome": outcome,
            "Opportunity": {"AccountId": row["AccountId"], "CreatedDate": row["CreatedDate"]}, "reopened": False,
        })  # fmt: skip
    landed = Mapped(spooled(tmp_path, {"opportunity_history": rows}), MAPPING)
    assert landed.set_aside == {}
    assert len(landed.of("deal_stage")) == len(rows)
    assert len(landed.of("deal_won")) == sum(row["outcome"] == "won" for row in rows)


def test_a_whole_graph_keeps_its_accounts_contact_roles_and_campaigns(tmp_path: Path) -> None:
    roles = defaultdict(list)
    for role in table("npsp-1k/OpportunityContactRole"):
        roles[role["opportunity_id"]].append(role["contact_id"])
    campaigns = {row["id"]: row["name"] for row in table("npsp-1k/Campaign")}
    deals = table("npsp-1k/Opportunity")
    rows: dict[str, list[dict[str, Any]]] = {
        "accounts": [
            {"Id": row["id"], "SystemModstamp": DAY, **row} for row in table("npsp-1k/Account")
        ],
        "contacts": [
            {"Id": row["id"], "AccountId": row["account_id"], "SystemModstamp": DAY, **row}
            for row in table("npsp-1k/Contact")
        ],
        "opportunities": [
            {"Id": row["id"], "AccountId": row["account_id"], "CreatedDate": row["close_date"],
             "contacts": ";".join(roles[row["id"]])}
            for row in deals
        ],
        "campaign_members": members([
            {"Id": row["id"], "ContactId": row["contact_id"], "Status": row["status"], "CreatedDate": DAY,
             "HasResponded": row["status"] == "Responded", "Campaign": {"Name": campaigns[row["campaign_id"]]}}
            for row in table("npsp-1k/CampaignMember")
        ]),
    }  # fmt: skip
    landed = Mapped(spooled(tmp_path, rows), MAPPING)
    assert landed.records == {"accounts": 1223, "contacts": 1024, "opportunities": 1517, "campaign_members": 1699}
    assert landed.set_aside == {}
    assert len(landed.related("account")) == sum(bool(row["account_id"]) for row in table("npsp-1k/Contact"))
    named = sum(len(set(roles[row["id"]])) or 1 for row in deals)
    opened = {(fact["deal"], fact.get("record")) for fact in landed.of("deal_open")}
    assert len(opened) == named
    responded = Counter(row["status"] for row in table("npsp-1k/CampaignMember"))["Responded"]
    assert len(landed.of("campaign_response")) == responded
    assert sum("person.email" in fact for fact in landed.of("enrich")) == 470
