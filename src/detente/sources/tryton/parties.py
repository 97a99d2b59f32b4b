"""Parties of Tryton: companies, people, and the people whom a company's contact mechanisms name.

Input: a Tryton database. A party does not say whether it is a person. It is a company if it has a tax identifier or is
in a category that the settings name; any other party is a person. A contact mechanism with a name, kept at a company
(e-mail "jane@…", name "Jane Doe"), is a person at that company. The own companies and their employees are neither.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from detente.sources.kit.connector import Cursor, Page, Row
from detente.sources.kit.keyset import Keyset
from detente.sources.tryton.api import MODIFIED, Api, Domain, changed_since, micros

KIND_FIELDS = ("tax_identifier", "categories.name")
"""What tells a company from a person; under `party.` where another record refers to the party."""

_PARTY = (
    "name", "code", "active", "create_date", MODIFIED, "replaced_by", *KIND_FIELDS,
    "contact_mechanisms.type", "contact_mechanisms.value", "contact_mechanisms.name", "contact_mechanisms.active",
    f"contact_mechanisms.{MODIFIED}", "addresses.street", "addresses.postal_code", "addresses.city",
    "addresses.country.code", "addresses.active", f"addresses.{MODIFIED}", f"identifiers.{MODIFIED}",
)  # fmt: skip
_PARTS = {
    "": "party.party",
    "contact_mechanisms.": "party.contact_mechanism",
    "addresses.": "party.address",
    "identifiers.": "party.identifier",
}
"""What a party consists of: the path to it, and its model. A change to any of it is a change to the party."""

_MECHANISM = (
    "name", "type", "value", "active", MODIFIED, "party.name", f"party.{MODIFIED}",
    *(f"party.{field}" for field in KIND_FIELDS),
)  # fmt: skip
_TYPES = ("email", "phone", "mobile", "website")


@dataclass(frozen=True, slots=True)
class Kinds:
    """Tells companies from people."""

    company_categories: frozenset[str]

    def is_company(self, party: Row) -> bool:
        """Whether a party (with `KIND_FIELDS`) is a company."""
        categories = {each["name"] for each in party["categories"]}
        return party["tax_identifier"] is not None or bool(categories & self.company_categories)

    def person_of(self, mechanism: Row) -> str | None:
        """Return the record of the person whom a contact mechanism belongs to; None: it is only the company's."""
        party = mechanism["party"]
        if not self.is_company(party):
            return str(party["id"])
        name = " ".join((mechanism["name"] or "").split())
        return f"{party['id']}/{name.casefold()}" if name else None


class Parties:
    """The parties of one database."""

    def __init__(self, api: Api, kinds: Kinds) -> None:
        self._api = api
        self._kinds = kinds

    def companies(self, cursor: Cursor) -> Iterator[Page]:
        """Yield the companies that changed, with their contact data."""
        return self._parties(cursor, companies=True)

    def people(self, cursor: Cursor) -> Iterator[Page]:
        """Yield the people that changed, with their contact data."""
        return self._parties(cursor, companies=False)

    def contacts(self, cursor: Cursor) -> Iterator[Page]:
        """Yield the contact mechanisms that name a person at a company, when they or the company changed."""
        fetch = partial(self._fetch, "party.contact_mechanism", _MECHANISM, ("", "party.", "party.identifiers."))
        newest = partial(self._api.newest, ("party.contact_mechanism", "party.party", "party.identifier"))
        for page in self._keyset("party.contact_mechanism").by_id(newest, fetch, cursor):
            yield Page([row for each in page.rows if (row := self._contact(each)) is not None], page.cursor)

    def companies_present(self) -> Iterator[str]:
        """Yield the ids of all companies there are."""
        return self._present(companies=True)

    def people_present(self) -> Iterator[str]:
        """Yield the ids of all people there are."""
        return self._present(companies=False)

    def contacts_present(self) -> Iterator[str]:
        """Yield the records of all people whom contact mechanisms name."""
        for rows in self._api.every("party.contact_mechanism", _MECHANISM):
            yield from (contact["person"] for row in rows if (contact := self._contact(row)) is not None)

    def _parties(self, cursor: Cursor, *, companies: bool) -> Iterator[Page]:
        own = self._own()
        fetch = partial(self._fetch, "party.party", _PARTY, tuple(_PARTS))
        newest = partial(self._api.newest, tuple(_PARTS.values()))
        for page in self._keyset("party.party").by_id(newest, fetch, cursor):
            wanted = [row for row in page.rows if self._wanted(row, own, companies=companies)]
            yield Page([_with_contact_data(row, named=not companies) for row in wanted], page.cursor)

    def _present(self, *, companies: bool) -> Iterator[str]:
        own = self._own()
        for rows in self._api.every("party.party", KIND_FIELDS):
            yield from (str(row["id"]) for row in rows if self._wanted(row, own, companies=companies))

    def _wanted(self, party: Row, own: frozenset[int], *, companies: bool) -> bool:
        return party["id"] not in own and self._kinds.is_company(party) == companies

    def _own(self) -> frozenset[int]:
        """Return the parties that are the own companies and their employees."""
        models = ("company.company", "company.employee")
        return frozenset(
            row["party"] for model in models for rows in self._api.every(model, ("party",)) for row in rows
        )

    def _fetch(
        self, model: str, fields: Sequence[str], parts: Sequence[str], start: int, last: int | None
    ) -> list[dict[str, Any]]:
        """Return the next records of which some part changed at an instant or later."""
        changed: Domain = ["OR", *(changed_since(part, start) for part in parts)] if start else []
        return self._api.search(model, fields, [changed, ["id", ">", last or 0]])

    def _contact(self, mechanism: Row) -> Row | None:
        """Return the row of a person whom a company's contact mechanism names; None: it names nobody."""
        if not self._kinds.is_company(mechanism["party"]) or not mechanism["active"]:
            return None
        person = self._kinds.person_of(mechanism)
        return None if person is None else {**mechanism, "person": person, "modified": mechanism[MODIFIED]}

    @staticmethod
    def _keyset(listing: str) -> Keyset:
        return Keyset(listing, lambda row: micros(row[MODIFIED]), lambda row: row["id"])


def _with_contact_data(party: Row, *, named: bool) -> Row:
    """Return a party's row: its first active mechanism of each type, its first active address, its last change.

    `named`: mechanisms with a name count too; at a company they are those of the person named.
    """
    mechanisms = [each for each in party["contact_mechanisms"] if each["active"] and (named or not each["name"])]
    first = {kind: next((each["value"] for each in mechanisms if each["type"] == kind), None) for kind in _TYPES}
    address: Row = next((each for each in party["addresses"] if each["active"]), {})
    parts = (party, *party["contact_mechanisms"], *party["addresses"], *party["identifiers"])
    return {**party, **first, "address": address, "modified": max((each[MODIFIED] for each in parts), key=micros)}
