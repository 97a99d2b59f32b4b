"""Serves the screens of a workspace with gunicorn, from this process: `detente serve`.

Input: the folder of the workspace and a port. Only this machine is listened to: the screens have no accounts yet, and
what they show is personal.
"""

from __future__ import annotations

import os
import signal
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.core.wsgi import get_wsgi_application
from gunicorn.app.base import BaseApplication
from gunicorn.arbiter import Arbiter

from detente import bootstrap
from detente.core.errors import UsageError
from detente.web.settings import web_settings

HOST = "127.0.0.1"
USUAL_PORT = 8000
THREADS = 4
"""Of each worker process: a page mostly waits for DuckDB, which lets the others go on."""
QUEUE = 64
"""Connections that wait while every thread is busy."""


def serve(root: Path, port: int | None, ready: Callable[[str], None]) -> None:
    """Serve until interrupted; `ready` is told the address once it answers.

    Port 0 takes any free one; None the usual one, or else any. UsageError where the port given cannot be used.
    """
    listener = _listening(port)
    bootstrap.open_for_screens(root, web_settings(root))
    address = "http://{}:{}/".format(*listener.getsockname())
    _Server(listener.detach(), lambda: ready(address)).run()


def _listening(port: int | None) -> socket.socket:
    try:
        return socket.create_server((HOST, USUAL_PORT if port is None else port), backlog=QUEUE)
    except OSError as error:
        if port is None:
            return socket.create_server((HOST, 0), backlog=QUEUE)
        why = os.strerror(error.errno or 0)
        raise UsageError(f"--port: port {port} cannot be used ({why}): give another one, or 0 for any free") from None


class _Arbiter(Arbiter):
    """gunicorn's parent process, which ends with the terminal that it was started in, and is told so by SIGHUP."""

    def init_signals(self) -> None:
        """Take the signals; one that was ignored when the program began, as under nohup, stays so."""
        ignored = signal.getsignal(signal.SIGHUP) == signal.SIG_IGN
        super().init_signals()
        if ignored:
            signal.signal(signal.SIGHUP, signal.SIG_IGN)

    def handle_hup(self) -> None:
        """End, where gunicorn would begin anew and outlive its terminal."""
        self.handle_term()


class _Server(BaseApplication):
    """gunicorn, configured from here and not from files or the environment."""

    def __init__(self, listener: int, ready: Callable[[], None]) -> None:
        self._listener = listener  # a file descriptor, which gunicorn closes
        self._ready = ready
        super().__init__()

    def load_config(self) -> None:
        """Set what differs from gunicorn's defaults."""
        for name, value in {
            "bind": f"fd://{self._listener}",
            "workers": bootstrap.processors(),
            "worker_class": "gthread",
            "threads": THREADS,
            "loglevel": "warning",
            "control_socket_disable": True,
            "when_ready": self._when_ready,
        }.items():
            self.cfg.set(name, value)

    def load(self) -> Any:  # noqa: ANN401  a WSGI application
        """Return the application; called in each worker."""
        return get_wsgi_application()

    def run(self) -> None:
        """Serve until a signal ends it."""
        _Arbiter(self).run()

    def _when_ready(self, arbiter: Arbiter) -> None:
        del arbiter
        self._ready()
