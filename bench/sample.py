"""The sample company as a workspace, for benchmarks: generated, imported, not yet replayed."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path
from typing import Any

NORTHWIND = Path(__file__).resolve().parent.parent / "examples" / "northwind"
PROGRAM = Path(sysconfig.get_path("scripts")) / "detente"
UNTIL = "2025-09-30"
"""The day the sample's history ends; fixed, so that a figure can be had again."""


def make(root: Path, people: int) -> None:
    """Make the workspace of the sample company at `root`; its exports lie beside it."""
    exports = root.parent / f"{root.name}-exports"
    generator = [sys.executable, NORTHWIND / "generate.py", "--people", str(people), "--until", UNTIL, "--out", exports]
    subprocess.run(generator, check=True, capture_output=True)
    (root / "agreements").mkdir(parents=True)
    shutil.copy(NORTHWIND / "agreement.yaml", root / "agreements")
    shutil.copytree(NORTHWIND / "mappings", root / "mappings")
    (root / "detente.toml").write_text('[workspace]\nname = "Northwind Cloud"\n')
    for system in ("crm", "marketing"):
        done = detente(root, "import", exports / system, "--mapping", f"mappings/{system}.yaml")
        assert done.returncode == 0, done.stderr


def detente(root: Path, *arguments: object, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the command line in a workspace."""
    command = [str(PROGRAM), *map(str, arguments), "--dir", str(root)]
    surroundings = {**os.environ, **environment}
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=root, env=surroundings)


def replay(root: Path, as_of: str, **environment: str) -> dict[str, Any]:
    """Replay without interruption and return the report."""
    done = detente(root, "replay", "--as-of", as_of, "--json", **environment)
    assert done.returncode == 0, done.stderr
    report: dict[str, Any] = json.loads(done.stdout)
    return report
