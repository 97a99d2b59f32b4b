"""Whose events a source takes: those signed as Standard Webhooks says, or sent to its secret address.

Input: the settings of the source and a delivery. What is signed is `id.timestamp.body`; the header may hold several
signatures and the source several secrets, so that either side can change its own without losing an event. Implements
`app.ports.inbox.Gate`. (https://github.com/standard-webhooks/standard-webhooks)
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from standardwebhooks import Webhook

from detente.app.ports.inbox import Delivery
from detente.sources.kit.settings import read_settings
from detente.sources.registry import FROM_INBOX
from detente.sources.webhook.settings import Settings

TOLERANCE_SECONDS = 300
"""How far the sender's clock may be off: an older event may be one that somebody overheard and sends again."""

_ID = re.compile(r"[!-\-/-~]{1,255}")
"""Printable, without spaces and without the `.` that separates it from the timestamp in what is signed."""
_TIMESTAMP = re.compile(r"[1-9][0-9]{0,10}")
_SIGNATURES = 20
"""More than anybody sends: a header that is longer costs no more to refuse."""


class Gate:
    """The gate of one source."""

    def __init__(self, settings: Settings) -> None:
        self._addresses = settings.addresses()
        self._signing = [Webhook(secret) for secret in settings.signing()]

    def key_of(self, delivery: Delivery, now: int) -> str | None:
        """Return the sender's own id of a signed event, the hash of an unsigned one; None where it proves nothing."""
        if delivery.path_secret is not None:
            known = _any_same(delivery.path_secret, self._addresses)
            return f"sha256:{hashlib.sha256(delivery.body).hexdigest()}" if known else None
        id_ = delivery.headers.get("webhook-id", "")
        return id_ if _ID.fullmatch(id_) and self._signed(id_, delivery, now // 1_000_000) else None

    def _signed(self, id_: str, delivery: Delivery, now: int) -> bool:
        """Whether one of the signatures is ours, and was made at about this second."""
        timestamp = delivery.headers.get("webhook-timestamp", "")
        if not _TIMESTAMP.fullmatch(timestamp):
            return False
        if abs(now - int(timestamp)) > TOLERANCE_SECONDS:
            return False
        try:
            text = delivery.body.decode("utf-8")
        except UnicodeDecodeError:
            return False
        at = datetime.fromtimestamp(int(timestamp), UTC)
        ours = [webhook.sign(id_, at, text) for webhook in self._signing]
        theirs = delivery.headers.get("webhook-signature", "").split(" ")[:_SIGNATURES]
        return any([_any_same(each, ours) for each in theirs])  # noqa: C419  all are compared: the time taken tells nothing


def _any_same(given: str, ours: list[str]) -> bool:
    """Whether a text is one of ours, in a time that does not tell how much of which one is right."""
    return any([hmac.compare_digest(given.encode(), each.encode()) for each in ours])  # noqa: C419


def gate_of(tables: Mapping[str, Mapping[str, Any]], name: str, env: Mapping[str, str], root: Path) -> Gate | None:
    """Return the gate of a source that a workspace names; None where it names none that sends events.

    Input: the tables `[sources.NAME]`, the environment for their secrets, the workspace's folder. `UsageError` where
    the table lacks something.
    """
    table = tables.get(name)
    if table is None or table["system"] not in FROM_INBOX:
        return None
    return Gate(read_settings(name, table, Settings, env, root))
