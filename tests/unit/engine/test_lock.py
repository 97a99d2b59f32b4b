"""One writer at a time, who says who it is."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from detente.core.errors import Busy
from detente.engine.lock import FileLock

HOLDER = """
import sys
from pathlib import Path
from detente.engine.lock import FileLock
with FileLock(Path(sys.argv[1]), lambda: 1_780_000_000_000_000).hold("detente import"):
    print("held", flush=True)
    sys.stdin.read()
"""


def lock(path: Path) -> FileLock:
    return FileLock(path / ".lock", lambda: 0)


@pytest.fixture
def holder(tmp_path: Path):
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(tmp_path / ".lock")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        assert process.stdout.readline() == "held\n"
        yield process
        process.kill()


def test_a_second_writer_is_told_who_is_writing(tmp_path: Path, holder: subprocess.Popen[str]) -> None:
    with pytest.raises(Busy) as refused, lock(tmp_path).hold("detente replay"):
        pass
    assert f"`detente import` (process {holder.pid} on " in str(refused.value)
    assert "since 2026-05-28 20:26:40 UTC" in str(refused.value)


def test_a_holder_that_was_killed_holds_nothing(tmp_path: Path, holder: subprocess.Popen[str]) -> None:
    os.kill(holder.pid, signal.SIGKILL)
    holder.wait()
    with lock(tmp_path).hold("detente replay"):
        assert "detente replay" in (tmp_path / ".lock").read_text()


def test_the_lock_is_free_again_after_its_context(tmp_path: Path) -> None:
    for _ in range(2):
        with lock(tmp_path).hold("detente replay"):
            pass
    assert (tmp_path / ".lock").read_text() == ""


def test_an_error_in_the_work_frees_the_lock(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), lock(tmp_path).hold("detente replay"):
        _ = 1 // 0
    with lock(tmp_path).hold("detente replay"):
        pass


def test_a_holder_that_has_not_signed_yet_is_another_process(tmp_path: Path) -> None:
    with lock(tmp_path).hold("detente replay"):
        (tmp_path / ".lock").write_text("")
        with pytest.raises(Busy, match="another process is writing"), lock(tmp_path).hold("detente import"):
            pass
