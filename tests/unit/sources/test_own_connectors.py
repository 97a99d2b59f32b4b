"""A connector of one's own: begun with one that works, loaded from the workspace, refused where it cannot be run."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from detente import bootstrap
from detente.core.errors import UsageError
from detente.sources.registry import SYSTEMS, connector, own_connectors


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A workspace, so far without connectors of its own."""
    (tmp_path / "detente.toml").write_text('[workspace]\nname = "Harbour"\n')
    return tmp_path


def broken(root: Path, text: str) -> Path:
    folder = root / "connectors" / "odd"
    folder.mkdir(parents=True)
    (folder / "source.py").write_text(text)
    return root


def test_a_new_connector_passes_its_own_test_at_once(root: Path) -> None:
    made = bootstrap.new_connector(root, "my_shop")
    assert all((root / file).is_file() for file in made)
    assert not any("newsystem" in (root / file).read_text().lower() for file in made)
    test = [sys.executable, "-W", "error", "-m", "unittest", "connectors/my_shop/test_my_shop.py"]
    done = subprocess.run(test, cwd=root, capture_output=True, text=True, check=False)
    assert (done.returncode, "Ran 3 tests" in done.stderr) == (0, True), done.stderr


def test_a_workspaces_own_connector_is_found_by_its_path(root: Path) -> None:
    bootstrap.new_connector(root, "my_shop")
    found = connector("connectors/my_shop", "[sources.shop]", root)
    assert found.mapping == root / "connectors" / "my_shop" / "mapping.yaml"
    assert set(found.settings.model_fields) == {"url", "token"}
    assert own_connectors(root) == ["connectors/my_shop"]


def test_its_modules_may_import_one_another(root: Path) -> None:
    broken(root, "from .parts import Settings\nfrom .parts import connect\n")
    parts = "from pydantic import BaseModel\nclass Settings(BaseModel): ...\ndef connect(settings, web): return []\n"
    (root / "connectors" / "odd" / "parts.py").write_text(parts)
    assert connector("connectors/odd", "here", root).connect(None, None) == []


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("def connect(:\n", r"source\.py:1: the connector cannot be loaded: SyntaxError"),
        ("x = 1\nraise ValueError('no')\n", r"source\.py:2: the connector cannot be loaded: ValueError: no"),
        ("import no_such_library\n", r"source\.py:1: .*No module named 'no_such_library'"),
        ("def connect(settings, web): ...\n", "has no Settings: a connector has both"),
        ("", "has no Settings and no connect"),
    ],
)
def test_one_that_cannot_be_run_is_refused_where_it_goes_wrong(root: Path, text: str, said: str) -> None:
    broken(root, text)
    with pytest.raises(UsageError, match=said):
        connector("connectors/odd", "[sources.odd]", root)
    [told] = [each for each in bootstrap.connectors(root) if each.system == "connectors/odd"]
    assert told.trouble is not None


@pytest.mark.parametrize("system", ["connectors/none", "connectors/../odd", "connectors/", "connectors/a/b"])
def test_no_other_folder_is_run(root: Path, system: str) -> None:
    broken(root, "raise AssertionError\n").joinpath("odd").mkdir()
    with pytest.raises(UsageError, match="detente connect new"):
        connector(system, "[sources.odd]", root)


def test_nothing_that_is_there_is_overwritten(root: Path) -> None:
    bootstrap.new_connector(root, "shop")
    (root / "connectors" / "shop" / "source.py").write_text("mine")
    with pytest.raises(UsageError, match="nothing is overwritten"):
        bootstrap.new_connector(root, "shop")
    assert (root / "connectors" / "shop" / "source.py").read_text() == "mine"


@pytest.mark.parametrize("name", ["", "Shop", "my-shop", "../shop", "9", "a" * 41, "ä"])
def test_a_name_that_cannot_be_one_is_refused(root: Path, name: str) -> None:
    with pytest.raises(UsageError, match="cannot be the name"):
        bootstrap.new_connector(root, name)
    assert not (root / "connectors").exists()


def test_the_connectors_are_told_with_what_they_need(root: Path) -> None:
    told = {each.system: each for each in bootstrap.connectors(root)}
    assert list(told) == sorted(SYSTEMS)
    assert [setting.name for setting in told["sql"].settings if setting.required and setting.secret] == ["url"]
    assert all(each.about and each.trouble is None for each in told.values())
    assert json.dumps([setting.about for each in told.values() for setting in each.settings])
