"""Which records of Salesforce changed since, in the order of (SystemModstamp, Id); and which were deleted.

Input: `api`. SystemModstamp moves with every change, LastModifiedDate only with those of people. A query keeps its
order while it is read, but shows a record as it is by then: what changed after the query began moves no cursor.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from detente.core.errors import SourceRefused
from detente.sources.kit.connector import Cursor, Page, Row
from detente.sources.salesforce.api import Api, Record, instant, iso

OVERLAP = timedelta(minutes=10)
"""How far before its cursor a stream begins: a transaction commits some time after it stamped its records."""

_REMEMBERED = timedelta(days=29)
_SHORTEST = timedelta(minutes=2)
Reshape = Callable[[Sequence[Row]], Sequence[Row]]
Reader = Callable[[Cursor], Iterator[Page]]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a stream wants of an object: fields, by which time they change, in which shape."""

    kind: str
    fields: Sequence[str]
    modified: str = "SystemModstamp"
    reshape: Reshape = list
    where: str = ""
    deletions: bool = False


def pages(api: Api, wanted: Wanted) -> Reader:
    """Return how to read a stream: what changed since the cursor, and what was deleted for good since."""

    def read(cursor: Cursor) -> Iterator[Page]:
        readable(api, wanted)
        state = {**({"deleted": iso(api.now)} if wanted.deletions else {}), **cursor}
        for records, until in changed(api, wanted, state.get("modified")):
            state["modified"] = until
            yield Page(wanted.reshape(records), dict(state))
        if wanted.deletions:
            yield _deleted(api, wanted, state)

    return read


def begun(api: Api, wanted: Wanted) -> Reader:
    """Return how to read events of a calendar: those that have begun by now, whenever they were entered.

    One that lies ahead has not happened; it is read once it has begun, though nobody changed it meanwhile.
    """

    def read(cursor: Cursor) -> Iterator[Page]:
        readable(api, wanted)
        now = iso(api.now)
        state = {"begun": now, **cursor}
        until_now = replace(wanted, where=f"StartDateTime <= {now}")
        for records, until in changed(api, until_now, state.get("modified")):
            state["modified"] = until
            yield Page(wanted.reshape(records), dict(state))
        if "begun" in cursor:
            since = iso(instant(cursor["begun"]) - OVERLAP)
            meanwhile = replace(wanted, where=f"StartDateTime > {since} AND StartDateTime <= {now}")
            for records, _ in changed(api, meanwhile, None):
                yield Page(wanted.reshape(records))
        yield Page((), {**state, "begun": now})

    return read


def changed(api: Api, wanted: Wanted, cursor: str | None) -> Iterator[tuple[list[Record], str | None]]:
    """Yield pages of what changed since, each with the cursor behind it."""
    names = ", ".join(readable(api, wanted))
    conditions = [f"{wanted.modified} >= {iso(instant(cursor) - OVERLAP)}"] if cursor else []
    conditions += [wanted.where] if wanted.where else []
    where = f" WHERE {' AND '.join(conditions)}" if conditions else ""
    began = api.now
    for records in api.query(f"SELECT {names} FROM {wanted.kind}{where} ORDER BY {wanted.modified}, Id"):
        stamps = [record[wanted.modified] for record in records if instant(record[wanted.modified]) <= began]
        cursor = max([*stamps, *([cursor] if cursor else [])], key=instant, default=None)
        yield records, cursor


def readable(api: Api, wanted: Wanted) -> list[str]:
    """Return the wanted fields that the app's user may read. `SourceRefused` where nothing can be read without one."""
    visible = api.fields(wanted.kind)
    if not visible:
        raise SourceRefused(
            f"Salesforce: the object {wanted.kind} is not there for the app's user: give its permission set read "
            f'access to it, or leave it out with without = ["{wanted.kind}"]'
        )
    needed = [name for name in ("Id", wanted.modified) if name not in visible]
    if needed:
        raise SourceRefused(
            f"Salesforce: {wanted.kind} shows no {' and no '.join(needed)}: it cannot be read by change"
        )
    return [name for name in dict.fromkeys(("Id", wanted.modified, *wanted.fields)) if _root(name) in visible]


def _root(name: str) -> str:
    """Return the object's own field by which a name is reached: Campaign.Name by CampaignId."""
    first, dot, _ = name.partition(".")
    return f"{first}Id" if dot else first


def _deleted(api: Api, wanted: Wanted, state: Cursor) -> Page:
    """Return what was deleted since the last run, also what the recycle bin no longer holds."""
    end, since = api.now, instant(state["deleted"])
    if end - since < _SHORTEST:
        return Page((), state)
    answer = api.deleted(wanted.kind, max(since - OVERLAP, end - _REMEMBERED), end)
    rows = [
        {"Id": each["id"], "IsDeleted": True, wanted.modified: each["deletedDate"]}
        for each in answer.get("deletedRecords") or ()
    ]
    return Page(wanted.reshape(rows), {**state, "deleted": answer.get("latestDateCovered") or iso(end)})
