"""What sales did with people, as Odoo's records tell it: finished activities, and messages to and from them.

Input: the messages of leads and of partners. Internal notes, tracked changes and copies of mass mailings are no touch.
"""

from __future__ import annotations

from collections.abc import Iterator

from detente.sources.kit.connector import Cursor, Page, Row
from detente.sources.odoo.api import Api, id_of

_FIELDS = ("model", "res_id", "date", "message_type", "mail_activity_type_id", "author_id", "subject", "is_internal")
_DONE = ["mail_activity_type_id", "!=", False]
_SAID = ["&", ["message_type", "in", ["comment", "email"]], ["is_internal", "=", False]]
_DOMAIN = (["model", "in", ["crm.lead", "res.partner"]], "|", _DONE, *_SAID)


def touches(api: Api, cursor: Cursor) -> Iterator[Page]:
    """Yield the messages that came or changed, each with the person, the channel and the direction."""
    types: dict[int, Row] = {row["id"]: row for row in api.search("mail.activity.type", ("name", "category"), [])}
    for page in api.changed("mail.message", _FIELDS, _DOMAIN, cursor):
        people = _people(api, [row["res_id"] for row in page.rows if row["model"] == "res.partner"])
        yield Page(
            [_touch(row, types) for row in page.rows if row["model"] == "crm.lead" or row["res_id"] in people],
            page.cursor,
        )


def _people(api: Api, partners: list[int]) -> frozenset[int]:
    """Return those of some partners that are outside people."""
    wanted = [["id", "in", partners], ["is_company", "=", False], ["partner_share", "=", True]]
    return frozenset(row["id"] for row in api.search("res.partner", ("id",), wanted)) if partners else frozenset()


def _touch(message: Row, types: dict[int, Row]) -> Row:
    kind = types.get(id_of(message["mail_activity_type_id"]) or 0)
    return {
        **message,
        "person": f"lead:{message['res_id']}" if message["model"] == "crm.lead" else str(message["res_id"]),
        "activity": kind["name"] if kind else None,
        "category": kind["category"] if kind else "message",
        "direction": "in" if message["message_type"] == "email" else "out",
    }
