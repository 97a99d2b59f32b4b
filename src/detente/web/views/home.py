"""`/`: what each side owed and delivered in a period, and what follows from it. Parameter: `period`."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from detente.app import figures
from detente.app.queries.periods import periods
from detente.web import home_shapes as shapes
from detente.web.duty_rows import side_cards
from detente.web.workspace import workspace

HEADING = "What each side owed and delivered"


def home(request: HttpRequest) -> HttpResponse:
    """Answer with the scoreboard of a period; without one, of the running quarter."""
    here = workspace(request)
    if not here.snapshot.info.counts.get("state"):
        return render(request, "detente/home_empty.html", {"title": "Home", "heading": HEADING})
    board = here.board(request.GET.get("period") or None)
    return render(
        request,
        "detente/home.html",
        {
            "board": board,
            "periods": periods(here.snapshot),
            "over": figures.percent(board.period.day / board.period.days),
            "sides": side_cards(board),
            "owed": here.agreement.duties,
            "cycle": shapes.cycle(board, here.agreement),
            "credit": [card for card in shapes.credit_cards(board) if card.panel.measure == "revenue"],
            "targets": shapes.target_rows(board),
            "pay": shapes.pay_rows(board),
            "words": shapes.words(board),
        },
    )
