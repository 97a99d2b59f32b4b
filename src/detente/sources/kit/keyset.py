"""Reading what changed, without leaving a row out: cursors of (modified, id) with an overlap.

Input: a connector's function that fetches one batch of rows. Two orders are enough for all systems:

`by_modified` for those that can be asked for what lies behind (modified, id), in that order. A row that changes while
it is read moves to the end, and is seen there. Any number of rows may share one instant.

`by_id` for those that only filter by the time of change (or show it more coarsely than they keep it): every row of the
period in the order of ids. What changes meanwhile is left to the next run, which begins at the newest change known when
this one began.

Every run begins `overlap` before its cursor: a system writes some changes with an earlier time than those it has shown
already. Rows seen twice collapse when they are landed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from detente.core.errors import SourceRefused
from detente.sources.kit.connector import Cursor, Page, Row

_MINUTES = 60_000_000


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Where reading stands: a time of change (microseconds UTC), and the id of the last row read that has it."""

    modified: int
    id: Any = None


@dataclass(frozen=True, slots=True)
class Keyset:
    """How the rows of one listing are ordered; `listing` names it in messages.

    `modified` returns a row's time of change in microseconds UTC, `id` its id as the system sorts it (a number where
    it sorts numbers). `overlap` is in microseconds.
    """

    listing: str
    modified: Callable[[Row], int]
    id: Callable[[Row], Any]
    overlap: int = 5 * _MINUTES

    def by_modified(self, fetch: Callable[[Place], Sequence[Row]], cursor: Cursor) -> Iterator[Page]:
        """Yield what changed since a cursor; an empty cursor stands before everything.

        `fetch(place)` returns the next rows behind a place in the order of (modified, id), none at the end; at the
        first place of a run `id` is None: every row modified at that instant or later. `SourceRefused` if rows come
        that do not lie behind the place.
        """
        known = cursor.get("modified")
        place = Place(0 if known is None else max(known - self.overlap, 0))
        top = known or 0
        while rows := fetch(place):
            place = self._last(rows, place)
            top = max(top, place.modified)
            yield Page(rows, {"modified": top})

    def by_id(
        self, newest: Callable[[], int | None], fetch: Callable[[int, Any], Sequence[Row]], cursor: Cursor
    ) -> Iterator[Page]:
        """Yield what changed since a cursor; an empty cursor stands before everything.

        `newest()` returns the newest time of change in the system (None: it has no rows); `fetch(since, id)` the next
        rows changed at `since` or later with an id behind `id` (None: from the first), none at the end. A run that
        ended midway goes on behind the last id that was landed.
        """
        known = cursor.get("modified")
        top, last = cursor.get("until"), cursor.get("id")
        if last is None:
            top = newest()
        if top is None:
            return
        since = 0 if known is None else max(known - self.overlap, 0)
        while rows := fetch(since, last):
            ids = [self.id(row) for row in rows]
            if (last is not None and ids[0] <= last) or any(one >= other for one, other in pairwise(ids)):
                raise self._disorder("ids")
            last = ids[-1]
            yield Page(rows, {"modified": known, "until": top, "id": last})
        yield Page((), {"modified": max(top, known or 0)})

    def _last(self, rows: Sequence[Row], place: Place) -> Place:
        """Return the place of the last row; refuse rows out of order, which would be left out next time."""
        for row in rows:
            at = Place(self.modified(row), self.id(row))
            first_of_run = place.id is None
            if at.modified < place.modified or (not first_of_run and at <= place):
                raise self._disorder("times of change")
            place = at
        return place

    def _disorder(self, what: str) -> SourceRefused:
        return SourceRefused(
            f"{self.listing}: its rows do not come in the order of their {what}, so some would be left out: ask for "
            "them in that order, or read this listing whole"
        )
