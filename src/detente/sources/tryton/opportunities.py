"""Sale opportunities of Tryton: every change that their history holds, as deals and as decisions on leads.

Input: a Tryton database. Tryton keeps a copy of an opportunity at every write. A change is one such copy beside the one
before it, if something that counts differs. In the state `lead` an opportunity is no deal yet: leaving it is sales'
decision on the lead, and opens the deal.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

from detente.sources.kit.connector import Cursor, Page, Row
from detente.sources.kit.keyset import Keyset, Place
from detente.sources.tryton.api import MODIFIED, Api, id_of, instant, micros, since
from detente.sources.tryton.parties import KIND_FIELDS, Kinds

MODEL = "sale.opportunity"

_FIELDS = (
    "number", "reference", "description", "state", "amount", "currency.code", "conversion_probability", "lost_reason",
    "start_date", "end_date", "create_date", MODIFIED, "employee.party.name", "party.name",
    *(f"party.{field}" for field in KIND_FIELDS), "contact.name", "contact.party",
    *(f"contact.party.{field}" for field in KIND_FIELDS),
)  # fmt: skip


class Opportunities:
    """The sale opportunities of one database."""

    def __init__(self, api: Api, kinds: Kinds) -> None:
        self._api = api
        self._kinds = kinds
        self._keyset = Keyset(MODEL, lambda row: micros(row[MODIFIED]), lambda row: row["id"])

    def changes(self, cursor: Cursor) -> Iterator[Page]:
        """Yield every change to the opportunities that changed, oldest first for each."""
        self._api.require((MODEL,))
        start = max(cursor.get("modified", 0) - self._keyset.overlap, 0)
        for page in self._keyset.by_modified(self._fetch, cursor):
            yield Page(self._history([row["id"] for row in page.rows], start), page.cursor)

    def decisions(self, cursor: Cursor) -> Iterator[Page]:
        """Yield the changes that say what sales decided on the person of an opportunity, or to whom it went."""
        for page in self.changes(cursor):
            yield Page(
                [row for row in page.rows if row["contact_person"] and (row["moved"] or row["assigned"])], page.cursor
            )

    def present(self) -> Iterator[str]:
        """Yield the ids of all opportunities there are."""
        for rows in self._api.every(MODEL, ("id",)):
            yield from (str(row["id"]) for row in rows)

    def _fetch(self, place: Place) -> list[dict[str, Any]]:
        domain: list[Any] = [since("", place.modified)] if place.modified else []
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
        copies: dict[tuple[int, int], Row] = {
            (row["id"], at): row
            for at, some in sorted(asked.items())
            for row in self._api.search(MODEL, _FIELDS, [["id", "in", some]], at=at)
        }
        return [row for id_ in ids for row in self._compared(id_, wanted[id_], copies, start)]

    def _compared(
        self, id_: int, instants: Sequence[int], copies: dict[tuple[int, int], Row], start: int
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
        """Return the row of a change; None if nothing that counts differs from the copy before."""
        moved = before is None or copy["state"] != before["state"]
        assigned = copy["employee"] is not None and (
            before is None or id_of(copy["employee"]) != id_of(before["employee"])
        )
        if before is not None and {**copy, MODIFIED: None} == {**before, MODIFIED: None}:
            return None
        party = copy["party"]
        company = party is not None and self._kinds.is_company(party)
        return {
            **copy,
            "at": copy[MODIFIED],
            "state_before": before["state"] if before else None,
            "moved": moved,
            "assigned": assigned,
            "company": str(party["id"]) if party is not None and company else None,
            "contact_person": self._person(copy),
        }

    def _person(self, copy: Row) -> str | None:
        """Return the record of the person an opportunity is about: its contact's, else the party itself."""
        if copy["contact"] is not None and (person := self._kinds.person_of(copy["contact"])) is not None:
            return person
        party = copy["party"]
        return None if party is None or self._kinds.is_company(party) else str(party["id"])
