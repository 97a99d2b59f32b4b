"""What every file of the tree keeps to: it opens with its purpose, stays short, names no machine and no registry."""

from __future__ import annotations

import ast
import re
import subprocess
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
MODULES = sorted((ROOT / "src").rglob("*.py"))
CAP = 400

# Spelt in pieces, so that this file does not find itself.
MACHINE_PATHS = re.compile("|".join(re.escape("/" + name + "/") for name in ("work", "tmp", "root", "farm")))
REGISTRY_HOSTS = re.compile(
    "|".join([r"pypi\." + "org", "python" + r"hosted\.", r"npmjs\." + "org", r"debian\." + "org"])
)


@pytest.fixture(scope="module")
def tracked_texts() -> dict[str, str]:
    """Every text file that git tracks, by its path."""
    listing = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False)
    if listing.returncode:
        pytest.skip("not a git checkout")
    texts = {}
    for name in listing.stdout.decode().split("\0"):
        path = ROOT / name
        if path.is_file() and b"\0" not in (content := path.read_bytes()):
            texts[name] = content.decode("utf-8", errors="replace")
    return texts


@pytest.mark.parametrize("pattern", [MACHINE_PATHS, REGISTRY_HOSTS], ids=["machine path", "registry host"])
def test_no_tracked_file_names_a_machine_path_or_a_registry_host(
    tracked_texts: dict[str, str], pattern: re.Pattern[str]
) -> None:
    found = [
        f"{name}:{number}: {line.strip()[:100]}"
        for name, text in tracked_texts.items()
        for number, line in enumerate(text.splitlines(), start=1)
        if pattern.search(line)
    ]
    assert not found


def test_every_module_says_what_it_is_for() -> None:
    silent = [
        str(path.relative_to(ROOT)) for path in MODULES if not ast.get_docstring(ast.parse(path.read_text("utf-8")))
    ]
    assert not silent


def test_no_module_is_longer_than_a_reader_can_hold() -> None:
    long = {str(path.relative_to(ROOT)): length for path in MODULES if (length := line_count(path)) > CAP}
    assert not long


def line_count(path: Path) -> int:
    """The number of lines of a text file."""
    return len(path.read_text("utf-8").splitlines())


def test_the_wheel_holds_the_product_and_no_foreign_data(tmp_path: Path) -> None:
    from hatchling.builders.wheel import WheelBuilder

    wheel = next(WheelBuilder(str(ROOT)).build(directory=str(tmp_path), versions=["standard"]))
    names = zipfile.ZipFile(wheel).namelist()
    data = [name for name in names if Path(name).suffix in {".csv", ".gz", ".parquet", ".tsv", ".xlsx", ".zip"}]
    assert not data
    assert {"detente/cli/main.py", "detente/examples/northwind/agreement.yaml"} <= set(names)
    assert {name.split("/")[0].partition("-")[0] for name in names} == {"detente"}
