"""Turns what a person can mend into a page that says so: an address that names nothing, a workspace without a snapshot.

Input: the errors of `core.errors`, raised by any view, and requests that Django refuses by itself.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from http import HTTPStatus

from django.conf import settings
from django.core.exceptions import DisallowedHost
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from detente.core.errors import DetenteError, TextRefused, UsageError

BAD, FOREIGN, NOT_FOUND = HTTPStatus.BAD_REQUEST, HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND
NOT_SO, DEFECT, UNAVAILABLE = (
    HTTPStatus.METHOD_NOT_ALLOWED,
    HTTPStatus.INTERNAL_SERVER_ERROR,
    HTTPStatus.SERVICE_UNAVAILABLE,
)

_TITLES: Mapping[HTTPStatus, tuple[str, str]] = {
    FOREIGN: ("Not taken", "This form was not taken"),
    NOT_FOUND: ("Not found", "There is nothing here"),
    NOT_SO: ("Not so", "This address is not asked so"),
    DEFECT: ("Not available", "This page cannot be shown now"),
    UNAVAILABLE: ("Not available", "This page cannot be shown now"),
}
"""Status → the title of the page in the browser, and its heading."""


class Refusals:
    """Django's middleware of that name: called for a request, and told of every error a view raises."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer a request; one of a kind that the address does not take, with what it takes."""
        response = self._get_response(request)
        if response.status_code != NOT_SO:
            return response
        page = _page(request, [f"{request.path} answers to {response['Allow']} only, not to {request.method}."], NOT_SO)
        page["Allow"] = response["Allow"]
        return page

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Return the page that says what is wrong and how to mend it; None for a defect of the program."""
        if not isinstance(error, DetenteError):
            return None
        status = NOT_FOUND if isinstance(error, UsageError) else UNAVAILABLE
        lines = [str(problem) for problem in error.problems] if isinstance(error, TextRefused) else [str(error)]
        return _page(request, lines, status)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Say that a request is none that a browser sends here: as text alone, since it may come from anywhere."""
    del request
    if isinstance(exception, DisallowedHost):
        names = ", ".join(settings.ALLOWED_HOSTS)
        said = f"These screens answer to these names alone: {names}. Open them under one of these.\n"
    else:
        said = "This request cannot be read: go back, load the page anew, and try again.\n"
    return HttpResponse(said, status=BAD, content_type="text/plain; charset=utf-8")


def foreign_form(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Say that a form came from elsewhere; nothing was changed."""
    del reason
    lines = ["Only a form on one of these pages is taken, and nothing was changed: load the page anew, and try again."]
    return _page(request, lines, FOREIGN)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Say that an address leads nowhere."""
    del exception
    return _page(request, [f"There is no page at {request.path}."], NOT_FOUND)


def defect(request: HttpRequest) -> HttpResponse:
    """Say that the program has a defect; what it was stands in the log of the server."""
    said = "This is a defect of Détente itself, not of your input. The log of the server says which."
    try:
        return _page(request, [said], DEFECT)
    except Exception:  # the defect may be in what stands around every page
        return HttpResponse(f"{said}\n", status=DEFECT, content_type="text/plain; charset=utf-8")


def _page(request: HttpRequest, lines: Sequence[str], status: HTTPStatus) -> HttpResponse:
    title, heading = _TITLES[status]
    context = {"lines": lines, "title": title, "heading": heading}
    return render(request, "detente/refused.html", context, status=status)
