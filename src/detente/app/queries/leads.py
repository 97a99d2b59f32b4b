"""Whom is something owed, and where does everybody stand? The lists of daily work, a page at a time.

Input: the projection, the id of the snapshot that serves, and what was asked for as it stands in an address. Lists and
figures come from two places; `Standing` says whether they are of the same snapshot.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar

from detente.app.folding import folded
from detente.app.ports.lists import (
    PAGE,
    Counts,
    LeadList,
    LeadPage,
    Lists,
    Neighbours,
    Owed,
    Projected,
    Sort,
)
from detente.core.errors import UsageError

_Answer = TypeVar("_Answer")

SORTS: Mapping[str, Sort] = {"due": Sort.DUE, "entered": Sort.ENTERED, "score": Sort.SCORE, "name": Sort.NAME}
"""What a list may be sorted by, as an address says it; `-` before it turns the order round."""

MAX_PAGE = 1_000_000
MAX_TEXT = 200
MAX_WORDS = 8


@dataclass(frozen=True, slots=True)
class Standing:
    """Which snapshot lists are of, and its instant. `lags`: the snapshot that serves is a later one."""

    snapshot: str
    as_of: int
    lags: bool


def lead_list(
    text: str = "",
    *,
    stage: str | None = None,
    owner: str | None = None,
    party: str | None = None,
    sort: str = "due",
) -> LeadList:
    """Return the list an address asks for: what it looks for, filters, order. Raises UsageError for an unknown order.

    Every word of `text` must occur in the name, the company or an address, also as a part of a longer one.
    """
    name = sort.removeprefix("-")
    if name not in SORTS:
        raise UsageError(f"sort: leads are not sorted by '{sort}': write {', '.join(SORTS)}, or - before one of them")
    for part, said in {"q": text, "stage": stage, "owner": owner, "party": party}.items():
        if said and "\0" in said:
            raise UsageError(f"{part}: it holds a sign that no text holds (NUL): leave it out")
    if len(text) > MAX_TEXT:
        raise UsageError(f"q: a text of {len(text)} signs is too long to look for: give at most {MAX_TEXT}")
    words = tuple(dict.fromkeys(folded(text).split()))
    if len(words) > MAX_WORDS:
        raise UsageError(f"q: {len(words)} words are too many to look for: give at most {MAX_WORDS}")
    return LeadList(words, stage or None, owner or None, party or None, SORTS[name], sort.startswith("-"))


def leads(lists: Lists, wanted: LeadList, page: int = 1) -> LeadPage:
    """Return a page of leads, counted from 1; one beyond the last is empty. UsageError where there are no lists."""
    return _made(lists.leads(wanted, _offset(page)))


def counts(lists: Lists) -> Counts:
    """Return how many leads there are, by stage and by owner: the values a list may be narrowed to."""
    return _made(lists.counts())


def owed(lists: Lists, now: int) -> Owed:
    """Return how many clocks run, by the party that owes; `now` decides which are past their due."""
    return _made(lists.owed(now))


def neighbours(lists: Lists, wanted: LeadList, person: str) -> Neighbours:
    """Return who stands before and after a person in a list."""
    return _made(lists.neighbours(wanted, person))


def standing(of: Projected, serving: str) -> Standing:
    """Return how the snapshot of a list stands to the one that serves."""
    return Standing(of.snapshot, of.as_of, of.snapshot != serving)


def pages(total: int) -> int:
    """Return how many pages a list of that many rows has; an empty one has one."""
    return max(1, -(-total // PAGE))


def _offset(page: int) -> int:
    if not 1 <= page <= MAX_PAGE:
        raise UsageError(f"page: there is no page {page}: they are counted from 1")
    return (page - 1) * PAGE


def _made(answer: _Answer | None) -> _Answer:
    if answer is None:
        raise UsageError("the lists of this workspace were not made yet: run `detente replay`")
    return answer
