"""Which records of HubSpot changed since, in the order of (modified, id); and which were archived.

Input: the search of `api`. HubSpot gives at most 10,000 records a query by offset, and sorts by one property alone. So
no offset is ever used: every page asks for what lies behind the last record, and an instant that the end of a page cuts
is left to the next one, or read by id where it fills a page.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from detente.sources.hubspot.api import SEARCHED, Api, Record, millis
from detente.sources.kit.connector import Cursor, Page, Row
from detente.sources.kit.keyset import Keyset, Place

OVERLAP_MS = 10 * 60 * 1000
"""How far before its cursor a stream begins: search shows a change some moments after it was made."""

_ID = "hs_object_id"
_US = 1000
Reshape = Callable[[Sequence[Row]], Sequence[Row]]
Filter = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of record: its name in paths, and the property that says when it was modified."""

    name: str
    modified: str = "hs_lastmodifieddate"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a stream wants of a kind: properties, only those records that have `having`, in which shape."""

    kind: Kind
    properties: Sequence[str]
    having: str | None = None
    reshape: Reshape = list
    archived: bool = False


def pages(api: Api, wanted: Wanted) -> Callable[[Cursor], Iterator[Page]]:
    """Return how to read a stream: what was modified since the cursor, and what was archived since."""
    kind = wanted.kind
    keyset = Keyset(
        f"HubSpot's search of {kind.name}",
        modified=lambda row: _modified_at(row, kind) * _US,
        id=lambda row: int(row["id"]),
        overlap=OVERLAP_MS * _US,
    )

    def read(cursor: Cursor) -> Iterator[Page]:
        state = dict(cursor)
        for page in keyset.by_modified(lambda place: _behind(api, wanted, place), cursor):
            state |= page.cursor or {}
            rows = [{"archivedAt": None, **row} for row in page.rows] if wanted.archived else page.rows
            yield Page(wanted.reshape(rows), dict(state))
        if wanted.archived:
            yield from _archived(api, wanted, state)

    return read


def _behind(api: Api, wanted: Wanted, place: Place) -> list[Record]:
    """Return the next records behind a place, in the order of (modified, id)."""
    modified, at = wanted.kind.modified, str(place.modified // _US)
    after = [_filter(modified, "GTE", at)]
    groups = [after] if place.id is None else [[_filter(modified, "GT", at)], _rest_of(modified, at, place.id)]
    found = _search(api, wanted, groups, modified)
    records = sorted(found, key=lambda record: (_modified_at(record, wanted.kind), int(record["id"])))
    if len(found) < SEARCHED:
        return records
    last = _modified_at(records[-1], wanted.kind)
    whole = [record for record in records if _modified_at(record, wanted.kind) < last]
    if whole:
        return whole
    given = place.id if place.id is not None and place.modified == last * _US else 0
    return _search(api, wanted, [_rest_of(modified, str(last), given)], _ID)


def _rest_of(modified: str, at: str, given: int) -> list[Filter]:
    """Return the filters for what was modified in one instant and has a higher id."""
    return [_filter(modified, "EQ", at), _filter(_ID, "GT", str(given))]


def _filter(name: str, operator: str, value: str) -> Filter:
    return {"propertyName": name, "operator": operator, "value": value}


def _search(api: Api, wanted: Wanted, groups: Sequence[Sequence[Filter]], sort: str) -> list[Record]:
    having = [{"propertyName": wanted.having, "operator": "HAS_PROPERTY"}] if wanted.having else []
    properties = dict.fromkeys((*wanted.properties, wanted.kind.modified))
    return api.search(wanted.kind.name, [[*group, *having] for group in groups], sort, list(properties))


def _archived(api: Api, wanted: Wanted, state: Cursor) -> Iterator[Page]:
    """Yield what was archived since the cursor; HubSpot lists the last 90 days, in no order of time."""
    latest = state.get("archived", 0)
    since = latest - OVERLAP_MS
    params = {"archived": "true", "limit": 100, "properties": ",".join(wanted.properties)}
    for records in api.listing(f"/crm/v3/objects/{wanted.kind.name}", params):
        new = [record for record in records if record.get("archivedAt") and millis(record["archivedAt"]) > since]
        latest = max([latest, *(millis(record["archivedAt"]) for record in new)])
        yield Page(wanted.reshape(new))
    yield Page((), {**state, "archived": latest})


def _modified_at(record: Row, kind: Kind) -> int:
    return millis(record["properties"].get(kind.modified) or record["updatedAt"])
