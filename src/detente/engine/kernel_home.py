"""Where the compiled kernel of this machine lies, and how it gets there without anybody waiting for it.

    <cache>/kernel/<name>/…         a whole compiled kernel; `<name>` stands for all it was compiled from, and for what
    <cache>/kernel/<name>.refused   why the compiler could not make it here
    <cache>/kernel/.lock            held by the one process that compiles
    <cache>/kernel/.making/…        what it has compiled so far

A kernel is compiled beside and renamed when it is whole: a compiler that is killed leaves only `.making`, which the
next one sweeps, and of two at once the second leaves at once. Input: a folder that may be written to.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import platform
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path

import detente.core.replay as replay_package
from detente.engine import kernel_cache

KEPT = 4
"""Kernels that stay, the newest: of other checkouts and versions."""

_MAKING, _LOCK = ".making", ".lock"


class KernelHome:
    """The folder `<cache>/kernel`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder.absolute()
        self._place = self._folder / kernel_name()

    def missing(self) -> str | None:
        """Return why the kernel cannot run yet; None where it can."""
        if self._place.is_dir():
            # The compiler's cache passes a folder over in which it cannot write, and would compile again.
            return None if os.access(self._place, os.W_OK) else f"{self._place} cannot be written to"
        if self._refused.is_file():
            return f"it cannot be compiled here; {self._refused} says why, and without that file it is tried again"
        return "it is compiled in the background, once for this machine; later runs have it"

    def start(self) -> None:
        """Have the kernel compiled by a process of its own, if it is not there and nobody compiles it."""
        if self._place.exists() or self._refused.is_file() or self._is_held():
            return
        # Its output goes nowhere: whoever started it has long ended. Trouble is told by `missing`.
        command = [sys.executable, "-P", "-m", "detente.engine.kernel_making", str(self._folder)]
        quiet = [(os.POSIX_SPAWN_OPEN, stream, os.devnull, os.O_RDWR, 0) for stream in (0, 1, 2)]
        os.posix_spawn(sys.executable, command, os.environ, file_actions=quiet)

    def make(self, *, wait: bool = False) -> None:
        """Compile the kernel in this process, unless another one does; `wait`: until that one has ended.

        Whether it is there then, `missing` says.
        """
        self._folder.mkdir(parents=True, exist_ok=True)
        with self._hold(wait=wait) as held:
            if held and not self._place.exists():
                self._compile()

    def load(self) -> str | None:
        """Bring the kernel into this process; return why that did not go, else None. Only after `missing` is None."""
        kernel_cache.use(self._place)
        try:
            import detente.core.replay.kernel.one  # noqa: F401
        except Exception as error:
            shutil.rmtree(self._place, ignore_errors=True)
            return f"the compiled one could not be read ({error}); it is made anew"
        return None

    # --- below ----------------------------------------------------------------------------------------------------

    @property
    def _refused(self) -> Path:
        return self._place.with_suffix(".refused")

    def _compile(self) -> None:
        making = self._folder / _MAKING
        shutil.rmtree(making, ignore_errors=True)  # left by one that was killed
        kernel_cache.use(making)
        try:
            import detente.core.replay.kernel.one  # noqa: F401
        except Exception as error:
            self._refused.write_text(f"{type(error).__name__}: {error}\n", encoding="utf-8")
            return
        for file in making.rglob("*.nb?"):  # the compiler's files; brought to the disk, since they count once renamed
            descriptor = os.open(file, os.O_RDONLY)
            os.fsync(descriptor)
            os.close(descriptor)
        making.rename(self._place)
        for old in self._others()[KEPT - 1 :]:
            shutil.rmtree(old, ignore_errors=True)

    def _others(self) -> list[Path]:
        """Return the other kernels, the newest first."""
        kernels = [path for path in self._folder.iterdir() if path.is_dir() and path.name[0] != "."]
        return sorted((path for path in kernels if path != self._place), key=lambda path: -path.stat().st_mtime_ns)

    def _is_held(self) -> bool:
        if not os.access(self._folder / _LOCK, os.W_OK):
            return False
        with self._hold(wait=False) as held:
            return not held

    @contextmanager
    def _hold(self, *, wait: bool) -> Iterator[bool]:
        """Hold the lock while in the context; False if another process does. It goes with its process."""
        with (self._folder / _LOCK).open("ab") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                yield False
            else:
                yield True


def kernel_name() -> str:
    """Return a name for what is compiled, by whom and for which processor: whatever makes the compiler start anew."""
    package = Path(replay_package.__file__).parent
    files = sorted((package / "kernel").glob("*.py"))
    parts = [str(package), sys.implementation.cache_tag, version("numba"), version("llvmlite"), *_processor()]
    parts += [f"{path.name} {path.stat().st_mtime_ns} {path.stat().st_size}" for path in files]
    parts.append(kernel_cache.digest([package / "layout.py", *files]))
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]


def _processor() -> Iterator[str]:
    """Yield what tells this processor from others that share the folder."""
    yield platform.machine()
    about = Path("/proc/cpuinfo")
    if about.exists():
        lines = about.read_text(encoding="utf-8", errors="replace").splitlines()
        for what in ("model name", "flags"):
            yield next((line for line in lines if line.startswith(what)), "")
