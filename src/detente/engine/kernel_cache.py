"""Where the compiled kernel is kept: a folder named by everything it was compiled from.

The compiler's own cache looks at the file of each function alone, while what is compiled holds the functions it calls
and the constants of other files; so the folder's name has to tell two kernels apart. Call `use` before the kernel is
imported. Input: a folder that may be written to.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable
from importlib.metadata import version
from pathlib import Path

import detente.core.replay as replay_package


def use(folder: Path) -> Path:
    """Keep what is compiled below `folder`; return where."""
    sources = Path(replay_package.__file__).parent
    place = folder / digest([sources / "layout.py", *(sources / "kernel").glob("*.py")])
    os.environ["NUMBA_CACHE_DIR"] = str(place)
    return place


def digest(files: Iterable[Path]) -> str:
    """Return a name for these sources under this version of their compiler."""
    found = hashlib.sha256(version("numba").encode())
    for path in sorted(files):
        found.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return found.hexdigest()[:16]
