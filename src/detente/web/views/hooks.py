"""`/hook/<source>`: takes events that other systems send (webhooks); nothing here is for a browser.

A sender is told 204 once its event is kept for good, also where it was kept before. What else it is told says what kind
of delivery is not taken, and not whether a secret was nearly right; any method but POST finds nothing.
"""

from __future__ import annotations

from http import HTTPStatus

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt

from detente import bootstrap
from detente.app.operations.receive_event import LARGEST, Outcome
from detente.app.ports.inbox import Delivery
from detente.core.errors import DetenteError

RETRY_SECONDS = "30"

_TOLD = {
    Outcome.KEPT: HTTPStatus.NO_CONTENT,
    Outcome.KNOWN: HTTPStatus.NO_CONTENT,
    Outcome.NO_SUCH_SOURCE: HTTPStatus.NOT_FOUND,
    Outcome.TOO_LARGE: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    Outcome.NOT_JSON: HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    Outcome.PACKED: HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    Outcome.NOT_SHOWN: HTTPStatus.UNAUTHORIZED,
    Outcome.BROKEN: HTTPStatus.BAD_REQUEST,
}


@csrf_exempt  # a sender proves itself by a signature or the address, and has no cookies to be abused
def hook(request: HttpRequest, source: str, path_secret: str | None = None) -> HttpResponse:
    """Answer a delivery. 503 where the event cannot be kept now: its sender is to try again."""
    request.path = reverse("hook", args=[source])  # what a log shows of a refused request: no secret
    if request.method != "POST":
        return _nothing(HTTPStatus.NOT_FOUND)
    if "Content-Length" not in request.headers:
        return _nothing(HTTPStatus.LENGTH_REQUIRED)
    headers = {name.lower(): value for name, value in request.headers.items()}
    try:
        delivery = Delivery(source, headers, request.read(LARGEST + 1), path_secret)
        outcome = bootstrap.receive_event(settings.DETENTE_ROOT, delivery)
    except (DetenteError, OSError):
        return _nothing(HTTPStatus.SERVICE_UNAVAILABLE, {"Retry-After": RETRY_SECONDS})
    return _nothing(_TOLD[outcome])


def _nothing(status: HTTPStatus, headers: dict[str, str] | None = None) -> HttpResponse:
    return HttpResponse(status=status, headers=headers)
