"""What a system's refusal means, in words that say how to mend it.

Input: an answer whose status is 400 or more and whose repetition is no use.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from detente.core.errors import SourceRefused

if TYPE_CHECKING:
    from requests import PreparedRequest, Response

    from detente.sources.kit.secrets import Secrets

_MEANING = {
    400: "it does not understand the request: check the connector's settings",
    401: "it does not accept the credentials: they are wrong, expired or withdrawn; give the source new ones",
    403: "it does not permit this: give the source's user or app the permission that the answer names (the README of "
    "the connector lists what is read)",
    404: "there is nothing at this address: check the source's URL, and that the feature is part of the plan",
    405: "it does not take requests of this kind here: check the source's URL",
    410: "this address was given up: the connector must learn the new one",
    413: "the request is too large: ask for fewer fields",
}
_EXCERPT = 300


def refusal(answer: Response, secrets: Secrets) -> SourceRefused:
    """Return the error for an answer, with what the system says of it."""
    status = answer.status_code
    meaning = _MEANING.get(status, "it refuses the request: what it says of it follows")
    said = " ".join(answer.text.split())[:_EXCERPT]
    message = f"{where(answer.request)}: {status}: {meaning}" + (f" [it says: {said}]" if said else "")
    return SourceRefused(secrets.mask(message), status)


def where(request: PreparedRequest) -> str:
    """Name a request without its query, which may hold personal data or a key."""
    parts = urlsplit(request.url or "")
    return f"{request.method} {parts.scheme}://{parts.hostname}{f':{parts.port}' if parts.port else ''}{parts.path}"
