"""Port: the records that imports set aside. Implemented by `engine.quarantine.QuarantineFolder`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class SetAside:
    """One record that was set aside: where it stands, and why. `column` is None where it is about the whole record."""

    load: str
    file: str
    line: int
    offset: int | None
    why: str
    column: str | None
    message: str
    raw: bytes


class Quarantine(Protocol):
    """Every record that was set aside in a workspace."""

    def records(self) -> Iterator[SetAside]:
        """Yield the records of every finished load, by file, load and line."""
