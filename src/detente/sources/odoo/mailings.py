"""Odoo's e-mail marketing: subscribers of mailing lists, what became of each e-mail, and who wants none.

Input: an Odoo database. Without the app "Email Marketing" these streams are empty. A trace holds one time each of
sending, opening (the first), clicking (the latest) and answering; who or what opened is not kept.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from detente.core.errors import SourceRefused
from detente.sources.kit.connector import Cursor, Page, Row
from detente.sources.odoo.api import Api, Domain

_SUBSCRIBER = ("name", "email", "company_name", "is_blacklisted")
_SUBSCRIPTION = ("contact_id", "list_id", "opt_out", "opt_out_datetime")
_TRACE = (
    "model", "res_id", "email", "trace_status", "failure_type", "sent_datetime", "open_datetime",
    "links_click_datetime", "reply_datetime", "mass_mailing_id", "campaign_id", "medium_id", "source_id",
)  # fmt: skip
_PEOPLE = {"res.partner": "", "crm.lead": "lead:", "mailing.contact": "subscriber:"}
"""Models of recipients, and how a record of each is called."""


class Mailings:
    """The e-mail marketing of one database."""

    def __init__(self, api: Api) -> None:
        self._api = api

    def subscribers(self, cursor: Cursor) -> Iterator[Page]:
        """Yield the subscribers that changed."""
        for page in self._changed("mailing.contact", _SUBSCRIBER, (), cursor):
            yield Page([{**row, "person": f"subscriber:{row['id']}"} for row in page.rows], page.cursor)

    def subscribers_present(self) -> Iterator[str]:
        """Yield the records of all subscribers there are."""
        try:
            yield from (f"subscriber:{id_}" for id_ in self._api.ids("mailing.contact"))
        except SourceRefused as error:
            _without_the_app(error)

    def subscriptions(self, cursor: Cursor) -> Iterator[Page]:
        """Yield the subscriptions that were ended; a list goes by its name, not by what Odoo shows (the count, too)."""
        for page in self._changed("mailing.subscription", _SUBSCRIPTION, (["opt_out", "=", True],), cursor):
            lists = (
                {row["id"]: row["name"] for row in self._api.search("mailing.list", ("name",), [])} if page.rows else {}
            )
            yield Page([_ended(row, lists) for row in page.rows], page.cursor)

    def traces(self, cursor: Cursor) -> Iterator[Page]:
        """Yield what became of the e-mails whose traces changed."""
        known = [["model", "in", list(_PEOPLE)], ["is_test_trace", "=", False], ["trace_type", "=", "mail"]]
        for page in self._changed("mailing.trace", _TRACE, known, cursor):
            yield Page([{**row, "person": f"{_PEOPLE[row['model']]}{row['res_id']}"} for row in page.rows], page.cursor)

    def blacklist(self, cursor: Cursor) -> Iterator[Page]:
        """Yield the addresses that want no mailings (or that do again: `active` is false)."""
        yield from self._changed("mail.blacklist", ("email", "active"), (), cursor)

    def _changed(self, model: str, fields: Sequence[str], domain: Domain, cursor: Cursor) -> Iterator[Page]:
        try:
            yield from self._api.changed(model, fields, domain, cursor)
        except SourceRefused as error:
            _without_the_app(error)


def _ended(subscription: Row, lists: Mapping[int, str]) -> Row:
    contact, letters = subscription["contact_id"]["id"], subscription["list_id"]["id"]
    return {**subscription, "person": f"subscriber:{contact}", "list": lists[letters]}


def _without_the_app(error: SourceRefused) -> None:
    """Let an app that is not installed give nothing; raise any other refusal."""
    if error.status != 404:
        raise error
