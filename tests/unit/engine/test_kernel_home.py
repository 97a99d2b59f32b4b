"""Where the compiled kernel lies is told truly, and nobody compiles in vain. (How it comes: tests/functional.)"""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

import pytest

from detente.engine.kernel_home import KernelHome, kernel_name


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The commands that would have been started."""
    seen: list[str] = []
    monkeypatch.setattr(os, "posix_spawn", lambda _, command, *__, **___: seen.append(" ".join(command[1:])))
    return seen


@pytest.fixture
def name() -> str:
    return kernel_name()


def test_a_kernel_that_is_not_there_is_compiled_in_a_process_of_its_own(tmp_path: Path, started: list[str]) -> None:
    home = KernelHome(tmp_path / "kernel")
    home.start()
    assert started == [f"-P -m detente.engine.kernel_making {tmp_path / 'kernel'}"]
    assert home.missing() == "it is compiled in the background, once for this machine; later runs have it"


def test_nobody_compiles_what_is_there(tmp_path: Path, name: str, started: list[str]) -> None:
    (tmp_path / name).mkdir()
    KernelHome(tmp_path).start()
    assert started == []


def test_nobody_compiles_beside_one_who_does(tmp_path: Path, started: list[str]) -> None:
    home = KernelHome(tmp_path)
    with (tmp_path / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        home.start()
    assert started == []
    home.start()
    assert len(started) == 1


def test_a_compiler_that_did_not_come_to_its_end_is_told_of_and_not_started_again(
    tmp_path: Path, name: str, started: list[str]
) -> None:
    refused = tmp_path / f"{name}.refused"
    refused.write_text("LoweringError: no such processor\n")
    home = KernelHome(tmp_path)
    home.start()
    assert started == []
    assert home.missing() == (
        f"it cannot be compiled here; {refused} says why, and without that file it is tried again"
    )
    refused.unlink()
    home.start()
    assert len(started) == 1


def test_a_cache_that_cannot_be_made_stops_nobody(tmp_path: Path, started: list[str]) -> None:
    (tmp_path / "file").write_text("")
    home = KernelHome(tmp_path / "file" / "kernel")
    home.start()
    assert len(started) == 1
    assert home.missing() is not None
