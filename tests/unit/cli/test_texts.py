"""Which files under the given paths are agreements, and which of them are versions of one."""

from __future__ import annotations

from pathlib import Path

import pytest

from detente.cli.texts import find_agreements, one_agreement
from detente.core.errors import UsageError


def write(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def names(paths: list[Path], workspace: Path = Path("nowhere")) -> list[tuple[str, list[str]]]:
    return [
        (source.name, [Path(file).name for file, _ in source.texts]) for source in find_agreements(paths, workspace)
    ]


def test_texts_of_one_folder_with_one_id_are_versions_of_one_agreement(tmp_path: Path) -> None:
    write(tmp_path, "v2.yaml", "agreement: harbour/revenue\nversion: 2.0.0\n")
    write(tmp_path, "v1.yaml", "agreement: 'harbour/revenue' # the stable id\nversion: 1.0.0\n")
    write(tmp_path, "other.yaml", "agreement: harbour/other\n")
    assert names([tmp_path]) == [("harbour/other", ["other.yaml"]), ("harbour/revenue", ["v1.yaml", "v2.yaml"])]


def test_folders_are_taken_in_turn_and_meant_errors_are_left_out(tmp_path: Path) -> None:
    for name in ("a.yaml", "b/v1.yaml", "errors/c.yaml", ".hidden/d.yaml", "b/note.expected"):
        write(tmp_path, name, "agreement: harbour/revenue\n")
    assert names([tmp_path]) == [("harbour/revenue", ["a.yaml"]), ("harbour/revenue", ["v1.yaml"])]


def test_a_folder_called_errors_is_read_when_it_is_named_itself(tmp_path: Path) -> None:
    write(tmp_path, "errors/c.yaml", "agreement: harbour/broken\n")
    assert names([tmp_path / "errors"]) == [("harbour/broken", ["c.yaml"])]


def test_other_yaml_in_a_folder_is_no_agreement_but_is_one_when_named(tmp_path: Path) -> None:
    write(tmp_path, "agreement.yaml", "agreement: harbour/revenue\n")
    mapping = write(tmp_path, "mapping.yaml", "mapping: 1\nsource: crm\n")
    assert names([tmp_path]) == [("harbour/revenue", ["agreement.yaml"])]
    assert names([mapping]) == [(str(mapping), ["mapping.yaml"])]


def test_a_text_that_forgot_its_id_is_still_read(tmp_path: Path) -> None:
    text = write(tmp_path, "draft.yaml", "language: 1\nstages: {}\n")
    assert names([tmp_path]) == [(str(text), ["draft.yaml"])]


def test_a_workspace_stands_for_its_agreements(tmp_path: Path) -> None:
    write(tmp_path, "detente.toml", '[workspace]\nname = "Harbour"\n')
    write(tmp_path, "agreements/v1.yaml", "agreement: harbour/revenue\n")
    write(tmp_path, "mappings/crm.yaml", "mapping: 1\n")
    assert names([tmp_path]) == names([], tmp_path) == [("harbour/revenue", ["v1.yaml"])]


@pytest.mark.parametrize(
    ("name", "said"), [("absent", "no such file or folder"), ("empty", "no agreement in this folder")]
)
def test_nothing_to_read_is_a_usage_error(tmp_path: Path, name: str, said: str) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(UsageError, match=said):
        find_agreements([tmp_path / name], tmp_path)


def test_without_paths_and_without_a_workspace_it_says_what_to_name(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"no workspace.*--dir"):
        find_agreements([], tmp_path)


def test_a_page_needs_one_agreement(tmp_path: Path) -> None:
    write(tmp_path, "a.yaml", "agreement: harbour/a\n")
    write(tmp_path, "b.yaml", "agreement: harbour/b\n")
    with pytest.raises(UsageError, match="holds 2 agreements \\(harbour/a, harbour/b\\)"):
        one_agreement(tmp_path, tmp_path)


def test_a_byte_that_is_no_text_is_named_with_its_place(tmp_path: Path) -> None:
    path = tmp_path / "latin.yaml"
    path.write_bytes("agreement: a/b\n# für\n".encode("cp1252"))
    [source] = find_agreements([path], tmp_path)
    [problem] = source.unreadable
    assert (problem.line, problem.column) == (2, 4)
    assert "0xfc is not UTF-8" in problem.message


def test_a_huge_file_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "export.csv"
    with path.open("wb") as file:
        file.truncate(5_000_000)
    [source] = find_agreements([path], tmp_path)
    assert "larger than 4 MB" in source.unreadable[0].message


def test_a_byte_order_mark_is_no_part_of_the_text(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_bytes(b"\xef\xbb\xbfagreement: a/b\n")
    [source] = find_agreements([path], tmp_path)
    assert source.texts[0][1] == "agreement: a/b\n"
