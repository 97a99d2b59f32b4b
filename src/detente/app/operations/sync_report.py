"""What a sync tells of itself: one report a source, one a stream. Input: `operations.sync_source`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from detente.app.drift import Drift
from detente.app.ports.landing import Imported


@dataclass(frozen=True)
class StreamReport:
    """What a sync did with one stream. `deleted`, `restored`: found by comparing ids; `error`: how it ended early.

    `unread`: ids that are listed, but that not even reading everything brought.
    """

    stream: str
    rows: int = 0
    requests: int = 0
    parts: tuple[Imported, ...] = ()
    deleted: int = 0
    restored: int = 0
    unread: tuple[str, ...] = ()
    went_on: bool = False
    set_aside: tuple[str, ...] = ()
    drift: Drift = field(default_factory=Drift)
    error: str | None = None

    def as_json(self) -> dict[str, Any]:
        """Return its part of `detente.sync/1`."""
        return {
            "stream": self.stream,
            "rows": self.rows,
            "requests": self.requests,
            "loads": [part.receipt.load_id for part in self.parts],
            "records": sum(part.receipt.records for part in self.parts),
            "accepted": sum(part.accepted for part in self.parts),
            "duplicate": sum(part.duplicate for part in self.parts),
            "quarantined": sum(part.receipt.quarantined for part in self.parts),
            "facts": sum(part.facts for part in self.parts),
            "links": sum(part.links for part in self.parts),
            "deleted": self.deleted,
            "restored": self.restored,
            "unread": list(self.unread),
            "went_on": self.went_on,
            "set_aside": list(self.set_aside),
            "drift": self.drift.as_json(),
            "error": self.error,
        }


@dataclass(frozen=True)
class SourceReport:
    """What a sync did with one source. `unmapped`: its streams that the mapping does not speak of."""

    source: str
    system: str
    streams: tuple[StreamReport, ...] = ()
    unmapped: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    error: str | None = None

    @property
    def good(self) -> bool:
        """Whether everything was read to its end."""
        return self.error is None and not any(stream.error for stream in self.streams)

    def as_json(self) -> dict[str, Any]:
        """Return its part of `detente.sync/1`."""
        return {
            "source": self.source,
            "system": self.system,
            "streams": [stream.as_json() for stream in self.streams],
            "unmapped": list(self.unmapped),
            "warnings": list(self.warnings),
            "error": self.error,
        }


def as_json(reports: Sequence[SourceReport]) -> dict[str, Any]:
    """Return the documented shape `detente.sync/1`."""
    return {"schema": "detente.sync/1", "sources": [report.as_json() for report in reports]}
