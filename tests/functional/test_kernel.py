"""The compiled kernel comes by itself, never in anybody's way, and changes no result."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from detente.engine.kernel_home import KernelHome

BENCH = Path(__file__).parents[2] / "bench"
LATER = "2025-10-01"
FEW_MINUTES = 900

pytestmark = [pytest.mark.slow, pytest.mark.timeout(2 * FEW_MINUTES)]


@pytest.fixture(scope="module")
def sample() -> Iterator[ModuleType]:
    sys.path.insert(0, str(BENCH))
    import sample

    yield sample
    sys.path.remove(str(BENCH))


@pytest.fixture(scope="module")
def base(sample: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample company, imported and not yet replayed: more facts than are few."""
    root = tmp_path_factory.mktemp("sample") / "workspace"
    sample.make(root, people=400)
    return root


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(scope="module")
def compiled(cache: Path) -> Path:
    """A cache whose kernel is whole, after two compilers at once and one that was killed."""
    home = KernelHome(cache / "kernel")
    with making(cache) as first:
        until(lambda: any((cache / "kernel" / ".making").rglob("*.nbc")))
        with making(cache) as second:
            assert second.wait(FEW_MINUTES) == 0
        assert first.poll() is None
        first.send_signal(signal.SIGKILL)
    assert home.missing() == "it is compiled in the background, once for this machine; later runs have it"
    home.start()
    until(lambda: home.missing() is None)
    return cache


def making(cache: Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-m", "detente.engine.kernel_making", cache / "kernel"])


def until(condition: Callable[[], bool]) -> None:
    for _ in range(10 * FEW_MINUTES):
        if condition():
            return
        time.sleep(0.1)
    pytest.fail("waited in vain")


def note(report: dict[str, Any]) -> str:
    return next(step["note"] for step in report["steps"] if step["name"] == "replay")


def test_a_first_replay_does_not_wait_and_has_the_kernel_made(sample: ModuleType, base: Path, tmp_path: Path) -> None:
    shutil.copytree(base, tmp_path / "workspace")
    report = sample.replay(tmp_path / "workspace", LATER, DETENTE_CACHE_DIR=str(tmp_path / "cache"))
    assert "people by the interpreter (it is compiled in the background" in note(report)
    until((tmp_path / "cache" / "kernel" / ".lock").exists)
    for process in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = process.read_bytes().split(b"\0")
        except OSError:
            continue
        if os.fsencode(tmp_path / "cache" / "kernel") in words:
            os.kill(int(process.parent.name), signal.SIGKILL)


def test_whoever_replays_wherever_the_content_is_the_same(
    sample: ModuleType, base: Path, compiled: Path, tmp_path: Path
) -> None:
    def published(name: str, cpus: set[int], cache: Path, **environment: str) -> tuple[str, dict[str, Any]]:
        shutil.copytree(base, tmp_path / name)
        everywhere = os.sched_getaffinity(0)
        os.sched_setaffinity(0, cpus)
        try:
            report = sample.replay(tmp_path / name, LATER, DETENTE_CACHE_DIR=str(cache), **environment)
        finally:
            os.sched_setaffinity(0, everywhere)
        return note(report), report["snapshot"]

    mine = os.sched_getaffinity(0)
    nowhere = tmp_path / "file"
    nowhere.write_text("a cache cannot be made here")
    slow, reference = published("slow", mine, nowhere)
    quick, found = published("quick", mine, compiled, TZ="America/New_York", LC_ALL="C", PYTHONHASHSEED="1")
    there, other = published(
        "there", {min(mine)}, compiled, TZ="Pacific/Apia", LC_ALL="tr_TR.UTF-8", PYTHONHASHSEED="2"
    )
    assert "by the interpreter" in slow
    assert quick == there
    assert quick.endswith("people by the compiled kernel")
    assert reference == found == other


def test_a_kernel_that_cannot_be_read_is_made_anew(
    sample: ModuleType, base: Path, compiled: Path, tmp_path: Path
) -> None:
    shutil.copytree(base, tmp_path / "workspace")
    shutil.copytree(compiled, tmp_path / "cache")
    for file in (tmp_path / "cache").rglob("*.nbi"):
        file.write_bytes(file.read_bytes()[:7])
    report = sample.replay(tmp_path / "workspace", LATER, DETENTE_CACHE_DIR=str(tmp_path / "cache"))
    assert "people by the interpreter (the compiled one could not be read" in note(report)
    assert KernelHome(tmp_path / "cache" / "kernel").missing() is not None


def test_help_and_a_small_replay_load_no_compiler(tmp_path: Path) -> None:
    program = (
        "import sys; from detente.cli.main import main\n"
        "try: main(sys.argv[1:])\n"
        "finally: assert not {'numba', 'llvmlite', 'detente.core.replay.kernel.one'} & set(sys.modules)"
    )
    root = tmp_path / "workspace"
    (tmp_path / "contacts.csv").write_text("Contact ID,Company ID,Email,Level,Employees,Created\n"
                                           "1,7,ann@example.com,VP,200,2026-05-04 10:00\n")  # fmt: skip
    for arguments in (
        ["--help"],
        ["init", root],
        ["import", "--dir", root, "--mapping", "mappings/crm.yaml", tmp_path / "contacts.csv"],
        ["replay", "--dir", root, "--as-of", "2026-06-01"],
    ):
        command = [sys.executable, "-c", program, *map(str, arguments)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
