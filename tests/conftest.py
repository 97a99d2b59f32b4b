"""What every test shares: Hypothesis profiles, no network, no database left open, and a PostgreSQL server where one is
installed (`DETENTE_REQUIRE_POSTGRES=1`: a run without one fails)."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from detente.engine import kernel_cache

CACHE = Path(__file__).resolve().parents[1] / ".pytest_cache"
# Named by the sources: numba by itself would go on with what it compiled before a called function changed.
kernel_cache.use(CACHE / "kernel")
os.environ.setdefault("DETENTE_CACHE_DIR", str(CACHE / "detente"))

settings.register_profile("quick", deadline=None, max_examples=50, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("ci", parent=settings.get_profile("quick"), max_examples=100, derandomize=True)
settings.register_profile("long", parent=settings.get_profile("quick"), max_examples=5_000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci" if os.environ.get("CI") else "quick"))


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Close the way out of this machine: a test that reaches for the network has found a step that must not."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> None:
        if self.family != socket.AF_UNIX and address[0] not in {"127.0.0.1", "::1", "localhost"}:
            raise AssertionError(f"a test tried to reach {address!r}")
        connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", guarded)


@pytest.fixture(autouse=True)
def databases_closed() -> Iterator[None]:
    """Close the application database after a test that opened it; Python 3.13 warns of one that nobody closed."""
    yield
    if "detente.store.database" in sys.modules:
        from django.conf import settings
        from django.db import connections

        if settings.configured:
            connections.close_all()


class Postgres:
    """A PostgreSQL server of this run alone, reached through a socket in its own folder."""

    def __init__(self, programs: Path) -> None:
        # It refuses to run as root.
        as_other = {"user": "postgres", "group": "postgres", "extra_groups": []}
        self._other: dict[str, Any] = as_other if os.getuid() == 0 else {}  # it refuses to run as root
        self.folder = Path(tempfile.mkdtemp(prefix="dt"))
        if self._other:
            shutil.chown(self.folder, "postgres", "postgres")
        data = str(self.folder / "data")
        made = [
            programs / "initdb",
            "-D",
            data,
            "-U",
            "detente",
            "-A",
            "trust",
            "-E",
            "UTF8",
            "--locale=C",
            "--no-sync",
        ]
        subprocess.run(made, check=True, stdout=subprocess.DEVNULL, cwd=self.folder, **self._other)
        command = [programs / "postgres", "-D", data, "-k", self.folder, "-c", "listen_addresses=", "-c", "fsync=off"]
        with (self.folder / "log").open("wb") as log:
            self._server = subprocess.Popen(command, stdout=log, stderr=log, cwd=self.folder, **self._other)
        self._made = 0
        for _ in range(300):
            ready = subprocess.run([programs / "pg_isready", "-q", "-h", self.folder], check=False, **self._other)
            if ready.returncode == 0:
                return
            time.sleep(0.1)
        raise AssertionError((self.folder / "log").read_text())

    def url(self, database: str, user: str = "detente") -> str:
        """Return the URL of a database."""
        return f"postgresql://{user}@/{database}?host={self.folder}"

    def new(self) -> str:
        """Return the URL of a new, empty database."""
        import psycopg

        self._made += 1
        with psycopg.connect(self.url("postgres"), autocommit=True) as con:
            con.execute(f"CREATE DATABASE store{self._made}")
        return self.url(f"store{self._made}")

    def stop(self) -> None:
        """End the server and remove everything of it."""
        self._server.send_signal(signal.SIGQUIT)
        self._server.wait()
        shutil.rmtree(self.folder)


def _postgres_programs() -> Path | str:
    """Return the folder of the server's programs, the newest one installed; or why there is none."""
    try:
        import psycopg  # noqa: F401
    except ImportError as error:
        return f"psycopg cannot be used here ({error})"
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    initdb = found[-1] if found else shutil.which("initdb")
    if initdb is None:
        return "no PostgreSQL server is installed here: there is no initdb"
    if os.getuid() == 0 and not any(each.pw_name == "postgres" for each in pwd.getpwall()):
        return "PostgreSQL does not run as root, and there is no user postgres"
    return Path(initdb).resolve().parent


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A PostgreSQL server; the test is skipped where none is installed."""
    programs = _postgres_programs()
    if isinstance(programs, str):
        if os.environ.get("DETENTE_REQUIRE_POSTGRES") == "1":
            pytest.fail(f"DETENTE_REQUIRE_POSTGRES=1, but {programs}")
        pytest.skip(f"{programs}; only SQLite was tested")
    server = Postgres(programs)
    yield server
    server.stop()
