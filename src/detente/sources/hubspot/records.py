"""HubSpot's records as rows: with their owner by name, their people, and one row per version, contact or merge.

Input: records as `api` gives them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import Any

from detente.sources.hubspot.api import Api, Record, millis
from detente.sources.hubspot.changes import Reshape
from detente.sources.hubspot.history import versions
from detente.sources.kit.connector import Row

OWNER, STAGE = "hubspot_owner_id", "dealstage"
MERGED = "hs_merged_object_ids"
_SEPARATOR = ";"


class Names:
    """What ids mean: owners and the stages of deals, each asked for once a run."""

    def __init__(self, api: Api) -> None:
        self._api = api

    def owner(self, identity: str | None) -> str | None:
        """Return an owner's e-mail address; the id itself where HubSpot no longer knows it."""
        return self._owners.get(identity, identity) if identity else None

    def stage(self, identity: str | None) -> Record | None:
        """Return a deal stage: id, label, pipeline, outcome (open, won, lost; none where the stage is no more)."""
        if not identity:
            return None
        return self._stages.get(identity, {"id": identity, "label": identity, "pipeline": None, "outcome": None})

    @cached_property
    def _owners(self) -> dict[str, str]:
        return {
            owner["id"]: owner["email"]
            for archived in ("true", "false")
            for page in self._api.listing("/crm/v3/owners/", {"limit": 500, "archived": archived})
            for owner in page
            if owner.get("email")
        }

    @cached_property
    def _stages(self) -> dict[str, Record]:
        return {
            stage["id"]: {**_stage(stage), "pipeline": pipeline["label"]}
            for pipeline in self._api.get("/crm/v3/pipelines/deals", {}).get("results") or []
            for stage in pipeline["stages"]
        }


def _stage(stage: Record) -> Record:
    told = stage.get("metadata") or {}
    closed = str(told.get("isClosed")).lower() == "true"
    won = float(told.get("probability") or 0) >= 1
    return {"id": stage["id"], "label": stage["label"], "outcome": ("won" if won else "lost") if closed else "open"}


def with_owner(names: Names) -> Reshape:
    """Return how to add `owner` to records."""
    return lambda rows: [{**row, "owner": names.owner(row["properties"].get(OWNER))} for row in rows]


def with_people(api: Api) -> Reshape:
    """Return how to add to deals their `company` and `contacts` (ids with ; between them)."""
    return lambda records: _with_people(api, records, "id")


def _with_people(api: Api, rows: Sequence[Row], field: str) -> list[Record]:
    deals = list(dict.fromkeys(row[field] for row in rows))
    contacts, companies = (api.associated("deals", other, deals) for other in ("contacts", "companies"))
    return [
        {
            **row,
            "contacts": _SEPARATOR.join(contacts.get(row[field], ())),
            "company": next(iter(companies.get(row[field], ())), None),
        }
        for row in rows
    ]


def contact_versions(api: Api, names: Names, properties: Sequence[str]) -> Reshape:
    """Return how to make one row of every value the properties of contacts have had."""

    def reshape(records: Sequence[Row]) -> list[Record]:
        found = api.with_history("contacts", [record["id"] for record in records], properties)
        rows = (row for record in found for row in versions(record))
        return [{**row, "owner": names.owner(row["then"].get(OWNER))} for row in rows]

    return reshape


def deal_versions(api: Api, names: Names, properties: Sequence[str]) -> Reshape:
    """Return how to make one row of every value the properties of deals have had, with the stage they were in."""

    def reshape(records: Sequence[Row]) -> list[Record]:
        found = api.with_history("deals", [record["id"] for record in records], properties)
        rows = [_with_stage(row, names) for record in found for row in versions(record)]
        return _with_people(api, rows, "record")

    return reshape


def _with_stage(row: Record, names: Names) -> Record:
    """Return a version with the `stage` of the deal then, and whether it `reopened` a closed one."""
    stage, before = (
        names.stage(row["then"].get(STAGE)),
        names.stage(row["before"]) if row["property"] == STAGE else None,
    )
    reopened = _outcome(before) in ("won", "lost") and _outcome(stage) == "open"
    return {**row, "stage": stage, "reopened": reopened}


def _outcome(stage: Record | None) -> Any:  # noqa: ANN401  a text of the row, or none
    return stage["outcome"] if stage else None


def per_contact(api: Api, kind: str) -> Reshape:
    """Return how to make one row of every engagement and contact that took part.

    `key` is both their ids; `known`, when HubSpot knew of it: a mail that is sent later is created before.
    """

    def reshape(records: Sequence[Row]) -> list[Record]:
        contacts = api.associated(kind, "contacts", [record["id"] for record in records])
        return [
            {**record, "contact": contact, "key": f"{record['id']}:{contact}", **about}
            for record, about in zip(records, map(_about, records), strict=True)
            for contact in contacts.get(record["id"], ())
        ]

    return reshape


def _about(record: Row) -> Record:
    properties = record["properties"]
    times = [time for name in ("hs_timestamp", "hs_createdate") if (time := properties.get(name))]
    length = properties.get("hs_call_duration")  # in milliseconds
    return {
        "known": max(times, key=millis, default=None),
        "seconds": int(length) / 1000 if length and length.isdigit() else None,
    }


def merges(records: Sequence[Row]) -> list[Record]:
    """Return one row of every record that was merged into another: `id`, and `merged`, the id it had."""
    return [
        {"key": f"{record['id']}:{merged}", "id": record["id"], "merged": merged, "updatedAt": record["updatedAt"]}
        for record in records
        for merged in _parts(record["properties"].get(MERGED))
        if merged != record["id"]
    ]


def _parts(written: str | None) -> Iterable[str]:
    return (part.strip() for part in (written or "").split(_SEPARATOR) if part.strip())
