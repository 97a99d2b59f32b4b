"""`/results/`: what came of the leads of a period, beyond what home says. Parameter: `period`."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from detente.app.queries.periods import periods
from detente.web import home_shapes, result_shapes
from detente.web.duty_rows import side_cards
from detente.web.workspace import workspace

HEADING = "What came of the leads"


def results(request: HttpRequest) -> HttpResponse:
    """Answer with the results of a period; without one, of the running quarter."""
    here = workspace(request)
    if not here.snapshot.info.counts.get("state"):
        return render(request, "detente/home_empty.html", {"title": "Results", "heading": HEADING})
    board = here.board(request.GET.get("period") or None)
    return render(
        request,
        "detente/results.html",
        {
            "board": board,
            "periods": periods(here.snapshot),
            "cycle": home_shapes.cycle(board, here.agreement),
            "sides": side_cards(board),
            "speed": result_shapes.speed_rows(board),
            "channels": result_shapes.channel_rows(board),
            "reasons": result_shapes.reason_rows(board),
            "stages": result_shapes.stage_rows(board),
            "differences": result_shapes.difference_rows(board),
            "consent": result_shapes.consent_rows(board),
            "credit": home_shapes.credit_cards(board),
            "channel_credit": result_shapes.channel_credit_rows(board),
            "views": result_shapes.view_tables(board),
        },
    )
