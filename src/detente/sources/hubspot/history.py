"""The history of properties: one row for every value a record has had, with what else was true of it then.

Input: records with `propertiesWithHistory`. HubSpot keeps a bounded number of versions per property, see README.md.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from detente.sources.hubspot.api import Record, millis

SAVED_TOGETHER_MS = 60_000
"""One save writes its properties some moments apart: a reason given within this time belongs to the status."""

Version = Mapping[str, Any]


def versions(record: Record) -> Iterator[Record]:
    """Yield a row per version, in order of time.

    Row: `id` (record:property:timestamp), `record`, `property`, the version's own fields (`value`, `timestamp`,
    `sourceType`, …), `before` (the value before it) and `then` (property → value in force once all was saved).
    """
    history = {name: _ascending(found) for name, found in (record.get("propertiesWithHistory") or {}).items() if found}
    every = [
        (millis(version["timestamp"]), name, n) for name, found in history.items() for n, version in enumerate(found)
    ]
    for at, name, n in sorted(every):
        version, before = history[name][n], history[name][n - 1]["value"] if n else None
        then = {other: _in_force(found, at + SAVED_TOGETHER_MS) for other, found in history.items()}
        then[name] = version["value"]
        identity = f"{record['id']}:{name}:{version['timestamp']}"
        yield {"id": identity, "record": record["id"], "property": name, **version, "before": before, "then": then}


def _ascending(found: Sequence[Version]) -> list[Version]:
    return sorted(found, key=lambda version: millis(version["timestamp"]))


def _in_force(found: Sequence[Version], at: int) -> Any:  # noqa: ANN401  a property's value
    """Return the latest value by an instant; None before the first."""
    return next((version["value"] for version in reversed(found) if millis(version["timestamp"]) <= at), None)
