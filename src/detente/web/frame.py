"""What stands around every page: navigation, the version in force, as of when the figures are true, the theme.

Input: the request and the workspace. A page without a snapshot still has its frame.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse

from detente.core.errors import DetenteError
from detente.web.workspace import Workspace, workspace

THEME_COOKIE = "theme"
THEMES = ("auto", "light", "dark")


@dataclass(frozen=True)
class Place:
    """One entry of the navigation."""

    name: str
    icon: str
    address: str
    current: bool


_PLACES = (("Home", "home", "home"), ("Leads", "inbox", "leads"), ("Results", "chart-bar", "results"),
           ("Agreement", "certificate", "agreement"))  # fmt: skip


def frame(request: HttpRequest) -> dict[str, Any]:
    """Return what `base.html` needs; Django's context processor."""
    theme = request.COOKIES.get(THEME_COOKIE, THEMES[0])
    return {
        "places": _places(request.path),
        "theme": theme if theme in THEMES else THEMES[0],
        "themes": THEMES,
        "here": _here(request),
    }


def _here(request: HttpRequest) -> Workspace | None:
    try:
        return workspace(request)
    except DetenteError:
        return None


def _places(path: str) -> list[Place]:
    found = []
    for name, icon, view in _PLACES:
        try:
            address = reverse(view)
        except NoReverseMatch:
            continue
        current = path == address if address == "/" else path.startswith(address)
        found.append(Place(name, icon, address, current))
    return found
