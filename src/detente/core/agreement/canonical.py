"""The canonical form of an agreement, and its hash: what the identity of a text is (specification §8).

Left out: comments, layout, the style of quotes, the order of keys where it has no meaning, the spacing of conditions.
Kept: every word and number, and the order of stages and of every list.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any

from detente.core.agreement.document import Document

ORDERED_MAPPINGS = ("stages",)
"""Mappings whose order has a meaning."""


def canonical_bytes(document: Document) -> bytes:
    """Return the canonical form: UTF-8 JSON with sorted keys."""
    data = document.model_dump(mode="json", by_alias=True, exclude_none=True)
    for key in ORDERED_MAPPINGS:
        if key in data:
            data[key] = [[name, clause] for name, clause in data[key].items()]
    plain = _plain(data)
    return json.dumps(plain, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()


def content_hash(document: Document) -> str:
    """Return the SHA-256 of the canonical form, in hex."""
    return hashlib.sha256(canonical_bytes(document)).hexdigest()


def _plain(data: Any) -> Any:  # noqa: ANN401  JSON
    """Write equal numbers alike: 1.0 as 1."""
    if isinstance(data, dict):
        return {key: _plain(value) for key, value in data.items()}
    if isinstance(data, list):
        return [_plain(value) for value in data]
    return int(data) if isinstance(data, float) and data.is_integer() else data
