"""Accounts in columns that can be compared: what account linking blocks on, scores by and explains with.

Input: the accounts table (text; null where unknown). Every Python function runs once per distinct value. Rows come out
sorted by (source, record) and numbered in that order, so that nothing depends on the order of arrival.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

import pyarrow as pa

from detente.core.identity.addresses import street
from detente.core.identity.company_names import company_name
from detente.core.identity.keys import company_key
from detente.core.identity.letters import fold
from detente.core.identity.mail import MailDomains
from detente.core.identity.phones import phone
from detente.engine.distinct import each, text_columns, usual_region

ACCOUNTS = ("source", "record", "name", "domain", "website", "phone", "address", "city", "postal_code", "country")
"""The columns of the accounts table, all text. Those that are not there count as unknown."""

_SAID = ("company", "email", "phone", "city", "country", "account")
_ROMAN = frozenset("i ii iii iv v vi vii viii ix x xi xii".split())
_TEXT, _TEXTS = pa.string(), pa.list_(pa.string())
_NAME = {
    "name": _TEXT,
    "organisation": _TEXT,
    "branch_words": _TEXTS,
    "numbers": _TEXTS,
    "tokens": _TEXTS,
    "others": _TEXTS,
}
_STREET = {"number": _TEXT, "compass": _TEXT, "street": _TEXT, "street_words": _TEXTS}


def account_columns(accounts: pa.Table) -> pa.Table:
    """Return `id` (0, 1, …), source, record and the comparable columns of every account record.

    name: all its words; organisation, branch_words: its two parts; numbers, tokens: its distinct numbers and words;
    others: former names; domain: the registrable one; phone, tail; number, compass, street, street_words: of the
    address; city; postcode.
    """
    accounts = text_columns(accounts, ACCOUNTS)
    return pa.table(
        {
            "id": pa.array(range(len(accounts)), pa.int64()),
            "source": accounts["source"],
            "record": accounts["record"],
            "written": accounts["name"],
            **each(accounts, ("name",), _name, _NAME),
            **each(accounts, ("domain", "website"), _domain, {"domain": _TEXT}),
            **each(accounts, ("phone", "country"), _phone_in(usual_region(accounts)), {"phone": _TEXT, "tail": _TEXT}),
            **each(accounts, ("address",), _street, _STREET),
            **each(accounts, ("city",), lambda text: (fold(text) or None,), {"city": _TEXT}),
            **each(accounts, ("postal_code",), lambda text: (_postcode(text),), {"postcode": _TEXT}),
        }
    )


def employer_columns(people: pa.Table, mail: MailDomains) -> pa.Table:
    """Return source, record, `linked` (its own system's account) and what each person's record says of the employer.

    name, organisation, branch_words, numbers, tokens: of the company as typed; domain: of the e-mail, unless it is free
    mail; phone, tail; city. Sorted by (source, record).
    """
    people = text_columns(people, ("source", "record", *_SAID))
    return pa.table(
        {
            "source": people["source"],
            "record": people["record"],
            "linked": people["account"],
            **each(people, ("company",), _name, _NAME),
            **each(people, ("email",), lambda text: (_mail_domain(text, mail),), {"domain": _TEXT}),
            **each(people, ("phone", "country"), _phone_in(usual_region(people)), {"phone": _TEXT, "tail": _TEXT}),
            **each(people, ("city",), lambda text: (fold(text) or None,), {"city": _TEXT}),
        }
    )


def registrable(host: str) -> str:
    """Return the part of a domain that somebody registered: `acme.co.uk` of `mail.acme.co.uk` (Public Suffix List)."""
    found = str(_suffixes()(host).top_domain_under_public_suffix)
    return found or ".".join(host.split(".")[-2:])


@cache
def _suffixes() -> Any:  # noqa: ANN401  the library's class, imported when first needed
    from tldextract import TLDExtract

    return TLDExtract(suffix_list_urls=(), cache_dir=None)  # the list it comes with, and no network


def _name(text: str) -> Sequence[Any]:
    found = company_name(text)
    if found is None:
        return (None, None, [], [], [], [])
    others = [" ".join(other) for other in found.others]
    words = sorted(set(found.tokens))
    numbers = [word for word in words if word.isdigit() or word in _ROMAN]
    return (found.key, " ".join(found.name), sorted(set(found.branch)), numbers, words, others)


def _domain(domain: str, website: str) -> Sequence[str | None]:
    host = company_key(domain) or company_key(website)
    return (registrable(host) if host else None,)


def _mail_domain(email: str, mail: MailDomains) -> str | None:
    mailbox = mail.mailbox(email) if email else None
    return registrable(mailbox.company) if mailbox and mailbox.company else None


def _phone_in(usual: str) -> Callable[[str, str], Sequence[str | None]]:
    """Return the reader of numbers; `usual`: the region to take where a record names none."""

    def read(number: str, country: str) -> Sequence[str | None]:
        return (phone(number, country, usual) if number else None) or (None, None)

    return read


def _street(text: str) -> Sequence[Any]:
    found = street(text)
    if found is None:
        return (None, None, None, [])
    return (found.number or None, found.compass or None, " ".join(found.words), sorted(set(found.words)))


def _postcode(text: str) -> str | None:
    """Return a postcode in one word, without the four digits that narrow down an American one."""
    words = fold(text).split()
    return "".join(words[:1] if words and len(words[0]) == 5 and words[0].isdigit() else words).upper() or None
