"""Reads the lists of daily work from the projection: implements the port `app.ports.lists.Lists`.

Input: the database that this process opened with `open_database`. Django closes the connection of a request; nothing is
opened or closed here.

An answer takes several queries, and the projection may be swapped between two of them. Each query sees one projection
whole, and the row that names it changes in the same transaction: an answer is given when that row is the same after the
queries as before them, else they are asked again.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeVar

from django.db.models import Count, Q, QuerySet

from detente.app.ports.lists import (
    PAGE,
    Counts,
    LeadList,
    LeadPage,
    Neighbours,
    Owed,
    Projected,
)
from detente.app.ports.projection import LeadRow, OpenClock
from detente.store import models
from detente.store.database import answering

_Answer = TypeVar("_Answer")
_Place = tuple[Any, str]
"""The value a lead is sorted by, and the person."""

FEW = 20_000
"""Leads of a list up to which they are put in order here."""

_LEAD, _CLOCK = LeadRow._fields, OpenClock._fields


class DatabaseLists:
    """The lists in the database that is open. What it says of each method is said in the port."""

    def leads(self, wanted: LeadList, offset: int) -> LeadPage | None:
        """Return a page of leads."""

        def ask(of: Projected) -> LeadPage:
            found = _wanted(wanted)
            total, few = _places(found, wanted)
            persons = _page(found, wanted, offset) if few is None else _in_order(few, wanted)[offset : offset + PAGE]
            rows = _leads(persons)
            return LeadPage(of, total, [rows[person] for person in persons], _clocks_of(persons))

        return _whole(ask)

    def counts(self) -> Counts | None:
        """Return how many leads there are."""

        def ask(of: Projected) -> Counts:
            leads = models.LeadState.objects
            stages = dict(leads.values_list("stage").annotate(Count("pk")))
            owners = dict(leads.values_list("owner").annotate(Count("pk")))
            return Counts(of, sum(stages.values()), stages, owners)

        return _whole(ask)

    def owed(self, now: int) -> Owed | None:
        """Return how many clocks run."""

        def ask(of: Projected) -> Owed:
            running = models.OpenClock.objects.values_list("owes").annotate(Count("pk"))
            return Owed(of, dict(running), dict(running.filter(due_at__lte=now)))

        return _whole(ask)

    def neighbours(self, wanted: LeadList, person: str) -> Neighbours | None:
        """Return who stands beside a person."""

        def ask(of: Projected) -> Neighbours:
            known = models.LeadState.objects.filter(pk=person).values_list(wanted.sort, "pk").first()
            if known is None:
                return Neighbours(of, None, None)
            found = _wanted(wanted)
            few = _places(found, wanted)[1] if _narrowed(wanted) else None
            if few is None:
                return Neighbours(of, _beside(found, wanted, known, -1), _beside(found, wanted, known, 1))
            persons = [None, *_in_order({*few, known}, wanted), None]
            at = persons.index(person)
            return Neighbours(of, persons[at - 1], persons[at + 1])

        return _whole(ask)


def _whole(ask: Callable[[Projected], _Answer]) -> _Answer | None:
    """Return an answer that is of one projection; None if none was made."""
    with answering():
        while (before := _projected()) is not None:
            answer = ask(before)
            if _projected() == before:
                return answer
    return None


def _projected() -> Projected | None:
    row = models.Projection.objects.values_list("snapshot", "as_of", "swap").first()
    return None if row is None else Projected(*row)


def _wanted(wanted: LeadList) -> QuerySet[models.LeadState]:
    found = models.LeadState.objects.all()
    for word in wanted.words:
        found = found.filter(search__contains=word)
    if wanted.stage is not None:
        found = found.filter(stage=wanted.stage)
    if wanted.owner is not None:
        found = found.filter(owner=wanted.owner)
    if wanted.party is not None:
        found = found.filter(pk__in=models.OpenClock.objects.filter(owes=wanted.party).values("person"))
    return found


def _places(found: QuerySet[models.LeadState], wanted: LeadList) -> tuple[int, list[_Place] | None]:
    """Return how many leads a list has and, where they are no more than `FEW`, the places of all, in any order.

    Which few are meant is found faster by looking at each once than by following the order until a page is full.
    """
    places = found.values_list(wanted.sort, "pk")
    if wanted.words:  # counting them would be to look through every text once more
        few = list(places[: FEW + 1])
        return (len(few), few) if len(few) <= FEW else (found.count(), None)
    total = found.count()
    return total, list(places) if _narrowed(wanted) and total <= FEW else None


def _narrowed(wanted: LeadList) -> bool:
    """Whether a list is not of everybody."""
    return bool(wanted.words or wanted.stage or wanted.owner or wanted.party)


def _in_order(places: Iterable[_Place], wanted: LeadList) -> list[str]:
    """Return persons in the order of a list: first those that have a value, then the others."""
    having: list[_Place] = []
    lacking: list[_Place] = []
    for value, person in places:
        (lacking if value is None else having).append((value, person))
    having.sort(reverse=wanted.descending)
    return [person for _, person in having] + sorted(person for _, person in lacking)


def _ordered(found: QuerySet[models.LeadState], wanted: LeadList, ahead: bool) -> QuerySet[models.LeadState]:
    """Return leads that have a value in the order of the list, or against it."""
    sign = "" if ahead != wanted.descending else "-"
    return found.order_by(f"{sign}{wanted.sort}", f"{sign}person")


def _page(found: QuerySet[models.LeadState], wanted: LeadList, offset: int) -> list[str]:
    """Return the persons of a page: first those that have a value, then the others. Both parts follow an index."""
    having = _ordered(found.filter(**{f"{wanted.sort}__isnull": False}), wanted, ahead=True)
    persons = list(having.values_list("pk", flat=True)[offset : offset + PAGE])
    if len(persons) < PAGE:
        start = 0 if persons else max(0, offset - having.count())
        lacking = found.filter(**{f"{wanted.sort}__isnull": True}).order_by("pk")
        persons += lacking.values_list("pk", flat=True)[start : start + PAGE - len(persons)]
    return persons


def _beside(found: QuerySet[models.LeadState], wanted: LeadList, here: _Place, step: int) -> str | None:
    """Return the next person of a list after (step 1) or before (-1) a value and person."""
    value, person = here
    having = found.filter(**{f"{wanted.sort}__isnull": False})
    lacking = found.filter(**{f"{wanted.sort}__isnull": True})
    if value is None:
        side = (
            lacking.filter(pk__gt=person).order_by("pk") if step > 0 else lacking.filter(pk__lt=person).order_by("-pk")
        )
        others = _ordered(having, wanted, ahead=False) if step < 0 else having.none()
    else:
        way = "gt" if (step > 0) != wanted.descending else "lt"
        beyond = Q(**{f"{wanted.sort}__{way}": value}) | Q(**{f"pk__{way}": person})
        side = _ordered(having.filter(beyond, **{f"{wanted.sort}__{way}e": value}), wanted, ahead=step > 0)
        others = lacking.order_by("pk") if step > 0 else lacking.none()
    first = side.values_list("pk", flat=True).first()
    return first if first is not None else others.values_list("pk", flat=True).first()


def _leads(persons: Sequence[str] | set[str]) -> Mapping[str, LeadRow]:
    rows = models.LeadState.objects.filter(pk__in=persons).values_list(*_LEAD)
    return {row[0]: LeadRow(*row) for row in rows}


def _clocks_of(persons: Sequence[str]) -> Mapping[str, Sequence[OpenClock]]:
    """Return the running clocks of persons, the soonest due first."""
    found: defaultdict[str, list[OpenClock]] = defaultdict(list)
    rows = models.OpenClock.objects.filter(person__in=persons).order_by("due_at", "duty", "n").values_list(*_CLOCK)
    for row in rows:
        found[row[0]].append(OpenClock(*row))
    return dict(found)
