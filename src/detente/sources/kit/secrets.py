"""What no message, log or landed row may hold: the secrets of a source, and their disguises.

Input: secrets of the settings, and what an auth puts into a request.
"""

from __future__ import annotations

import json
from base64 import b64encode
from urllib.parse import quote, quote_plus

from pydantic import SecretStr

MASK = "•••"
_SHORTEST = 6
"""Shorter texts are no secrets worth the name, and would be masked in words that hold them by chance."""

_FIELDS = ("token", "api_key", "password", "access_token", "client_secret", "client_id", "private_key")
"""Where the auths of dlt and of requests keep what they sign with."""


class Secrets:
    """The secrets of one source."""

    def __init__(self) -> None:
        self._known: set[str] = set()

    def hide(self, *secrets: str | SecretStr | None) -> None:
        """Mask these from now on, also where they are quoted for a URL or in JSON, or coded in base 64."""
        for given in secrets:
            secret = given.get_secret_value() if isinstance(given, SecretStr) else given or ""
            if len(secret) >= _SHORTEST and secret not in self._known:
                coded = b64encode(secret.encode()).decode()
                in_json = {json.dumps(secret, ensure_ascii=ascii_only)[1:-1] for ascii_only in (True, False)}
                self._known |= {secret, quote(secret, safe=""), quote_plus(secret), coded, *in_json}

    def hide_auth(self, auth: object) -> None:
        """Mask what an auth signs with."""
        name, password = getattr(auth, "username", None), getattr(auth, "password", None)
        if isinstance(name, str) and isinstance(password, str):
            self.hide(f"{name}:{password}")
        for field in _FIELDS:
            value = getattr(auth, field, None)
            if isinstance(value, str | SecretStr):
                self.hide(value)

    def hide_header(self, authorization: str | bytes | None) -> None:
        """Mask what a request is signed with, such as a token that was fetched for it."""
        text = authorization.decode("latin-1") if isinstance(authorization, bytes) else authorization or ""
        self.hide(text.partition(" ")[2])

    def mask(self, text: str) -> str:
        """Return a text without its secrets."""
        for secret in sorted(self._known, key=len, reverse=True):
            text = text.replace(secret, MASK)
        return text
