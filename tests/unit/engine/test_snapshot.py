"""Publishing: the new snapshot serves whole or not at all, and readers are not disturbed."""

from __future__ import annotations

import os
from pathlib import Path

import pyarrow as pa
import pytest

from detente.app.ports.snapshots import SnapshotInfo, Where
from detente.core.errors import InputError, UsageError
from detente.engine.lake import Lake, ParquetSnapshot
from detente.engine.snapshot import KEPT, SnapshotFolder

TEXTS = [("agreements/one.yaml", "agreement: harbour/revenue\n")]
LIBRARIES = {"detente": "0.1"}


def head(as_of: int = 1_780_000_000_000_000) -> dict[str, object]:
    versions = [{"version": "1.0.0", "effective": "2026-01-01", "hash": "ab"}]
    agreement = {"id": "harbour/revenue", "versions": versions}
    return {"as_of": as_of, "agreement": agreement, "loads": ["load-1"], "libraries": LIBRARIES}


def tables(*stages: str) -> dict[str, pa.Table]:
    return {"state": pa.table({"person": [f"p{n}" for n in range(len(stages))], "stage": list(stages)})}


def publish(root: Path, *stages: str) -> SnapshotInfo:
    root.mkdir(exist_ok=True)
    return SnapshotFolder(root / "snapshots").publish(tables(*stages), head(), TEXTS)


def stages(snapshot: ParquetSnapshot) -> list[str]:
    return [row["stage"] for row in snapshot.rows("state")]


def test_what_is_published_is_what_is_read(tmp_path: Path) -> None:
    info = publish(tmp_path, "MQL", "SAL")
    snapshot = Lake(tmp_path / "snapshots").current()
    assert snapshot.info == info
    assert snapshot.info.counts == {"state": 2}
    assert [version.version for version in snapshot.info.versions] == ["1.0.0"]
    assert stages(snapshot) == ["MQL", "SAL"]
    assert snapshot.agreement_texts() == TEXTS


def test_the_same_content_is_the_same_snapshot(tmp_path: Path) -> None:
    assert publish(tmp_path / "a", "MQL") == publish(tmp_path / "b", "MQL")
    assert publish(tmp_path / "a", "MQL") == publish(tmp_path / "b", "MQL")
    assert publish(tmp_path / "a", "SAL").content_hash != publish(tmp_path / "b", "MQL").content_hash


def test_another_instant_is_another_snapshot_of_the_same_content(tmp_path: Path) -> None:
    folder = SnapshotFolder(tmp_path)
    one, other = (folder.publish(tables("MQL"), head(as_of), TEXTS) for as_of in (10**15, 2 * 10**15))
    assert one.content_hash == other.content_hash
    assert one.id != other.id


def test_a_reader_keeps_its_snapshot_while_newer_ones_are_published(tmp_path: Path) -> None:
    publish(tmp_path, "MQL")
    reading = Lake(tmp_path / "snapshots").current()
    publish(tmp_path, "SAL")
    assert stages(reading) == ["MQL"]
    assert stages(Lake(tmp_path / "snapshots").current()) == ["SAL"]


def test_only_the_newest_snapshots_stay(tmp_path: Path) -> None:
    published = [publish(tmp_path, f"S{n}").id for n in range(KEPT + 2)]
    left = {path.name for path in (tmp_path / "snapshots").iterdir()} - {"CURRENT"}
    assert left == set(published[-KEPT:])


def test_a_reader_who_comes_too_late_is_told_to_begin_again(tmp_path: Path) -> None:
    publish(tmp_path, "MQL")
    reading = Lake(tmp_path / "snapshots").current()
    for n in range(KEPT):
        publish(tmp_path, f"S{n}")
    with pytest.raises(InputError, match="Ask again"):
        stages(reading)


def test_the_snapshot_that_serves_stays_even_where_the_clock_of_the_machine_went_back(tmp_path: Path) -> None:
    for n in range(KEPT):
        info = publish(tmp_path, f"S{n}")
        os.utime(tmp_path / "snapshots" / info.id, (4_000_000_000 + n,) * 2)
    latest = publish(tmp_path, "now")
    assert (tmp_path / "snapshots" / latest.id).is_dir()
    assert stages(Lake(tmp_path / "snapshots").current()) == ["now"]


def test_what_a_killed_run_left_behind_is_swept(tmp_path: Path) -> None:
    info = publish(tmp_path, "MQL")
    left = tmp_path / "snapshots" / ".building-20260101T000000Z-aaaaaaaaaaaa"
    left.mkdir()
    (left / "state.parquet").write_bytes(b"half")
    (tmp_path / "snapshots" / ".CURRENT").write_text("half")
    assert stages(Lake(tmp_path / "snapshots").current()) == ["MQL"]
    publish(tmp_path, "MQL")
    assert {path.name for path in (tmp_path / "snapshots").iterdir()} == {"CURRENT", info.id}


def test_before_the_first_snapshot_the_remedy_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="run `detente replay` first"):
        Lake(tmp_path / "snapshots").current()


def test_a_damaged_manifest_is_refused_with_a_remedy(tmp_path: Path) -> None:
    info = publish(tmp_path, "MQL")
    (tmp_path / "snapshots" / info.id / "manifest.json").write_text("{")
    with pytest.raises(InputError, match="publish it anew"):
        Lake(tmp_path / "snapshots").current()


@pytest.mark.parametrize("content", ["", "[]", "5", '{"id": "x"}', '{"id": 1, "agreement": []}'])
def test_a_manifest_of_another_shape_is_refused_too(content: str, tmp_path: Path) -> None:
    info = publish(tmp_path, "MQL")
    (tmp_path / "snapshots" / info.id / "manifest.json").write_text(content)
    with pytest.raises(InputError, match="publish it anew"):
        Lake(tmp_path / "snapshots").current()


def test_a_damaged_table_is_refused_with_a_remedy(tmp_path: Path) -> None:
    info = publish(tmp_path, "MQL")
    (tmp_path / "snapshots" / info.id / "state.parquet").write_bytes(b"PAR1 and nothing")
    with pytest.raises(InputError, match="publish it anew"):
        stages(Lake(tmp_path / "snapshots").current())


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"../other", b"one\ntwo", b"20260101T000000Z-xyz"])
def test_a_pointer_that_names_no_snapshot_is_refused_with_a_remedy(content: bytes, tmp_path: Path) -> None:
    publish(tmp_path, "MQL")
    (tmp_path / "snapshots" / "CURRENT").write_bytes(content)
    with pytest.raises(InputError, match=r"CURRENT cannot be read .* run `detente replay`"):
        Lake(tmp_path / "snapshots").current()


def test_a_pointer_that_cannot_be_opened_is_refused_without_telling_where_the_workspace_lies(tmp_path: Path) -> None:
    pointer = tmp_path / "snapshots" / "CURRENT"
    pointer.mkdir(parents=True)
    with pytest.raises(InputError, match="CURRENT cannot be read") as refused:
        Lake(tmp_path / "snapshots").current()
    assert str(tmp_path) not in str(refused.value)


def test_a_manifest_that_was_changed_is_refused_whatever_it_says_now(tmp_path: Path) -> None:
    info = publish(tmp_path, "MQL")
    manifest = tmp_path / "snapshots" / info.id / "manifest.json"
    manifest.write_text(manifest.read_text().replace(str(info.as_of), str(info.as_of + 1)))
    with pytest.raises(InputError, match=r"its manifest was changed.* publish it anew"):
        Lake(tmp_path / "snapshots").current()


@pytest.mark.parametrize("content", ["[]", "{}", '[["a.yaml", 1]]', '[["agreements/one.yaml", "agreement: x\\n"]]'])
def test_an_agreement_that_was_changed_under_a_snapshot_is_refused(content: str, tmp_path: Path) -> None:
    info = publish(tmp_path, "MQL")
    (tmp_path / "snapshots" / info.id / "agreement.json").write_text(content)
    with pytest.raises(InputError, match="publish it anew"):
        Lake(tmp_path / "snapshots").current().agreement_texts()


def test_a_table_damaged_in_its_middle_is_refused_with_a_remedy(tmp_path: Path) -> None:
    info = publish(tmp_path, *(f"S{n}" for n in range(500)))
    table = tmp_path / "snapshots" / info.id / "state.parquet"
    whole = table.read_bytes()
    table.write_bytes(whole[:4] + bytes(len(whole) // 2) + whole[4 + len(whole) // 2 :])
    with pytest.raises(InputError, match="publish it anew"):
        stages(Lake(tmp_path / "snapshots").current())


@pytest.mark.parametrize("file", ["manifest.json", "agreement.json", "state.parquet"])
def test_what_was_damaged_is_whole_once_it_is_published_anew(file: str, tmp_path: Path) -> None:
    info = publish(tmp_path, "MQL")
    damaged = tmp_path / "snapshots" / info.id / file
    whole = damaged.read_bytes()
    damaged.write_bytes(b"half")
    assert publish(tmp_path, "MQL") == info
    assert damaged.read_bytes() == whole
    assert stages(Lake(tmp_path / "snapshots").current()) == ["MQL"]


@pytest.fixture
def snapshot(tmp_path: Path) -> ParquetSnapshot:
    columns = {
        "person": ["pa", "pb", "pc", "pd"],
        "stage": ["MQL", None, "SAL", "MQL"],
        "score": [1.0, 2.0, 3.0, 4.0],
        "n": [4, 3, 2, 1],
        "because": [["f1"], [], None, ["f2", "f3"]],
    }
    SnapshotFolder(tmp_path).publish({"state": pa.table(columns)}, head(), TEXTS)
    return Lake(tmp_path).current()


def people(snapshot: ParquetSnapshot, *where: Where, **more) -> list[str]:
    return [row["person"] for row in snapshot.rows("state", where=where, **more)]


@pytest.mark.parametrize(
    ("where", "found"),
    [
        (Where("stage", "==", "MQL"), ["pa", "pd"]),
        (Where("stage", "!=", "MQL"), ["pc"]),
        (Where("stage", "is null"), ["pb"]),
        (Where("stage", "is not null"), ["pa", "pc", "pd"]),
        (Where("score", ">=", 3), ["pc", "pd"]),
        (Where("score", "<", 2.5), ["pa", "pb"]),
        (Where("person", "in", ["pd", "pa", "px"]), ["pa", "pd"]),
        (Where("person", "in", []), []),
        (Where("person", "==", "' OR 1=1 --"), []),
    ],
)
def test_rows_are_narrowed_by_plain_comparisons(snapshot: ParquetSnapshot, where: Where, found: list[str]) -> None:
    assert people(snapshot, where) == found


def test_rows_are_ordered_limited_and_cut_to_columns(snapshot: ParquetSnapshot) -> None:
    assert people(snapshot, order=["n"]) == ["pd", "pc", "pb", "pa"]
    assert people(snapshot, order=["-stage", "-n"]) == ["pc", "pa", "pd", "pb"]
    assert people(snapshot, order=["n"], limit=1) == ["pd"]
    assert list(snapshot.rows("state", columns=["because"], limit=3)) == [
        {"because": ["f1"]},
        {"because": []},
        {"because": None},
    ]


def test_columns_are_told_with_their_types(snapshot: ParquetSnapshot) -> None:
    types = {column.name: column.type for column in snapshot.columns("state")}
    assert types == {"person": "text", "stage": "text", "score": "number", "n": "integer", "because": "list of text"}


def test_an_unknown_name_is_refused_with_the_nearest_known_one(snapshot: ParquetSnapshot) -> None:
    with pytest.raises(UsageError, match=r"no table 'stat': did you mean 'state'\?"):
        list(snapshot.rows("stat"))
    with pytest.raises(UsageError, match=r"no table '../../x': it has state"):
        snapshot.parquet("../../x")
    with pytest.raises(UsageError, match=r"table state has no column 'stages': did you mean 'stage'\?"):
        list(snapshot.rows("state", where=[Where("stages", "==", "MQL")]))
