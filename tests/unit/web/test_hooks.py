"""Events that other systems send: kept before they are answered, and refused without a word too many."""

from __future__ import annotations

import base64
import gzip
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from standardwebhooks import Webhook

from detente import bootstrap

Visit = Callable[[Path], Client]

SECRET = "whsec_" + base64.b64encode(b"new-secret--------------").decode()
OLD = "whsec_" + base64.b64encode(b"old-secret--------------").decode()
ADDRESS = "a1" * 12
BODY = b'{"type": "contact.changed"}'
JSON = "application/json"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A workspace to which a shop sends signed events, and a form unsigned ones; its CRM is asked."""
    (tmp_path / "detente.toml").write_text(
        '[workspace]\nname = "Harbour"\n[sources.shop]\nsystem = "webhook"\nsecret_file = "shop.secret"\n'
        '[sources.form]\nsystem = "webhook"\npath_secret_file = "form.secret"\n[sources.crm]\nsystem = "hubspot"\n'
    )
    (tmp_path / "shop.secret").write_text(f"{SECRET}\n{OLD}\n")
    (tmp_path / "form.secret").write_text(ADDRESS)
    return tmp_path


@pytest.fixture
def sender(root: Path, visit: Visit) -> Client:
    """Whoever sends, from outside: without cookies, and with no form of ours."""
    visit(root)
    return Client(enforce_csrf_checks=True)


def signed(body: bytes = BODY, *, by: str = SECRET, id_: str = "msg_1", off: int = 0) -> dict[str, str]:
    """The headers of a delivery that is signed so many seconds from now."""
    at = datetime.fromtimestamp(bootstrap.clock() // 1_000_000, UTC) + timedelta(seconds=off)
    signature = Webhook(by).sign(id_, at, body.decode())
    stamp = str(int(at.timestamp()))
    return {"webhook-id": id_, "webhook-timestamp": stamp, "webhook-signature": signature}


def send(
    sender: Client, address: str, body: bytes = BODY, headers: dict[str, str] | None = None, kind: str = JSON
) -> int:
    answer = sender.post(address, body, content_type=kind, headers=headers or {})
    assert answer.content == b""
    return answer.status_code


def kept(source: str) -> list[tuple[str, bytes]]:
    from detente.store.inbox import DatabaseInbox

    return [(event.key, event.body) for some in DatabaseInbox().events(source, 0) for event in some]


def refused(source: str) -> dict[str, int]:
    from detente.store.inbox import DatabaseInbox

    counts = DatabaseInbox().counts()
    return {became: n for (of, became), n in counts.items() if of == source and became != "kept"}


def test_a_signed_event_is_kept_as_it_came_and_once(sender: Client) -> None:
    assert send(sender, "/hook/shop/", headers=signed()) == 204
    assert send(sender, "/hook/shop/", headers=signed(off=20)) == 204  # the sender did not hear, and tries again
    assert kept("shop") == [("msg_1", BODY)]
    assert refused("shop") == {}


def test_an_event_at_a_secret_address_is_kept_once_however_often_it_comes(sender: Client) -> None:
    for _ in range(15):
        assert send(sender, f"/hook/form/{ADDRESS}/") == 204
    assert [body for _, body in kept("form")] == [BODY]


def test_the_end_of_an_address_may_be_left_out(sender: Client) -> None:
    assert send(sender, "/hook/shop", headers=signed()) == 204
    assert send(sender, f"/hook/form/{ADDRESS}") == 204
    assert (len(kept("shop")), len(kept("form"))) == (1, 1)


def test_a_secret_may_be_changed_while_the_server_runs(sender: Client, root: Path) -> None:
    assert send(sender, "/hook/shop/", headers=signed(by=OLD, id_="msg_1")) == 204
    (root / "shop.secret").write_text(SECRET)
    assert send(sender, "/hook/shop/", headers=signed(by=OLD, id_="msg_2")) == 401
    assert send(sender, "/hook/shop/", headers=signed(id_="msg_3")) == 204
    assert [key for key, _ in kept("shop")] == ["msg_1", "msg_3"]


LARGE = b'{"a": "' + b"x" * 10_000_000 + b'"}'
BOMB = gzip.compress(b"x" * 10_000_000)
DEEP = b'{"a": ' + b"[" * 200 + b"]" * 200 + b"}"
DEEPER = b"[" * 100_000

REFUSED: dict[str, tuple[int, str, Callable[[], dict[str, Any]]]] = {
    "unsigned": (401, "not-shown", dict),
    "another secret": (
        401, "not-shown", lambda: {"headers": signed(by="whsec_" + base64.b64encode(b"x" * 24).decode())},
    ),
    "one byte changed": (401, "not-shown", lambda: {"headers": signed(), "body": BODY.replace(b"changed", b"chanced")}),
    "old": (401, "not-shown", lambda: {"headers": signed(off=-302)}),
    "early": (401, "not-shown", lambda: {"headers": signed(off=302)}),
    "an id with a dot": (401, "not-shown", lambda: {"headers": signed(id_="msg.1")}),
    "no timestamp": (401, "not-shown", lambda: {"headers": signed() | {"webhook-timestamp": ""}}),
    "ten megabytes": (413, "too-large", lambda: {"headers": signed(LARGE), "body": LARGE}),
    "compressed": (415, "packed", lambda: {"headers": signed() | {"content-encoding": "gzip"}, "body": BOMB}),
    "a form": (415, "not-json", lambda: {"headers": signed(), "kind": "application/x-www-form-urlencoded"}),
    "no JSON": (400, "broken", lambda: {"headers": signed(b"{"), "body": b"{"}),
    "a number that is none": (400, "broken", lambda: {"headers": signed(b'{"a": NaN}'), "body": b'{"a": NaN}'}),
    "a key twice": (400, "broken", lambda: {"headers": signed(b'{"a": 1, "a": 2}'), "body": b'{"a": 1, "a": 2}'}),
    "no object": (400, "broken", lambda: {"headers": signed(b'["a"]'), "body": b'["a"]'}),
    "deep": (400, "broken", lambda: {"headers": signed(DEEP), "body": DEEP}),
    "deeper": (400, "broken", lambda: {"headers": signed(DEEPER), "body": DEEPER}),
    "blank": (400, "broken", lambda: {"headers": signed(b" "), "body": b" "}),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_not_taken_leaves_nothing_but_a_count(sender: Client, case: str) -> None:
    status, why, delivery = REFUSED[case]
    assert send(sender, "/hook/shop/", **delivery()) == status
    assert kept("shop") == []
    assert refused("shop") == {why: 1}


@pytest.mark.parametrize("address", ["/hook/form/wrong/", f"/hook/form/{ADDRESS[:-1]}b/", "/hook/form/"])
def test_an_address_that_is_nearly_right_is_told_no_more(sender: Client, address: str) -> None:
    assert send(sender, address, headers=signed()) == 401
    assert refused("form") == {"not-shown": 1}


@pytest.mark.parametrize(("kind", "body"), [("text/plain", BODY), (JSON, b"{")])
def test_a_secret_address_stands_in_no_log(
    sender: Client, caplog: pytest.LogCaptureFixture, kind: str, body: bytes
) -> None:
    assert send(sender, f"/hook/form/{ADDRESS}/", body, kind=kind) in {400, 415}
    for method, address in (("get", f"{ADDRESS}/"), ("post", f"{ADDRESS}/more/of/it")):
        assert getattr(sender, method)(f"/hook/form/{address}").status_code in {401, 404, 411, 415}
    assert "/hook/form" in caplog.text
    assert ADDRESS not in caplog.text


@pytest.mark.parametrize("name", ["nobody", "crm"])
def test_a_source_that_sends_nothing_is_not_there(sender: Client, name: str) -> None:
    assert send(sender, f"/hook/{name}/", headers=signed()) == 404
    assert refused(name) == {}
    assert refused("") == {"no-such-source": 1}


@pytest.mark.parametrize("method", ["get", "head", "put", "delete", "options"])
@pytest.mark.parametrize("address", ["/hook/shop/", "/hook/nobody/", f"/hook/form/{ADDRESS}/"])
def test_any_other_method_finds_nothing(sender: Client, method: str, address: str) -> None:
    answer = getattr(sender, method)(address)
    assert (answer.status_code, answer.content) == (404, b"")


def test_a_body_of_unknown_length_is_not_waited_for(sender: Client) -> None:
    answer = sender.generic("POST", "/hook/shop/", b"", content_type=JSON)
    assert answer.status_code == 411


def test_json_may_be_called_what_its_sender_calls_it(sender: Client) -> None:
    for n, kind in enumerate(["application/json; charset=utf-8", "application/cloudevents+json"]):
        assert send(sender, "/hook/shop/", headers=signed(id_=f"msg_{n}"), kind=kind) == 204


def test_where_an_event_cannot_be_kept_its_sender_is_to_try_again(sender: Client, root: Path) -> None:
    (root / "shop.secret").unlink()
    answer = sender.post("/hook/shop/", BODY, content_type=JSON, headers=signed())
    assert (answer.status_code, answer["Retry-After"], answer.content) == (503, "30", b"")
    assert json.dumps(kept("shop")) == "[]"
