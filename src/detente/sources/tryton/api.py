"""Asks a Tryton server over its REST interface, and turns what it answers into plain JSON values.

Input: the server's address, its database, and the key of a user application. Tryton answers a field or a model it does
not have with 500, as it does when something breaks: so the models that are read are looked up before the first page.
"""

from __future__ import annotations

import json
from base64 import urlsafe_b64encode
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import quote

from dlt.sources.helpers.rest_client.auth import BearerTokenAuth

from detente.core.calendars.instants import instant_of, moment_of
from detente.core.errors import SourceRefused
from detente.sources.kit.connector import Row
from detente.sources.kit.web import Web

PAGE = 100
"""Records of one answer."""

Domain = Sequence[Any]
"""A search as Tryton writes it: clauses, which must all hold unless the first element is `OR`."""


class Api:
    """One database of a Tryton server, which is only read."""

    def __init__(self, web: Web, url: str, database: str, key: str) -> None:
        self._client = web.client(f"{url.rstrip('/')}/{quote(database, safe='')}/rest", auth=BearerTokenAuth(key))
        self._name = f"Tryton database {database}"

    def require(self, models: Sequence[str]) -> None:
        """Refuse a database that lacks one of these models, because its module is not activated."""
        found = {row["name"] for row in self.search("ir.model", ("name",), [["name", "in", list(models)]])}
        for model in models:
            if model not in found:
                raise SourceRefused(
                    f"{self._name}: it has no '{model}': activate the module '{model.replace('.', '_')}' in Tryton "
                    "(Administration → Modules)"
                )

    def search(
        self,
        model: str,
        fields: Sequence[str],
        domain: Domain,
        order: Sequence[tuple[str, str]] = (("id", "ASC"),),
        *,
        size: int = PAGE,
        at: int | None = None,
    ) -> list[dict[str, Any]]:
        """Return the first records that a domain finds, inactive ones too; `at`: as they were at that instant."""
        context: dict[str, Any] = {"active_test": False}
        if at is not None:
            context["_datetime"] = instant(at)
        answer = self._client.get(
            f"model/{model}",
            params={"f": list(fields), "d": _coded(domain), "o": _coded(order), "s": size},
            headers={"X-Tryton-Context": _coded(context)},
        ).json()
        return [plain(row) for row in self._list(answer, model)]

    def every(self, model: str, fields: Sequence[str], domain: Domain = ()) -> Iterator[list[dict[str, Any]]]:
        """Yield all records that a domain finds, page by page in the order of ids."""
        last, more = 0, True
        while more:
            rows = self.search(model, fields, [*domain, ["id", ">", last]])
            yield rows
            last, more = rows[-1]["id"] if rows else last, len(rows) == PAGE

    def newest(self, models: Sequence[str]) -> int | None:
        """Return the latest change to any record of these models; None: there are no records."""
        latest = [self.search(model, (MODIFIED,), [], [(MODIFIED, "DESC")], size=1) for model in models]
        return max((micros(row[MODIFIED]) for rows in latest for row in rows), default=None)

    def revisions(self, model: str, ids: Sequence[int]) -> list[tuple[int, int]]:
        """Return (id, instant) of every revision that the history of these records holds, oldest first."""
        answer = self._client.post(f"model/{model}/history_revisions", json={"ids": list(ids)}).json()
        return sorted((each[1], micros(plain(each[0]))) for each in self._list(answer, model))

    def _list(self, answer: object, model: str) -> list[Any]:
        """Return the answer's list; Tryton may say with 200 that it could not answer."""
        if isinstance(answer, list):
            return answer
        said = " ".join(str(answer).split())[:200]
        raise SourceRefused(f"{self._name}, {model}: it answers no list of records [it says: {said}]")


MODIFIED = "last_modified_at"
"""The time of a record's last change: `write_date`, and before the first write `create_date`."""


def _coded(value: object) -> str:
    return urlsafe_b64encode(json.dumps(value).encode()).decode()


def instant(micros: int) -> dict[str, Any]:
    """Return an instant (microseconds UTC) as Tryton writes it: without a zone."""
    at = moment_of(micros)
    parts = ("year", "month", "day", "hour", "minute", "second", "microsecond")
    return {"__class__": "datetime", **{part: getattr(at, part) for part in parts}}


def micros(written: str) -> int:
    """Return a time of a plain row in microseconds UTC."""
    return instant_of(datetime.fromisoformat(written))


def plain(value: Any) -> Any:  # noqa: ANN401  any JSON value
    """Return a value with Tryton's own types as JSON: times in ISO 8601 (UTC), decimals as the text of their digits."""
    if isinstance(value, list):
        return [plain(each) for each in value]
    if not isinstance(value, Mapping):
        return value
    given = {name: each for name, each in value.items() if name not in {"__class__", "__name__"}}
    match value.get("__class__"):
        case "datetime":
            return datetime(**given, tzinfo=UTC).isoformat(timespec="microseconds")
        case "date":
            return date(**given).isoformat()
        case "Decimal":
            return given["decimal"]
    return {name: plain(each) for name, each in given.items()}


def changed_since(path: str, micros: int) -> list[Any]:
    """Return the clause for a record, or one that belongs to it (`path`), changed at an instant or later."""
    return [path + MODIFIED, ">=", instant(micros)]


def id_of(row: Row | None) -> int | None:
    """Return the id of a related record; None where there is none."""
    return row["id"] if row else None
