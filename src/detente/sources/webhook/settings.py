"""The settings of a source that sends events. Nothing here is slow to load: a server asks for it at every event."""

from __future__ import annotations

import base64
import re
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, SecretStr, model_validator

SHORTEST_KEY = 24
"""Bytes of a signing secret, as Standard Webhooks asks for."""

_ADDRESS = re.compile(r"[A-Za-z0-9_-]{24,}")


class Selection(BaseModel):
    """`[sources.NAME.streams.STREAM]`: the events of which a field of the body, named with dots, is one of these."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    field: str = Field(description="A field of the body, with dots where it is nested: `type`.")
    one_of: list[str] = Field(min_length=1, description="The values with which an event is of this stream.")


class Settings(BaseModel):
    """`[sources.NAME]` with `system = "webhook"`. Both secrets may hold several, with spaces or lines between them."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    secret: SecretStr | None = Field(None, description="What the sender signs with (whsec_…), the old one beside it.")
    path_secret: SecretStr | None = Field(None, description="The end of a secret address, for senders without signing.")
    streams: dict[str, Selection] = Field(
        default_factory=dict, description="Streams of the mapping. Without any, all events are the stream `events`."
    )

    @model_validator(mode="after")
    def _safe(self) -> Self:
        if not (self.signing() or self.addresses()):
            raise ValueError("it needs `secret` (senders that sign) or `path_secret` (a secret address)")
        if not all(map(_is_key, self.signing())):
            raise ValueError(
                f"secret must be whsec_ and base 64 of at least {SHORTEST_KEY} bytes, as the sender shows it"
            )
        if not all(map(_ADDRESS.fullmatch, self.addresses())):
            raise ValueError("path_secret must be 24 or more letters, digits, - or _: `openssl rand -hex 24` makes one")
        return self

    def signing(self) -> list[str]:
        """Return the secrets to sign with."""
        return self.secret.get_secret_value().split() if self.secret else []

    def addresses(self) -> list[str]:
        """Return the secret ends of addresses."""
        return self.path_secret.get_secret_value().split() if self.path_secret else []


def _is_key(secret: str) -> bool:
    try:
        return len(base64.b64decode(secret.removeprefix("whsec_") + "==", validate=True)) >= SHORTEST_KEY
    except ValueError:  # no base 64, or not even ASCII
        return False
