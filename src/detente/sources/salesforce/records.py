"""Salesforce's records as rows: with their owner by name, one row per person of an activity, deals with their history.

Input: records as `api` gives them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from detente.sources.kit.connector import Cursor, Page, Row
from detente.sources.salesforce.api import Api, Record, instant, iso
from detente.sources.salesforce.changes import Reader, Reshape, Wanted, changed, readable

_SEPARATOR = ";"
ROLES = Wanted("OpportunityContactRole", ("OpportunityId",))


def named(api: Api) -> Reshape:
    """Return how to add `owner` to records."""
    return lambda rows: [{**row, "owner": _person(api, row.get("OwnerId"))} for row in rows]


def _person(api: Api, identity: str | None) -> str | None:
    """Return a user's address or a queue's name; the id itself where neither can be seen."""
    return api.people.get(identity, identity) if identity else None


def versions(api: Api) -> Reshape:
    """Return how to add to the history of fields `owner`, the new owner where the owner changed."""

    def reshape(records: Sequence[Row]) -> list[Record]:
        return [{**record, "owner": _new_owner(api, record)} for record in records]

    return reshape


def _new_owner(api: Api, record: Row) -> str | None:
    """Return who got a record. Such a change has two rows, one with ids and one with names; the first one counts."""
    moved = record.get("Field") == "Owner" and record.get("DataType") == "EntityId"
    return _person(api, record.get("NewValue")) if moved else None


def per_person(api: Api, kind: str) -> Reshape:
    """Return how to make one row of every activity and person in it: `who`, and `key`, both ids.

    `known`: when Salesforce knew that it took place. `incoming`: whether an e-mail came in, where that can be seen.
    """

    def reshape(records: Sequence[Row]) -> list[Record]:
        others, incoming = _others(api, kind, records), _incoming(api, records)
        return [
            {
                **record,
                **incoming.get(record["Id"], {}),
                "who": who,
                "key": f"{record['Id']}:{who}",
                "known": _known(record),
            }
            for record in records
            for who in dict.fromkeys((record.get("WhoId"), *others.get(record["Id"], ())))
            if who
        ]

    return reshape


def _others(api: Api, kind: str, records: Sequence[Row]) -> dict[str, list[str]]:
    """Return the people of activities that have more than one."""
    relation = f"{kind}WhoRelation"
    several = [record["Id"] for record in records if int(record.get("WhoCount") or 0) > 1]
    others: dict[str, list[str]] = {}
    if several and {f"{kind}Id", "RelationId"} <= api.fields(relation):
        for row in api.where_in(f"SELECT {kind}Id, RelationId FROM {relation}", f"{kind}Id", several):
            others.setdefault(row[f"{kind}Id"], []).append(row["RelationId"])
    return others


def _incoming(api: Api, records: Sequence[Row]) -> dict[str, Record]:
    mails = [record["Id"] for record in records if record.get("TaskSubtype") == "Email"]
    if not mails or not {"ActivityId", "Incoming"} <= api.fields("EmailMessage"):
        return {}
    found = api.where_in("SELECT ActivityId, Incoming FROM EmailMessage", "ActivityId", mails)
    return {row["ActivityId"]: {"incoming": row["Incoming"]} for row in found}


def _known(record: Row) -> str | None:
    times = [time for name in ("StartDateTime", "CompletedDateTime", "CreatedDate") if (time := record.get(name))]
    return max(times, key=instant, default=None)


def members(records: Sequence[Row]) -> list[Record]:
    """Return campaign members with `person`, and `responded` and `known`: when they did, and when that was known.

    Salesforce keeps the day of the first response. On the day the member was added it was then, else at its beginning.
    """
    return [{**row, "person": row.get("ContactId") or row.get("LeadId"), **_response(row)} for row in records]


def _response(record: Row) -> Record:
    created, day = record.get("CreatedDate"), record.get("FirstRespondedDate")
    if day and created and not created.startswith(day):
        return {"responded": day, "known": max(day, created)}
    return {"responded": created or day, "known": created}


def with_contacts(api: Api) -> Reshape:
    """Return how to add to opportunities their `contacts` (ids with ; between them) and `owner`."""

    def reshape(records: Sequence[Row]) -> list[Record]:
        contacts = _contacts(api, [record["Id"] for record in records])
        return [
            {**record, "contacts": contacts.get(record["Id"]), "owner": _person(api, record.get("OwnerId"))}
            for record in records
        ]

    return reshape


def _contacts(api: Api, deals: Sequence[str]) -> dict[str, str]:
    """Return the contacts of opportunities, the primary one first."""
    found: dict[str, list[str]] = {}
    if {"OpportunityId", "ContactId", "IsPrimary"} <= api.fields(ROLES.kind):
        select = f"SELECT OpportunityId, ContactId FROM {ROLES.kind}"
        order = " AND IsDeleted = false ORDER BY OpportunityId, IsPrimary DESC, ContactId"
        for role in api.where_in(select, "OpportunityId", deals, order):
            found.setdefault(role["OpportunityId"], []).append(role["ContactId"])
    return {deal: _SEPARATOR.join(contacts) for deal, contacts in found.items()}


def deal_history(api: Api, wanted: Wanted) -> Reader:
    """Return how to read what became of opportunities: whole, whenever a row was added or a contact was named.

    Row: a row of OpportunityHistory with the deal's `contacts`, the `outcome` of its stage (open, won, lost) and
    whether it `reopened` a closed deal.
    """

    def read(cursor: Cursor) -> Iterator[Page]:
        state = dict(cursor)
        sources = {"modified": replace(wanted, fields=("OpportunityId",))}
        if api.fields(ROLES.kind):
            sources["roles"] = ROLES
        began = api.now
        for field, source in sources.items():
            if field == "roles" and not cursor:  # all that there are have just been asked for
                yield Page((), {**state, "roles": iso(began)})
                return
            for records, until in changed(api, source, state.get(field)):
                state[field] = until
                yield Page(_history(api, wanted, _deals(records)), dict(state))

    return read


def _deals(records: Iterable[Row]) -> list[str]:
    return list(dict.fromkeys(record["OpportunityId"] for record in records if record.get("OpportunityId")))


def _history(api: Api, wanted: Wanted, deals: Sequence[str]) -> list[Record]:
    select = f"SELECT {', '.join(readable(api, wanted))} FROM {wanted.kind}"
    contacts = _contacts(api, deals)
    before: dict[str, str | None] = {}
    rows = []
    for record in api.where_in(select, "OpportunityId", deals, " ORDER BY OpportunityId, CreatedDate, Id"):
        deal, outcome = record["OpportunityId"], api.outcomes.get(record.get("StageName") or "")
        reopened = before.get(deal) in ("won", "lost") and outcome == "open"
        before[deal] = outcome
        rows.append({**record, "contacts": contacts.get(deal), "outcome": outcome, "reopened": reopened})
    return rows
