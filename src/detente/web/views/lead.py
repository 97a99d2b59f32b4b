"""`/leads/<person>/`: one lead's story. Under it `clocks/`, `timeline/` and `values/`, each a page of its own.

`at`: a time as written (`2026-10-05 10:00`): the story as of then. `entry`: which entry is explained, counted from 1.
`page`: of the timeline or the values. The clocks are asked for again every half minute while a page is open.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode
from weakref import WeakKeyDictionary

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import patch_vary_headers

from detente.app.queries.lead_brief import brief, who
from detente.app.queries.lead_clocks import lead_clocks
from detente.app.queries.lead_points import fit, interest
from detente.app.queries.lead_story import LeadStory, lead_story
from detente.app.queries.lead_timeline import timeline, values
from detente.app.queries.lead_why import in_one_sentence, missing, recordable, why
from detente.core.errors import UsageError
from detente.core.replay.explain import Verdict
from detente.core.replay.rows import Entry
from detente.web.lead_marks import step_line, strip_row
from detente.web.workspace import Workspace, now, workspace

REFRESH_SECONDS = 30
"""How often an open page asks for the clocks again."""

KEPT_FACTS = 400_000
"""Facts of the stories that are kept of one snapshot, in all; the least recently used one goes first."""

ENTRIES = 20
"""Entries that the brief lists: the latest ones."""

Shape = Callable[[HttpRequest, Workspace, LeadStory], dict[str, Any]]


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
        here = workspace()
        story = _story(here, person, request.GET.get("at"))
        context = {"story": story, "refreshed": True, **_strip(request, here, story)}
        response = render(request, "detente/lead_strip.html", context)
    patch_vary_headers(response, ["HX-Request"])
    return response


def _page(request: HttpRequest, person: str, name: str, shape: Shape) -> HttpResponse:
    here = workspace()
    at = request.GET.get("at") or None
    story = _story(here, person, at)
    if story.person != person:  # an address, a record, or an id given earlier: one lead has one address
        query = f"?{request.GET.urlencode()}" if request.GET else ""
        return HttpResponseRedirect(reverse(name, args=[story.person]) + query)
    context = {
        "story": story,
        "who": who(story),
        "at": at,
        "kept": f"?{urlencode({'at': at})}" if at else "",
        "view": name,
        "clock_count": len(story.result.clocks) + len(story.result.checks),
        **_strip(request, here, story),
        **shape(request, here, story),
    }
    return render(request, f"detente/{name}.html", context)


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


def _brief(request: HttpRequest, here: Workspace, story: LeadStory) -> dict[str, Any]:
    entries = story.result.entries
    chosen = _number(request, "entry", len(entries), len(entries)) if entries else 0
    explained = why(story, chosen - 1) if chosen else None
    told = interest(story)
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
        "interest": told,
        "line": step_line(told, story.at, story.zone) if told else None,
        "fit": fit(story),
    }


def _handed(story: LeadStory, chosen: int) -> tuple[int, Entry] | None:
    """Return the computed entry that a recorded one followed, with its number: people decided about that."""
    entries = story.result.entries
    if not chosen or entries[chosen - 1].basis == "computed":
        return None
    before = ((number, entries[number - 1]) for number in range(chosen - 1, 0, -1))
    return next((each for each in before if each[1].basis == "computed"), None)


def _clocks(request: HttpRequest, here: Workspace, story: LeadStory) -> dict[str, Any]:
    del request, here
    return {"checks": [(row, story.duty(row.duty, row.version)) for row in reversed(story.result.checks)]}


def _timeline(request: HttpRequest, here: Workspace, story: LeadStory) -> dict[str, Any]:
    del here
    return {"page": timeline(story, _number(request, "page", 1, None))}


def _values(request: HttpRequest, here: Workspace, story: LeadStory) -> dict[str, Any]:
    del here
    return {"page": values(story, _number(request, "page", 1, None))}


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
        self._stories: OrderedDict[tuple[str, str | None], LeadStory] = OrderedDict()
        self._facts = 0
        self._lock = threading.Lock()

    def tell(self, here: Workspace, ref: str, at: str | None) -> LeadStory:
        """Return a lead's story."""
        key = (ref, at)
        with self._lock:
            if key in self._stories:
                self._stories.move_to_end(key)
                return self._stories[key]
        story = lead_story(here.snapshot, ref, at, timeline=here.timeline, option="at")
        with self._lock:
            if key not in self._stories:
                self._stories[key] = story
                self._facts += len(story.facts) + 1
            while self._facts > KEPT_FACTS and len(self._stories) > 1:
                _, gone = self._stories.popitem(last=False)
                self._facts -= len(gone.facts) + 1
        return story


_kept: WeakKeyDictionary[Workspace, _Stories] = WeakKeyDictionary()
_keeping = threading.Lock()


def _story(here: Workspace, ref: str, at: str | None) -> LeadStory:
    with _keeping:
        stories = _kept.setdefault(here, _Stories())
    return stories.tell(here, ref, at or None)
