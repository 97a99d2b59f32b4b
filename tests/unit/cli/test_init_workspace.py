"""A new workspace is whole or not there, and never written over what is there."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from detente.app.operations.init_workspace import NewWorkspace, init_workspace
from detente.app.ports.workspace import Settings
from detente.core.errors import UsageError
from detente.engine.workspace import WorkspaceFolder

HARBOUR = NewWorkspace('Harbour "Nord" AG', "Europe/Berlin", "EUR", date(2026, 10, 5))


def test_a_new_workspace_says_whose_it_is(tmp_path: Path) -> None:
    folder = WorkspaceFolder(tmp_path / "new" / "harbour")
    assert init_workspace(folder, HARBOUR)[0] == "detente.toml"
    assert folder.settings().name == 'Harbour "Nord" AG'
    assert folder.settings().currency == "EUR"


def test_a_workspace_is_made_once(tmp_path: Path) -> None:
    init_workspace(WorkspaceFolder(tmp_path), HARBOUR)
    with pytest.raises(UsageError, match="a workspace already"):
        init_workspace(WorkspaceFolder(tmp_path), HARBOUR)


def test_what_is_there_is_never_overwritten(tmp_path: Path) -> None:
    mine = tmp_path / "mappings" / "crm.yaml"
    mine.parent.mkdir()
    mine.write_text("mine")
    with pytest.raises(UsageError, match=r"mappings/crm\.yaml already"):
        init_workspace(WorkspaceFolder(tmp_path), HARBOUR)
    assert mine.read_text() == "mine"
    assert not (tmp_path / "detente.toml").exists()


def test_a_workspace_that_cannot_be_finished_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "agreements").write_text("a file where a folder is needed")
    with pytest.raises(OSError, match="agreements"):
        init_workspace(WorkspaceFolder(tmp_path), HARBOUR)
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == ["agreements"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("name = 'x'", r"no \[workspace\] table"),
        ("[workspace]\nnmae = 'x'", "no key 'nmae': did you mean 'name'"),
        ("[workspace]\nname = 3", "name must be a text"),
        ("[workspace]\ncurrency = 'EUR'", "has no name"),
        ("[workspace", "not a TOML text"),
        ("workspace = 'x'", r"workspace must be a table: write \[workspace\]"),
        ("[workspace]\nname = 'x'\n[databse]\nurl = 'x'", "no table 'databse': did you mean 'database'"),
        ("[workspace]\nname = 'x'\n[database]\nurl = 5432", "url must be a text"),
        ("[workspace]\nname = 'x'\n[database]\nhost = 'x'", r"\[database\] has no key 'host': it may be url"),
    ],
)
def test_settings_that_are_wrong_say_how_to_mend_them(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "detente.toml").write_text(text)
    with pytest.raises(UsageError, match=said):
        WorkspaceFolder(tmp_path).settings()


def test_settings_may_name_the_database(tmp_path: Path) -> None:
    (tmp_path / "detente.toml").write_text("[workspace]\nname = 'x'\n[database]\nurl = 'postgresql://db/detente'\n")
    assert WorkspaceFolder(tmp_path).settings() == Settings("x", None, "postgresql://db/detente")


def test_a_folder_without_settings_is_no_workspace(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"no workspace.*detente init"):
        WorkspaceFolder(tmp_path).settings()
