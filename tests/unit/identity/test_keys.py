"""Which texts are the same e-mail address, and the same company."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detente.core.identity.keys import company_key, email_key, joins_people


@pytest.mark.parametrize(
    ("written", "key"),
    [
        ("  Ann.Lee@Harbour.Example ", "ann.lee@harbour.example"),
        ("ann@ＨＡＲＢＯＵＲ.example", "ann@harbour.example"),
        ("ann@harbour.example.", "ann@harbour.example"),
        ("jörg@bücher.example", "jörg@xn--bcher-kva.example"),
        ("JÖRG@BÜCHER.EXAMPLE", "jörg@xn--bcher-kva.example"),
        ("jo\u0308rg@bu\u0308cher.example", "jörg@xn--bcher-kva.example"),
    ],
)
def test_an_address_is_the_same_however_it_is_written(written: str, key: str) -> None:
    assert email_key(written) == key


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ann.lee@harbour.example", "annlee@harbour.example"),
        ("ann+news@harbour.example", "ann@harbour.example"),
        ("\u0430nn@harbour.example", "ann@harbour.example"),  # a Cyrillic letter
        ("kıra@harbour.example", "kira@harbour.example"),  # a Turkish letter
        ("strauß@harbour.example", "strauss@harbour.example"),
        ("ann@straße.example", "ann@strasse.example"),
    ],
)
def test_addresses_that_may_be_two_people_stay_two(one: str, other: str) -> None:
    assert email_key(one) != email_key(other)


@pytest.mark.parametrize("text", ["", "ann", "ann@", "@harbour.example", "a@b@harbour.example", "a b@harbour.example"])
def test_what_is_no_address_has_no_key(text: str) -> None:
    assert email_key(text) is None


def test_role_mailboxes_belong_to_nobody_in_particular() -> None:
    assert not joins_people("info@harbour.example")
    assert not joins_people("vertrieb@harbour.example")
    assert joins_people("infos@harbour.example")


@given(st.emails())
def test_a_key_is_its_own_key(address: str) -> None:
    key = email_key(address)
    assert key is None or email_key(key) == key


@pytest.mark.parametrize(
    ("written", "key"),
    [
        ("Harbour.Example", "harbour.example"),
        ("https://www.harbour.example/contact?x=1", "harbour.example"),
        ("harbour.example:8080", "harbour.example"),
        ("gmail.com", None),
        ("n/a", None),
        ("", None),
    ],
)
def test_a_company_is_known_by_its_domain_unless_anybody_may_have_it(written: str, key: str | None) -> None:
    assert company_key(written) == key
