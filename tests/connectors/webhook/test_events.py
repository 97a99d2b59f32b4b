"""The events of the inbox are read as streams, each by the stream that asks for it, and none is left out."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from detente.app.ports.inbox import Event
from detente.sources.kit.connector import Cursor, Row, Stream
from detente.sources.kit.patience import Moments
from detente.sources.kit.web import Web
from detente.sources.webhook.settings import Settings
from detente.sources.webhook.source import OVERLAP, connect


def event(place: int, body: object) -> Event:
    return Event(place, f"e{place}", 1_772_000_000_000_000 + place, json.dumps(body).encode())


def streams(kept: Sequence[Event], **selections: dict[str, Any]) -> dict[str, Stream]:
    """The streams of a source whose inbox holds these events, two at a time."""

    def events(behind: int) -> Iterator[Sequence[Event]]:
        wanted = [each for each in kept if each.place > behind]
        for n in range(0, len(wanted), 2):
            yield wanted[n : n + 2]

    settings = Settings.model_validate({"path_secret": "a" * 24, "streams": selections})
    web = Web(Moments(lambda: 0.0, lambda _: None, lambda: 0.5))
    return {stream.name: stream for stream in connect(settings, web, events)}


def read(stream: Stream, cursor: Cursor | None = None) -> tuple[list[Row], Cursor]:
    rows: list[Row] = []
    for page in stream.pages(cursor or {}):
        rows += page.rows
        cursor = page.cursor
    return rows, cursor or {}


def test_an_event_is_a_row_with_when_it_came() -> None:
    rows, cursor = read(streams([event(7, {"type": "x"})])["events"])
    assert rows == [{"id": "e7", "received_at": "2026-02-25T06:13:20.000007+00:00", "body": {"type": "x"}}]
    assert cursor == {"place": 7}


def test_a_list_is_an_event_for_each_of_its_items() -> None:
    rows, _ = read(streams([event(1, [{"a": 1}, {"a": 2}])])["events"])
    assert [(row["id"], row["body"]["a"]) for row in rows] == [("e1:0", 1), ("e1:1", 2)]


def test_each_stream_takes_its_own_and_the_rest_is_not_lost() -> None:
    kept = [event(n, {"event": {"type": kind}}) for n, kind in enumerate("abcab", 1)]
    found = streams(
        kept, one={"field": "event.type", "one_of": ["a"]}, two={"field": "event.type", "one_of": ["b", "d"]}
    )
    assert {name: [row["id"] for row in read(stream)[0]] for name, stream in found.items()} == {
        "one": ["e1", "e4"],
        "two": ["e2", "e5"],
        "others": ["e3"],
    }


def test_reading_goes_on_a_little_before_where_it_ended() -> None:
    kept = [event(n, {}) for n in (1, OVERLAP, OVERLAP + 5)]
    stream = streams(kept)["events"]
    _, cursor = read(stream)
    assert [row["id"] for row in read(stream, cursor)[0]] == [f"e{OVERLAP}", f"e{OVERLAP + 5}"]
