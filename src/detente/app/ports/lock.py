"""Port: one writer at a time in a workspace. Implemented by `engine.lock.FileLock`. Readers never lock."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Protocol


class WriterLock(Protocol):
    """The writer lock of a workspace."""

    def hold(self, command: str) -> AbstractContextManager[None]:
        """Hold the lock while in the context; `command` is what others are told is running.

        `Busy`, naming the holder, if another process holds it. A holder that died holds nothing.
        """
