"""Salesforce's REST API as the streams ask it: what its user may see, queries page by page, deletions, names.

Input: address and credentials of a connected app (OAuth 2.0 client credentials), and the way there (`kit.web`), which
fetches a new token where one has ended. Nothing is asked before a stream is read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any

from dlt.sources.helpers.rest_client.auth import OAuth2ClientCredentials

from detente.core.calendars.instants import moment_of
from detente.core.errors import SourceRefused, SourceUnready
from detente.sources.kit.looping import LoopGuard

if TYPE_CHECKING:
    from requests import Response

    from detente.sources.kit.web import Web

IN_A_QUERY = 200
"""Ids that a query names at most: a query is part of an address, which may have 16 kB."""

_USAGE = re.compile(r"(?:^|[^-])api-usage=(\d+)/(\d+)")
Record = dict[str, Any]


@dataclass(frozen=True, slots=True)
class App:
    """A connected app, and what it may use of the day's requests that the whole organisation shares."""

    url: str
    client_id: str
    client_secret: str
    version: str
    share: float


class Api:
    """Asks one Salesforce organisation."""

    def __init__(self, web: Web, app: App) -> None:
        url = app.url.rstrip("/")
        auth = OAuth2ClientCredentials(
            access_token_url=f"{url}/services/oauth2/token", client_id=app.client_id, client_secret=app.client_secret
        )
        self._web = web
        self._client = web.client(url, auth=auth)
        self._data = f"/services/data/v{app.version}"
        self._share = app.share
        self._fields: dict[str, frozenset[str]] = {}

    def fields(self, kind: str) -> frozenset[str]:
        """Return the fields of an object that the app's user may read; none where it may not see the object."""
        if kind not in self._fields:
            names: list[str] = []
            if kind in self._kinds:
                described = self._get(f"{self._data}/sobjects/{kind}/describe").json()
                names = [field["name"] for field in described["fields"]]
            self._fields[kind] = frozenset(names)
        return self._fields[kind]

    def query(self, text: str) -> Iterator[list[Record]]:
        """Yield what a query finds, deleted records too, a page at a time."""
        guard = LoopGuard("Salesforce's query")
        answer = self._get(f"{self._data}/queryAll", {"q": text}).json()
        while True:
            records = [_plain(record) for record in answer["records"]]
            guard.saw(records, answer.get("nextRecordsUrl"))
            yield records
            if answer["done"]:
                return
            answer = self._get(answer["nextRecordsUrl"]).json()

    def where_in(self, select: str, field: str, ids: Sequence[str], more: str = "") -> Iterator[Record]:
        """Yield what queries find whose `field` is one of some ids."""
        for begin in range(0, len(ids), IN_A_QUERY):
            named = ",".join(f"'{each}'" for each in ids[begin : begin + IN_A_QUERY])
            for records in self.query(f"{select} WHERE {field} IN ({named}){more}"):
                yield from records

    def deleted(self, kind: str, start: datetime, end: datetime) -> Record:
        """Return what was deleted in a period of the last 30 days, also what has left the recycle bin."""
        return dict(self._get(f"{self._data}/sobjects/{kind}/deleted/", {"start": iso(start), "end": iso(end)}).json())

    @property
    def now(self) -> datetime:
        """The time of Salesforce's own clock, as of its last answer."""
        if self._web.latest is None:
            raise SourceRefused("Salesforce: its answers have no `Date`: check the proxy that they come through")
        return moment_of(self._web.latest)

    @cached_property
    def people(self) -> Mapping[str, str]:
        """Id → e-mail address of every user, and id → name of every queue."""
        users = {row["Id"]: row.get("Email") or row["Name"] for row in self._all("User", ("Id", "Name", "Email"))}
        queues = {row["Id"]: row["Name"] for row in self._all("Group", ("Id", "Name"), " WHERE Type = 'Queue'")}
        return users | queues

    @cached_property
    def outcomes(self) -> Mapping[str, str]:
        """Stage of opportunities → open, won or lost."""
        stages = self._all("OpportunityStage", ("ApiName", "MasterLabel", "IsClosed", "IsWon"))
        return {
            name: ("won" if stage["IsWon"] else "lost") if stage["IsClosed"] else "open"
            for stage in stages
            for name in (stage.get("MasterLabel"), stage.get("ApiName"))
            if name
        }

    def _all(self, kind: str, wanted: Sequence[str], where: str = "") -> Iterator[Record]:
        names = [name for name in wanted if name in self.fields(kind)]
        for records in self.query(f"SELECT {', '.join(names)} FROM {kind}{where}") if names else ():
            yield from records

    @cached_property
    def _kinds(self) -> frozenset[str]:
        """The objects that the app's user may see."""
        described = self._get(f"{self._data}/sobjects").json()["sobjects"]
        return frozenset(each["name"] for each in described if each.get("queryable", True))

    def _get(self, path: str, params: Mapping[str, str] | None = None) -> Response:
        try:
            answer = self._client.get(path, params=dict(params or {}))
        except SourceRefused as refused:
            raise _meant(refused) from None
        usage = _USAGE.search(answer.headers.get("Sforce-Limit-Info", ""))
        if usage and int(usage[1]) >= self._share * int(usage[2]):
            raise SourceUnready(
                f"Salesforce: {int(usage[1]):,} of the {int(usage[2]):,} requests that the organisation may make in 24 "
                f"hours are used, and this source leaves the rest to others from {self._share:.0%} on: sync again "
                "later, or raise `share`"
            )
        return answer


def instant(written: str) -> datetime:
    """Return an instant as Salesforce writes it (2026-10-05T14:30:00.000+0000)."""
    return datetime.fromisoformat(written).astimezone(UTC)


def iso(moment: datetime) -> str:
    """Return an instant as queries take it."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _plain(record: Record) -> Record:
    """Return a record, and those it holds, without what REST says about them."""
    return {
        name: _plain(value) if isinstance(value, dict) else value
        for name, value in record.items()
        if name != "attributes"
    }


def _meant(refused: SourceRefused) -> Exception:
    """Return the error for a refusal that time mends, or the refusal itself."""
    said = str(refused)
    if "REQUEST_LIMIT_EXCEEDED" in said:
        return SourceUnready(
            "Salesforce: the organisation has used up its requests of the last 24 hours: sync again later; nothing "
            f"that was landed is lost [{said}]"
        )
    if "INVALID_QUERY_LOCATOR" in said:
        return SourceUnready(f"Salesforce: a query was ended before it was read to its end: sync again [{said}]")
    return refused
