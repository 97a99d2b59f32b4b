"""The writer lock of a workspace: implements the port `app.ports.lock.WriterLock`.

The lock is the kernel's (`flock`), held by an open file, so that it goes with its process however that ends; the text
in the file only names the holder to others. Readers never lock.
"""

from __future__ import annotations

import fcntl
import json
import os
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from detente.core.calendars.instants import moment_of
from detente.core.errors import Busy


class FileLock:
    """The lock at `path` (`<workspace>/.lock`); `clock` returns the present instant in microseconds UTC.

    `doing` is what its holder does, as others are told.
    """

    def __init__(self, path: Path, clock: Callable[[], int], doing: str = "writing in this workspace") -> None:
        self._path = path
        self._clock = clock
        self._doing = doing

    @contextmanager
    def hold(self, command: str) -> Iterator[None]:
        """Hold the lock while in the context. `Busy`, naming the holder, if another process holds it."""
        # The file is never removed: two processes could then each lock a file of that name.
        with os.fdopen(os.open(self._path, os.O_RDWR | os.O_CREAT, 0o666), "r+", encoding="utf-8") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError as error:
                raise Busy(_busy(file.read(), self._doing)) from error
            self._sign(file.fileno(), command)
            try:
                yield
            finally:
                os.ftruncate(file.fileno(), 0)

    def _sign(self, descriptor: int, command: str) -> None:
        holder = {"pid": os.getpid(), "host": socket.gethostname(), "command": command, "since": self._clock()}
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, json.dumps(holder).encode(), 0)


def _busy(text: str, doing: str) -> str:
    """Name the holder; between its locking and its signing, the file does not say who it is."""
    try:
        holder = json.loads(text)
        since = moment_of(holder["since"])
        who = (
            f"`{holder['command']}` (process {holder['pid']} on {holder['host']}, since {since:%Y-%m-%d %H:%M:%S} UTC)"
        )
    except (ValueError, KeyError, TypeError):
        who = "another process"
    return f"{who} is {doing}. Wait until it has ended, or end it; what is published stays readable"
