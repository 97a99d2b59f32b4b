"""Turns what a person can mend into a page that says so: an address that names nothing, a workspace without a snapshot.

Input: the errors of `core.errors`, raised by any view.
"""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from detente.core.errors import DetenteError, TextRefused, UsageError

NOT_FOUND, UNAVAILABLE = 404, 503


class Refusals:
    """Django's middleware of that name: called for a request, and told of every error a view raises."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer a request."""
        return self._get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Return the page that says what is wrong and how to mend it; None for a defect of the program."""
        if not isinstance(error, DetenteError):
            return None
        status = NOT_FOUND if isinstance(error, UsageError) else UNAVAILABLE
        lines = [str(problem) for problem in error.problems] if isinstance(error, TextRefused) else [str(error)]
        return render(request, "detente/refused.html", {"lines": lines, "status": status}, status=status)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Say that an address leads nowhere."""
    del exception
    lines = [f"There is no page at {request.path}."]
    return render(request, "detente/refused.html", {"lines": lines, "status": NOT_FOUND}, status=NOT_FOUND)


def defect(request: HttpRequest) -> HttpResponse:
    """Say that the program has a defect; what it was stands in the log of the server."""
    lines = ["This is a defect of Détente itself, not of your input. The log of the server says which."]
    return render(request, "detente/refused.html", {"lines": lines, "status": 500}, status=500)
