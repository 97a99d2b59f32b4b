"""Port: the agreement texts of a workspace. Implemented by `engine.agreements.AgreementFolder`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol


class Agreements(Protocol):
    """The versions of the workspace's one agreement, as text."""

    def texts(self) -> Sequence[tuple[str, str]]:
        """Return (file, text) of every version, for `core.agreement.reader.read_timeline`.

        `UsageError` with the remedy if there is none, or if a file is not UTF-8.
        """
