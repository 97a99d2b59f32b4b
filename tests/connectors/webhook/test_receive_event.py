"""Any body that is no event is refused before it is kept, and nothing that comes makes a server stumble."""

from __future__ import annotations

import json
from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detente.app.operations.receive_event import LARGEST, Outcome, receive_event
from detente.app.ports.inbox import Delivery
from detente.sources.webhook.gate import Gate
from detente.sources.webhook.settings import Settings

ADDRESS = "a" * 24
GATE = Gate(Settings.model_validate({"path_secret": ADDRESS}))
JSON = {"content-type": "application/json"}


class Kept:
    """An inbox in memory: the one of the database is tested by itself."""

    def __init__(self) -> None:
        self.events: list[tuple[str, str, int, bytes]] = []
        self.why: list[tuple[str, str]] = []

    @property
    def bodies(self) -> list[bytes]:
        return [body for *_, body in self.events]

    def put(self, source: str, key: str, received_at: int, body: bytes) -> bool:
        self.events.append((source, key, received_at, body))
        return True

    def refused(self, source: str, why: str) -> None:
        self.why.append((source, why))


def received(body: bytes, headers: Mapping[str, str] = JSON) -> tuple[Outcome, Kept]:
    inbox = Kept()
    return receive_event(Delivery("form", headers, body, ADDRESS), GATE, inbox, 1), inbox


@given(st.dictionaries(st.text(), st.recursive(st.none() | st.integers() | st.text(), st.lists), max_size=5))
def test_every_object_is_kept_as_it_came(content: dict[str, object]) -> None:
    body = json.dumps(content).encode()
    outcome, inbox = received(body)
    assert (outcome, inbox.bodies, inbox.why) == (Outcome.KEPT, [body], [])


@given(st.binary(max_size=200))
def test_bytes_that_are_no_event_are_refused(body: bytes) -> None:
    outcome, inbox = received(body)
    try:
        event = isinstance(json.loads(body), dict | list)
    except ValueError:
        event = False
    assert (outcome is Outcome.KEPT) <= event
    assert inbox.bodies == ([body] if outcome is Outcome.KEPT else [])


@pytest.mark.parametrize(
    ("size", "outcome"), [(LARGEST, Outcome.KEPT), (LARGEST + 1, Outcome.TOO_LARGE), (10_000_000, Outcome.TOO_LARGE)]
)
def test_a_megabyte_is_the_limit(size: int, outcome: Outcome) -> None:
    assert received(b'{"a": "' + b"x" * (size - 9) + b'"}')[0] is outcome


@pytest.mark.parametrize(
    "text",
    ["", " ", "{", "null", "1", '"a"', "[1]", '[{"a": 1}, 2]', '{"a": 1e', '{"a": Infinity}', "{'a': 1}", "[[]]"],
)
def test_json_that_is_no_object_or_list_of_them_is_refused(text: str) -> None:
    outcome, inbox = received(text.encode())
    assert (outcome, inbox.why) == (Outcome.BROKEN, [("form", "broken")])


@pytest.mark.parametrize(
    ("headers", "outcome"),
    [
        ({}, Outcome.NOT_JSON),
        ({"content-type": "text/json"}, Outcome.NOT_JSON),
        ({"content-type": "application/json", "content-encoding": "gzip"}, Outcome.PACKED),
        ({"content-type": "application/json", "content-encoding": "GZIP, identity"}, Outcome.PACKED),
        ({"content-type": "application/json", "content-encoding": "identity"}, Outcome.KEPT),
        ({"content-type": "Application/JSON ;charset=UTF-8"}, Outcome.KEPT),
    ],
)
def test_a_body_is_json_as_it_is(headers: dict[str, str], outcome: Outcome) -> None:
    assert received(b"{}", headers)[0] is outcome


def test_a_list_of_events_may_be_empty() -> None:
    assert received(b"[]")[0] is Outcome.KEPT
