"""`/leads/`: every lead, found by name, company or address, and what is due for whom.

`q`: words that must occur. `stage`, `owner`, `party` (owes the lead something now): filters. `sort`: due, entered,
score or name, `-` before it turned round. `page`: counted from 1.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from detente import bootstrap
from detente.app import figures
from detente.app.ports.lists import PAGE, Counts, LeadList, LeadPage, Lists, Projected
from detente.app.ports.projection import LeadRow, OpenClock
from detente.app.queries.countdown import Countdown, countdown
from detente.app.queries.leads import counts, lead_list, leads, owed, pages, standing
from detente.core.agreement.agreement import ClockDuty
from detente.core.errors import UsageError
from detente.web.workspace import Workspace, now, workspace

FILTERS = ("q", "stage", "owner", "party", "sort")
"""What of an address is kept when one part of it changes."""

OWNERS = 40
"""Owners that the filter offers: those with the most leads."""


@dataclass(frozen=True)
class Row:
    """A lead of the list, with the clock that is due first told as of now."""

    lead: LeadRow
    clock: OpenClock | None
    countdown: Countdown | None
    chip: str
    due: str
    others: int  # clocks that run beside it


@dataclass(frozen=True, slots=True)
class Chip:
    """A filter that is set; its address is the list without it."""

    words: str
    without: str


@dataclass(frozen=True, slots=True)
class Header:
    """A column by which the list may be sorted."""

    name: str
    words: str
    address: str
    order: str  # as `aria-sort` has it


def all_leads(request: HttpRequest) -> HttpResponse:
    """Show a page of leads."""
    here = workspace(request)
    asked = {name: value for name in FILTERS if (value := request.GET.get(name, "").strip())}
    number = _page_number(request)
    wanted = list_asked(asked)
    lists, present = bootstrap.lists(), max(now(), here.snapshot.info.as_of)
    page = leads(lists, wanted, number)
    counted, due = _counts(lists, page.of), owed(lists, present)
    context = {
        "rows": [_row(here, page, lead, present) for lead in page.leads],
        "total": page.total,
        "first": (number - 1) * PAGE + 1,
        "last": (number - 1) * PAGE + len(page.leads),
        "number": number,
        "pages": pages(page.total),
        "asked": asked,
        "counts": counted,
        "standing": standing(page.of, here.snapshot.info.id),
        "stages": [(stage, counted.stages[stage]) for stage in here.agreement.stages if stage in counted.stages],
        "owners": sorted(((o, n) for o, n in counted.owners.items() if o), key=lambda each: (-each[1], each[0]))[
            :OWNERS
        ],
        "opened": "?" + urlencode({"list": _address(asked)[1:]}),
        "chips": _chips(asked),
        "headers": [_header(name, words, asked) for name, words in _SORTED.items()],
        "earlier": _address(asked, page=number - 1) if number > 1 else "",
        "further": _address(asked, page=number + 1) if number < pages(page.total) else "",
        "running": sum(due.running.values()),
        "past_due": sum(due.past_due.values()),
        "parties": [(party, n, _address({**asked, "party": party})) for party, n in sorted(due.running.items())],
    }
    return render(request, "detente/leads.html", context)


def list_asked(asked: Mapping[str, str]) -> LeadList:
    """Return the list that the parameters of an address ask for."""
    return lead_list(
        asked.get("q", ""),
        stage=asked.get("stage"),
        owner=asked.get("owner"),
        party=asked.get("party"),
        sort=asked.get("sort", "due"),
    )


_SORTED = {"due": "Time left", "name": "Person", "entered": "Since", "score": "Score"}


def _counts(lists: Lists, of: Projected) -> Counts:
    """Return how many leads there are; every lead is looked at for that, so that it is kept while the lists last."""
    global _counted  # noqa: PLW0603  the process serves one workspace
    with _counting:
        if _counted is None or _counted.of != of:
            _counted = counts(lists)
        return _counted


_counted: Counts | None = None
_counting = threading.Lock()


def _page_number(request: HttpRequest) -> int:
    written = request.GET.get("page", "1")
    if not (written.isascii() and written.isdigit() and len(written) < 8):
        raise UsageError(f"page: '{written}' is no page: they are counted from 1")
    return int(written)


def _row(here: Workspace, page: LeadPage, lead: LeadRow, present: int) -> Row:
    clocks = sorted(page.clocks.get(lead.person, ()), key=lambda each: (each.due_at, each.duty, each.n))
    first = clocks[0] if clocks else None
    down = None if first is None else _countdown(here, first, present)
    return Row(
        lead=lead,
        clock=first,
        countdown=down,
        chip="" if down is None else down.words(here.zone),
        due="" if down is None else figures.near(down.due_at, present, here.zone),
        others=max(0, len(clocks) - 1),
    )


def _countdown(here: Workspace, clock: OpenClock, present: int) -> Countdown | None:
    """Return where a clock stands; None where the version it runs under is none of this snapshot's."""
    for agreement in here.timeline.versions:
        for duty in agreement.duties:
            if agreement.version == clock.version and duty.id == clock.duty and isinstance(duty, ClockDuty):
                return countdown(clock, duty, agreement, present)
    return None


def _chips(asked: Mapping[str, str]) -> list[Chip]:
    words = {"q": "“{}”", "stage": "Stage is {}", "owner": "Owner is {}", "party": "{} owes now"}
    return [
        Chip(said.format(asked[name]).capitalize() if name == "party" else said.format(asked[name]), _address(rest))
        for name, said in words.items()
        if name in asked
        for rest in ({key: value for key, value in asked.items() if key != name},)
    ]


def _header(name: str, words: str, asked: Mapping[str, str]) -> Header:
    current = asked.get("sort", "due")
    turned = current == name
    order = {name: "ascending", f"-{name}": "descending"}.get(current, "none")
    return Header(name, words, _address({**asked, "sort": f"-{name}" if turned else name}), order)


def _address(asked: Mapping[str, str], page: int = 1) -> str:
    """Return the address of the list with these filters; what is usual is left out of it."""
    kept = {name: value for name, value in asked.items() if (name, value) != ("sort", "due")}
    return "?" + urlencode({**kept, "page": page} if page > 1 else kept)
