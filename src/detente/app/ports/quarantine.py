"""Port: the records that imports set aside, each a case. Implemented by `engine.quarantine.QuarantineFolder`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol

from detente.app.mending import RAW_KEPT
from detente.app.ports.landing import Receipt


@dataclass(frozen=True, slots=True)
class SetAside:
    """One record that was set aside: where it stands, and why. `column` is None where it is about the whole record.

    `load`, `file`, `line` and `offset` tell where it came first. `why`, `column`, `message` and `raw` are those of the
    latest of its `attempts`. `mended`: by now it came in, mended or under a better mapping.
    """

    load: str
    source: str
    stream: str
    file: str
    line: int
    offset: int | None
    why: str
    column: str | None
    message: str
    raw: bytes
    attempts: int = 1
    mended: bool = False

    @property
    def case(self) -> str:
        """The id of the case, the same through all attempts."""
        return f"{self.load}:{self.line}"

    @property
    def status(self) -> str:
        """Whether something is left to do: open or mended."""
        return "mended" if self.mended else "open"

    @property
    def whole(self) -> bool:
        """Whether all bytes of the record are kept."""
        return len(self.raw) < RAW_KEPT


class Quarantine(Protocol):
    """Every record that was set aside in a workspace."""

    def records(self) -> Iterator[SetAside]:
        """Yield the cases, by file, load and line."""

    def receipt(self, load_id: str) -> Receipt | None:
        """Return the receipt of the load in which a record was first set aside; None if there is no such load."""

    def case_in(self, path: str) -> str | None:
        """Return the first case that a mended file is about; None if none. `UsageError` if there is no file."""

    def spooled(self, name: str, content: bytes) -> AbstractContextManager[str]:
        """Put a file of this name down while it is imported, and yield its path."""
