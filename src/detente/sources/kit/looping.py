"""Tells a listing that goes round in circles from one that goes on.

Input: the pages of a listing, one after another. One page given twice is a passing trouble, which landing collapses;
three in a row that bring nothing new are a circle, which would never end.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from hashlib import blake2b
from typing import Any

from detente.core.errors import SourceRefused

_IN_A_ROW = 3


class LoopGuard:
    """Watches the pages of one listing, which `listing` names in messages."""

    def __init__(self, listing: str) -> None:
        self._listing = listing
        self._seen: set[bytes] = set()
        self._repeated = 0

    def saw(self, rows: Sequence[Any], following: object = None) -> None:
        """Take note of a page; `following` is the cursor it names (compared where a page has no rows).

        `SourceRefused` at the third page in a row that came before.
        """
        text = json.dumps(rows or [following], sort_keys=True, default=str)
        mark = blake2b(text.encode(), digest_size=16).digest()
        self._repeated = self._repeated + 1 if mark in self._seen else 0
        self._seen.add(mark)
        if self._repeated >= _IN_A_ROW:
            raise SourceRefused(
                f"{self._listing}: its pages repeat: {_IN_A_ROW} in a row came before, so the listing would never end. "
                "Sync again; if it repeats again, the system does not heed the paging parameters: check the source's "
                "URL and the connector's paging against the system's documentation"
            )
