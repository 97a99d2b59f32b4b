"""HubSpot's API as the streams ask it: searching, reading in batches, following associations, listing.

Input: address and token of the source, and the way to it (`kit.web`). Batch sizes and rates are HubSpot's published
limits, see README.md.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from dlt.sources.helpers.rest_client.auth import BearerTokenAuth
from dlt.sources.helpers.rest_client.paginators import JSONResponseCursorPaginator

from detente.core.calendars.instants import instant_of
from detente.sources.kit.patience import Quota

if TYPE_CHECKING:
    from detente.sources.kit.web import Web

SEARCHED = 200
"""Records a search gives at most per request."""

WITH_HISTORY = 50
"""Records a batch may have when the history of their properties is asked for."""

READ = 100
"""Records a batch may have otherwise."""

ASSOCIATED = 1000
"""Records whose associations may be asked for at once."""

_SEARCHES = Quota(4, 1)  # of five a second for the whole account
_WINDOW = 10.0
_FOR_SEARCHES = 40
_PRIMARY = "primary"
Record = dict[str, Any]


class Api:
    """Asks one HubSpot account. `requests`: how many requests in ten seconds it may take in all."""

    def __init__(self, web: Web, url: str, token: str, requests: int) -> None:
        auth = BearerTokenAuth(token)
        self._client = web.client(url, auth=auth, quota=Quota(max(requests - _FOR_SEARCHES, 10), _WINDOW))
        self._searcher = web.client(url, auth=auth, quota=_SEARCHES)

    def search(
        self, kind: str, groups: Sequence[Sequence[Mapping[str, str]]], sort: str, properties: Sequence[str]
    ) -> list[Record]:
        """Return the first records for which all filters of a group hold, in ascending order of `sort`."""
        body = {
            "filterGroups": [{"filters": [dict(each) for each in group]} for group in groups],
            "sorts": [{"propertyName": sort, "direction": "ASCENDING"}],
            "properties": list(properties),
            "limit": SEARCHED,
        }
        return _results(self._searcher.post(f"/crm/v3/objects/{kind}/search", json=body).json())

    def with_history(self, kind: str, ids: Sequence[str], properties: Sequence[str]) -> Iterator[Record]:
        """Yield records with the history of some of their properties."""
        for batch in _batches(ids, WITH_HISTORY):
            body = {"inputs": [{"id": each} for each in batch], "properties": [], "propertiesWithHistory": properties}
            yield from _results(self._client.post(f"/crm/v3/objects/{kind}/batch/read", json=body).json())

    def contacts_of(self, addresses: Iterable[str]) -> dict[str, str]:
        """Return e-mail address (small letters) → id of the contact that has it now, where one has."""
        found: dict[str, str] = {}
        for batch in _batches(sorted({address.lower() for address in addresses}), READ):
            body = {
                "inputs": [{"id": each} for each in batch],
                "idProperty": "email",
                "properties": ["email", "hs_additional_emails"],
                "propertiesWithHistory": [],
            }
            for contact in _results(self._client.post("/crm/v3/objects/contacts/batch/read", json=body).json()):
                properties = contact["properties"]
                for address in (properties.get("email"), *(properties.get("hs_additional_emails") or "").split(";")):
                    if address:
                        found[address.strip().lower()] = contact["id"]
        return found

    def associated(self, kind: str, other: str, ids: Sequence[str]) -> dict[str, list[str]]:
        """Return for each record the ids of those it is associated with, a primary one first."""
        found: dict[str, list[tuple[bool, int]]] = {}
        for batch in _batches(ids, ASSOCIATED):
            inputs: list[dict[str, str]] = [{"id": each} for each in batch]
            while inputs:
                answer = self._client.post(f"/crm/v4/associations/{kind}/{other}/batch/read", json={"inputs": inputs})
                inputs = []
                for result in _results(answer.json()):
                    origin = str(result["from"]["id"])
                    found.setdefault(origin, []).extend(_association(to) for to in result["to"])
                    after = _after(result)
                    if after is not None:
                        inputs.append({"id": origin, "after": after})
        return {
            origin: list(dict.fromkeys(str(each) for _, each in sorted(others))) for origin, others in found.items()
        }

    def listing(self, path: str, params: Mapping[str, Any]) -> Iterator[list[Record]]:
        """Yield the pages of a listing."""
        paginator = JSONResponseCursorPaginator(cursor_path="paging.next.after", cursor_param="after")
        for page in self._client.paginate(path, params=dict(params), paginator=paginator, data_selector="results"):
            yield list(page)

    def get(self, path: str, params: Mapping[str, Any]) -> Any:  # noqa: ANN401  the answer's JSON
        """Return one answer."""
        return self._client.get(path, params=dict(params)).json()


def millis(written: str) -> int:
    """Return an instant as HubSpot's filters take it: milliseconds since 1970."""
    return instant_of(datetime.fromisoformat(written)) // 1000


def _results(answer: Mapping[str, Any]) -> list[Record]:
    return list(answer.get("results") or [])


def _after(result: Mapping[str, Any]) -> str | None:
    following = (result.get("paging") or {}).get("next") or {}
    return following.get("after")


def _association(to: Mapping[str, Any]) -> tuple[bool, int]:
    """Return an association so that it sorts: a primary one first, then the oldest record."""
    labels = (str(each.get("label") or "").lower() for each in to["associationTypes"])
    return _PRIMARY not in labels, int(to["toObjectId"])


def _batches(ids: Sequence[str], size: int) -> Iterator[Sequence[str]]:
    for begin in range(0, len(ids), size):
        yield ids[begin : begin + size]
