"""The layers hold: the rules run where no database or engine is installed, and every import contract bites."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "src" / "detente"

# Run in a fresh interpreter: refuses the named libraries as if they were not installed, then imports the named modules.
WITHOUT = """
import importlib, sys

class NotInstalled:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {blocked!r}:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)

sys.meta_path.insert(0, NotInstalled())
for module in {modules!r}:
    importlib.import_module(module)
"""


def modules_of(*layers: str) -> list[str]:
    """Every module of the given packages, by its dotted name."""
    files = [path for layer in layers for path in (PACKAGE / layer).rglob("*.py")]
    names = [".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts) for path in sorted(files)]
    return [name.removesuffix(".__init__") for name in names]


def import_without(blocked: set[str], modules: list[str]) -> subprocess.CompletedProcess[str]:
    """Import modules in a fresh interpreter in which some libraries are missing."""
    code = WITHOUT.format(blocked=blocked, modules=modules)
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)


def test_core_and_app_import_without_any_database_or_engine_installed() -> None:
    blocked = {
        "django",
        "dlt",
        "duckdb",
        "numba",
        "numpy",
        "pandas",
        "pyarrow",
        "pyspark",
        "scipy",
        "splink",
        "typer",
        "rich",
    }
    modules = [name for name in modules_of("core", "app") if not name.startswith("detente.core.replay.kernel")]
    outcome = import_without(blocked, modules)
    assert outcome.returncode == 0, outcome.stderr


def test_the_check_above_sees_a_library_that_is_really_needed() -> None:
    outcome = import_without({"ruamel"}, modules_of("core"))
    assert "No module named 'ruamel" in outcome.stderr


SABOTAGE = [
    ("core/replay/rows.py", "import django", "Core and app know no database"),
    ("core/facts/fact.py", "import pathlib", "Core does not even know that there are files"),
    ("core/errors.py", "import detente.core.facts.fact", "Inside core, too"),
    ("core/replay/history.py", "import numba", "Arrays and their compiler stay in core.replay.kernel"),
    ("core/credit/__init__.py", "import scipy", "Statistics stay in core.evidence"),
    ("app/__init__.py", "import detente.engine", "Layers point one way"),
    ("cli/__init__.py", "import detente.store", "Only bootstrap wires adapters"),
    ("cli/main.py", "import duckdb", "The command line turns arguments into calls"),
    ("core/agreement/agreement.py", "import detente.core.replay.rows", "No cycle among siblings"),
]


@pytest.fixture(scope="module")
def package_copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the package and of the contracts, to break."""
    place = tmp_path_factory.mktemp("sabotage")
    shutil.copytree(PACKAGE, place / "src" / "detente", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", place)
    return place


def report_on(place: Path) -> str:
    """What import-linter says of the package at a place; it must have found something."""
    outcome = subprocess.run(
        [sys.executable, Path(sys.executable).with_name("lint-imports"), "--no-cache"],
        cwd=place,
        env={"PYTHONPATH": str(place / "src"), "COLUMNS": "200"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert outcome.returncode == 1, outcome.stdout + outcome.stderr
    return outcome.stdout


def test_a_package_without_a_place_in_the_layers_is_reported(package_copy: Path) -> None:
    homeless = package_copy / "src" / "detente" / "homeless"
    homeless.mkdir()
    (homeless / "__init__.py").touch()
    assert "homeless" in report_on(package_copy)
    shutil.rmtree(homeless)


def test_every_broken_contract_is_reported(package_copy: Path) -> None:
    for name, line, _ in SABOTAGE:
        with (package_copy / "src" / "detente" / name).open("a", encoding="utf-8") as module:
            module.write(f"\n{line}\n")
    report = report_on(package_copy)
    broken = [line for line in report.splitlines() if " BROKEN" in line]
    for _, _, contract in SABOTAGE:
        assert any(line.startswith(contract) for line in broken), report
