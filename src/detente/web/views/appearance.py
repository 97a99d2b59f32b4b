"""`/me/appearance/`: light, dark, or as the device has it; kept in a cookie, so that the first paint is right."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from detente.web.frame import THEME_COOKIE, THEMES
from detente.web.settings import YEAR_SECONDS


@require_POST
def appearance(request: HttpRequest) -> HttpResponse:
    """Keep the theme that was chosen, and go back to the page on which it was."""
    back = request.POST.get("next", "/")
    if not url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()}):
        back = "/"
    response = HttpResponseRedirect(back)
    chosen = request.POST.get("theme")
    if chosen in THEMES:
        response.set_cookie(THEME_COOKIE, chosen, max_age=YEAR_SECONDS, samesite="Lax", httponly=True)
    return response
