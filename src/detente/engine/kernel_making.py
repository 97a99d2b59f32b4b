"""The process that compiles the kernel while people do something else: `python -m detente.engine.kernel_making FOLDER`.

It gives way to everything that runs, and outlives the command that started it. Input: the folder of `kernel_home.py`.
"""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from pathlib import Path

from detente.engine.kernel_home import KernelHome

LEAST_URGENT = 19


def main(folder: Path) -> None:
    """Compile into a folder."""
    with suppress(PermissionError):  # leads a session already
        os.setsid()
    os.nice(LEAST_URGENT)
    KernelHome(folder).make()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
