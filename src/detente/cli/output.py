"""Where a result goes: to standard output, or whole into a file.

A file is written beside its name first and then put in its place, so that whoever reads it finds the old or the new
one, never a half.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

from detente.core.errors import UsageError


def write(blocks: Iterable[bytes], output: Path | None, *, binary: bool = False) -> None:
    """Write the blocks; `binary` ones are not thrown at a terminal."""
    if output is None:
        if binary and sys.stdout.isatty():
            raise UsageError("this format is not text: name a file with -o FILE")
        sys.stdout.flush()
        for block in blocks:
            sys.stdout.buffer.write(block)
        sys.stdout.buffer.flush()
        return
    if output.is_dir():
        raise UsageError(f"{output} is a folder: name a file in it")
    if not output.parent.is_dir():
        raise UsageError(f"{output}: there is no folder {output.parent}: make it first")
    descriptor, name = tempfile.mkstemp(prefix=f".{output.name}.", dir=output.parent)
    try:
        with os.fdopen(descriptor, "wb") as file:
            for block in blocks:
                file.write(block)
        Path(name).chmod(output.stat().st_mode & 0o777 if output.exists() else 0o666 & ~_umask())
        Path(name).replace(output)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _umask() -> int:
    """Return the process's mask for new files, which can only be read by setting it."""
    mask = os.umask(0)
    os.umask(mask)
    return mask
