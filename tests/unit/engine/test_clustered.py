"""One person's facts are sought in a published timeline, wherever row groups begin and end."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from detente.core.errors import InputError
from detente.engine.clustered import ClusteredFile
from detente.engine.histories import COLUMNS
from detente.engine.lake import Lake
from detente.engine.snapshot import CLUSTERED, SnapshotFolder

from .test_snapshot import TEXTS, head

NAMES = st.text("ab\u00e9\U0001f600", min_size=1, max_size=3)


@given(st.lists(st.tuples(NAMES, st.integers(1, 9))), st.integers(0, 3), st.integers(1, 7), NAMES)
def test_the_rows_found_are_those_a_scan_finds(
    tmp_path_factory: pytest.TempPathFactory, people: list[tuple[str, int]], nobodys: int, group: int, asked: str
) -> None:
    persons: list[str | None] = sorted(name for name, facts in people for _ in range(facts))
    persons += [None] * nobodys
    table = pa.table({"person": pa.array(persons, pa.string()), "row": list(range(len(persons)))})
    path = tmp_path_factory.mktemp("clustered") / "table.parquet"
    pq.write_table(table, path, row_group_size=group)
    file = ClusteredFile(path, "person")
    for name in {asked, *(name for name, _ in people)}:
        wanted = [row for row, person in enumerate(persons) if person == name]
        assert file.rows(name, ["row"]).column("row").to_pylist() == wanted


def test_several_threads_may_seek_at_once(tmp_path: Path) -> None:
    people, facts = 40, 500
    words = [f"{n:064d}" for n in range(people * facts)]
    table = pa.table({"person": [f"p{n // facts:02d}" for n in range(people * facts)], "word": words})
    pq.write_table(table, tmp_path / "table.parquet", row_group_size=700, compression="zstd")
    file = ClusteredFile(tmp_path / "table.parquet", "person")

    def seek(turn: int) -> bool:
        who = turn * 7 % people
        return file.rows(f"p{who:02d}", ["word"]).column("word").to_pylist() == words[who * facts : (who + 1) * facts]

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(seek, range(1_000)))


def test_a_timeline_that_was_removed_is_refused_with_the_remedy(tmp_path: Path) -> None:
    table = pa.table({name: pa.nulls(1, pa.string()) for name in COLUMNS})
    SnapshotFolder(tmp_path).publish({"timeline": table}, head(), TEXTS)
    snapshot = Lake(tmp_path).current()
    assert snapshot.facts("nobody") == []
    snapshot.parquet("timeline").unlink()
    with pytest.raises(InputError, match="no longer there"):
        snapshot.facts("nobody")


def test_a_snapshot_gives_the_facts_of_one_person_in_their_order(tmp_path: Path) -> None:
    facts = 3 * CLUSTERED["timeline"]
    columns = {name: pa.nulls(facts, pa.string()) for name in COLUMNS}
    columns |= {
        "person": pa.array([f"p{n // 5000:02d}" for n in range(facts)]),
        "fact_id": pa.array([f"f{n}" for n in range(facts)]),
        "kind": pa.array(["touch"] * facts),
        "source": pa.array(["crm"] * facts),
        "occurred_at": pa.array(range(facts)),
        "known_at": pa.array(range(1, facts + 1)),
        "channel": pa.array(["call"] * facts),
        "automated": pa.array([False] * facts),
        "amount": pa.array([None] * facts, pa.float64()),
        "extra": pa.array(['{"n": 1}'] * facts),
    }
    SnapshotFolder(tmp_path).publish({"timeline": pa.table(columns)}, head(), TEXTS)
    snapshot = Lake(tmp_path).current()
    found = snapshot.facts("p01")
    assert [fact.id for fact in found] == [f"f{n}" for n in range(5000, 10_000)]
    assert (found[0].occurred_at, found[0].known_at, found[0].source_id) == (5000, 5001, "")
    assert found[0].payload == {"channel": "call", "automated": False, "n": 1}
    assert snapshot.facts("nobody") == []
