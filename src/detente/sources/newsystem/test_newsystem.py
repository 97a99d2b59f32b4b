"""newsystem, read from a small server of its own: run `python -m unittest connectors/newsystem/test_newsystem.py`."""

from __future__ import annotations

import json
import threading
import unittest
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from detente.sources.trial import Trial

TOKEN = "a-token-for-the-test"


def contact(number: int, updated_at: str, **fields: Any) -> dict[str, Any]:
    """A contact as the API gives it. Take an answer from the API's documentation instead."""
    return {
        "id": f"c{number:03}",
        "name": f"Ada {number}",
        "email": f"ada{number}@harbour.example",
        "job_title": "Head of Sales",
        "company": {"id": "k1", "name": "Harbour"},
        "updated_at": updated_at,
        "unsubscribed_at": None,
        **fields,
    }


@contextmanager
def serving(contacts: list[dict[str, Any]]) -> Iterator[str]:
    """Serve these contacts as the API does; yield the address."""

    class Api(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            address = urlsplit(self.path)
            asked = {name: values[0] for name, values in parse_qs(address.query).items()}
            if self.headers["Authorization"] != f"Bearer {TOKEN}":
                self.answer(401, {"error": "who are you?"})
            elif address.path == "/v1/contacts":
                place = (asked["updated_since"], asked.get("after_id", ""))
                rows = sorted(contacts, key=lambda row: (row["updated_at"], row["id"]))
                found = [row for row in rows if (row["updated_at"], row["id"]) > place]
                self.answer(200, {"items": found[: int(asked["limit"])]})
            elif address.path == "/v1/contacts/ids":
                begin = int(asked.get("cursor", 0))
                more = begin + 100 < len(contacts)
                ids = [{"id": row["id"]} for row in contacts[begin : begin + 100]]
                self.answer(200, {"items": ids, "next": str(begin + 100) if more else None})
            else:
                self.answer(404, {"error": "nothing here"})

        def answer(self, status: int, content: object) -> None:
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.end_headers()
            self.wfile.write(json.dumps(content).encode())

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Api)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/v1"
    finally:
        server.shutdown()
        server.server_close()


class Newsystem(unittest.TestCase):
    """What a sync brings."""

    def trial(self, address: str) -> Trial:
        return Trial(Path(__file__).parent, {"url": address, "token": TOKEN})

    def test_everything_is_read_first_and_then_what_changed(self) -> None:
        contacts = [contact(number, "2026-03-01T10:00:00+00:00") for number in range(250)]
        with serving(contacts) as address:
            trial = self.trial(address)
            self.assertEqual(len(trial.sync()["contacts"].rows), 250)
            contacts[7] = contact(7, "2026-03-02T10:00:00+00:00", job_title="Director")
            changed = trial.sync()["contacts"].rows
            self.assertIn("Director", {row["job_title"] for row in changed})

    def test_a_row_becomes_facts(self) -> None:
        with serving([contact(1, "2026-03-01T10:00:00+00:00", unsubscribed_at="2026-02-01T09:00:00+00:00")]) as address:
            tried = self.trial(address).sync()["contacts"]
        self.assertEqual(tried.set_aside, [])
        self.assertEqual([fact["kind"] for fact in tried.facts], ["enrich", "unsubscribe"])
        self.assertEqual(json.loads(tried.facts[0]["extra"])["person.email"], "ada1@harbour.example")
        self.assertEqual({fact["record"] for fact in tried.facts}, {"c001"})

    def test_the_ids_that_exist_are_told(self) -> None:
        with serving([contact(number, "2026-03-01T10:00:00+00:00") for number in range(150)]) as address:
            present = self.trial(address).sync()["contacts"].present
        self.assertEqual(present, [f"c{number:03}" for number in range(150)])


if __name__ == "__main__":
    unittest.main()
