"""People in columns that can be compared: what the linker blocks on, scores by and explains with.

Input: the wide people table (text; null where unknown) and what is known of mail domains. Every Python function runs
once per distinct value. Rows come out sorted by (source, record) and numbered in that order, so that nothing depends on
the order of arrival.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from detente.core.identity.company_names import company_name
from detente.core.identity.letters import fold
from detente.core.identity.mail import MailDomains
from detente.core.identity.names import completed, person_name, spelt
from detente.core.identity.nicknames import roots
from detente.core.identity.phones import phone, region
from detente.engine.distinct import each, text_columns, usual_region

PEOPLE = (
    *("source", "record", "name", "first_name", "last_name", "email", "phone", "title", "company", "city", "country"),
    *("address", "postal_code", "account"),
)
"""The columns of the people table, all text. Those that are not there count as unknown."""

_TEXT, _TEXTS, _BOOL = pa.string(), pa.list_(pa.string()), pa.bool_()
_NAME = {"first": _TEXT, "middle": _TEXT, "last": _TEXT, "look_alike": _BOOL, "nobody": _BOOL}
_SAID = {"said_first": _TEXT, "said_last": _TEXT, "said_roots": _TEXTS}
_COMPLETED = {"first": _TEXT, "last": _TEXT, "roots": _TEXTS}
_MAIL = {
    **dict.fromkeys(("email", "look", "local", "letters", "digits", "domain"), _TEXT),
    **dict.fromkeys(("free", "role", "mail_look_alike"), _BOOL),
}
_PHONE = {"phone": _TEXT, "tail": _TEXT}
_COMPANY = {"company": _TEXT, "tokens": _TEXTS}
_NOT_LETTERS, _NOT_DIGITS = re.compile(r"[\W\d_]+"), re.compile(r"\D+")


def people_columns(people: pa.Table, mail: MailDomains, usual: str | None = None) -> pa.Table:
    """Return `id` (0, 1, …), source, record and the comparable columns of every person's record.

    `email` and what hangs on it is null for a role mailbox but `domain`; names are null for a placeholder; a part of a
    name that is not there is read from the address where the address holds the other part. `usual`: the region by
    which numbers are read where a record names none; if it is not given, that of most records.
    """
    people = text_columns(people, PEOPLE)
    usual = usual or usual_region(people)
    mailboxes = each(people, ("email",), lambda email: _mailbox(email, mail), _MAIL)
    return pa.table(
        {
            "id": pa.array(range(len(people)), pa.int64()),
            "source": people["source"],
            "record": people["record"],
            **_names(people, mailboxes["local"]),
            **mailboxes,
            **each(people, ("phone", "country"), lambda number, land: _phone(number, land, usual), _PHONE),
            **each(people, ("company",), _company, _COMPANY),
            **{name: _folded(people, name) for name in ("title", "city", "address", "postal_code")},
            **each(people, ("country",), lambda land: (region(land) or fold(land) or None,), {"country": _TEXT}),
            "account": people["account"],
        }
    )


def _folded(table: pa.Table, name: str) -> pa.Array:
    return each(table, (name,), lambda text: (fold(text) or None,), {name: _TEXT})[name]


def _names(people: pa.Table, local: pa.Array) -> dict[str, pa.Array]:
    """Return the columns of names, a part that is not there completed from the local part of the address."""
    found = each(people, ("name", "first_name", "last_name"), _name, _NAME)
    said = each(pa.table({"local": local}), ("local",), _said, _SAID)
    blank = pc.and_not(pc.or_(pc.is_null(found["first"]), pc.is_null(found["last"])), found["nobody"])
    parts = {"first": found["first"], "last": found["last"], "local": pc.if_else(blank, local, pa.scalar(None, _TEXT))}
    return found | said | each(pa.table(parts), ("first", "last", "local"), _completed, _COMPLETED)


def _name(name: str, first: str, last: str) -> Sequence[Any]:
    found = person_name(name, first, last)
    if found.nobody:
        return (None, None, None, found.suspicious, True)
    return (found.first or None, found.middle or None, found.last or None, found.suspicious, False)


def _said(local: str) -> Sequence[Any]:
    said = spelt(local) if local else None
    return (*(said or (None, None)), list(roots(said[0])) if said else [])


def _completed(first: str, last: str, local: str) -> Sequence[Any]:
    given, family = completed(first, last, local) if local else (first, last)
    if local and not given and not family:
        given, family = spelt(local) or ("", "")
    return (given or None, family or None, list(roots(given)) if given else [])


def _mailbox(text: str, mail: MailDomains) -> Sequence[Any]:
    found = mail.mailbox(text) if text else None
    if found is None:
        return (None, None, None, None, None, None, False, False, False)
    if found.role:
        return (None, None, None, None, None, found.domain, found.company is None, True, found.suspicious)
    local = found.local
    return (
        *(found.key, found.look, local, _NOT_LETTERS.sub("", local), _NOT_DIGITS.sub("", local), found.domain),
        *(found.company is None, False, found.suspicious),
    )


def _phone(number: str, country: str, usual: str) -> Sequence[Any]:
    return (number and phone(number, country, usual)) or (None, None)


def _company(text: str) -> Sequence[Any]:
    found = company_name(text) if text else None
    return (None, []) if found is None else (found.key, sorted(set(found.tokens)))
