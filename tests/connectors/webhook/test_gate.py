"""Who may send events: proved by a signature that is fresh, or by a secret address; never by anything less."""

from __future__ import annotations

import base64
import hashlib
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from standardwebhooks import Webhook

from detente.app.ports.inbox import Delivery
from detente.sources.webhook.gate import Gate
from detente.sources.webhook.settings import Settings

NOW = 1_772_000_000
BODY = '{"type": "contact.changed", "name": "Ada Ćwik"}'


def secret(word: str) -> str:
    return "whsec_" + base64.b64encode(word.encode().ljust(24, b"-")).decode()


NEW, OLD, OTHER = secret("new"), secret("old"), secret("other")
ADDRESS, OLD_ADDRESS = "a" * 24, "b" * 32


def gate(**settings: str) -> Gate:
    return Gate(Settings.model_validate(settings))


def signed(
    by: str = NEW, *, id_: str = "msg_1", at: int = NOW, body: str = BODY, sent: str | None = None, also: str = ""
) -> Delivery:
    """A delivery signed by a secret; `sent`: the body that arrives, where it is not the one that was signed."""
    signature = Webhook(by).sign(id_, datetime.fromtimestamp(at, UTC), body)
    headers = {"webhook-id": id_, "webhook-timestamp": str(at), "webhook-signature": f"{also}{signature}"}
    return Delivery("shop", headers, (body if sent is None else sent).encode())


def key(gate: Gate, delivery: Delivery, now: int = NOW) -> str | None:
    return gate.key_of(delivery, now * 1_000_000)


def test_a_signed_event_has_the_id_its_sender_gave() -> None:
    assert key(gate(secret=NEW), signed()) == "msg_1"


@pytest.mark.parametrize("off", [-300, -1, 0, 1, 300])
def test_clocks_may_be_five_minutes_apart(off: int) -> None:
    assert key(gate(secret=NEW), signed(at=NOW + off)) == "msg_1"


@pytest.mark.parametrize("by", [NEW, OLD])
def test_while_a_secret_is_changed_both_count(by: str) -> None:
    assert key(gate(secret=f"{NEW}\n{OLD}\n"), signed(by)) == "msg_1"


def test_one_good_signature_of_several_is_enough() -> None:
    assert key(gate(secret=NEW), signed(also="v1,AAAA v1a,BBBB v2,?? junk ")) == "msg_1"


@pytest.mark.parametrize(
    ("why", "delivery"),
    [
        ("another secret", signed(OTHER)),
        ("the old secret, when it is no longer given", signed(OLD)),
        ("a body with one byte changed", signed(sent=BODY.replace("Ada", "Adb"))),
        ("a body with a space more", signed(sent=BODY + " ")),
        ("301 seconds old", signed(at=NOW - 301)),
        ("301 seconds early", signed(at=NOW + 301)),
        ("an id with a dot", signed(id_="msg.1")),
        ("an id with a space", signed(id_="msg 1")),
        ("an id without end", signed(id_="m" * 256)),
        ("no id", signed(id_="")),
        ("unsigned", Delivery("shop", {"webhook-id": "msg_1", "webhook-timestamp": str(NOW)}, BODY.encode())),
        ("nothing at all", Delivery("shop", {}, b"")),
        ("an empty address", Delivery("shop", {}, BODY.encode(), "")),
        ("a secret address where none is set", Delivery("shop", {}, BODY.encode(), ADDRESS)),
    ],
)
def test_what_proves_nothing_is_not_taken(why: str, delivery: Delivery) -> None:
    assert key(gate(secret=NEW), delivery) is None, why


@pytest.mark.parametrize(
    "timestamp", ["", "nan", "-5", "1e9", f" {NOW}", f"0{NOW}", f"{NOW}.0", "9" * 30, "١٧٧٢٠٠٠٠٠٠"]
)
def test_a_timestamp_is_seconds_in_digits_and_nothing_else(timestamp: str) -> None:
    good = signed()
    odd = Delivery("shop", {**good.headers, "webhook-timestamp": timestamp}, good.body)
    assert key(gate(secret=NEW), odd) is None


@pytest.mark.parametrize(
    "signature", ["", "v1", "v1,", "v1,%%%", ",", "v1," + "A" * 44, "v1,ż", " " * 50, "v1,A " * 100]
)
def test_a_signature_that_makes_no_sense_is_refused(signature: str) -> None:
    good = signed()
    odd = Delivery("shop", {**good.headers, "webhook-signature": signature}, good.body)
    assert key(gate(secret=NEW), odd) is None


def test_bytes_that_are_no_text_are_refused() -> None:
    good = signed()
    assert key(gate(secret=NEW), Delivery("shop", good.headers, b"\xff\xfe")) is None


@pytest.mark.parametrize("address", [ADDRESS, OLD_ADDRESS])
def test_behind_a_secret_address_the_content_tells_events_apart(address: str) -> None:
    sent = Delivery("shop", {}, BODY.encode(), address)
    expected = "sha256:" + hashlib.sha256(BODY.encode()).hexdigest()
    assert key(gate(path_secret=f"{ADDRESS} {OLD_ADDRESS}"), sent) == expected


@pytest.mark.parametrize("address", ["", "a", "a" * 23, "a" * 25, "A" * 24, "ä" * 24])
def test_a_secret_address_is_right_as_a_whole(address: str) -> None:
    assert key(gate(path_secret=ADDRESS), Delivery("shop", {}, BODY.encode(), address)) is None


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({}, "needs `secret`"),
        ({"secret": "whsec_c2hvcnQ="}, "at least 24 bytes"),
        ({"secret": "not base 64!"}, "at least 24 bytes"),
        ({"secret": f"{NEW} whsec_"}, "at least 24 bytes"),
        ({"path_secret": "short"}, "24 or more"),
        ({"secret": "whsec_" + "é" * 32}, "whsec_ and base 64"),
        ({"path_secret": "a/" * 20}, "24 or more"),
    ],
)
def test_secrets_that_are_none_are_refused(settings: dict[str, str], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        Settings.model_validate(settings)


ANYTHING = st.text(max_size=60) | st.sampled_from(["", str(NOW), "msg_1", "v1," + "A" * 44, "v1,=, v1"])


@given(st.fixed_dictionaries({f"webhook-{name}": ANYTHING for name in ("id", "timestamp", "signature")}), st.binary())
def test_whatever_else_comes_is_not_taken(headers: dict[str, str], body: bytes) -> None:
    assert key(gate(secret=NEW), Delivery("shop", headers, body)) is None


@given(st.text(max_size=60))
def test_whatever_else_an_address_ends_with_is_not_taken(address: str) -> None:
    assert key(gate(path_secret=ADDRESS), Delivery("shop", {}, b"{}", address)) is None
