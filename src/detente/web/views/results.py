"""`/results/`: what came of the leads of a period, beyond what home says. Parameter: `period`."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from detente.app.queries.periods import periods
from detente.web import result_shapes as shapes
from detente.web.workspace import workspace


def results(request: HttpRequest) -> HttpResponse:
    """Answer with the results of a period; without one, of the running quarter."""
    here = workspace()
    board = here.board(request.GET.get("period") or None)
    return render(
        request,
        "detente/results.html",
        {
            "board": board,
            "periods": periods(here.snapshot),
            "speed": shapes.speed_rows(board),
            "channels": shapes.channel_rows(board),
            "reasons": shapes.reason_rows(board),
            "stages": shapes.stage_rows(board),
            "differences": shapes.difference_rows(board),
            "consent": shapes.consent_rows(board),
            "credit": shapes.channel_credit_rows(board),
            "views": shapes.view_tables(board),
        },
    )
