"""`/explain/<figure>/`: what lies behind a figure, as a panel beside the page, as a page of its own, as text, as CSV.

`figure` and the parameters `period`, `basis` and `rows` are those of `app.queries.explain_ref`; `page` is of the rows.
"""

from __future__ import annotations

import re
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.utils.safestring import SafeString

from detente.app.queries.board_words import period_name
from detente.app.queries.explain_figure import explain_figure, figure_rows
from detente.app.queries.explain_ref import FigureRef, explain_address, parse_figure
from detente.app.queries.explain_rows import as_csv
from detente.app.queries.explain_shape import Count, Explanation, Rate
from detente.app.queries.explain_text import as_text, beside, count_words, heading, rate_words
from detente.core.errors import UsageError
from detente.web.addresses import clause_address
from detente.web.marks import interval
from detente.web.workspace import Workspace, workspace

FORMATS = ("html", "text", "csv")
_DEEPEST = 2
_NO_FILE_NAME = re.compile(r"[^A-Za-z0-9._-]+")


def explain(request: HttpRequest, figure: str) -> HttpResponseBase:
    """Answer in the format asked for; a fragment where htmx asks for the panel."""
    here, asked = workspace(request), request.GET
    ref = parse_figure(figure, asked.get("period") or None, asked.get("basis") or None)
    rows, form = asked.get("rows") or None, asked.get("format", "html")
    if form not in FORMATS:
        raise UsageError(f"format '{form}': an explanation is given as {', '.join(FORMATS)}")
    if form == "csv":
        return _csv(here, ref, rows)
    explanation = explain_figure(here.snapshot, here.timeline, ref, rows, _page(asked.get("page", "1")))
    address = explain_address(explanation.finding.ref, rows)
    if form == "text":
        text = as_text(explanation, request.build_absolute_uri(address))
        return HttpResponse(text, content_type="text/plain; charset=utf-8")
    panel = request.headers.get("HX-Target") == "panel"
    template = "detente/explain_panel.html" if panel else "detente/explain.html"
    answer = render(request, template, _shown(explanation, here, rows, panel=panel))
    patch_vary_headers(answer, ["HX-Target"])
    return answer


def _page(written: str) -> int:
    if not written.isdecimal() or len(written) > 9:
        raise UsageError(f"page '{written}': give a number, from 1 on")
    return int(written)


def _csv(here: Workspace, ref: FigureRef, rows: str | None) -> StreamingHttpResponse:
    """Return all rows of a count, as a file to keep."""
    found = figure_rows(here.snapshot, here.timeline, ref, rows)
    texts = as_csv(found, here.agreement.timezone)
    name = _NO_FILE_NAME.sub("-", "-".join(filter(None, (ref.figure, ref.period, rows))))
    answer = StreamingHttpResponse((text.encode() for text in texts), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return answer


def _shown(explanation: Explanation, here: Workspace, rows: str | None, *, panel: bool) -> dict[str, Any]:
    """Return what the templates show."""
    finding = explanation.finding
    ref = finding.ref
    page = explanation.rows
    return {
        "panel": panel,
        "explanation": explanation,
        "finding": finding,
        "zone": here.zone,
        "heading": heading(explanation),
        "period": None if finding.period is None else period_name(finding.period.name),
        "rate": None if finding.rate is None else rate_words(finding.rate),
        "mark": None if finding.rate is None else _mark(finding.rate, finding.party or ""),
        "counts": [_count(explanation, each, depth, rows) for depth, each in finding.tree.walk()],
        "overlapping": [_count(explanation, each, 0, rows) for each in finding.beside],
        "beside": list(beside(explanation)),
        "clause": clause_address(finding.versions[-1], explanation.clause) if explanation.clause else None,
        "also": [(each.words, each.value, explain_address(each.ref, each.rows)) for each in finding.also],
        "address": explain_address(ref, rows),
        "csv": explain_address(ref, rows, format="csv"),
        "text": explain_address(ref, rows, format="text"),
        "before": None if page is None or page.page == 1 else explain_address(ref, rows, page=page.page - 1),
        "after": None if page is None or page.page == page.pages else explain_address(ref, rows, page=page.page + 1),
        "chosen": rows is not None,
    }


def _mark(rate: Rate, party: str) -> SafeString | None:
    """Draw a share on its interval, without a dot where there are too few to say."""
    if rate.low is None:
        return None
    return interval(None if rate.too_few else rate.share, rate.low, rate.high, rate.objective, party)


def _count(explanation: Explanation, count: Count, depth: int, rows: str | None) -> dict[str, Any]:
    """Return one count; its number leads to its rows, or to the figure that explains it."""
    ref = explanation.finding.ref
    opens = None if count.rows is None else explain_address(ref, None if count.key == "all" else count.key)
    return {
        "label": count.label,
        "number": count_words(count, explanation.currency),
        "address": explain_address(count.leads_to) if count.leads_to is not None else opens,
        "indent": f"ind{min(depth, _DEEPEST)}" if depth else "",
        "current": count.key == (rows or "all") and count.rows is not None,
    }
