"""Reads the inbox of events as streams, so that `detente sync` lands them as it lands any other source.

Input: the events that a server kept (`app.ports.inbox`), and the settings, which tell them apart into streams. A row is
one event: `id`, `received_at` and its `body`; a body that is a list gives a row for each of its items.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from detente.app.ports.inbox import Event
from detente.core.calendars.instants import moment_of
from detente.sources.kit.connector import Cursor, Page, Row, Stream, field_of
from detente.sources.webhook.settings import Selection, Settings

if TYPE_CHECKING:
    from detente.sources.kit.web import Web

__all__ = ["Settings", "connect"]

ALL, OTHERS = "events", "others"
"""The stream of a source without streams; the one of what no stream takes, which a mapping may leave out."""

OVERLAP = 1_000
"""Places to go back: events kept at the same moment may show in another order than their places."""


Events = Callable[[int], Iterator[Sequence[Event]]]
"""The events of the source behind a place."""


def connect(settings: Settings, web: Web, events: Events) -> Sequence[Stream]:
    """Return the streams of a source. `events` gives what its inbox holds behind a place."""
    del web  # whoever sends events is not asked
    if not settings.streams:
        return [Stream(ALL, "id", partial(_pages, events, lambda _: True))]
    chosen = settings.streams
    taken = [Stream(name, "id", partial(_pages, events, partial(_takes, each))) for name, each in chosen.items()]
    return [*taken, Stream(OTHERS, "id", partial(_pages, events, lambda body: not _any_takes(chosen.values(), body)))]


def _pages(events: Events, wanted: Callable[[Any], bool], cursor: Cursor) -> Iterator[Page]:
    """Yield the events behind the cursor of which the body is wanted, in the order in which they came."""
    for some in events(max(cursor.get("place", 0) - OVERLAP, 0)):
        rows = [row for event in some for row in _rows(event) if wanted(row["body"])]
        yield Page(rows, {"place": some[-1].place})


def _rows(event: Event) -> Iterator[Row]:
    """Yield the rows of an event."""
    body = json.loads(event.body)
    received = moment_of(event.received_at).isoformat()
    if isinstance(body, list):
        for n, item in enumerate(body):
            yield {"id": f"{event.key}:{n}", "received_at": received, "body": item}
    else:
        yield {"id": event.key, "received_at": received, "body": body}


def _takes(selection: Selection, body: Any) -> bool:  # noqa: ANN401  any JSON value
    return str(field_of(body, selection.field)) in selection.one_of


def _any_takes(selections: Any, body: Any) -> bool:  # noqa: ANN401
    return any(_takes(selection, body) for selection in selections)
