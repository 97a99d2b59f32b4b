"""Reads the contacts of newsystem: those that came or changed, oldest change first, and which there are.

Input: `[sources.…]` with `system = "connectors/newsystem"`. What is presumed of the API is said where it is: put
what your API's documentation says in its place.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import partial

from dlt.sources.helpers.rest_client.auth import BearerTokenAuth
from dlt.sources.helpers.rest_client.paginators import JSONResponseCursorPaginator
from pydantic import BaseModel, ConfigDict, Field, SecretStr

from detente.core.calendars.instants import instant_of, moment_of
from detente.sources.kit.connector import Row, Stream
from detente.sources.kit.keyset import Keyset, Place
from detente.sources.kit.patience import Quota
from detente.sources.kit.web import Client, Web

PAGE = 100
"""Rows of a page: as many as the API gives at once."""


class Settings(BaseModel):
    """`[sources.…]` with `system = "connectors/newsystem"`. A secret never stands in detente.toml."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    url: str = Field(description="Where the API is: https://api.newsystem.example/v1.")
    token: SecretStr = Field(description="A token that may read contacts.")


def connect(settings: Settings, web: Web) -> Sequence[Stream]:
    """Return the streams. Nothing is asked before a stream is read."""
    token = BearerTokenAuth(token=settings.token.get_secret_value())
    client = web.client(settings.url, auth=token, quota=Quota(requests=10, seconds=1.0))
    contacts = Keyset("newsystem: contacts", modified=_modified, id=lambda row: row["id"])
    return [
        Stream(
            name="contacts",
            key="id",
            pages=partial(contacts.by_modified, partial(_changed, client)),
            present=partial(_ids, client),  # None, where the API tells of deletions itself
        )
    ]


def _changed(client: Client, place: Place) -> Sequence[Row]:
    """Return the next rows behind a place, in the order of (updated_at, id).

    Presumed: `updated_since` and `after_id` together mean just that. An API that cannot be asked so is read with
    `Keyset.by_id`, or whole: `client.paginate(…)` gives its pages.
    """
    params = {"updated_since": _written(place.modified), "limit": PAGE}
    if place.id is not None:
        params["after_id"] = place.id
    rows: list[Row] = client.get("contacts", params=params).json()["items"]
    return rows


def _ids(client: Client) -> Iterator[str]:
    """Yield the ids of all contacts there are. Presumed: a page names the next one as `next`."""
    paginator = JSONResponseCursorPaginator(cursor_path="next", cursor_param="cursor")
    for page in client.paginate("contacts/ids", paginator=paginator, data_selector="items"):
        yield from (str(row["id"]) for row in page)


def _modified(row: Row) -> int:
    """Return when a row last changed, in microseconds UTC."""
    return instant_of(datetime.fromisoformat(row["updated_at"]))


def _written(instant: int) -> str:
    """Return an instant (microseconds UTC) as the API writes it."""
    return moment_of(instant).isoformat()
