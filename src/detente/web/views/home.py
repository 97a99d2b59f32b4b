"""`/`: what each side owed and delivered in a period, and what follows from it. Parameter: `period`."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from detente.app.queries.periods import periods
from detente.web import home_shapes as shapes
from detente.web.workspace import workspace


def home(request: HttpRequest) -> HttpResponse:
    """Answer with the scoreboard of a period; without one, of the running quarter."""
    here = workspace()
    board = here.board(request.GET.get("period") or None)
    return render(
        request,
        "detente/home.html",
        {
            "zone": here.zone,
            "board": board,
            "periods": periods(here.snapshot),
            "sides": [(side, shapes.duty_rows(board, side)) for side in board.sides],
            "cycle": shapes.cycle_rows(board),
            "legend": shapes.cycle_legend(board),
            "cards": shapes.credit_cards(board),
            "targets": shapes.target_rows(board),
            "pay": shapes.pay_rows(board),
            "attention": [
                (each, each.clause and shapes.clause_address(board, each.clause)) for each in board.attention
            ],
        },
    )
