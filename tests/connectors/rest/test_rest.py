"""An API that is only described is read as any other: paged, signed, what changed; a wrong text is said at its line."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from detente.core.errors import SourceRefused, TextRefused, UsageError
from detente.sources.kit.connector import Cursor, Row, Stream
from detente.sources.kit.patience import Moments
from detente.sources.kit.settings import read_settings
from detente.sources.kit.web import Web
from detente.sources.rest.description import read_description
from detente.sources.rest.source import Settings, connect

Api = Callable[..., dict[str, Stream]]


def answer(content: object) -> Response:
    return Response(json.dumps(content), content_type="application/json")


@pytest.fixture
def api(httpserver: HTTPServer, tmp_path: Path) -> Api:
    """Describe the API that `httpserver` is; return its streams by name."""

    def described(streams: str, head: str = "", **secrets: str) -> dict[str, Stream]:
        file = tmp_path / "shop.yaml"
        file.write_text(f"rest: 1\nbase_url: {httpserver.url_for('/v1/')}\n{head}\nstreams:\n{streams}")
        settings = Settings(description=file, **{name: SecretStr(secret) for name, secret in secrets.items()})
        web = Web(Moments(lambda: 0.0, lambda _: None, lambda: 0.5))
        return {stream.name: stream for stream in connect(settings, web)}

    return described


def read(stream: Stream, cursor: Cursor | None = None) -> tuple[list[Row], Cursor]:
    """All rows since a cursor, and the cursor behind them."""
    rows: list[Row] = []
    for page in stream.pages(cursor or {}):
        rows += page.rows
        cursor = page.cursor if page.cursor is not None else cursor
    return rows, cursor or {}


PEOPLE = [{"id": n, "name": f"P{n}", "updated_at": f"2026-03-{n:02}T10:00:00Z"} for n in range(1, 8)]


def paged(request: Request) -> Response:
    """Two people a page, by number, of those changed since."""
    since, page = request.args.get("since", ""), int(request.args.get("page", 1))
    found = [each for each in PEOPLE if each["updated_at"] >= since]
    return answer({"items": found[2 * page - 2 : 2 * page], "total": len(found)})


BY_NUMBER = "paginator: {type: page_number, base_page: 1, total_path: null}\n"


def test_all_pages_are_read_and_the_next_time_what_changed(api: Api, httpserver: HTTPServer) -> None:
    httpserver.expect_request("/v1/people").respond_with_handler(paged)
    people = api(
        """
  people:
    path: people
    key: id
    data_selector: items
    params: {since: "{since}"}
    incremental: {cursor_path: updated_at}
""",
        BY_NUMBER,
    )["people"]
    rows, cursor = read(people)
    assert [row["id"] for row in rows] == [1, 2, 3, 4, 5, 6, 7]
    assert {request.args["since"] for request, _ in httpserver.log} == {"1970-01-01T00:00:00Z"}
    assert cursor == {"modified": "2026-03-07T10:00:00+00:00"}
    httpserver.clear_log()
    again, same = read(people, cursor)
    assert [row["id"] for row in again] == [7]  # within the overlap
    assert httpserver.log[0][0].args["since"] == "2026-03-07T09:55:00Z"
    assert same == cursor


def test_the_cursor_does_not_pass_the_beginning_of_the_listing(api: Api, httpserver: HTTPServer) -> None:
    late = [{"id": 1, "updated_at": "2999-01-01T00:00:00Z"}, {"id": 2, "updated_at": None}, {"id": 3}]
    httpserver.expect_request("/v1/people").respond_with_handler(lambda _: answer(late))
    text = '  people: {path: people, key: id, params: {since: "{since}"}, incremental: {cursor_path: updated_at}}'
    rows, cursor = read(api(text)["people"])
    assert len(rows) == 3
    assert cursor["modified"] < "2900"


@pytest.mark.parametrize(
    ("format_", "value", "asked"),
    [
        ("epoch_s", 1772355600, "1772355300"),
        ("epoch_ms", 1772355600000, "1772355300000"),
        ("date", "2026-03-01", "2026-02-28"),
        ("'%Y-%m-%d %H:%M:%S'", "2026-03-01 09:00:00", "2026-03-01 08:55:00"),
        ("iso", "2026-03-01T11:00:00+02:00", "2026-03-01T08:55:00Z"),
        ("number", 9007199254740993, "9007199254740693"),
    ],
)
def test_times_are_asked_for_as_the_api_writes_them(
    api: Api, httpserver: HTTPServer, format_: str, value: object, asked: str
) -> None:
    httpserver.expect_request("/v1/p").respond_with_handler(lambda _: answer([{"id": 1, "at": {"m": value}}]))
    incremental = f"{{cursor_path: at.m, format: {format_}}}"
    text = f'  p: {{path: p, key: id, params: {{q: "after {{since}}"}}, incremental: {incremental}}}'
    stream = api(text)["p"]
    _, cursor = read(stream)
    read(stream, json.loads(json.dumps(cursor)))
    assert httpserver.log[-1][0].args["q"] == f"after {asked}"


def test_a_listing_may_be_asked_for_with_a_body(api: Api, httpserver: HTTPServer) -> None:
    httpserver.expect_request("/v1/search", method="POST").respond_with_handler(
        lambda request: answer([{"id": 1, "asked": request.get_json()}])
    )
    text = """
  found:
    path: search
    method: POST
    key: id
    json: {filters: [{field: changed, after: "{since}"}]}
    incremental: {cursor_path: changed, format: epoch_s, initial: 100}
"""
    [row] = read(api(text)["found"])[0]
    assert row["asked"] == {"filters": [{"field": "changed", "after": 100}]}


@pytest.mark.parametrize(
    ("auth", "secrets", "header", "expected"),
    [
        ("{type: bearer}", {"token": "s3cret-t"}, "Authorization", "Bearer s3cret-t"),
        ("{type: api_key, name: X-Key}", {"api_key": "s3cret-k"}, "X-Key", "s3cret-k"),
        ("{type: http_basic, username: ada}", {"password": "s3cret"}, "Authorization", "Basic YWRhOnMzY3JldA=="),
        ("{type: http_basic}", {"username": "s3cret-key"}, "Authorization", "Basic czNjcmV0LWtleTo="),
    ],
)
def test_requests_are_signed_with_the_secrets_of_the_source(
    api: Api, httpserver: HTTPServer, auth: str, secrets: dict[str, str], header: str, expected: str
) -> None:
    httpserver.expect_request("/v1/p", headers={header: expected}).respond_with_json([{"id": 1}])
    assert read(api("  p: {path: p, key: id}", f"auth: {auth}", **secrets)["p"])[0] == [{"id": 1}]


def test_a_token_is_fetched_for_a_client_of_oauth(api: Api, httpserver: HTTPServer) -> None:
    httpserver.expect_request("/token", method="POST").respond_with_json({"access_token": "t1", "expires_in": 60})
    httpserver.expect_request("/v1/p", headers={"Authorization": "Bearer t1"}).respond_with_json([{"id": 1}])
    auth = f"{{type: oauth2_client_credentials, access_token_url: '{httpserver.url_for('/token')}', client_id: me}}"
    assert read(api("  p: {path: p, key: id}", f"auth: {auth}", client_secret="s3cret-c")["p"])[0] == [{"id": 1}]


def test_a_secret_that_is_needed_is_asked_for(api: Api) -> None:
    with pytest.raises(UsageError, match="needs the secret `token`"):
        api("  p: {path: p, key: id}", "auth: {type: bearer}")


CHILDREN = """
  people: {path: people, key: id}
  notes:
    path: people/{id}/notes
    key: id
    for_each: {stream: people, field: id}
    deletions: true
"""


def test_what_lies_below_each_row_is_read_and_knows_its_parent(api: Api, httpserver: HTTPServer) -> None:
    httpserver.expect_request("/v1/people").respond_with_json([{"id": "a/b"}, {"id": "gone"}, {"id": "c"}])
    httpserver.expect_request("/v1/people/c/notes").respond_with_json([{"id": 7}])
    # werkzeug shows the path decoded: asked for as one part, a%2Fb
    httpserver.expect_request("/v1/people/a/b/notes").respond_with_json([{"id": 5}, {"id": 6}])
    httpserver.expect_request("/v1/people/gone/notes").respond_with_json({}, status=404)
    notes = api(CHILDREN)["notes"]
    rows, _ = read(notes)
    assert [(row["id"], row["_parent"]) for row in rows] == [(5, "a/b"), (6, "a/b"), (7, "c")]
    assert notes.present is not None
    assert list(notes.present()) == ["5", "6", "7"]
    assert "/v1/people/a%2Fb/notes" in {request.environ["REQUEST_URI"] for request, _ in httpserver.log}


def test_a_wrong_path_below_is_not_taken_for_parents_that_have_gone(api: Api, httpserver: HTTPServer) -> None:
    httpserver.expect_request("/v1/people").respond_with_json([{"id": 1}, {"id": 2}])
    httpserver.expect_request("/v1/people/1/notes").respond_with_json({}, status=404)
    httpserver.expect_request("/v1/people/2/notes").respond_with_json({}, status=404)
    with pytest.raises(SourceRefused, match="404"):
        read(api(CHILDREN)["notes"])


def test_below_changed_rows_only(api: Api, httpserver: HTTPServer) -> None:
    httpserver.expect_request("/v1/people").respond_with_handler(paged)
    for each in PEOPLE:
        httpserver.expect_request(f"/v1/people/{each['id']}/notes").respond_with_json([{"id": f"n{each['id']}"}])
    notes = api(
        """
  people:
    path: people
    key: id
    data_selector: items
    params: {since: "{since}"}
    paginator: {type: page_number, base_page: 1, total_path: null}
    incremental: {cursor_path: updated_at}
  notes:
    path: people/{id}/notes
    key: id
    paginator: {type: single_page}
    for_each: {stream: people, field: id, only_changed: true}
"""
    )["notes"]
    rows, cursor = read(notes)
    assert len(rows) == 7
    assert [row["id"] for row in read(notes, cursor)[0]] == ["n7"]


def test_a_row_stepped_over_because_others_moved_is_read_the_second_time(api: Api, httpserver: HTTPServer) -> None:
    """Between two pages the first row changes and moves to the end: the third row slides into the first page."""
    order = ["a", "b", "c", "d"]

    def listing(request: Request) -> Response:
        offset = int(request.args["offset"])
        page = answer([{"id": each} for each in order[offset : offset + 2]])
        if offset == 0 and order[0] == "a":
            order.append(order.pop(0))
        return page

    httpserver.expect_request("/v1/p").respond_with_handler(listing)
    text = "  p: {path: p, key: id, paginator: {type: offset, limit: 2, total_path: null}}"
    assert {row["id"] for row in read(api(text)["p"])[0]} == {"a", "b", "c", "d"}


@pytest.mark.parametrize("content", [["a", "b"], {"items": [{"id": 1}]}, [{"ID": 1}]])
def test_an_answer_without_rows_where_they_should_be_is_refused(api: Api, httpserver: HTTPServer, content: Any) -> None:
    httpserver.expect_request("/v1/p").respond_with_json(content)
    with pytest.raises(SourceRefused, match="data_selector"):
        read(api("  p: {path: p, key: id}")["p"])


def test_an_empty_answer_is_no_trouble(api: Api, httpserver: HTTPServer) -> None:
    httpserver.expect_request("/v1/p").respond_with_json({"items": []})
    assert read(api("  p: {path: p, key: id, data_selector: items}")["p"])[0] == []


P = "p: {path: p, key: id, "
SINCE = "params: {a: '{since}'}, "


@pytest.mark.parametrize(
    ("line", "text"),
    [
        ("shop.yaml:5:7: streams.p.kee: is not known here", "p:\n      kee: id\n      key: id\n      path: p"),
        ("shop.yaml:4:3: streams.p.key: is missing", "p: {path: p}"),
        ("shop.yaml:4:25: streams.p.paginator: there is no paginator 'pages'", P + "paginator: {type: pages}}"),
        ("the paginator 'offset' has no 'size': it may have limit", P + "paginator: {type: offset, size: 2}}"),
        ("the paginator 'offset' lacks something", P + "paginator: {type: offset}}"),
        ("there is no format 'isoo'", P + SINCE + "incremental: {cursor_path: m, format: isoo}}"),
        ("{since} needs `incremental`", P + SINCE + "}"),
        ("put {since} into `params`", P + "incremental: {cursor_path: m}}"),
        ("must hold the field of `for_each`", "p: {path: 'p/{id}', key: id}"),
        ("streams.n: for_each names 'q'", "n: {path: 'p/{id}', key: id, for_each: {stream: q, field: id}}"),
        ("duplicate key 'path'", P + "path: q}"),
        ("shop.yaml:4:25: streams.p.data_selector: this is no path", P + "data_selector: '$['}"),
        ("the paginator 'cursor' has a path that is none", P + "paginator: {type: cursor, cursor_path: '$['}}"),
        ("there is no paginator '['page']'", P + "paginator: {type: [page]}}"),
        ("there is no format '%Q'", P + SINCE + "incremental: {cursor_path: m, format: '%Q'}}"),
        ("there is no format '%H:%M'", P + SINCE + "incremental: {cursor_path: m, format: '%H:%M'}}"),
    ],
)
def test_a_wrong_description_is_refused_at_its_line(line: str, text: str) -> None:
    with pytest.raises(TextRefused) as refused:
        read_description(f"rest: 1\nbase_url: https://a.example\nstreams:\n  {text}\n", "shop.yaml")
    assert line in str(refused.value)
    assert len(refused.value.problems) == 1


@pytest.mark.parametrize("value", ['"s3cret\\n"', '"s3cret\\r\\nX: y"', '" s3cret"', '"s3cret€"'])
def test_a_header_that_cannot_be_sent_is_refused_without_its_value(value: str) -> None:
    text = f"rest: 1\nbase_url: https://a.example\nheaders:\n  X-Key: {value}\nstreams: {{{P[:-2]}}}}}\n"
    with pytest.raises(TextRefused, match=r"shop.yaml:4:3: headers.X-Key: a header is one line") as refused:
        read_description(text, "shop.yaml")
    assert "s3cret" not in str(refused.value)


def test_every_problem_is_said_at_once() -> None:
    with pytest.raises(TextRefused) as refused:
        read_description("rest: 2\nauth: {type: magic}\nstreams: {}\n", "shop.yaml")
    assert [problem.line for problem in refused.value.problems] == [1, 1, 2, 3]


def test_the_description_is_looked_for_in_the_workspace(tmp_path: Path) -> None:
    (tmp_path / "shop.yaml").write_text("rest: 1")
    table: dict[str, Any] = {"system": "rest", "description": "shop.yaml"}
    assert read_settings("shop", table, Settings, {}, tmp_path).description == tmp_path / "shop.yaml"
    with pytest.raises(UsageError, match=r"description: there is no file none\.yaml in the workspace"):
        read_settings("shop", {**table, "description": "none.yaml"}, Settings, {}, tmp_path)
