"""The real command line in its own process, as a person runs it."""

from __future__ import annotations

import os
import subprocess
import sysconfig
from collections.abc import Callable
from pathlib import Path

import pytest

PROGRAM = Path(sysconfig.get_path("scripts")) / "detente"

Cli = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def cli(tmp_path: Path) -> Cli:
    """Run `detente` with arguments in `tmp_path`; its output is text, 100 columns wide, without colours."""

    def run(*arguments: object, **environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [str(PROGRAM), *map(str, arguments)],
            cwd=tmp_path,
            env={**os.environ, "COLUMNS": "100", "NO_COLOR": "1", **environment},
            capture_output=True,
            encoding="utf-8",
            check=False,
            timeout=110,
        )

    return run
