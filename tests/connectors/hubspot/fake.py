"""A HubSpot account on this machine, which behaves as HubSpot documents: search and its limits, batches, listings."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from werkzeug import Request, Response

TOKEN = "pat-na1-of-the-test-alone"
BEGIN = datetime(2025, 3, 3, 9, tzinfo=UTC)
PAGE = 200


def at(minutes: float) -> str:
    """Return an instant as HubSpot writes it, some minutes after the beginning."""
    return (BEGIN + timedelta(minutes=minutes)).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def ms(minutes: float) -> int:
    """Return an instant in milliseconds, some minutes after the beginning."""
    return int((BEGIN + timedelta(minutes=minutes)).timestamp() * 1000)


class FakeHubSpot:
    """One account. Each list or mapping is what it holds; `asked` what it was asked, `withheld` the paths
    refused, `most` how many records a search shows."""

    def __init__(self) -> None:
        self.records: dict[str, dict[str, dict[str, Any]]] = {}
        self.associations: dict[tuple[str, str], dict[str, list[tuple[str, str | None]]]] = {}
        self.owners: list[dict[str, Any]] = []
        self.pipelines: list[dict[str, Any]] = []
        self.forms: list[dict[str, Any]] = []
        self.submissions: dict[str, list[dict[str, Any]]] = {}
        self.events: list[dict[str, Any]] = []
        self.campaigns: dict[str, dict[str, Any]] = {}
        self.asked: list[Request] = []
        self.withheld: set[str] = set()
        self.most = 10_000
        self.busy: Callable[[int], bool] = lambda _: False
        self.while_reading: Callable[[int], None] = lambda _: None

    def add(self, kind: str, id_: str, minutes: float, history: Mapping[str, Any] | None = None, **values: Any) -> None:
        """Add a record, or write it anew, modified some minutes after the beginning."""
        modified = "lastmodifieddate" if kind == "contacts" else "hs_lastmodifieddate"
        versions = {
            name: [{"value": value, "timestamp": at(when), "sourceType": "CRM_UI"} for when, value in reversed(told)]
            for name, told in (history or {}).items()
        }
        self.records.setdefault(kind, {})[id_] = {
            "id": id_,
            "properties": {"hs_object_id": id_, modified: at(minutes), **values},
            "history": versions,
            "createdAt": at(0),
            "updatedAt": at(minutes),
            "archived": False,
        }

    def archive(self, kind: str, id_: str, minutes: float) -> None:
        """Delete a record as people do: it goes to the archive."""
        self.records[kind][id_] |= {"archived": True, "archivedAt": at(minutes)}

    def associate(self, kind: str, id_: str, other: str, *ids: str, primary: str | None = None) -> None:
        """Associate a record with others."""
        found = [(each, "Primary" if each == primary else None) for each in ids]
        self.associations.setdefault((kind, other), {})[id_] = found

    def answer(self, request: Request) -> Response:
        """Answer a request."""
        self.asked.append(request)
        request.get_data()
        if request.headers.get("Authorization") != f"Bearer {TOKEN}":
            return _json({"status": "error", "category": "INVALID_AUTHENTICATION"}, 401)
        if self.busy(len(self.asked)):
            said = "You have reached your ten_secondly_rolling limit."
            return _json(
                {"status": "error", "message": said, "errorType": "RATE_LIMIT", "policyName": "TEN_SECONDLY_ROLLING"},
                429,
            )
        if any(request.path.startswith(path) for path in self.withheld):
            context = {"requiredGranularScopes": ["forms"]}
            return _json({"status": "error", "category": "MISSING_SCOPES", "errors": [{"context": context}]}, 403)
        self.while_reading(len(self.asked))
        for pattern, answer in _ROUTES:
            if found := re.fullmatch(pattern, request.path):
                return answer(self, request, *found.groups())
        return _json({"status": "error", "message": "resource not found"}, 404)

    def _search(self, request: Request, kind: str) -> Response:
        body = request.get_json()
        limit, after = body.get("limit", 10), int(body.get("after", 0))
        if limit > PAGE or after + limit > self.most:
            return _json({"status": "error", "category": "VALIDATION_ERROR", "message": "paging past 10000"}, 400)
        if len(body["sorts"]) > 1 or len(body["filterGroups"]) > 5:
            return _json({"status": "error", "category": "VALIDATION_ERROR"}, 400)
        found = [
            record
            for record in self.records.get(kind, {}).values()
            if not record["archived"]
            and any(all(holds(each, record) for each in group["filters"]) for group in body["filterGroups"])
        ]
        sort = body["sorts"][0]
        found.sort(key=lambda record: comparable(record["properties"].get(sort["propertyName"])))
        shown = [_shown(record, body["properties"]) for record in found[after : after + limit]]
        answer: dict[str, Any] = {"total": len(found), "results": shown}
        if after + limit < len(found):
            answer["paging"] = {"next": {"after": str(after + limit)}}
        return _json(answer)

    def _batch(self, request: Request, kind: str) -> Response:
        body = request.get_json()
        most = 50 if body.get("propertiesWithHistory") else 100
        if len(body["inputs"]) > most:
            return _json({"status": "error", "message": f"The maximum number of inputs supported is {most}."}, 400)
        by = body.get("idProperty", "hs_object_id")
        keys = {
            key: record
            for record in self.records.get(kind, {}).values()
            if not record["archived"]
            for key in (str(record["properties"].get(by) or ""), *_additional(record, by))
        }
        wanted = [each["id"] for each in body["inputs"]]
        results = []
        for record in {keys[each]["id"]: keys[each] for each in wanted if each in keys}.values():
            shown = _shown(record, body["properties"])
            if body["propertiesWithHistory"]:
                shown["propertiesWithHistory"] = {
                    name: record["history"].get(name, []) for name in body["propertiesWithHistory"]
                }
            results.append(shown)
        missing = [each for each in wanted if each not in keys]
        errors = [{"category": "OBJECT_NOT_FOUND", "context": {"ids": missing}}] if missing else []
        return _json({"status": "COMPLETE", "results": results, "errors": errors}, 207 if missing else 200)

    def _associated(self, request: Request, kind: str, other: str) -> Response:
        inputs = request.get_json()["inputs"]
        if len(inputs) > 1000:
            return _json({"status": "error", "category": "VALIDATION_ERROR"}, 400)
        results, missing = [], []
        for each in inputs:
            found = self.associations.get((kind, other), {}).get(each["id"], [])
            begin = int(each.get("after", 0))
            if not found:
                missing.append(each["id"])
                continue
            result: dict[str, Any] = {"from": {"id": each["id"]}, "to": []}
            for id_, label in found[begin : begin + 500]:
                types = [{"category": "HUBSPOT_DEFINED", "typeId": 3, "label": label}]
                result["to"].append({"toObjectId": int(id_), "associationTypes": types})
            if begin + 500 < len(found):
                result["paging"] = {"next": {"after": str(begin + 500)}}
            results.append(result)
        errors = [{"subCategory": "crm.associations.NO_ASSOCIATIONS_FOUND", "context": {"fromObjectId": missing}}]
        return _json({"status": "COMPLETE", "results": results, "errors": errors}, 207 if missing else 200)

    def _list(self, request: Request, kind: str) -> Response:
        archived = request.args.get("archived") == "true"
        found = [record for record in self.records.get(kind, {}).values() if record["archived"] == archived]
        properties = request.args.get("properties", "").split(",")
        return _page(request, [_shown(record, properties) for record in found])

    def _owners(self, request: Request) -> Response:
        archived = request.args.get("archived") == "true"
        return _page(request, [owner for owner in self.owners if owner["archived"] == archived])

    def _pipelines(self, _request: Request) -> Response:
        return _json({"results": self.pipelines})

    def _forms(self, request: Request) -> Response:
        return _page(request, self.forms)

    def _submissions(self, request: Request, form: str) -> Response:
        return _page(request, sorted(self.submissions.get(form, []), key=lambda each: -each["submittedAt"]))

    def _events(self, request: Request) -> Response:
        start, end = int(request.args.get("startTimestamp", 0)), int(request.args.get("endTimestamp", 1 << 60))
        found = [event for event in self.events if start <= event["created"] <= end]
        found.sort(key=lambda event: -event["created"])
        limit, begin = int(request.args["limit"]), int(request.args.get("offset", 0))
        page = found[begin : begin + limit]
        return _json({"hasMore": begin + limit < len(found), "offset": str(begin + limit), "events": page})

    def _campaign(self, _request: Request, id_: str) -> Response:
        found = self.campaigns.get(id_)
        return _json(found) if found else _json({"status": "error"}, 404)


def _page(request: Request, found: list[dict[str, Any]]) -> Response:
    limit, begin = int(request.args["limit"]), int(request.args.get("after", 0))
    answer: dict[str, Any] = {"results": found[begin : begin + limit]}
    if begin + limit < len(found):
        answer["paging"] = {"next": {"after": str(begin + limit)}}
    return _json(answer)


def holds(wanted: Mapping[str, str], record: Mapping[str, Any]) -> bool:
    """Whether a record fits a filter."""
    has = record["properties"].get(wanted["propertyName"])
    if wanted["operator"] == "HAS_PROPERTY":
        return has not in (None, "")
    left, right = comparable(has), float(wanted["value"])
    return {"GTE": left >= right, "GT": left > right, "EQ": left == right}[wanted["operator"]]


def comparable(value: Any) -> float:
    """Return a number or a time as a number; times in milliseconds."""
    text = str(value)
    if re.fullmatch(r"\d+", text):
        return float(text)
    return round(datetime.fromisoformat(text).timestamp() * 1000)


def _additional(record: Mapping[str, Any], by: str) -> Iterable[str]:
    told = record["properties"].get("hs_additional_emails") if by == "email" else None
    return told.split(";") if told else ()


def _shown(record: Mapping[str, Any], properties: Iterable[str]) -> dict[str, Any]:
    shown = {name: record["properties"].get(name) for name in properties}
    kept = {name: record[name] for name in ("id", "createdAt", "updatedAt", "archived", "archivedAt") if name in record}
    return {**kept, "properties": shown}


def _json(content: object, status: int = 200) -> Response:
    return Response(json.dumps(content), status, content_type="application/json")


_KIND = r"/crm/v3/objects/(\w+)"
_ROUTES: list[tuple[str, Callable[..., Response]]] = [
    (rf"{_KIND}/search", FakeHubSpot._search),
    (rf"{_KIND}/batch/read", FakeHubSpot._batch),
    (_KIND, FakeHubSpot._list),
    (r"/crm/v4/associations/(\w+)/(\w+)/batch/read", FakeHubSpot._associated),
    (r"/crm/v3/owners/", FakeHubSpot._owners),
    (r"/crm/v3/pipelines/deals", FakeHubSpot._pipelines),
    (r"/marketing/v3/forms/", FakeHubSpot._forms),
    (r"/form-integrations/v1/submissions/forms/([\w-]+)", FakeHubSpot._submissions),
    (r"/email/public/v1/events", FakeHubSpot._events),
    (r"/email/public/v1/campaigns/(\d+)", FakeHubSpot._campaign),
]
