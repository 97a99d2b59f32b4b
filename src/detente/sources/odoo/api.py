"""Asks an Odoo server over its JSON interface (`/json/2`), and turns what it answers into plain JSON values.

Input: the server's address, its database where it has several, and an API key. Odoo shows times in seconds and keeps
them in microseconds, so a listing is read in the order of ids, never of times. Records that it made without
its own layer (subscriptions, for one) have no time of change: they are read every time. It hides inactive records (a
lost lead is one) unless it is asked for them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from functools import cached_property, partial
from typing import Any

from dlt.sources.helpers.rest_client.auth import BearerTokenAuth

from detente.core.calendars.instants import instant_of, moment_of
from detente.core.errors import SourceRefused
from detente.sources.kit.connector import Cursor, Page
from detente.sources.kit.keyset import Keyset
from detente.sources.kit.web import Web

PAGE = 200
"""Records of one answer."""

Domain = Sequence[Any]
"""A search as Odoo writes it."""

_TIME = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d")
_TRUTHS = frozenset({"active", "is_company", "is_blacklisted", "is_internal", "is_won", "opt_out", "partner_share"})
"""The fields that are read whose `false` is a value; in any other it stands for nothing."""


class Api:
    """One Odoo database, which is only read."""

    def __init__(self, web: Web, url: str, database: str | None, key: str) -> None:
        headers = {"X-Odoo-Database": database} if database else {}
        self._client = web.client(f"{url.rstrip('/')}/json/2", auth=BearerTokenAuth(key), headers=headers)

    def call(self, model: str, method: str, context: Mapping[str, Any] | None = None, **arguments: object) -> Any:  # noqa: ANN401
        """Return what a method answers, inactive records included."""
        body = {**arguments, "context": {"active_test": False, **(context or {})}}
        return self._client.post(f"{model}/{method}", json=body).json()

    def search(self, model: str, fields: Sequence[str], domain: Domain, **options: object) -> list[dict[str, Any]]:
        """Return the records that a domain finds, in the order of ids unless `order` says otherwise."""
        asked = {"domain": list(domain), "fields": list(fields), "order": "id", **options}
        answer = self.call(model, "search_read", None, **asked)
        if not isinstance(answer, list):
            said = " ".join(str(answer).split())[:200]
            raise SourceRefused(f"Odoo, {model}: it answers no list of records [it says: {said}]")
        return [plain(row) for row in answer]

    def every(self, model: str, fields: Sequence[str], domain: Domain = ()) -> Iterator[list[dict[str, Any]]]:
        """Yield all records that a domain finds, page by page in the order of ids."""
        last, more = 0, True
        while more:
            rows = self.search(model, fields, [*domain, ["id", ">", last]], limit=PAGE)
            yield rows
            last, more = rows[-1]["id"] if rows else last, len(rows) == PAGE

    def ids(self, model: str, domain: Domain = ()) -> Iterator[int]:
        """Yield the ids of all records that a domain finds."""
        for rows in self.every(model, ("id",), domain):
            yield from (row["id"] for row in rows)

    def changed(self, model: str, fields: Sequence[str], domain: Domain, cursor: Cursor) -> Iterator[Page]:
        """Yield the records that a domain finds and that changed since a cursor."""
        keyset = Keyset(model, lambda row: micros(row["write_date"]), lambda row: row["id"])
        fetch = partial(self._fetch, model, (*fields, "create_date", "write_date"), domain)
        yield from keyset.by_id(partial(self._newest, model, domain), fetch, cursor)

    def _fetch(
        self, model: str, fields: Sequence[str], domain: Domain, start: int, last: int | None
    ) -> list[dict[str, Any]]:
        since = ["|", ["write_date", "=", False], ["write_date", ">=", written(start)]] if start else []
        rows = self.search(model, fields, [*domain, *since, ["id", ">", last or 0]], limit=PAGE)
        return [{**row, "write_date": row["write_date"] or row["create_date"]} for row in rows]

    @cached_property
    def countries(self) -> Mapping[int, str]:
        """Id → code of every country."""
        return {row["id"]: row["code"] for row in self.search("res.country", ("code",), [])}

    def _newest(self, model: str, domain: Domain) -> int | None:
        """Return the latest change that is dated; None: there is none."""
        dated = [*domain, ["write_date", "!=", False]]
        rows = self.search(model, ("write_date",), dated, order="write_date desc", limit=1)
        return micros(rows[0]["write_date"]) if rows else None


def plain(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return a record with Odoo's ways of writing as JSON: no value is null, a reference an object, times ISO 8601."""
    return {name: _value(name, value) for name, value in row.items()}


def _value(name: str, value: Any) -> Any:  # noqa: ANN401  any JSON value
    if value is False and name not in _TRUTHS:
        return None
    if isinstance(value, str):
        return f"{value.replace(' ', 'T')}Z" if _TIME.fullmatch(value) else value or None
    match value:
        case [int(id_), str(shown)]:
            return {"id": id_, "name": shown}
        case [int(id_), False]:
            return {"id": id_, "name": None}
    return value


def micros(time: str) -> int:
    """Return a time of a plain record in microseconds UTC."""
    return instant_of(datetime.fromisoformat(time))


def written(instant: int) -> str:
    """Return an instant (microseconds UTC) as Odoo writes it."""
    return moment_of(instant).strftime("%Y-%m-%d %H:%M:%S")


def id_of(reference: Mapping[str, Any] | None) -> int | None:
    """Return the id of a referenced record; None where there is none."""
    return reference["id"] if reference else None
