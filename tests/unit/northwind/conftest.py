"""The sample company of these tests: its generator loaded from its path, and one run shared by all of them."""

from __future__ import annotations

import csv
import gzip
import importlib.util
from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

HERE = Path(__file__).resolve()
EXAMPLE = HERE.parents[3] / "examples" / "northwind"
UNTIL = date(2026, 11, 19)
PEOPLE = 2000
SEED = 7


@dataclass(frozen=True)
class Run:
    """What a run wrote: the folder, `truth.json`, and the tables of the truth."""

    folder: Path
    truth: dict[str, Any]

    def table(self, name: str) -> list[dict[str, str]]:
        """Return the rows of one table of the truth."""
        with (self.folder / "truth" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))

    def raw(self, path: str) -> bytes:
        """Return the bytes of one export file, unpacked."""
        content = (self.folder / path).read_bytes()
        return gzip.decompress(content) if path.endswith(".gz") else content

    def rows(self, path: str) -> list[dict[str, str]]:
        """Return the rows of one CSV export that have neither too few nor too many fields, bad ones included."""
        text = self.raw(path).decode("utf-8-sig", errors="replace").replace("\0", "")
        delimiter = ";" if "opportunities" in path else ","
        quoting = csv.QUOTE_NONE if "page_views" in path else csv.QUOTE_MINIMAL
        reader = csv.DictReader(text.splitlines(keepends=True), delimiter=delimiter, quoting=quoting)
        return [row for row in reader if None not in row and None not in row.values()]

    def people(self) -> dict[str, list[dict[str, str]]]:
        """Return the records of each person."""
        found: dict[str, list[dict[str, str]]] = defaultdict(list)
        for row in self.table("persons"):
            found[row["person"]].append(row)
        return found


def load_generator() -> ModuleType:
    """Load `generate.py` from its path, as the demonstration does."""
    spec = importlib.util.spec_from_file_location("northwind_generate", EXAMPLE / "generate.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


GENERATOR = load_generator()
"""Loaded here so that the tests of this folder can import `sample_company`, which it puts in reach."""


@pytest.fixture(scope="session")
def northwind() -> ModuleType:
    """The generator."""
    return GENERATOR


@pytest.fixture(scope="session")
def run(northwind: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """One run of 2,000 people until 19 November 2026."""
    folder = tmp_path_factory.mktemp("northwind")
    return Run(folder, northwind.generate(folder, PEOPLE, SEED, UNTIL))


@pytest.fixture(scope="session")
def example() -> Path:
    """The folder of the example."""
    return EXAMPLE
