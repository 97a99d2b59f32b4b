"""The writer lock, for those who wait a while for it. Input: the lock, and what sleeps."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from detente.app.ports.lock import WriterLock
from detente.core.errors import Busy

PATIENCE = 600
"""Seconds to wait for another writer of the workspace to end."""


@dataclass(frozen=True)
class WaitingLock:
    """A writer lock that waits for its holder; `command` is what others are told is running."""

    lock: WriterLock
    command: str
    sleep: Callable[[float], None]

    @contextmanager
    def hold(self, command: str) -> Iterator[None]:
        """Hold the lock; `Busy` if another holds it for longer than `PATIENCE`."""
        del command  # others are told what was asked for, not which step of it writes
        with ExitStack() as held:
            for waited in range(PATIENCE + 1):
                try:
                    held.enter_context(self.lock.hold(self.command))
                    break
                except Busy:
                    if waited == PATIENCE:
                        raise
                    self.sleep(1.0)
            yield
