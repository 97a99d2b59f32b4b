"""Leads and opportunities of Odoo, which are one record: the people they name, deals, and sales' decisions on them.

Input: an Odoo database. A lead carries contact data of its own, and may refer to a partner, who is then the same
person. A lead that names nobody (no contact, no address, no person as partner) is only a deal.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from detente.sources.kit.connector import Cursor, Page, Row
from detente.sources.odoo.api import Api, id_of
from detente.sources.odoo.history import MODEL, Histories

_FIELDS = (
    "name", "type", "active", "stage_id", "won_status", "lost_reason_id", "expected_revenue", "user_id", "team_id",
    "partner_id", "contact_name", "partner_name", "email_from", "phone", "function", "website", "street", "city", "zip",
    "country_id", "campaign_id", "medium_id", "source_id", "date_open", "date_conversion",
    "date_last_stage_update", "date_closed",
)  # fmt: skip
_NAMING = ("partner_id", "contact_name", "email_from", "phone")


class Leads:
    """The leads of one database."""

    def __init__(self, api: Api, histories: Histories) -> None:
        self._api = api
        self._histories = histories

    def people(self, cursor: Cursor) -> Iterator[Page]:
        """Yield the leads that changed and that name a person."""
        for page in self._changed(cursor):
            yield Page([row for row in page.rows if row["person"]], page.cursor)

    def deals(self, cursor: Cursor) -> Iterator[Page]:
        """Yield the changes that a deal is made of, oldest first for each opportunity."""
        for page in self._changes(cursor):
            yield Page([row for row in page.rows if _is_of_a_deal(row)], page.cursor)

    def decisions(self, cursor: Cursor) -> Iterator[Page]:
        """Yield the changes that say what sales decided on the person of a lead, or to whom the lead went."""
        for page in self._changes(cursor):
            yield Page([row for row in page.rows if row["person"] and _is_a_decision(row)], page.cursor)

    def people_present(self) -> Iterator[str]:
        """Yield the records of all people whom leads name."""
        for rows in self._api.every(MODEL, _NAMING):
            yield from (row["person"] for row in self._rows(rows) if row["person"])

    def opportunities_present(self) -> Iterator[str]:
        """Yield the ids of all opportunities there are."""
        return map(str, self._api.ids(MODEL, [["type", "=", "opportunity"]]))

    def _changes(self, cursor: Cursor) -> Iterator[Page]:
        for page in self._changed(cursor):
            yield Page(list(self._histories.changes(page.rows)) if page.rows else [], page.cursor)

    def _changed(self, cursor: Cursor) -> Iterator[Page]:
        for page in self._api.changed(MODEL, _FIELDS, (), cursor):
            yield Page(self._rows(page.rows), page.cursor)

    def _rows(self, leads: Sequence[Row]) -> list[Row]:
        """Return leads with the person and the company that each is about."""
        asked = sorted({id_ for lead in leads if (id_ := id_of(lead["partner_id"]))})
        found = (
            self._api.search("res.partner", ("is_company", "commercial_partner_id"), [["id", "in", asked]])
            if asked
            else []
        )
        partners = {each["id"]: each for each in found}
        return [{**lead, **self._about(lead, partners)} for lead in leads]

    def _about(self, lead: Row, partners: dict[int, dict[str, Any]]) -> Row:
        partner = partners.get(id_of(lead["partner_id"]) or 0)
        company = partner is not None and partner["is_company"]
        above = id_of(partner["commercial_partner_id"]) if partner is not None else None
        named = (partner is not None and not company) or lead["contact_name"] or lead["email_from"] or lead["phone"]
        return {
            "person": f"lead:{lead['id']}" if named else None,
            "partner": str(partner["id"]) if partner is not None and not company else None,
            "company": str(above) if above and (company or above != (partner or {})["id"]) else None,
            "country": self._api.countries.get(id_of(lead.get("country_id")) or 0),
        }


def _is_of_a_deal(change: Row) -> bool:
    """Whether a change moves an opportunity, or says what an open one is worth."""
    if change["type"] != "opportunity":
        return False
    if change["won_status"] == "pending":
        return bool(change["moved"]) or change["amount"] != change["amount_before"]
    return bool(change["won_status"] != change["won_status_before"])


def _is_a_decision(change: Row) -> bool:
    """Whether a change assigns a lead, ends it, or moves an opportunity."""
    ended = change["won_status"] == "lost" and change["won_status_before"] != "lost"
    return bool(change["assigned"] or (change["moved"] and (change["type"] == "opportunity" or ended)))
