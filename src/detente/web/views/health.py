"""`/healthz`: whether this process can serve, for load balancers and supervisors."""

from __future__ import annotations

from django.http import HttpRequest, JsonResponse

from detente.core.errors import DetenteError
from detente.web.refusals import UNAVAILABLE
from detente.web.workspace import workspace

PROBED = "state"
"""The table of which a row is read: a row a lead."""


def healthz(request: HttpRequest) -> JsonResponse:
    """Answer 200 with the snapshot that serves if it can be read, else 503 with the reason and the remedy."""
    try:
        snapshot = workspace(request).snapshot
        list(snapshot.rows(PROBED, limit=1))
    except (DetenteError, OSError) as error:
        return JsonResponse({"status": "unavailable", "reason": str(error)}, status=UNAVAILABLE)
    info = snapshot.info
    return JsonResponse({"status": "ok", "snapshot": info.id, "as_of": info.as_of, "leads": info.counts.get(PROBED, 0)})
