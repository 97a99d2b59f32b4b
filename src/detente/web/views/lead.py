"""`/leads/<person>/`: one lead's story. Under it `clocks/`, `timeline/` and `values/`, each a page of its own.

`at`: a time as written (`2026-10-05 10:00`): the story as of then. `entry`: which entry is explained, counted from 1.
`page`: of the timeline or the values. `list`: the list it was opened from, as its address has it. The clocks are asked
for again every half minute while a page is open.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode
from weakref import WeakKeyDictionary

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import patch_vary_headers

from detente import bootstrap
from detente.app.ports.lists import Neighbours
from detente.app.queries.lead_brief import brief, who
from detente.app.queries.lead_clocks import lead_clocks
from detente.app.queries.lead_points import fit, interest
from detente.app.queries.lead_story import LeadStory, lead_story
from detente.app.queries.lead_timeline import by_machines, timeline, values
from detente.app.queries.lead_why import in_one_sentence, missing, recordable, why
from detente.app.queries.leads import neighbours
from detente.core.errors import UsageError
from detente.core.replay.explain import Verdict
from detente.core.replay.rows import Entry
from detente.web.lead_marks import step_line, strip_row
from detente.web.views.leads import list_asked
from detente.web.workspace import Workspace, now, workspace

REFRESH_SECONDS = 30
"""How often an open page asks for the clocks again."""

KEPT_FACTS = 400_000
"""Facts of the stories that are kept of one snapshot, in all; the least recently used one goes first."""

WEIGHT = 100
"""What a story weighs beside its facts, in facts."""

ENTRIES = 20
"""Entries that the brief lists: the latest ones."""


@dataclass(frozen=True)
class Kept:
    """A story, and what was worked out of it: the brief by the entry that is explained in it."""

    story: LeadStory
    briefs: dict[int, dict[str, Any]] = field(default_factory=dict)


Shape = Callable[[HttpRequest, Workspace, Kept], dict[str, Any]]


def lead(request: HttpRequest, person: str) -> HttpResponse:
    """Show what to know before the next contact, and why the lead is where it is."""
    return _page(request, person, "lead", _brief)


def lead_timeline(request: HttpRequest, person: str) -> HttpResponse:
    """Show the facts, a page at a time."""
    return _page(request, person, "lead_timeline", _timeline)


def lead_values(request: HttpRequest, person: str) -> HttpResponse:
    """Show which values held when, a page at a time."""
    return _page(request, person, "lead_values", _values)


def lead_clock_list(request: HttpRequest, person: str) -> HttpResponse:
    """Show all clocks and checks; to a page that is open already, only the clocks that run."""
    if request.headers.get("HX-Request") != "true":
        response = _page(request, person, "lead_clocks", _clocks)
    else:
        here = workspace(request)
        story = _kept_story(here, person, request.GET.get("at")).story
        context = {"story": story, "refreshed": True, **_strip(request, here, story)}
        response = render(request, "detente/lead_strip.html", context)
    patch_vary_headers(response, ["HX-Request"])
    return response


def _page(request: HttpRequest, person: str, name: str, shape: Shape) -> HttpResponse:
    here = workspace(request)
    at = request.GET.get("at") or None
    kept = _kept_story(here, person, at)
    story = kept.story
    if story.person != person:  # an address, a record, or an id given earlier: one lead has one address
        query = f"?{request.GET.urlencode()}" if request.GET else ""
        return HttpResponseRedirect(reverse(name, args=[story.person]) + query)
    kept_names = {name: value for name in ("at", "list") if (value := request.GET.get(name)) is not None}
    context = {
        "story": story,
        "who": who(story),
        "at": at,
        "kept": f"?{urlencode(kept_names)}" if kept_names else "",
        "also": f"&{urlencode(kept_names)}" if kept_names else "",
        "beside": _beside(request, person),
        "view": name,
        "clock_count": len(story.result.clocks) + len(story.result.checks),
        **_strip(request, here, story),
        **shape(request, here, kept),
    }
    return render(request, f"detente/{name}.html", context)


def _beside(request: HttpRequest, person: str) -> Neighbours | None:
    """Return who stands beside the lead in the list it was opened from; None where it was not, or that is none."""
    written = request.GET.get("list")
    if written is None:
        return None
    try:
        return neighbours(bootstrap.lists(), list_asked(QueryDict(written).dict()), person)
    except UsageError:
        return None


# --- what each page shows -------------------------------------------------------------------------------------------


def _strip(request: HttpRequest, here: Workspace, story: LeadStory) -> dict[str, Any]:
    """Return the clocks, with what came since they were asked for the last time."""
    present = story.at if request.GET.get("at") else max(now(), here.snapshot.info.as_of)
    clocks = lead_clocks(story, present)
    since = present - REFRESH_SECONDS * 1_000_000
    said = [
        f"{each.awaits}: {words}"
        for each in clocks.running
        if each.countdown is not None
        for words in each.countdown.moments(since)
    ]
    return {
        "clocks": clocks,
        "running": [strip_row(each, each.countdown, story.zone) for each in clocks.running if each.countdown],
        "present": present,
        "said": ". ".join(said),
        "refresh": REFRESH_SECONDS,
    }


def _brief(request: HttpRequest, here: Workspace, kept: Kept) -> dict[str, Any]:
    entries = len(kept.story.result.entries)
    chosen = _number(request, "entry", entries, entries) if entries else 0
    if chosen not in kept.briefs:
        kept.briefs[chosen] = _worked_out(here, kept.story, chosen)
    return kept.briefs[chosen]


def _worked_out(here: Workspace, story: LeadStory, chosen: int) -> dict[str, Any]:
    """Return the brief, with the entry of that number explained; 0 where there is none."""
    entries = story.result.entries
    explained = why(story, chosen - 1) if chosen else None
    points = interest(story)
    shown = list(enumerate(entries, 1))[-ENTRIES:]
    return {
        "brief": brief(story, here.snapshot),
        "why": explained,
        "because": in_one_sentence(explained) if explained else "",
        "decision": story.facts.get(explained.explained.entry.decision or "") if explained else None,
        "chosen": chosen,
        "handed": _handed(story, chosen),
        "latest": chosen == len(entries),
        "entries": list(reversed(shown)),
        "older": len(entries) - len(shown),
        "missing": missing(story),
        "recordable": recordable(story),
        "fails": Verdict.FAILS,
        "interest": points,
        "line": step_line(points, story.at, story.zone) if points else None,
        "fit": fit(story),
    }


def _handed(story: LeadStory, chosen: int) -> tuple[int, Entry] | None:
    """Return the computed entry that a recorded one followed, with its number: people decided about that."""
    entries = story.result.entries
    if not chosen or entries[chosen - 1].basis == "computed":
        return None
    before = ((number, entries[number - 1]) for number in range(chosen - 1, 0, -1))
    return next((each for each in before if each[1].basis == "computed"), None)


def _clocks(request: HttpRequest, here: Workspace, kept: Kept) -> dict[str, Any]:
    del request, here
    story = kept.story
    return {"checks": [(row, story.duty(row.duty, row.version)) for row in reversed(story.result.checks)]}


def _timeline(request: HttpRequest, here: Workspace, kept: Kept) -> dict[str, Any]:
    del here
    return {"page": timeline(kept.story, _number(request, "page", 1, None)), "left_out": by_machines(kept.story)}


def _values(request: HttpRequest, here: Workspace, kept: Kept) -> dict[str, Any]:
    del here
    return {"page": values(kept.story, _number(request, "page", 1, None))}


def _number(request: HttpRequest, name: str, otherwise: int, most: int | None) -> int:
    written = request.GET.get(name, "")
    if not written:
        return otherwise
    if not (written.isascii() and written.isdigit() and len(written) < 10 and int(written)):
        raise UsageError(f"{name}: '{written}' is no number: they are counted from 1")
    if most is not None and int(written) > most:
        raise UsageError(f"{name}: there is no {name} {written}: this lead has {most} by then")
    return int(written)


# --- stories that are kept ------------------------------------------------------------------------------------------


class _Stories:
    """The stories told last, of one snapshot. A story never changes: only the time goes on."""

    def __init__(self) -> None:
        self._quick = bootstrap.quick_replay()  # compiles the agreement for the kernel when it first replays
        self._stories: OrderedDict[tuple[str, str | None], Kept] = OrderedDict()
        self._facts = 0
        self._lock = threading.Lock()

    def tell(self, here: Workspace, ref: str, at: str | None) -> Kept:
        """Return a lead's story."""
        key = (ref, at)
        with self._lock:
            if key in self._stories:
                self._stories.move_to_end(key)
                return self._stories[key]
        kept = Kept(lead_story(here.snapshot, ref, at, self._quick, here.timeline, "at"))
        with self._lock:
            if key not in self._stories:
                self._stories[key] = kept
                self._facts += len(kept.story.facts) + WEIGHT
            while self._facts > KEPT_FACTS and len(self._stories) > 1:
                _, gone = self._stories.popitem(last=False)
                self._facts -= len(gone.story.facts) + WEIGHT
        return kept


_all_kept: WeakKeyDictionary[Workspace, _Stories] = WeakKeyDictionary()
_keeping = threading.Lock()


def _kept_story(here: Workspace, ref: str, at: str | None) -> Kept:
    with _keeping:
        stories = _all_kept.setdefault(here, _Stories())
    return stories.tell(here, ref, at or None)
