"""A Salesforce organisation on this machine, which behaves as documented: tokens, describe, queries, limits."""

from __future__ import annotations

import json
import operator
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

from werkzeug import Request, Response

from detente.sources.salesforce.source import FIELDS

BEGIN = datetime(2025, 3, 3, 9, tzinfo=UTC)
CLIENT, SECRET = "3MVG9-consumer-key", "consumer-secret-of-the-test"
VERSION = "/services/data/v62.0"
OTHERS: Mapping[str, tuple[str, ...]] = {
    "User": ("Id", "Name", "Email"),
    "Group": ("Id", "Name", "Type"),
    "OpportunityStage": ("MasterLabel", "ApiName", "IsClosed", "IsWon"),
    "OpportunityContactRole": ("OpportunityId", "ContactId", "IsPrimary", "IsDeleted"),
    "TaskWhoRelation": ("TaskId", "RelationId", "IsDeleted"),
    "EventWhoRelation": ("EventId", "RelationId", "IsDeleted"),
    "EmailMessage": ("ActivityId", "Incoming", "IsDeleted"),
}
_COMPARE = {">=": operator.ge, "<=": operator.le, ">": operator.gt, "<": operator.lt}


def at(minutes: float) -> str:
    """Return an instant as Salesforce writes it, some minutes after the beginning."""
    return (BEGIN + timedelta(minutes=minutes)).strftime("%Y-%m-%dT%H:%M:%S.000+0000")


class FakeSalesforce:
    """One organisation. `records`: what there is, deleted records too; `purged`: what the recycle bin no longer holds.

    `hidden`: objects and fields (`Lead.Industry`) that the app's user may not see. `page`: how many records a query
    gives at once. `now`: minutes after the beginning, by its own clock.
    """

    def __init__(self) -> None:
        self.records: dict[str, dict[str, dict[str, Any]]] = {}
        self.purged: dict[str, list[tuple[str, float]]] = {}
        self.hidden: set[str] = set()
        self.page = 2000
        self.now = 100_000.0
        self.usage = "api-usage=18/15000"
        self.exhausted = False
        self.asked: list[Request] = []
        self.tokens = 0
        self.while_reading: Callable[[], None] = lambda: None
        self._valid = ""
        self._queries: dict[str, list[tuple[str, str, list[str]]]] = {}

    def add(self, kind: str, id_: str, minutes: float, **values: Any) -> None:
        """Add a record, or write it anew, stamped some minutes after the beginning."""
        known = self.records.setdefault(kind, {}).get(id_, {"Id": id_, "IsDeleted": False, "CreatedDate": at(minutes)})
        self.records[kind][id_] = {**known, "SystemModstamp": at(minutes), **values}

    def delete(self, kind: str, id_: str, minutes: float) -> None:
        """Delete a record: it goes to the recycle bin."""
        self.records[kind][id_] |= {"IsDeleted": True, "SystemModstamp": at(minutes)}

    def purge(self, kind: str, id_: str, minutes: float) -> None:
        """Delete a record for good."""
        del self.records[kind][id_]
        self.purged.setdefault(kind, []).append((id_, minutes))

    def date(self) -> str:
        """Return the time of its own clock, as it stands in the head of every answer."""
        return format_datetime(BEGIN + timedelta(minutes=self.now), usegmt=True)

    def end_sessions(self) -> None:
        """Let the token that was given no longer hold."""
        self._valid = ""

    def answer(self, request: Request) -> Response:
        """Answer a request."""
        self.asked.append(request)
        request.get_data()
        if request.path == "/services/oauth2/token":
            return self._token(request)
        if not self._valid or request.headers.get("Authorization") != f"Bearer {self._valid}":
            return self._json([{"message": "Session expired or invalid", "errorCode": "INVALID_SESSION_ID"}], 401)
        if self.exhausted:
            said = "TotalRequests Limit exceeded."
            return self._json([{"message": said, "errorCode": "REQUEST_LIMIT_EXCEEDED"}], 403)
        return self._data(request, request.path.removeprefix(VERSION))

    def _token(self, request: Request) -> Response:
        wanted = {"grant_type": "client_credentials", "client_id": CLIENT, "client_secret": SECRET}
        if request.form.to_dict() != wanted:
            return self._json({"error": "invalid_client", "error_description": "invalid client credentials"}, 400)
        self.tokens += 1
        self._valid = f"00Dsession-{self.tokens}"
        return self._json({"access_token": self._valid, "instance_url": "https://x", "token_type": "Bearer"})

    def _data(self, request: Request, path: str) -> Response:
        if path == "/sobjects":
            kinds = [{"name": kind, "queryable": True} for kind in (*FIELDS, *OTHERS) if kind not in self.hidden]
            return self._json({"sobjects": kinds})
        if found := re.fullmatch(r"/sobjects/(\w+)/describe", path):
            return self._json({"fields": [{"name": name} for name in self._fields(found[1])]})
        if found := re.fullmatch(r"/sobjects/(\w+)/deleted/", path):
            return self._deleted(request, found[1])
        if path == "/queryAll":
            return self._query(request.args["q"])
        if found := re.fullmatch(r"/query/(\w+)-(\d+)", path):
            return self._more(found[1], int(found[2]))
        return self._json([{"errorCode": "NOT_FOUND", "message": path}], 404)

    def _fields(self, kind: str) -> list[str]:
        named = [name.partition(".") for name in (*FIELDS.get(kind, ()), *OTHERS.get(kind, ()))]
        stamps = ["Id", "CreatedDate", "SystemModstamp", "MasterRecordId"]
        names = dict.fromkeys([*stamps, *(f"{a}Id" if dot else a for a, dot, _ in named)])
        return [name for name in names if f"{kind}.{name}" not in self.hidden]

    def _deleted(self, request: Request, kind: str) -> Response:
        start, end = (datetime.fromisoformat(request.args[name]) for name in ("start", "end"))
        assert timedelta(minutes=1) < end - start <= timedelta(days=30)
        rows = [
            {"id": id_, "deletedDate": at(minutes)}
            for id_, minutes in self.purged.get(kind, [])
            if start <= BEGIN + timedelta(minutes=minutes) <= end
        ]
        return self._json({"deletedRecords": rows, "earliestDateAvailable": at(0), "latestDateCovered": at(self.now)})

    def _query(self, text: str) -> Response:
        read = re.fullmatch(r"SELECT (.+?) FROM (\w+)(?: WHERE (.+?))?(?: ORDER BY (.+))?", text)
        assert read, f"no query that this server knows: {text}"
        names, kind = read[1].split(", "), read[2]
        for name in names:
            root, dot, _ = name.partition(".")
            if (f"{root}Id" if dot else root) not in self._fields(kind):
                said = f"No such column '{name}' on entity '{kind}'."
                return self._json([{"errorCode": "INVALID_FIELD", "message": said}], 400)
        found = [each for each in self.records.get(kind, {}).values() if _holds(each, read[3])]
        for order in reversed((read[4] or "Id").split(", ")):
            name, _, direction = order.partition(" ")
            found.sort(key=lambda each, name=name: str(each.get(name)), reverse=direction == "DESC")  # type: ignore[misc]
        locator = f"01g{len(self._queries)}"
        self._queries[locator] = [(kind, each["Id"], names) for each in found]
        return self._more(locator, 0)

    def _more(self, locator: str, begin: int) -> Response:
        rows = self._queries[locator]
        page = [self._shown(*row) for row in rows[begin : begin + self.page]]
        self.while_reading()
        answer: dict[str, Any] = {"totalSize": len(rows), "done": begin + self.page >= len(rows), "records": page}
        if not answer["done"]:
            answer["nextRecordsUrl"] = f"{VERSION}/query/{locator}-{begin + self.page}"
        return self._json(answer)

    def _shown(self, kind: str, id_: str, names: list[str]) -> dict[str, Any]:
        record = self.records[kind][id_]
        shown: dict[str, Any] = {"attributes": {"type": kind, "url": f"{VERSION}/sobjects/{kind}/{id_}"}}
        for name in names:
            root, dot, inner = name.partition(".")
            if dot:
                other = self.records.get(root, {}).get(record.get(f"{root}Id", ""), {})
                shown.setdefault(root, {"attributes": {"type": root}})[inner] = other.get(inner)
            else:
                shown[name] = record.get(name)
        return shown

    def _json(self, content: object, status: int = 200) -> Response:
        response = Response(json.dumps(content), status, content_type="application/json")
        response.headers["Sforce-Limit-Info"] = self.usage
        return response


def _holds(record: Mapping[str, Any], where: str | None) -> bool:
    for condition in where.split(" AND ") if where else ():
        name, sign, wanted = condition.split(" ", 2)
        has = record.get(name)
        if sign == "IN":
            fits = has in re.findall(r"'([^']*)'", wanted)
        elif sign == "!=":
            fits = has is not None
        elif sign == "=":
            fits = str(has).lower() == wanted.strip("'").lower()
        else:
            fits = has is not None and _COMPARE[sign](datetime.fromisoformat(has), datetime.fromisoformat(wanted))
        if not fits:
            return False
    return True
