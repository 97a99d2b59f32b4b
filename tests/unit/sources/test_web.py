"""What a connector sees of another system that is slow, broken, or in the way; over a real server on this machine."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
import requests
from dlt.sources.helpers.rest_client.auth import BearerTokenAuth, HttpBasicAuth, OAuth2ClientCredentials
from dlt.sources.helpers.rest_client.paginators import JSONResponseCursorPaginator
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from detente.core.errors import SourceRefused, SourceUnready, UsageError
from detente.sources.kit.patience import Budget, Moments, Quota, retry_after
from detente.sources.kit.web import Client, Web

TOKEN = "pat-eu1-secret-4711"


class Watch:
    """A clock that only sleeping moves."""

    def __init__(self) -> None:
        self.now = 0.0
        self.slept: list[float] = []

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds

    @property
    def moments(self) -> Moments:
        return Moments(lambda: self.now, self.sleep, lambda: 0.5)


@pytest.fixture
def watch() -> Watch:
    return Watch()


@pytest.fixture
def web(watch: Watch) -> Web:
    return Web(watch.moments, Budget(attempts=4, waiting=100, size=10_000))


def client(web: Web, server: HTTPServer, **options: Any) -> Client:
    return web.client(server.url_for("/"), auth=BearerTokenAuth(TOKEN), **options)


def answers(server: HTTPServer, *given: Response | Callable[[Request], Response]) -> list[Request]:
    """Let the server give these answers one after another, the last one for ever; return what it is asked."""
    asked: list[Request] = []

    def handle(request: Request) -> Response:
        asked.append(request)
        answer = given[min(len(asked), len(given)) - 1]
        return answer if isinstance(answer, Response) else answer(request)

    server.expect_request("/contacts").respond_with_handler(handle)
    return asked


def good(rows: Any = ({"id": "1"},), after: str | None = None) -> Response:
    return Response(json.dumps({"results": list(rows), "after": after}), content_type="application/json")


def cursor() -> JSONResponseCursorPaginator:
    return JSONResponseCursorPaginator(cursor_path="after", cursor_param="after")


@pytest.mark.parametrize(
    ("headers", "waited"),
    [
        ({"Retry-After": "7"}, 7.0),
        ({"Retry-After": "Wed, 25 Nov 1998 10:00:09 GMT"}, 0.0),
        ({"Retry-After": "soon"}, 0.375),
        ({}, 0.375),
    ],
)
def test_waits_as_long_as_a_system_that_is_asked_too_much_says(
    httpserver: HTTPServer, web: Web, watch: Watch, headers: dict[str, str], waited: float
) -> None:
    answers(httpserver, Response("{}", 429, headers), good())
    assert client(web, httpserver).get("contacts").json()["results"] == [{"id": "1"}]
    assert watch.slept == [waited]
    assert web.requests == 2


@pytest.mark.parametrize(
    ("told", "waits"),
    [
        ("Wed, 25 Nov 2026 10:00:09 GMT", 9.0),
        ("Wed, 25 Nov 2026 10:59:00 +0100", -60.0),
        ("120", 120.0),
        ("1.5", 1.5),
        ("", None),
        ("soon", None),
    ],
)
def test_counts_a_wait_from_the_moment_of_the_answer(told: str, waits: float | None) -> None:
    answer = requests.Response()
    answer.headers["Retry-After"], answer.headers["Date"] = told, "Wed, 25 Nov 2026 10:00:00 GMT"
    assert retry_after(answer) == waits


@pytest.mark.parametrize(
    "broken",
    [
        Response("{}", 500),
        Response("{}", 502),
        Response("{}", 503),
        Response("{}", 504),
        Response('{"results": [{"id": "1"', content_type="application/json"),
        Response("<html>we are back soon</html>", content_type="text/html"),
        Response("", content_type="application/json"),
    ],
)
def test_asks_again_after_an_answer_that_cannot_be_used(httpserver: HTTPServer, web: Web, broken: Response) -> None:
    answers(httpserver, broken, good())
    assert client(web, httpserver).get("contacts").json()["results"] == [{"id": "1"}]


def test_gives_up_within_its_budget_and_says_so(httpserver: HTTPServer, web: Web) -> None:
    answers(httpserver, Response("{}", 503))
    with pytest.raises(SourceUnready, match=r"GET http://localhost:\d+/contacts: it answers 503, after 4 attempts"):
        client(web, httpserver).get("contacts", params={"email": "ann@example.org"})
    assert web.requests == 4


def test_does_not_wait_for_hours(httpserver: HTTPServer, web: Web, watch: Watch) -> None:
    answers(httpserver, Response("{}", 429, {"Retry-After": "7200"}))
    with pytest.raises(SourceUnready, match=r"asks to wait 7,200 s: sync again after that"):
        client(web, httpserver).get("contacts")
    assert watch.slept == []


def test_a_system_that_cannot_be_reached_may_be_later(web: Web) -> None:
    with pytest.raises(SourceUnready, match="it cannot be reached, after 4 attempts"):
        web.client("http://127.0.0.1:9", quota=None).get("contacts")


def test_a_refusal_is_not_tried_again_and_says_how_to_mend_it(httpserver: HTTPServer, web: Web) -> None:
    answers(httpserver, Response('{"message": "requires crm.objects.contacts.read"}', 403))
    with pytest.raises(SourceRefused, match=r"403.*permission.*crm\.objects\.contacts\.read") as refused:
        client(web, httpserver).get("contacts")
    assert refused.value.status == 403
    assert web.requests == 1


def test_no_secret_is_in_a_message(httpserver: HTTPServer, web: Web) -> None:
    answers(httpserver, lambda request: Response(f"no such {request.headers['Authorization']}", 401))
    for auth in (BearerTokenAuth(TOKEN), HttpBasicAuth("ann", TOKEN)):
        with pytest.raises(SourceRefused) as refused:
            web.client(httpserver.url_for("/"), auth=auth).get("contacts", params={"key": TOKEN})
        assert "•••" in str(refused.value)
        assert TOKEN not in str(refused.value)


def test_a_token_that_was_fetched_is_a_secret_too(httpserver: HTTPServer, web: Web) -> None:
    httpserver.expect_request("/token").respond_with_json({"access_token": "a-fetched-token", "expires_in": 3600})
    answers(httpserver, lambda asked: Response(f"not with {asked.headers['Authorization']}", 403))
    auth = OAuth2ClientCredentials(
        access_token_url=httpserver.url_for("/token"), client_id="detente", client_secret=TOKEN
    )
    with pytest.raises(SourceRefused, match="not with Bearer •••"):
        web.client(httpserver.url_for("/"), auth=auth).get("contacts")


def test_fetches_a_new_token_once_when_the_old_one_expires_midway(httpserver: HTTPServer, web: Web) -> None:
    given = iter(("first-token", "second-token", "third-token"))
    httpserver.expect_request("/token").respond_with_handler(
        lambda _: Response(json.dumps({"access_token": next(given), "expires_in": 3600}))
    )
    answers(
        httpserver,
        lambda asked: good() if asked.headers["Authorization"] == "Bearer second-token" else Response("{}", 401),
    )
    auth = OAuth2ClientCredentials(
        access_token_url=httpserver.url_for("/token"), client_id="detente", client_secret=TOKEN
    )
    assert web.client(httpserver.url_for("/"), auth=auth).get("contacts").json()["after"] is None
    assert web.requests == 4


def test_a_client_that_gets_no_token_is_told_so_at_once(httpserver: HTTPServer, web: Web) -> None:
    httpserver.expect_request("/token").respond_with_response(Response('{"error": "invalid_client"}', 401))
    auth = OAuth2ClientCredentials(
        access_token_url=httpserver.url_for("/token"), client_id="detente", client_secret=TOKEN
    )
    with pytest.raises(SourceRefused, match=r"POST .*/token: 401: it does not accept the credentials.*invalid_client"):
        web.client(httpserver.url_for("/"), auth=auth).get("contacts")
    assert web.requests <= 2


def test_keeps_below_the_quota(httpserver: HTTPServer, web: Web, watch: Watch) -> None:
    answers(httpserver, good())
    paced = client(web, httpserver, quota=Quota(3, 10))
    for _ in range(7):
        paced.get("contacts")
    assert watch.slept == [10.0, 10.0]


def test_takes_no_answer_beyond_its_cap(httpserver: HTTPServer, web: Web) -> None:
    answers(httpserver, good([{"id": "x" * 20_000}]))
    with pytest.raises(SourceRefused, match="fewer records a page"):
        client(web, httpserver).get("contacts")


def test_follows_a_redirect_within_the_host_only(httpserver: HTTPServer, web: Web) -> None:
    httpserver.expect_request("/old").respond_with_response(Response("", 302, {"Location": "/contacts"}))
    httpserver.expect_request("/out").respond_with_response(Response("", 302, {"Location": "http://127.0.0.2:1/x"}))
    answers(httpserver, good())
    assert client(web, httpserver).get("old").json()["results"]
    with pytest.raises(SourceRefused, match="another host"):
        client(web, httpserver).get("out")


def test_reads_a_listing_page_by_page(httpserver: HTTPServer, web: Web) -> None:
    answers(httpserver, good([{"id": "1"}], "a"), good([{"id": "2"}], "b"), good([]))
    pages = client(web, httpserver, paginator=cursor()).paginate("contacts", data_selector="results")
    assert [list(page) for page in pages] == [[{"id": "1"}], [{"id": "2"}], []]


def test_an_error_with_a_good_status_is_no_empty_page(httpserver: HTTPServer, web: Web) -> None:
    answers(httpserver, Response('{"message": "ask again tomorrow"}', content_type="application/json"))
    with pytest.raises(SourceRefused, match=r"its answer has no 'results' .*ask again tomorrow"):
        list(client(web, httpserver, paginator=cursor()).paginate("contacts", data_selector="results"))


def test_a_listing_that_goes_round_in_circles_ends(httpserver: HTTPServer, web: Web) -> None:
    answers(httpserver, good([{"id": "1"}], "a"), good([{"id": "2"}], "a"))
    seen = []
    with pytest.raises(SourceRefused, match="contacts: its pages repeat"):
        seen.extend(client(web, httpserver, paginator=cursor()).paginate("contacts", data_selector="results"))
    assert web.requests == 5


def test_empty_pages_that_never_end_are_a_circle(httpserver: HTTPServer, web: Web) -> None:
    answers(httpserver, good([], "a"))
    with pytest.raises(SourceRefused, match="its pages repeat"):
        list(client(web, httpserver, paginator=cursor()).paginate("contacts", data_selector="results"))
    assert web.requests == 4


def test_a_page_given_twice_is_no_circle(httpserver: HTTPServer, web: Web) -> None:
    answers(httpserver, good([{"id": "1"}], "a"), good([{"id": "1"}], "a"), good([{"id": "2"}]))
    pages = list(client(web, httpserver, paginator=cursor()).paginate("contacts", data_selector="results"))
    assert len(pages) == 3


@pytest.mark.parametrize(
    "address", ["example.org/api", "ftp://a.example", "http://", "http://[::a", "http://a.example:99999", "http://a:b"]
)
def test_an_address_must_be_one(web: Web, address: str) -> None:
    with pytest.raises(UsageError, match="write it as https://"):
        web.client(address)


@pytest.mark.parametrize("address", ["http://ann:s3cret/x@a.example", "ftp://ann:s3cret@a.example"])
def test_a_password_in_an_address_is_not_shown(web: Web, address: str) -> None:
    with pytest.raises(UsageError, match=r"'…@a\.example' is no address") as refused:
        web.client(address)
    assert "s3cret" not in str(refused.value)


def test_a_listing_that_is_no_json_may_be_asked_for(httpserver: HTTPServer, web: Web) -> None:
    httpserver.expect_request("/export").respond_with_data("id,name\n1,Ann\n", content_type="text/csv")
    assert client(web, httpserver, json_only=False).get("export").text.startswith("id,name")
