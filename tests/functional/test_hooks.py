"""Events of another system, delivered as real senders do: often, in any order, at once; what comes of them is the same
as if each had come once and in order."""

from __future__ import annotations

import base64
import http.client
import json
import queue
import random
import signal
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import duckdb
import pytest
from standardwebhooks import Webhook

from detente import bootstrap

from .conftest import run_cli, serving

SECRET = "whsec_" + base64.b64encode(b"a-secret-of-the-shop----").decode()
MAPPING = """\
mapping: 1
source: shop
files:
  events:
    file: events.jsonl
    subject: person
    record: body.contact.id
    facts:
      - enrich: {person.email: {column: body.contact.email, as: email}, person.title: body.contact.title}
        source_id: "{id}"
        occurred_at: body.contact.modified
        known_at: received_at
"""
SEED = 4
KILLS = 5


def events() -> list[dict[str, Any]]:
    """Five changes of each of forty people, in the order in which they were made."""
    return [
        {
            "type": "contact.changed",
            "contact": {
                "id": f"c{person}",
                "email": f"p{person}@harbour.example",
                "title": f"Title {version} of {person}",
                "modified": f"2026-03-{version + 1:02}T10:{person:02}:00Z",
            },
        }
        for version in range(5)
        for person in range(40)
    ]


def deliveries(chance: random.Random | None) -> list[tuple[str, bytes]]:
    """Each event once in order; with chance, one to ten times in any order."""
    sent = [(f"msg_{n}", json.dumps(event).encode()) for n, event in enumerate(events())]
    if chance is None:
        return sent
    often = [each for each in sent for _ in range(chance.randint(1, 10))]
    chance.shuffle(often)
    return often


def workspace(folder: Path) -> Path:
    assert run_cli(folder.parent, "init", folder.name).returncode == 0
    with (folder / "detente.toml").open("a") as settings:
        settings.write('[sources.shop]\nsystem = "webhook"\nmapping = "mappings/shop.yaml"\nsecret_file = "secret"\n')
    (folder / "secret").write_text(SECRET)
    (folder / "mappings" / "shop.yaml").write_text(MAPPING)
    return folder


def send(address: str, some: list[tuple[str, bytes]]) -> set[int]:
    """Deliver over one connection; return the answers."""
    with closing(http.client.HTTPConnection(urlsplit(address).netloc, timeout=60)) as connection:
        answers = set()
        for id_, body in some:
            at = datetime.fromtimestamp(bootstrap.clock() // 1_000_000, UTC)
            headers = {
                "content-type": "application/json",
                "webhook-id": id_,
                "webhook-timestamp": str(int(at.timestamp())),
                "webhook-signature": Webhook(SECRET).sign(id_, at, body.decode()),
            }
            connection.request("POST", "/hook/shop/", body, headers)
            answer = connection.getresponse()
            answer.read()
            answers.add(answer.status)
        return answers


def landed(folder: Path) -> list[tuple[Any, ...]]:
    """Every fact that counts, but when it came to be known."""
    sql = f"SELECT DISTINCT record, kind, occurred_at, extra FROM '{folder}/facts/*/facts-*.parquet' ORDER BY ALL"
    with closing(duckdb.connect()) as con:
        return con.execute(sql).fetchall()


def people(folder: Path) -> list[tuple[Any, ...]]:
    """The people as the lists show them."""
    with closing(sqlite3.connect(folder / "detente.db")) as con:
        return con.execute("SELECT email, title FROM store_leadstate ORDER BY email").fetchall()


@pytest.mark.slow
def test_events_delivered_often_and_in_any_order_end_as_those_delivered_once_in_order(tmp_path: Path) -> None:
    orderly, wild = workspace(tmp_path / "orderly"), workspace(tmp_path / "wild")
    with serving(orderly, "serve", "--port", "0") as address:
        assert send(address, deliveries(None)) == {204}
    with serving(wild, "serve", "--port", "0") as address, ThreadPoolExecutor(8) as threads:
        often = deliveries(random.Random(SEED))
        sending = [threads.submit(send, address, often[n::8]) for n in range(8)]
        between = run_cli(wild, "sync", "shop")  # while events arrive
        assert between.returncode == 0, between.stderr
        assert {status for each in sending for status in each.result()} == {204}
    for folder in (orderly, wild):
        done = run_cli(folder, "sync", "shop", "--json")
        assert done.returncode == 0, done.stderr
        replayed = run_cli(folder, "replay")
        assert replayed.returncode == 0, replayed.stderr
    assert len(landed(wild)) == 200
    assert landed(wild) == landed(orderly)
    assert people(wild) == people(orderly)
    assert people(wild)[0] == ("p0@harbour.example", "Title 4 of 0")


def send_until_gone(address: str, first: int, taken: queue.SimpleQueue[str]) -> None:
    """Deliver events from a number on, until nobody answers any more; tell which were taken."""
    with suppress(OSError, http.client.HTTPException):
        for n in range(first, first + 100_000):
            assert send(address, [(f"msg_{n}", b"{}")]) == {204}
            taken.put(f"msg_{n}")


@pytest.mark.slow
def test_an_event_that_was_taken_outlives_whatever_ends_the_server(tmp_path: Path) -> None:
    folder = workspace(tmp_path / "killed")
    told: set[str] = set()
    for kill in range(KILLS):
        taken: queue.SimpleQueue[str] = queue.SimpleQueue()
        with ThreadPoolExecutor(4) as threads, serving(folder, "serve", "--port", "0", end=signal.SIGKILL) as address:
            numbers = [(4 * kill + thread) * 100_000 for thread in range(4)]
            sending = [threads.submit(send_until_gone, address, first, taken) for first in numbers]
            told |= {taken.get() for _ in range(20)}
        assert not [each.exception() for each in sending if each.exception()]
        while not taken.empty():
            told.add(taken.get())
    with closing(sqlite3.connect(folder / "detente.db")) as con:
        kept = {key for (key,) in con.execute("SELECT key FROM store_receivedevent")}
    assert len(told) >= 20 * KILLS
    assert told <= kept
