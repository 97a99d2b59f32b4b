"""Partners of Odoo: companies and people.

Input: an Odoo database. A partner says itself whether it is a company. Partners behind the accounts of own staff are
nobody's lead, nor are those of accounts that are switched off (Odoo's own templates), and a partner without a name is
only an address of another: they are left out.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

from detente.sources.kit.connector import Cursor, Page, Row
from detente.sources.odoo.api import Api, id_of

_MODEL = "res.partner"
_FIELDS = (
    "name", "is_company", "active", "email", "phone", "website", "street", "city", "zip", "country_id", "function",
    "parent_id", "commercial_partner_id", "user_id", "is_blacklisted", "lang",
)  # fmt: skip
_OUTSIDE = (["partner_share", "=", True], ["name", "!=", False], "|", ["active", "=", True], ["user_ids", "=", False])
_COMPANIES = (*_OUTSIDE, ["is_company", "=", True])
_PEOPLE = (*_OUTSIDE, ["is_company", "=", False])


class Partners:
    """The partners of one database."""

    def __init__(self, api: Api) -> None:
        self._api = api

    def companies(self, cursor: Cursor) -> Iterator[Page]:
        """Yield the companies that changed; the own ones are no customer."""
        for page in self._api.changed(_MODEL, _FIELDS, _COMPANIES, cursor):
            yield Page([self._row(row) for row in page.rows if row["id"] not in self._own], page.cursor)

    def people(self, cursor: Cursor) -> Iterator[Page]:
        """Yield the people that changed, with the company that they belong to."""
        for page in self._api.changed(_MODEL, _FIELDS, _PEOPLE, cursor):
            yield Page([self._row(row) for row in page.rows], page.cursor)

    def companies_present(self) -> Iterator[str]:
        """Yield the ids of all companies there are."""
        return (str(id_) for id_ in self._api.ids(_MODEL, _COMPANIES) if id_ not in self._own)

    def people_present(self) -> Iterator[str]:
        """Yield the ids of all people there are."""
        return map(str, self._api.ids(_MODEL, _PEOPLE))

    def _row(self, partner: Row) -> Row:
        above = id_of(partner["commercial_partner_id"])
        return {
            **partner,
            "company": str(above) if above not in {None, partner["id"]} else None,
            "country": self._api.countries.get(id_of(partner["country_id"]) or 0),
        }

    @cached_property
    def _own(self) -> frozenset[int]:
        return frozenset(row["partner_id"]["id"] for row in self._api.search("res.company", ("partner_id",), []))
