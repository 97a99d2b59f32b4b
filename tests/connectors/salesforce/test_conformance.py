"""Every request is the one that simple-salesforce would make: address, method and parameters.

Nobody is contacted: the whole organisation of the tests is read, and what was asked is asked again by
simple-salesforce, whose session only writes down.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
import requests
from simple_salesforce import Salesforce, SalesforceLogin
from werkzeug import Request

from detente.sources.kit.connector import Stream

from ..mapped import read
from .fake import CLIENT, SECRET, VERSION, FakeSalesforce

Streams = Callable[..., dict[str, Stream]]
Asked = tuple[str, str, dict[str, str]]
"""Method, path and query."""


class Written(requests.Session):
    """A session that writes down what it is asked."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[Asked] = []
        self.bodies: list[Mapping[str, str]] = []

    def request(self, method: str, url: str, *_: Any, **options: Any) -> Any:
        prepared = requests.Request(method, url, params=options.get("params")).prepare()
        parts = urlsplit(prepared.url or "")
        self.asked.append((method, parts.path.rstrip("/"), dict(parse_qsl(parts.query))))
        self.bodies.append(options.get("data") or {})
        answer = requests.Response()
        answer.status_code = 200
        given = {"access_token": "x", "instance_url": "https://x.my.salesforce.com", "done": True, "records": []}
        answer._content = json.dumps(given).encode()
        return answer


def asked_by_the_library(request: Request) -> Asked:
    """What simple-salesforce asks for the same."""
    session = Written()
    library = Salesforce(session_id="x", instance_url="https://x.my.salesforce.com", session=session, version="62.0")
    path = request.path.removeprefix(VERSION).strip("/").split("/")
    match path:
        case ["sobjects"]:
            library.describe()
        case ["sobjects", kind, "describe"]:
            getattr(library, kind).describe()
        case ["sobjects", kind, "deleted"]:
            start, end = (datetime.fromisoformat(request.args[name]) for name in ("start", "end"))
            getattr(library, kind).deleted(start, end)
        case ["queryAll"]:
            library.query(request.args["q"], include_deleted=True)
        case ["query", _]:
            library.query_more(request.path, identifier_is_url=True)
        case _:
            pytest.fail(f"simple-salesforce has no call for {request.path}")
    return session.asked[0]


def test_every_request_is_the_one_of_the_library(streams: Streams, organisation: FakeSalesforce) -> None:
    organisation.page = 2
    for name in streams():
        _, cursor = read(streams()[name])
        organisation.now += 10
        read(streams()[name], cursor)
    reading = [request for request in organisation.asked if request.path != "/services/oauth2/token"]
    for request in reading:
        query = {name: _same_instant(value) for name, value in request.args.items()}
        method, path, others = asked_by_the_library(request)
        others = {name: _same_instant(value) for name, value in others.items()}
        assert (request.method, request.path.rstrip("/"), query) == (method, path, others)
    assert {request.path.removeprefix(VERSION).split("/")[1] for request in reading} == {
        "sobjects",
        "queryAll",
        "query",
    }
    assert any(request.path.endswith("/deleted/") for request in reading)


def test_the_token_is_asked_for_as_by_the_library(streams: Streams, organisation: FakeSalesforce) -> None:
    read(streams()["leads"])
    asked = organisation.asked[0]
    session = Written()
    SalesforceLogin(consumer_key=CLIENT, consumer_secret=SECRET, domain="x.my", session=session)
    assert (asked.method, asked.path) == session.asked[0][:2]
    assert asked.form["grant_type"] == session.bodies[0]["grant_type"]
    assert (asked.form["client_id"], asked.form["client_secret"]) == (CLIENT, SECRET), "in the body, as OAuth allows"


def _same_instant(value: str) -> str:
    """One way to write an instant, for both."""
    try:
        return str(int(datetime.fromisoformat(value.replace(" ", "+")).timestamp()))
    except ValueError:
        return value
