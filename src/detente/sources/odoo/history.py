"""What became of Odoo's leads: the changes of each, from the tracked changes of fields or from the dates on the lead.

Input: leads as they are now. Odoo tracks a change with the value before and the value after, and names choices in the
language of whoever made it; the labels of all languages in use are read to tell them again. Without the right to read
tracked changes, the dates that a lead carries (conversion, last stage, closing) stand for them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from detente.core.errors import SourceRefused
from detente.sources.kit.connector import Row
from detente.sources.odoo.api import Api

MODEL = "crm.lead"
COUNTED = ("type", "stage", "won_status", "amount", "owner", "reason")
"""What a change is told by."""

_FIELDS = {
    "type": "type", "stage_id": "stage", "won_status": "won_status", "expected_revenue": "amount", "user_id": "owner",
    "lost_reason_id": "reason",
}  # fmt: skip
_CHOICES = ("type", "won_status")
_VALUES = ("char", "float")


@dataclass(frozen=True, slots=True)
class Write:
    """One write to a lead: what it was called, when, and for each field the value before and after.

    A value before that nobody knows is `UNKNOWN`.
    """

    name: str
    at: str
    fields: Mapping[str, tuple[object, object]]


UNKNOWN = object()


class Histories:
    """Reads what became of leads. `tracked`: from the tracked changes."""

    def __init__(self, api: Api, *, tracked: bool) -> None:
        self._api = api
        self._tracked = tracked

    def changes(self, leads: Sequence[Row]) -> Iterator[Row]:
        """Yield a row for each change of these leads, each lead's in the order of time."""
        writes = self._of(leads) if self._tracked else {lead["id"]: list(dated(lead)) for lead in leads}
        for lead in leads:
            yield from changes(lead, writes.get(lead["id"], ()))

    def _of(self, leads: Sequence[Row]) -> dict[int, list[Write]]:
        """Return the tracked writes of leads; `SourceRefused` says what to do where they may not be read."""
        try:
            return self._tracked_writes(leads)
        except SourceRefused as error:
            if error.status != 403:
                raise
            remedy = (
                "tracked changes need the role Administrator: give it to the key's user, or write field_history = false"
            )
            raise SourceRefused(f"{error}; {remedy}", error.status) from None

    def _tracked_writes(self, leads: Sequence[Row]) -> dict[int, list[Write]]:
        ids = [lead["id"] for lead in leads]
        about = [["model", "=", MODEL], ["res_id", "in", ids], ["tracking_value_ids", "!=", False]]
        messages = self._api.search("mail.message", ("res_id", "date"), about)
        wanted = [["mail_message_id", "in", [each["id"] for each in messages]], ["field_id", "in", list(self._names)]]
        columns = [f"{age}_value_{kind}" for age in ("old", "new") for kind in _VALUES]
        found: dict[int, dict[str, tuple[object, object]]] = defaultdict(dict)
        for row in self._api.search("mail.tracking.value", ("field_id", "mail_message_id", *columns), wanted):
            field = self._names[row["field_id"]["id"]]
            found[row["mail_message_id"]["id"]][_FIELDS[field]] = (
                self._told(field, row, "old"),
                self._told(field, row, "new"),
            )
        writes: dict[int, list[Write]] = defaultdict(list)
        for each in messages:
            if fields := found.get(each["id"]):
                writes[each["res_id"]].append(Write(str(each["id"]), each["date"], fields))
        return writes

    def _told(self, field: str, row: Row, age: str) -> object:
        if field == "expected_revenue":
            return row[f"{age}_value_float"]
        said = row[f"{age}_value_char"]
        return self._codes.get((field, said), said) if field in _CHOICES else said

    @cached_property
    def _names(self) -> dict[int, str]:
        """Return the tracked fields that count, by their id."""
        wanted = [["model", "=", MODEL], ["name", "in", list(_FIELDS)]]
        return {row["id"]: row["name"] for row in self._api.search("ir.model.fields", ("name",), wanted)}

    @cached_property
    def _codes(self) -> dict[tuple[str, str], str]:
        """Return the choice that a label stands for, in any language in use."""
        found: dict[tuple[str, str], str] = {}
        for language in self._api.search("res.lang", ("code",), [["active", "=", True]]):
            asked = {"allfields": list(_CHOICES), "attributes": ["selection"]}
            fields: dict[str, Any] = self._api.call(MODEL, "fields_get", {"lang": language["code"]}, **asked)
            found |= {(name, label): code for name in _CHOICES for code, label in fields[name]["selection"]}
        return found


def dated(lead: Row) -> Iterator[Write]:
    """Yield the writes that the dates on a lead tell of; what it was worth is only known of its closing and of now."""
    amount, stage, closed = lead["expected_revenue"], _name(lead["stage_id"]), lead["date_closed"]
    if lead["type"] == "opportunity" and lead["date_conversion"]:
        yield Write("conversion", lead["date_conversion"], {"type": ("lead", "opportunity")})
    if lead["date_open"] and lead["user_id"]:
        at = lead["date_open"]
        yield Write(f"assignment {at}", at, {"owner": (UNKNOWN, _name(lead["user_id"]))})
    if lead["date_last_stage_update"]:
        at = lead["date_last_stage_update"]
        yield Write(f"stage {at}", at, {"stage": (UNKNOWN, stage)})
    if lead["won_status"] != "pending" and closed:
        ended = {"won_status": ("pending", lead["won_status"]), "reason": (None, _name(lead["lost_reason_id"]))}
        yield Write(f"closing {closed}", closed, {**ended, "amount": (UNKNOWN, amount)})
    else:
        yield Write(f"present {lead['write_date']}", lead["write_date"], {"amount": (UNKNOWN, amount)})


def changes(lead: Row, writes: Sequence[Write]) -> list[Row]:
    """Return the rows of a lead's changes, its creation first: what it was before each, and after."""
    after: dict[str, object] = {
        "type": lead["type"], "stage": _name(lead["stage_id"]), "won_status": lead["won_status"],
        "amount": lead["expected_revenue"], "owner": _name(lead["user_id"]), "reason": _name(lead["lost_reason_id"]),
    }  # fmt: skip
    rows: list[Row] = []
    in_time = sorted(writes, key=lambda each: each.at)
    for write in reversed(in_time):  # of one second, too, the last comes first
        after |= {field: new for field, (_, new) in write.fields.items()}
        before = {**after, **{field: None if old is UNKNOWN else old for field, (old, _) in write.fields.items()}}
        rows.append(_row(lead, write.name, write.at, after, before))
        after = before
    rows.append(_row(lead, "creation", lead["create_date"], after, None))
    return rows[::-1]


def _row(lead: Row, change: str, at: str, after: Mapping[str, object], before: Mapping[str, object] | None) -> Row:
    moved = before is None or any(after[field] != before[field] for field in ("type", "stage", "won_status"))
    return {
        "id": lead["id"],
        "name": lead["name"],
        "change": change,
        "at": at,
        **after,
        **{f"{field}_before": before[field] if before else None for field in COUNTED},
        "moved": moved,
        "assigned": after["owner"] is not None and (before is None or after["owner"] != before["owner"]),
        "person": lead["person"],
        "company": lead["company"],
    }


def _name(reference: Mapping[str, Any] | None) -> str | None:
    return reference["name"] if reference else None
