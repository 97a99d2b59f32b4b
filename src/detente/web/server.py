"""Serves the screens of a workspace with gunicorn, from this process: `detente serve`.

Input: the folder of the workspace and a port. Only this machine is listened to: the screens have no accounts yet, and
what they show is personal.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.core.wsgi import get_wsgi_application
from gunicorn.app.base import BaseApplication
from gunicorn.arbiter import Arbiter

from detente import bootstrap
from detente.web.settings import web_settings

HOST = "127.0.0.1"
THREADS = 4
"""Of each worker process: a page mostly waits for DuckDB, which lets the others go on."""


def serve(root: Path, port: int, ready: Callable[[str], None]) -> None:
    """Serve until interrupted; `ready` is told the address once it answers. OSError where the port is taken."""
    bootstrap.open_for_screens(root, web_settings(root))
    _Server(port, ready).run()


class _Server(BaseApplication):
    """gunicorn, configured from here and not from files or the environment."""

    def __init__(self, port: int, ready: Callable[[str], None]) -> None:
        self._port = port
        self._ready = ready
        super().__init__()

    def load_config(self) -> None:
        """Set what differs from gunicorn's defaults."""
        for name, value in {
            "bind": f"{HOST}:{self._port}",
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

    def _when_ready(self, arbiter: Arbiter) -> None:
        host, port = arbiter.LISTENERS[0].sock.getsockname()[:2]
        self._ready(f"http://{host}:{port}/")
