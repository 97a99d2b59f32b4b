"""Real systems for the tests of connectors: installed by `tools/real_systems.sh`, each started for its tests alone."""

from __future__ import annotations

import os
import random
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import pytest
import requests

from detente.sources.kit.patience import Moments
from detente.sources.kit.web import Web

CACHE = Path(__file__).resolve().parents[2] / ".cache"

Start = Callable[[Sequence[object], str, Path, Mapping[str, str]], None]


@pytest.fixture(scope="session")
def real_system() -> Callable[[str, str], Path]:
    """Return the folder of a real system; skip the test, or fail it with `DETENTE_REQUIRE_<NAME>=1`, if it has none."""

    def find(name: str, needed: str) -> Path:
        folder = CACHE / name
        if not (folder / needed).exists():
            missing = f"{name} is not installed: run tools/real_systems.sh {name}"
            if os.environ.get(f"DETENTE_REQUIRE_{name.upper()}") == "1":
                pytest.fail(f"DETENTE_REQUIRE_{name.upper()}=1, but {missing}")
            pytest.skip(f"{missing}; the connector was only tested with recorded answers")
        return folder

    return find


def free_port() -> int:
    """Return a port of the loopback address that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.fixture(scope="session")
def start() -> Iterator[Start]:
    """Start a server and wait until it answers at an address; it is ended after the tests."""
    running: list[subprocess.Popen[bytes]] = []

    def begin(command: Sequence[object], address: str, log: Path, environment: Mapping[str, str]) -> None:
        with log.open("wb") as out:
            process = subprocess.Popen(
                [str(each) for each in command], env={**os.environ, **environment}, stdout=out, stderr=out
            )
        running.append(process)
        for _ in range(600):
            if process.poll() is not None:
                break
            try:
                requests.get(address, timeout=60)
            except requests.ConnectionError:
                time.sleep(0.1)
            else:
                return
        raise AssertionError(log.read_text(errors="replace")[-4000:])

    yield begin
    for process in running:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@pytest.fixture
def web() -> Web:
    """The way to other systems, as a sync has it."""
    return Web(Moments(time.monotonic, time.sleep, random.Random(7).random))
