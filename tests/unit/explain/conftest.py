"""Lets the tests of this folder share the small company, and one sample company with its figures."""

from __future__ import annotations

import importlib.util
import shutil
import sys
from datetime import date
from pathlib import Path

import pytest

from detente import bootstrap
from detente.app.ports.snapshots import Snapshot
from detente.app.queries.agreement_in import agreement_in
from detente.core.agreement.agreement import Timeline

HERE = Path(__file__).resolve().parent
EXAMPLE = HERE.parents[2] / "examples" / "northwind"
PEOPLE, SEED, UNTIL = 500, 11, date(2026, 11, 19)

sys.path[:0] = [str(HERE), str(HERE.parent / "ledger")]


@pytest.fixture(scope="session")
def northwind(tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    """The published snapshot of a small sample company, some of whose consent rules were not kept."""
    root, exports = tmp_path_factory.mktemp("northwind"), tmp_path_factory.mktemp("exports")
    spec = importlib.util.spec_from_file_location("northwind_generate", EXAMPLE / "generate.py")
    assert spec is not None
    assert spec.loader is not None
    generator = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(generator)
    truth = generator.generate(exports, PEOPLE, SEED, UNTIL)
    (root / "detente.toml").write_text('[workspace]\nname = "Northwind Cloud"\n', encoding="utf-8")
    shutil.copytree(EXAMPLE / "mappings", root / "mappings")
    (root / "agreements").mkdir()
    shutil.copy(EXAMPLE / "agreement.yaml", root / "agreements")
    for system in ("crm", "marketing"):
        bootstrap.import_files(root, Path(f"mappings/{system}.yaml"), [exports / system], lambda _: None)
    bootstrap.replay(root, truth["end"], lambda *_: None)
    return bootstrap.snapshot(root)


@pytest.fixture(scope="session")
def agreed(northwind: Snapshot) -> Timeline:
    """The agreement of the sample company."""
    return agreement_in(northwind.agreement_texts())
