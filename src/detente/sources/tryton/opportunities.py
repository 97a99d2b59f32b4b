"""Sale opportunities of Tryton: every change that their history holds, as deals and as decisions on leads.

Input: a Tryton database. Tryton keeps a copy of an opportunity at every write. A change is one such copy beside the one
before it, if something that counts differs. In the state `lead` an opportunity is no deal yet: leaving it is sales'
decision on the lead, and opens the deal.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from detente.sources.kit.connector import Cursor, Page, Row
from detente.sources.kit.keyset import Keyset, Place
from detente.sources.tryton.api import MODIFIED, Api, changed_since, id_of, instant, micros
from detente.sources.tryton.parties import KIND_FIELDS, Kinds

MODEL = "sale.opportunity"

_FIELDS = (
    "number", "reference", "description", "state", "amount", "conversion_probability", "lost_reason", "start_date",
    "end_date", "create_date", MODIFIED, "currency", "employee", "party", "contact",
)  # fmt: skip
_RELATED = {
    "party": ("party.party", ("name", *KIND_FIELDS)),
    "contact": ("party.contact_mechanism", ("name", "party.name", *(f"party.{field}" for field in KIND_FIELDS))),
    "employee": ("company.employee", ("party.name",)),
    "currency": ("currency.currency", ("code",)),
}
"""Records that an opportunity refers to. They are read by themselves: a copy may refer to one that is deleted since,
and Tryton refuses to read through it."""


class Opportunities:
    """The sale opportunities of one database."""

    def __init__(self, api: Api, kinds: Kinds) -> None:
        self._api = api
        self._kinds = kinds
        self._keyset = Keyset(MODEL, lambda row: micros(row[MODIFIED]), lambda row: row["id"])

    def deals(self, cursor: Cursor) -> Iterator[Page]:
        """Yield the changes that a deal is made of, oldest first for each opportunity."""
        for page in self._changes(cursor):
            yield Page([row for row in page.rows if _is_of_a_deal(row)], page.cursor)

    def decisions(self, cursor: Cursor) -> Iterator[Page]:
        """Yield the changes that say what sales decided on the person of an opportunity, or to whom it went."""
        for page in self._changes(cursor):
            rows = [row for row in page.rows if row["contact_person"] and (row["moved"] or row["assigned"])]
            yield Page(rows, page.cursor)

    def present(self) -> Iterator[str]:
        """Yield the ids of all opportunities there are."""
        for rows in self._api.every(MODEL, ("id",)):
            yield from (str(row["id"]) for row in rows)

    def _changes(self, cursor: Cursor) -> Iterator[Page]:
        """Yield all changes since a cursor.

        `since` of a cursor is where a run began that has not come to its end: an opportunity that is written to while
        it runs is read late, and its changes since then are still to be landed.
        """
        self._api.require((MODEL,))
        since = cursor.get("since", cursor.get("modified", 0))
        start, behind = max(since - self._keyset.overlap, 0), None
        for page in self._keyset.by_modified(self._fetch, cursor):
            behind = page.cursor
            yield Page(self._history([row["id"] for row in page.rows], start), {**(behind or {}), "since": since})
        if behind is not None:
            yield Page((), behind)

    def _fetch(self, place: Place) -> list[dict[str, Any]]:
        domain: list[Any] = [changed_since("", place.modified)] if place.modified else []
        if place.id is not None:
            at = instant(place.modified)
            domain = ["OR", [MODIFIED, ">", at], [[MODIFIED, "=", at], ["id", ">", place.id]]]
        return self._api.search(MODEL, (MODIFIED,), domain, [(MODIFIED, "ASC"), ("id", "ASC")])

    def _history(self, ids: Sequence[int], start: int) -> list[Row]:
        """Return the changes at an instant or later: of each opportunity, in the order of time."""
        wanted: dict[int, list[int]] = defaultdict(list)
        for id_, at in self._api.revisions(MODEL, ids):
            if at < start:
                wanted[id_] = []  # only the last one before is needed, to compare with
            wanted[id_].append(at)
        asked: dict[int, list[int]] = defaultdict(list)
        for id_, instants in wanted.items():
            for at in instants:
                asked[at].append(id_)
        copies = {
            (row["id"], at): row
            for at, some in sorted(asked.items())
            for row in self._api.search(MODEL, _FIELDS, [["id", "in", some]], at=at)
        }
        self._relate(list(copies.values()))
        return [row for id_ in ids for row in self._compared(id_, wanted[id_], copies, start)]

    def _relate(self, copies: Sequence[dict[str, Any]]) -> None:
        """Put the record in place of each id that refers to it; None where it is deleted."""
        for field, (model, fields) in _RELATED.items():
            wanted = sorted({copy[field] for copy in copies if copy[field] is not None})
            found = self._by_id(model, fields, wanted)
            for copy in copies:
                copy[field] = found.get(copy[field])

    def _by_id(self, model: str, fields: Sequence[str], ids: Sequence[int]) -> dict[int, Row]:
        pages = self._api.every(model, fields, [["id", "in", list(ids)]]) if ids else ()
        return {row["id"]: row for rows in pages for row in rows}

    def _compared(
        self, id_: int, instants: Sequence[int], copies: Mapping[tuple[int, int], Row], start: int
    ) -> Iterator[Row]:
        before: Row | None = None
        for at in instants:
            copy = copies.get((id_, at))
            if copy is None:
                continue  # deleted since: the comparison of ids tells of it
            if at >= start and (row := self._change(copy, before)) is not None:
                yield row
            before = copy

    def _change(self, copy: Row, before: Row | None) -> Row | None:
        """Return the row of a change; None if the copy is as the one before."""
        if before is not None and {**copy, MODIFIED: None} == {**before, MODIFIED: None}:
            return None
        party, owner = copy["party"], id_of(copy["employee"])
        return {
            **copy,
            "at": copy[MODIFIED],
            "state_before": before["state"] if before else None,
            "amount_before": before["amount"] if before else None,
            "moved": before is None or copy["state"] != before["state"],
            "assigned": owner is not None and (before is None or owner != id_of(before["employee"])),
            "company": str(party["id"]) if party is not None and self._kinds.is_company(party) else None,
            "contact_person": self._person(copy),
        }

    def _person(self, copy: Row) -> str | None:
        """Return the record of the person an opportunity is about: its contact's, else the party itself."""
        if copy["contact"] is not None and (person := self._kinds.person_of(copy["contact"])) is not None:
            return person
        party = copy["party"]
        return None if party is None or self._kinds.is_company(party) else str(party["id"])


def _is_of_a_deal(change: Row) -> bool:
    """Whether a change moves an opportunity that is no mere lead, or says what an open one is worth."""
    if change["state"] in {"opportunity", "converted"}:
        return bool(change["moved"]) or change["amount"] != change["amount_before"]
    return bool(change["moved"]) and "lead" not in {change["state"], change["state_before"]}
