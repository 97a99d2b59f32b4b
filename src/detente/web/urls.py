"""Every address of the screens, a line each. Nouns, ids at the end; the view is the address, filters its parameters."""

from __future__ import annotations

from django.urls import path

from detente.web.views import agreement, appearance, explain, health, home, lead, leads, results

urlpatterns = [
    path("", home.home, name="home"),
    path("agreement/", agreement.agreement, name="agreement"),
    path("agreement/<str:version>/", agreement.agreement_version, name="agreement_version"),
    path("agreement/<str:version>/print.css", agreement.agreement_sheet, name="agreement_sheet"),
    path("explain/<path:figure>/", explain.explain, name="explain"),
    path("healthz", health.healthz, name="healthz"),
    path("leads/", leads.all_leads, name="leads"),
    path("leads/<str:person>/", lead.lead, name="lead"),
    path("leads/<str:person>/clocks/", lead.lead_clock_list, name="lead_clocks"),
    path("leads/<str:person>/timeline/", lead.lead_timeline, name="lead_timeline"),
    path("leads/<str:person>/values/", lead.lead_values, name="lead_values"),
    path("results/", results.results, name="results"),
    path("me/appearance/", appearance.appearance, name="appearance"),
]

handler404 = "detente.web.refusals.not_found"
handler500 = "detente.web.refusals.defect"
