"""The inbox keeps an event as it came, once, for good; and of what was not taken only how often."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from detente.store.database import open_database

if TYPE_CHECKING:
    from detente.store.inbox import DatabaseInbox


@pytest.fixture
def inbox(database: Path | str) -> DatabaseInbox:
    open_database(database)
    from detente.store.inbox import DatabaseInbox  # its models need an open database

    return DatabaseInbox()


def in_threads(calls: list[Callable[[], Any]]) -> list[Any]:
    """Call all of them in eight threads, each with a connection of its own."""
    from django.db import connection

    def one(call: Callable[[], Any]) -> Any:
        try:
            return call()
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        return list(pool.map(one, calls))


def keys(events: Iterator[Any]) -> list[str]:
    return [event.key for some in events for event in some]


def test_an_event_is_kept_once_as_it_came(inbox: DatabaseInbox) -> None:
    assert inbox.put("shop", "e1", 5, b'{"a": 1.10}')
    assert not inbox.put("shop", "e1", 6, b'{"a": 2}')
    assert inbox.put("other", "e1", 7, b"{}")
    [[event]] = list(inbox.events("shop", 0))
    assert (event.key, event.received_at, event.body) == ("e1", 5, b'{"a": 1.10}')


def test_events_are_read_behind_a_place_in_order(inbox: DatabaseInbox) -> None:
    from detente.store.inbox import SOME

    for n in range(SOME + 5):
        inbox.put("shop", f"e{n:03}", n, b"{}")
    first, second = inbox.events("shop", 0)
    assert (len(first), len(second)) == (SOME, 5)
    assert keys(inbox.events("shop", first[-1].place)) == [f"e{n:03}" for n in range(SOME, SOME + 5)]


def test_the_same_event_in_eight_threads_is_kept_once(inbox: DatabaseInbox) -> None:
    calls = [lambda n=n: inbox.put("shop", f"e{n % 5}", n, b"{}") for n in range(40)]
    assert sum(in_threads(calls)) == 5
    assert sorted(keys(inbox.events("shop", 0))) == ["e0", "e1", "e2", "e3", "e4"]


def test_what_was_not_taken_is_counted(inbox: DatabaseInbox) -> None:
    in_threads([lambda: inbox.refused("shop", "not-shown")] * 16)
    inbox.refused("shop", "too-large")
    inbox.put("form", "e1", 5, b"{}")
    assert inbox.counts() == {("form", "kept"): 1, ("shop", "not-shown"): 16, ("shop", "too-large"): 1}
    assert list(inbox.events("shop", 0)) == []


@pytest.mark.parametrize("change", ["UPDATE store_receivedevent SET key = 'x'", "DELETE FROM store_receivedevent"])
def test_nobody_changes_or_deletes_an_event(
    inbox: DatabaseInbox, database: Path | str, execute: Callable[..., Any], change: str
) -> None:
    inbox.put("shop", "e1", 5, b"{}")
    with pytest.raises(Exception, match="the inbox is append-only"):
        execute(database, change)
    assert keys(inbox.events("shop", 0)) == ["e1"]
