"""Which mailbox an address reaches, and what kind of domain it is at."""

from __future__ import annotations

import pytest

from detente.core.identity.mail import MailDomains

KNOWN = MailDomains().with_rows(
    [
        {"domain": "Freepost.example", "kind": "free mail", "dots_ignored": True, "plus_tag_ignored": True},
        {"domain": "tags.example", "kind": "company", "dots_ignored": None, "plus_tag_ignored": False},
        {"domain": "hey.com", "kind": "company", "dots_ignored": None, "plus_tag_ignored": None},
    ]
)


def key(text: str) -> str | None:
    found = KNOWN.mailbox(text)
    return found and found.key


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Ann.Lee@acme.example", "ann.lee+news@ACME.example "),
        ("a.nn.lee@freepost.example", "annlee@freepost.example"),
        ("ann.lee@googlemail.com", "annlee+x@gmail.com"),
    ],
)
def test_addresses_of_one_mailbox_have_one_key(one: str, other: str) -> None:
    assert key(one) == key(other) is not None


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ann.lee@acme.example", "annlee@acme.example"),
        ("ann+a@tags.example", "ann+b@tags.example"),
        ("ann@acme.example", "аnn@acme.example"),
    ],
)
def test_addresses_of_two_mailboxes_have_two(one: str, other: str) -> None:
    assert key(one) != key(other)


def test_a_free_mail_domain_is_no_company_and_a_row_may_say_otherwise() -> None:
    found = [KNOWN.mailbox(f"ann@{domain}") for domain in ("freepost.example", "acme.example", "hey.com", "web.de")]
    assert [box and box.company for box in found] == [None, "acme.example", "hey.com", None]


def test_a_team_has_a_role_mailbox() -> None:
    box = KNOWN.mailbox("Info+web@acme.example")
    assert box is not None
    assert box.role


def test_an_address_that_only_looks_like_another_is_suspicious() -> None:
    box = KNOWN.mailbox("bmсlachlan@acme.example")  # the third letter is Cyrillic
    assert box is not None
    assert box.suspicious
    assert box.look == "bmclachlan@acme.example"


@pytest.mark.parametrize("text", ["", "not an address", "@acme.example", "ann@", "ann@localhost"])
def test_what_is_no_address_reaches_nobody(text: str) -> None:
    assert KNOWN.mailbox(text) is None
