"""A system with contacts on this machine, which answers as one does on a bad day: for the benchmarks and their tests.

Input: records, changes of them, and a plan: the n-th request → what goes wrong with it. The same plan over the same
records is the same day.

    GET  /cursor?since=&after=    in the order of ids; the cursor of the next page is in the answer
    GET  /offset?offset=&limit=   in the order of ids, with the total
    POST /changed                 {"modified": µs, "id": …}: what lies behind that place, in the order of both
    GET  /ids?after=              the ids there are
    POST /token                   a new token (OAuth 2 client credentials); the older one is not taken any more
"""

from __future__ import annotations

import json
import socket
import struct
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

SECOND = 1_000_000
TRANSPORT = ("429", "429-date", "500", "502", "503", "504", "reset", "cut", "html", "slow")
"""Faults of one request, after which the same request goes well."""

LISTING = ("repeat", "skip", "loop", "move", "vanish", "expire")
"""Faults of a listing: a page twice, a page left out, the same page for a while, a row that moves or goes while the
listing is read, a token that expires."""

_LOOPS = 5
"""How many requests in a row a loop gives the same page for."""

Record = dict[str, Any]


@dataclass
class Upstream:
    """The system: its records by id, its clock (µs UTC), its page, and what goes wrong. `slow`: seconds.

    `met` lists the faults that were met, `disturbed` what they did to records.
    """

    records: dict[int, Record] = field(default_factory=dict)
    now: int = 1_780_000_000 * SECOND
    page: int = 20
    plan: dict[int, str] = field(default_factory=dict)
    slow: float = 0.6
    needs_token: bool = False
    requests: int = 0
    met: list[str] = field(default_factory=list)
    disturbed: list[tuple[str, int]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.lock = threading.RLock()
        self.token = 0
        self.unheard = threading.Event()
        self._before: dict[str, Mapping[str, Any]] = {}
        self._looping = 0

    def put(self, number: int, title: str, *, at: int | None = None) -> None:
        """Create or change a record."""
        email = f"person{number}@harbour.example"
        changed = self.now if at is None else at
        properties = {"email": email, "title": title}
        at_ms = changed // 1_000
        self.records[number] = {"id": number, "modified": changed, "modified_ms": at_ms, "properties": properties}

    def touch(self, number: int) -> None:
        """Change a record now; the change is the same whenever it is made."""
        self.put(number, f"{self.records[number]['properties']['title']} again")

    def answer(self, path: str, asked: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return what a request is answered on a good day."""
        rows = [self.records[number] for number in sorted(self.records)]
        if path == "/ids":
            some = [row["id"] for row in rows if row["id"] > int(asked.get("after", -1))]
            at_once = 5 * self.page
            return {"results": some[:at_once], "after": some[at_once - 1] if len(some) > at_once else None}
        if path == "/offset":
            begin = int(asked.get("offset", 0))
            return {"results": rows[begin : begin + self.page], "total": len(rows)}
        if path == "/changed":
            place = (asked["modified"], -1 if asked["id"] is None else asked["id"])
            behind = sorted((row["modified"], row["id"], nth) for nth, row in enumerate(rows))
            return {"results": [rows[nth] for *at, nth in behind if tuple(at) > place][: self.page]}
        some = [row for row in rows if row["modified_ms"] >= int(asked.get("since", 0))]
        some = [row for row in some if row["id"] > int(asked.get("after", -1))]
        more = len(some) > self.page
        return {"results": some[: self.page], "after": some[self.page - 1]["id"] if more else None}

    def listing(self, path: str, asked: Mapping[str, Any], fault: str) -> Mapping[str, Any]:
        """Return what a listing is answered, on whatever day it is."""
        if fault in {"repeat", "loop"}:
            self._looping = _LOOPS if fault == "loop" else 1
        if self._looping and path in self._before:
            self._looping -= 1
            return self._before[path]
        answer = self.answer(path, asked)
        if fault == "skip" and answer.get("after") is not None:
            answer = self.answer(path, {**asked, "after": answer["after"]})
        elif fault == "skip" and path == "/offset":
            answer = self.answer(path, {**asked, "offset": int(asked.get("offset", 0)) + self.page})
        elif fault == "skip" and path == "/changed" and answer["results"]:
            answer = self.answer(path, answer["results"][-1])
        elif fault in {"move", "vanish"} and path != "/ids" and answer["results"]:
            self.disturb(fault, answer["results"][0]["id"])
        self._before[path] = answer
        return answer

    def disturb(self, fault: str, number: int) -> None:
        """Change (`move`) or remove (`vanish`) a record; the listing has just given it."""
        self.disturbed.append((fault, number))
        if number not in self.records:
            return
        if fault == "move":
            self.touch(number)
        else:
            del self.records[number]

    @contextmanager
    def serving(self) -> Iterator[str]:
        """Serve on this machine while in the context; yields the address."""
        handler = type("Handler", (_Handler,), {"upstream": self})
        with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
            thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
            thread.start()
            try:
                yield f"http://127.0.0.1:{server.server_address[1]}"
            finally:
                self.unheard.set()
                server.shutdown()
                thread.join()


class _Handler(BaseHTTPRequestHandler):
    """Answers requests, by the plan."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    upstream: Upstream

    def do_GET(self) -> None:
        """Answer a listing."""
        query = {name: values[-1] for name, values in parse_qs(urlsplit(self.path).query).items()}
        self._answer(urlsplit(self.path).path, query)

    def do_POST(self) -> None:
        """Answer a search, or give a token."""
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        path = urlsplit(self.path).path
        self._answer(path, {} if path == "/token" else json.loads(body))

    def _answer(self, path: str, asked: Mapping[str, Any]) -> None:
        upstream = self.upstream
        with upstream.lock:
            upstream.requests += 1
            fault = upstream.plan.get(upstream.requests, "")
            if path == "/token":
                upstream.token += 1
                self._give(200, {"access_token": f"token-number-{upstream.token}", "expires_in": 86_400})
                return
            if fault == "expire":
                upstream.met.append(fault)
                upstream.token += 1
            if upstream.needs_token and self.headers.get("Authorization") != f"Bearer token-number-{upstream.token}":
                self._give(401, {"message": "the token has expired"})
                return
            if fault in LISTING and fault != "expire":
                upstream.met.append(fault)
            answer = upstream.listing(path, asked, fault)
        if fault in TRANSPORT:
            upstream.met.append(fault)
            self._fail(fault, answer)
        else:
            self._give(200, answer)

    def _fail(self, fault: str, answer: Mapping[str, Any]) -> None:
        """Answer badly."""
        content = json.dumps(answer).encode()
        half = content[: len(content) // 2]
        if fault == "429":
            self._give(429, {"message": "too many requests"}, {"Retry-After": "1"})
        elif fault == "429-date":
            later = formatdate(self.upstream.now / SECOND + 2, usegmt=True)
            self._give(429, {"message": "too many requests"}, {"Retry-After": later})
        elif fault.isdigit():
            self._give(int(fault), {"message": "out of order"})
        elif fault == "cut":
            self._send(200, half, "application/json")
        elif fault == "html":
            self._send(200, b"<html><body>We are back in a moment.</body></html>", "text/html")
        elif fault == "slow":
            self.upstream.unheard.wait(self.upstream.slow)
            self.close_connection = True
        else:
            self._head(200, len(content), "application/json", {})
            self.wfile.write(half)
            self.wfile.flush()
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.connection.close()
            self.close_connection = True

    def _give(self, status: int, document: Mapping[str, Any], headers: Mapping[str, str] | None = None) -> None:
        self._send(status, json.dumps(document).encode(), "application/json", headers)

    def _send(self, status: int, content: bytes, kind: str, headers: Mapping[str, str] | None = None) -> None:
        self._head(status, len(content), kind, headers or {})
        self.wfile.write(content)

    def _head(self, status: int, length: int, kind: str, headers: Mapping[str, str]) -> None:
        self.send_response_only(status)
        self.send_header("Date", formatdate(self.upstream.now / SECOND, usegmt=True))
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(length))
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing of each request."""

    def handle_one_request(self) -> None:
        """Answer a request; one who has gone is not answered."""
        try:
            super().handle_one_request()
        except (BrokenPipeError, ConnectionResetError, OSError):
            self.close_connection = True

    def finish(self) -> None:
        """Close; a connection that was reset is closed already."""
        try:
            super().finish()
        except (OSError, ValueError):
            self.close_connection = True
