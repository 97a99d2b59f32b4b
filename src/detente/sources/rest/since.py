"""Points in time as one API writes them: read from its rows, and written into its requests.

Input: the description's `incremental`: the field of the last change, its format, and how far to go back.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from detente.sources.kit.connector import Cursor, field_of

_EPOCHS = {"epoch_s": 1, "epoch_ms": 1_000}
_BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Since:
    """How an API tells when a row changed. `format`: iso, date, epoch_s, epoch_ms, number, or one of strftime."""

    field: str
    format: str
    overlap: int
    initial: str | int | None

    def of(self, row: Mapping[str, Any]) -> float | datetime | None:
        """Return when a row changed (a number for `number`); None where it does not say, or not in this format."""
        value = field_of(row, self.field)
        try:
            if self.format == "number":
                return int(value) if str(value).lstrip("-").isdigit() else float(value)
            if self.format in _EPOCHS:
                return _BEGINNING + timedelta(seconds=float(value) / _EPOCHS[self.format])
            if "%" in self.format:
                return _in_utc(datetime.strptime(value, self.format))  # noqa: DTZ007  made UTC at once
            return _in_utc(datetime.fromisoformat(value))
        except (TypeError, ValueError, OverflowError):
            return None

    def behind(self, highest: float | datetime | None, began: datetime | None, cursor: Cursor) -> Cursor:
        """Return the cursor behind a listing: its last change, but not beyond when the listing began.

        What changes while a listing is read may have been passed already; the next run reads it.
        """
        if highest is None:
            return dict(cursor)
        if isinstance(highest, datetime):
            highest = min(highest, began) if began is not None else highest
            return {"modified": highest.isoformat()}
        return {"modified": highest}

    def asked(self, cursor: Cursor) -> str | int:
        """Return what to ask for: a little before the cursor; everything for an empty one."""
        known = cursor.get("modified")
        if known is None:
            return self._written(_BEGINNING) if self.initial is None else self.initial
        if self.format == "number":
            return int(known - self.overlap)
        return self._written(datetime.fromisoformat(known) - timedelta(seconds=self.overlap))

    def _written(self, moment: datetime) -> str | int:
        if self.format == "number":
            return 0
        if self.format in _EPOCHS:
            return int((moment - _BEGINNING).total_seconds()) * _EPOCHS[self.format]
        if "%" in self.format:
            return moment.strftime(self.format)
        if self.format == "date":
            return moment.date().isoformat()
        return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def _in_utc(moment: datetime) -> datetime:
    """Return a moment in UTC; one without an offset is taken as UTC, and written as it was read."""
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
