"""Every address of the screens, a line each. Nouns, ids at the end; the view is the address, filters its parameters."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpResponseBase
from django.urls import URLPattern, path, re_path
from django.views.decorators.http import require_safe

from detente.web.views import agreement, appearance, explain, health, home, hooks, lead, leads, results


def page(address: str, view: Callable[..., HttpResponseBase], name: str) -> URLPattern:
    """Return an address that is only read."""
    return path(address, require_safe(view), name=name)


urlpatterns = [
    page("", home.home, name="home"),
    page("agreement/", agreement.agreement, name="agreement"),
    page("agreement/<str:version>/", agreement.agreement_version, name="agreement_version"),
    page("agreement/<str:version>/print.css", agreement.agreement_sheet, name="agreement_sheet"),
    page("explain/<path:figure>/", explain.explain, name="explain"),
    page("healthz", health.healthz, name="healthz"),
    re_path(r"^hook/(?P<source>[^/]+)(?:/(?P<path_secret>.+?))?/?$", hooks.hook, name="hook"),
    page("leads/", leads.all_leads, name="leads"),
    page("leads/<str:person>/", lead.lead, name="lead"),
    page("leads/<str:person>/clocks/", lead.lead_clock_list, name="lead_clocks"),
    page("leads/<str:person>/timeline/", lead.lead_timeline, name="lead_timeline"),
    page("leads/<str:person>/values/", lead.lead_values, name="lead_values"),
    page("results/", results.results, name="results"),
    path("me/appearance/", appearance.appearance, name="appearance"),
]

handler400 = "detente.web.refusals.bad_request"
handler404 = "detente.web.refusals.not_found"
handler500 = "detente.web.refusals.defect"
