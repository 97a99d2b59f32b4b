"""`/agreement/` and `/agreement/<version>/`: the page both sides sign, its text, its tests, and what held when.

`view`: page, text or tests. `format`: text (the page as plain text) or yaml (the text as written). `period`: of which
the use of clauses is told. `on`: a day, answered with the version that held then.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from datetime import date
from typing import Any
from urllib.parse import urlencode
from weakref import WeakKeyDictionary

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from detente.app.figures import count, out_of
from detente.app.queries.agreement_page import AgreementPages, VersionPage, agreement_pages
from detente.app.queries.clauses_in_use import ClausesInUse, clauses_in_use
from detente.core.agreement.history_line import FIRST_YEAR, LAST_YEAR
from detente.core.agreement.page_html import sheet
from detente.core.agreement.page_text import as_text
from detente.core.credit.periods import local_date
from detente.core.errors import UsageError
from detente.web.agreement_shapes import LINE_WIDTH, blocks, stretches, test_cases, text_lines
from detente.web.workspace import KEPT_BOARDS, Workspace, workspace

VIEWS = ("page", "text", "tests")
FORMATS = ("text", "yaml")


def agreement(request: HttpRequest) -> HttpResponse:
    """Show the version in force; or, asked what held on a day, lead to the version that held then."""
    here = workspace(request)
    written = request.GET.get("on", "").strip()
    if not written:
        return _answer(request, here, None)
    try:
        day = _day(written)
    except UsageError as error:
        return _answer(request, here, None, {"held_error": str(error), "held": written}, status=400)
    address = reverse("agreement_version", args=[_read(here).pages.on(day).agreement.version])
    return HttpResponseRedirect(f"{address}?{urlencode({'on': day.isoformat()})}")


def agreement_version(request: HttpRequest, version: str) -> HttpResponse:
    """Show one version."""
    return _answer(request, workspace(request), version)


def agreement_sheet(request: HttpRequest, version: str) -> HttpResponse:
    """Return the style of the paper on which a version is printed: its hash stands at the foot of each sheet."""
    shown = _read(workspace(request)).pages.version(version)
    return HttpResponse(sheet(shown.page), content_type="text/css; charset=utf-8")


def _answer(
    request: HttpRequest, here: Workspace, version: str | None, more: Mapping[str, Any] | None = None, status: int = 200
) -> HttpResponse:
    shown = _read(here).pages.version(version)
    form = _one_of(request, "format", ("", *FORMATS))
    if form:
        text = as_text(shown.page) if form == "text" else shown.text
        return HttpResponse(text, content_type="text/plain; charset=utf-8")
    view = _one_of(request, "view", VIEWS)
    made = {"page": _page, "text": _text, "tests": _tests}[view](request, here, shown)
    context = {"view": view, **_common(request, here, shown), **made, **(more or {})}
    return render(request, f"detente/agreement_{view}.html", context, status=status)


def _common(request: HttpRequest, here: Workspace, shown: VersionPage) -> dict[str, Any]:
    return {
        "pages": _read(here).pages,
        "shown": shown,
        "address": reverse("agreement_version", args=[shown.agreement.version]),
        "days": (_today(here) - shown.line.begins).days,
        "period": request.GET.get("period") or None,
        **_held(request, here, shown),
    }


def _held(request: HttpRequest, here: Workspace, shown: VersionPage) -> dict[str, Any]:
    """Return the day that was asked for, where this version held then."""
    try:
        day = _day(request.GET.get("on", ""))
    except UsageError:
        return {}
    if _read(here).pages.on(day) is not shown:
        return {}
    return {"held": day.isoformat(), "held_on": day, "held_before": day < shown.line.begins}


def _page(request: HttpRequest, here: Workspace, shown: VersionPage) -> dict[str, Any]:
    use = _read(here).use(here, shown, request.GET.get("period") or None)
    line, now = stretches(_read(here).pages, _today(here))
    return {
        "blocks": blocks(shown, use),
        "use": use,
        "most": max((month.number for each in use.stages for way in each.ways for month in way.months), default=0)
        if use
        else 0,
        "columns": 1 + len(use.months) + (len(use.months) > 1) if use else 0,
        "differing": f"{count(use.differing)} differ" if use else "",
        "passing": out_of(shown.passed, len(shown.verdicts)),
        "signers": tuple(zip(shown.agreement.parties.items(), shown.page.signers, strict=True)),
        "stretches": line,
        "now": now,
        "line_width": LINE_WIDTH,
        "today": _today(here),
    }


def _text(request: HttpRequest, here: Workspace, shown: VersionPage) -> dict[str, Any]:
    del request, here
    return {"lines": text_lines(shown)}


def _tests(request: HttpRequest, here: Workspace, shown: VersionPage) -> dict[str, Any]:
    del request, here
    return {"cases": test_cases(shown)}


def _today(here: Workspace) -> date:
    """Return the day of the snapshot's instant, as the agreement's zone has it."""
    return local_date(here.snapshot.info.as_of, here.agreement.timezone)


def _one_of(request: HttpRequest, name: str, known: tuple[str, ...]) -> str:
    """Return the value of a parameter, the first known one if it is not given."""
    value = request.GET.get(name, known[0])
    if value not in known:
        raise UsageError(f"{name}: there is no '{value}' here: write {' or '.join(filter(None, known))}")
    return value


def _day(written: str) -> date:
    try:
        day = date.fromisoformat(written)
    except ValueError:
        raise UsageError(f"'{written}' is no day of the calendar: write it as 2026-03-03") from None
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise UsageError(f"{written} lies outside the years {FIRST_YEAR} to {LAST_YEAR}")
    return day


class _Read:
    """What was read of one snapshot already: all versions, and the use of clauses by version and period."""

    def __init__(self, here: Workspace) -> None:
        self.pages: AgreementPages = agreement_pages(here.snapshot, here.timeline)
        self._uses: dict[tuple[str, str | None], ClausesInUse] = {}
        self._lock = threading.Lock()

    def use(self, here: Workspace, shown: VersionPage, period: str | None) -> ClausesInUse | None:
        """Return the use of clauses in a period; None where nothing has been replayed yet."""
        if not here.snapshot.info.counts.get("calendar"):
            return None
        board = here.board(period)
        key = (shown.agreement.version, period)
        with self._lock:
            if key not in self._uses:
                made = clauses_in_use(here.snapshot, board, shown.agreement)
                while len(self._uses) >= KEPT_BOARDS:
                    del self._uses[next(iter(self._uses))]
                self._uses[key] = made
            return self._uses[key]


_kept: WeakKeyDictionary[Workspace, _Read] = WeakKeyDictionary()
_reading = threading.Lock()


def _read(here: Workspace) -> _Read:
    """Return what was read of a workspace: read once for each snapshot, the tests in it run once."""
    with _reading:
        if here not in _kept:
            _kept[here] = _Read(here)
        return _kept[here]
