"""The facts of one lead in words, a page at a time and the newest first; and what was known of it when.

Input: a lead's story, and the number of a page.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from detente.app import figures
from detente.app.queries.fact_words import MACHINE_SIGNS, FactWords, shortened, told
from detente.app.queries.lead_story import LeadStory
from detente.core.agreement.page_words import value
from detente.core.errors import UsageError
from detente.core.facts.fact import ENRICH, Fact

PAGE = 50
"""Rows of a page."""

_Item = TypeVar("_Item")


@dataclass(frozen=True)
class Paged(Generic[_Item]):
    """One page of a list, counted from 1, and how many there are in all."""

    number: int
    pages: int
    total: int
    items: Sequence[_Item]

    @property
    def first(self) -> int:
        """The position of its first row, counted from 1."""
        return (self.number - 1) * PAGE + 1

    @property
    def last(self) -> int:
        """The position of its last row."""
        return self.first + len(self.items) - 1


@dataclass(frozen=True, slots=True)
class Told:
    """A fact and its words. `entered`: the stages entered at that instant because of it."""

    fact: Fact
    words: FactWords
    entered: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ValueChange:
    """A value that began to hold. `before`: the one it replaced, None for the first."""

    path: str
    value: str
    before: str | None
    at: int
    source: str
    holds: bool  # it is the latest


def timeline(story: LeadStory, number: int) -> Paged[Told]:
    """Return a page of the facts known by the story's instant."""
    facts = list(story.facts.values())
    facts.sort(key=lambda fact: fact.occurred_at, reverse=True)
    entered: dict[str, list[str]] = {}
    for entry in story.result.entries:
        for fact in entry.because:
            if fact in story.facts and story.facts[fact].occurred_at == entry.occurred_at:
                entered.setdefault(fact, []).append(entry.stage)
    page = paged(facts, number)
    items = [Told(fact, told(fact), tuple(entered.get(fact.id, ()))) for fact in page.items]
    return Paged(page.number, page.pages, page.total, items)


def by_machines(story: LeadStory) -> str:
    """Return what is left out because machines did it, in one sentence; nothing where there is none."""
    if not story.machine:
        return ""
    signs = Counter(made.sign for made in story.machine)
    told_by = ", ".join(f"{MACHINE_SIGNS[sign]}: {figures.count(n)}" for sign, n in sorted(signs.items()))
    events = figures.counted(len(story.machine), "open or click", "opens and clicks")
    return f"Left out: {events} by machines ({told_by})."


def values(story: LeadStory, number: int) -> Paged[ValueChange]:
    """Return a page of the values that changed, the newest first."""
    latest: dict[str, str] = {}
    found: list[tuple[Fact, str, str, str | None]] = []
    for fact in story.used:
        if fact.kind != ENRICH:
            continue
        for path, raw in fact.payload.items():
            now = shortened(value(raw))
            if latest.get(path) != now:
                found.append((fact, path, now, latest.get(path)))
                latest[path] = now
    last = {path: position for position, (_, path, _, _) in enumerate(found)}
    page = paged(list(reversed(list(enumerate(found)))), number)
    changes = [
        ValueChange(path, now, before, fact.occurred_at, fact.source, last[path] == position)
        for position, (fact, path, now, before) in page.items
    ]
    return Paged(page.number, page.pages, page.total, changes)


def paged(items: Sequence[_Item], number: int) -> Paged[_Item]:
    """Return a page of a list; UsageError for one that it does not have."""
    pages = max(1, -(-len(items) // PAGE))
    if not 1 <= number <= pages:
        raise UsageError(f"page: there is no page {number}: they are counted from 1 to {pages}")
    return Paged(number, pages, len(items), items[(number - 1) * PAGE : number * PAGE])
