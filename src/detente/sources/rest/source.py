"""Reads the listings of a REST API as its description says, page by page, whole or what changed since.

Input: the settings of the source, with the file of its description. Requests, their patience and their pages are dlt's
REST client over `kit.web`. A listing has no order that all APIs share: the cursor moves when its last page is landed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from dlt.sources.helpers.rest_client.auth import (
    APIKeyAuth,
    AuthConfigBase,
    BearerTokenAuth,
    HttpBasicAuth,
    OAuth2ClientCredentials,
)
from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationInfo, field_validator

from detente.core.calendars.instants import moment_of
from detente.core.errors import SourceRefused, UsageError
from detente.sources.kit.connector import Cursor, Page, Stream, field_of
from detente.sources.kit.patience import Quota, sent_at
from detente.sources.rest.description import (
    SINCE,
    Description,
    ForEach,
    StreamDescription,
    make_paginator,
    read_description,
)

if TYPE_CHECKING:
    from detente.sources.kit.web import Client, Web

PARENT = "_parent"
"""The field of a row that holds what `for_each` asked with."""

_GONE = (404, 410)
_SHIFTING = ("offset", "page_number")
"""Paginators that leave a row out where another one before it moves away meanwhile."""


class Settings(BaseModel):
    """`[sources.NAME]` with `system = "rest"`. Which secret is needed follows from the description's `auth`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    description: Path = Field(description="The text that describes the API, from the workspace: `apis/shop.yaml`.")
    token: SecretStr | None = Field(None, description="For bearer: the token.")
    api_key: SecretStr | None = Field(None, description="For api_key: the key.")
    username: SecretStr | None = Field(None, description="For http_basic: a user name that is itself a secret.")
    password: SecretStr | None = Field(None, description="For http_basic: the password.")
    client_secret: SecretStr | None = Field(None, description="For oauth2_client_credentials: the client's secret.")

    @field_validator("description")
    @classmethod
    def _from_workspace(cls, path: Path, info: ValidationInfo) -> Path:
        root: Path = (info.context or {}).get("root", Path())
        if not (root / path).is_file():
            raise ValueError(f"there is no file {path} in the workspace: write the description of the API there")
        return root / path


def connect(settings: Settings, web: Web) -> Sequence[Stream]:
    """Return a stream for each listing. `TextRefused` with every problem of the description."""
    try:
        text = settings.description.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError):
        raise UsageError(f"{settings.description} cannot be read: check that it is UTF-8 text, and yours") from None
    api = read_description(text, str(settings.description))
    quota = Quota(api.quota.requests, api.quota.seconds) if api.quota else None
    client = web.client(api.base_url, auth=_auth(api, settings), headers=api.headers, quota=quota)
    listings = {name: _Listing(name, stream, api, client) for name, stream in api.streams.items()}
    return [_stream(name, listings) for name in listings]


def _stream(name: str, listings: Mapping[str, _Listing]) -> Stream:
    listing = listings[name]
    below = listing.stream.for_each
    read = listing if below is None else _Below(listing, below, listings[below.stream])
    return Stream(name, listing.stream.key, read.pages, read.present if listing.stream.deletions else None)


def _auth(api: Description, settings: Settings) -> AuthConfigBase | None:
    """Return what signs the requests. `UsageError` for a secret that the source does not give."""

    def secret(field: str) -> str:
        given: SecretStr | None = getattr(settings, field)
        if given is None:
            raise UsageError(f"{settings.description.name}: its auth needs the secret `{field}` of the source: give it")
        return given.get_secret_value()

    auth = api.auth
    if auth is None:
        return None
    if auth.type == "bearer":
        return BearerTokenAuth(token=secret("token"))
    if auth.type == "api_key":
        return APIKeyAuth(name=auth.name, api_key=secret("api_key"), location=auth.location)
    if auth.type == "http_basic":
        password = settings.password.get_secret_value() if settings.password else ""
        return HttpBasicAuth(username=auth.username or secret("username"), password=password)
    return OAuth2ClientCredentials(
        access_token_url=auth.access_token_url or "",
        client_id=auth.client_id or "",
        client_secret=secret("client_secret"),
        access_token_request_data=auth.access_token_request_data or {},
    )


class _Listing:
    """One listing of an API."""

    def __init__(self, name: str, stream: StreamDescription, api: Description, client: Client) -> None:
        self.name = name
        self.stream = stream
        self._paginator = stream.paginator or api.paginator
        self._client = client
        self.began: datetime | None = None

    def pages(self, cursor: Cursor) -> Iterator[Page]:
        """Yield what changed since the cursor (all there is, where the API does not tell), and the cursor last."""
        highest: Any = None
        since = self.stream.incremental.since if self.stream.incremental else None
        for rows in self._sweeps(since.asked(cursor) if since else None):
            yield Page(rows)
            if since:
                known = (since.of(row) for row in rows)
                highest = max((each for each in (highest, *known) if each is not None), default=None)
        if since:
            yield Page((), since.behind(highest, self.began, cursor))

    def present(self) -> Iterator[str]:
        """Yield the ids of all rows there are."""
        since = self.stream.incremental.since if self.stream.incremental else None
        for rows in self._sweeps(since.asked({}) if since else None):
            yield from (str(field_of(row, self.stream.key)) for row in rows)

    def rows(self, since: object = None, parent: Mapping[str, object] | None = None) -> Iterator[list[dict[str, Any]]]:
        """Yield the pages of one reading; `began` is then the API's own present at its first answer."""
        values = {SINCE: since} | {f"{{{name}}}": value for name, value in (parent or {}).items()}
        self.began = None
        for page in self._client.paginate(
            str(_filled(self.stream.path, {name: quote(str(value), safe="") for name, value in values.items()})),
            method=self.stream.method,
            params=_filled(self.stream.params, values),
            json=_filled(self.stream.body, values),
            paginator=make_paginator(self._paginator),
            data_selector=self.stream.data_selector,
        ):
            sent = sent_at(page.response)
            self.began = moment_of(sent) if self.began is None and sent is not None else self.began
            rows = list(page)
            if rows and not any(field_of(row, self.stream.key) is not None for row in rows):
                raise SourceRefused(
                    f"stream {self.name}: no row of the answer has '{self.stream.key}': say with `data_selector` where "
                    "the rows are in the answer, and with `key` which field is their id"
                )
            yield rows

    def _sweeps(self, since: object) -> Iterator[list[dict[str, Any]]]:
        """Read the listing; once more where rows moved between its pages, and one may have been stepped over."""
        shifting = (self._paginator or {}).get("type") in _SHIFTING
        seen: set[str] = set()
        moved = False
        for rows in self.rows(since):
            yield rows
            ids = {str(field_of(row, self.stream.key)) for row in rows} if shifting else set()
            moved |= not seen.isdisjoint(ids)
            seen |= ids
        if moved:
            began = self.began
            yield from self.rows(since)
            self.began = began


class _Below:
    """A listing below each row of another one."""

    def __init__(self, listing: _Listing, each: ForEach, parents: _Listing) -> None:
        self._listing = listing
        self._each = each
        self._parents = parents

    def pages(self, cursor: Cursor) -> Iterator[Page]:
        """Yield the rows below all parents, or below those changed since the cursor."""
        return self._walk(cursor if self._each.only_changed else {})

    def present(self) -> Iterator[str]:
        """Yield the ids of all rows below all parents."""
        for page in self._walk({}):
            yield from (str(field_of(row, self._listing.stream.key)) for row in page.rows)

    def _walk(self, cursor: Cursor) -> Iterator[Page]:
        """Yield the rows below the parents. One that has gone has none; if all have, the path is wrong."""
        answered, gone = False, None
        for page in self._parents.pages(cursor):
            for parent in page.rows:
                try:
                    yield from map(Page, self._below(field_of(parent, self._each.field)))
                    answered = True
                except SourceRefused as refused:
                    if refused.status not in _GONE:
                        raise
                    gone = refused
            if self._each.only_changed and page.cursor is not None:
                if gone and not (answered or cursor):
                    raise gone
                yield Page((), page.cursor)
        if gone and not (answered or cursor):
            raise gone

    def _below(self, value: object) -> Iterator[list[dict[str, Any]]]:
        """Yield the pages below the parent whose field has a value."""
        name = self._each.field.rpartition(".")[2]
        for rows in self._listing.rows(parent={name: value}):
            yield [{**row, PARENT: value} for row in rows]


def _filled(part: Any, values: Mapping[str, object]) -> Any:  # noqa: ANN401  any JSON value
    """Return a part of a request with the values in the place of their names; alone, a value keeps its type."""
    if isinstance(part, dict):
        return {name: _filled(each, values) for name, each in part.items()}
    if isinstance(part, list):
        return [_filled(each, values) for each in part]
    if not isinstance(part, str):
        return part
    if part in values:
        return values[part]
    for name, value in values.items():
        part = part.replace(name, str(value))
    return part
