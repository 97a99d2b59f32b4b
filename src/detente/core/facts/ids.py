"""The identity of a fact: 128 bits, the same on every machine and in every run (specification §1).

With a `source_id` a fact is known by source and source_id; without one, by its content: source, kind, subject,
second and payload. Input: values of one fact, from a source's mapping or a person's action.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping

from detente.core.facts.fact import Value

SECOND_US = 1_000_000
EXACT_INTEGERS = 2**53
"""Doubles hold every integer up to here; larger ones would not come back as written."""

_HEX_DIGITS = 128 // 4


def canonical_value(value: Value) -> Value:
    """Return the one way to write a value: a whole number without a fraction."""
    if isinstance(value, float) and value.is_integer() and abs(value) <= EXACT_INTEGERS:
        return int(value)
    return value


def canonical_payload(payload: Mapping[str, Value]) -> str:
    """Return the payload as JSON with sorted names, no spaces, and every value written in one way."""
    plain = {name: canonical_value(payload[name]) for name in sorted(payload)}
    return json.dumps(plain, ensure_ascii=False, separators=(",", ":"))


def identified_text(source: str, source_id: str) -> str:
    """Return the text whose digest is the id of a fact that its source has numbered."""
    return json.dumps(["id", source, source_id], ensure_ascii=False, separators=(",", ":"))


def content_text(source: str, kind: str, subject: tuple[str, str | None], occurred_at: int, payload: str) -> str:
    """Return the text whose digest is the id of a fact without a `source_id`.

    `subject` is its type and the source's own id, `payload` canonical JSON. Two facts within one second are one.
    """
    head = json.dumps(["content", source, kind, *subject], ensure_ascii=False, separators=(",", ":"))
    return f"{head[:-1]},{occurred_at // SECOND_US},{payload}]"


def digest(text: str) -> str:
    """Return 128 bits of SHA-256 in hex."""
    return hashlib.sha256(text.encode("utf-8")).hexdigest()[:_HEX_DIGITS]


def digests(texts: Iterable[str | None]) -> list[str | None]:
    """Return the digest of each text, None for None: `digest` without the cost of a call per fact."""
    sha256 = hashlib.sha256
    return [None if text is None else sha256(text.encode("utf-8")).hexdigest()[:_HEX_DIGITS] for text in texts]
