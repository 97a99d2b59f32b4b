"""The content hash sees values and nothing else."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from detente.engine.hashing import canonical, table_hash

SCHEMA = pa.schema(
    [
        ("person", pa.string()),
        ("at", pa.int64()),
        ("share", pa.float64()),
        ("early", pa.bool_()),
        ("because", pa.list_(pa.string())),
    ]
)
values = st.fixed_dictionaries(
    {
        "person": st.none() | st.sampled_from(["", "a", "b", "ab", "é"]),
        "at": st.none() | st.integers(-3, 3),
        "share": st.none() | st.sampled_from([0.0, -0.0, 0.1, float("nan"), float("inf")]),
        "early": st.none() | st.booleans(),
        "because": st.none() | st.lists(st.sampled_from(["", "x", "xy", "y"]), max_size=3),
    }
)
tables = st.lists(values, max_size=6).map(lambda rows: pa.Table.from_pylist(rows, schema=SCHEMA))

TABLE = pa.Table.from_pylist(
    [
        {"person": "a", "at": 1, "share": 0.5, "early": True, "because": ["x", "y"]},
        {"person": "b", "at": None, "share": None, "early": None, "because": []},
        {"person": None, "at": 3, "share": 0.25, "early": False, "because": None},
    ],
    schema=SCHEMA,
)


def comparable(table: pa.Table) -> list[str]:
    """Rows as text, in which minus zero is zero and one NaN is like another; the order does not count."""
    return sorted(
        repr({k: v + 0.0 if isinstance(v, float) else v for k, v in row.items()}) for row in table.to_pylist()
    )


@given(tables, st.randoms(use_true_random=False))
def test_order_chunks_and_coding_do_not_count(table: pa.Table, chance) -> None:
    places = list(range(table.num_rows))
    chance.shuffle(places)
    shuffled = table.take(pa.array(places, pa.int64()))
    half = table.num_rows // 2
    pieces = pa.concat_tables([shuffled.slice(0, half), shuffled.slice(half)])
    coded = pieces.set_column(0, "person", pieces.column("person").dictionary_encode())
    assert table_hash(coded.select(list(reversed(SCHEMA.names)))) == table_hash(table)


@given(tables, tables)
def test_equal_hashes_mean_equal_rows(one: pa.Table, other: pa.Table) -> None:
    assert (table_hash(one) == table_hash(other)) == (comparable(one) == comparable(other))


def test_the_file_does_not_count(tmp_path) -> None:
    hashes = set()
    for compression, group in (("zstd", 1), ("none", 1000)):
        pq.write_table(TABLE, tmp_path / "t.parquet", compression=compression, row_group_size=group)
        hashes.add(table_hash(pq.read_table(tmp_path / "t.parquet")))
    assert hashes == {table_hash(TABLE)}


def test_the_hash_of_known_rows_stays_what_it_is() -> None:
    """It names snapshots: whoever changes how it is computed changes every name."""
    assert table_hash(TABLE) == "c0c1e3598d5b9968560abbec1fcc79085f6e8e9b0a0b5f508fcd3748781bb91d"


@pytest.mark.parametrize(
    "other",
    [
        TABLE.rename_columns(["person", "at", "share", "late", "because"]),
        TABLE.set_column(1, "at", TABLE.column("at").cast(pa.float64())),
        TABLE.slice(1),
        pa.concat_tables([TABLE, TABLE.slice(0, 1)]),
    ],
    ids=["another name", "another type", "a row less", "a row twice"],
)
def test_names_types_and_number_of_rows_count(other: pa.Table) -> None:
    assert table_hash(other) != table_hash(TABLE)


def test_texts_do_not_run_into_each_other() -> None:
    assert table_hash(pa.table({"a": ["ab", "c"]})) != table_hash(pa.table({"a": ["a", "bc"]}))
    assert table_hash(pa.table({"a": [["ab"], ["c"]]})) != table_hash(pa.table({"a": [["a"], ["bc"]]}))
    assert table_hash(pa.table({"a": [["a", "b"], []]})) != table_hash(pa.table({"a": [["a"], ["b"]]}))


def test_canonical_order_is_by_keys_then_by_all_columns() -> None:
    table = pa.table({"a": [2, 1, None, 1], "b": ["x", "y", "x", "x"]})
    assert canonical(table).to_pylist() == [
        {"a": 1, "b": "x"},
        {"a": 1, "b": "y"},
        {"a": 2, "b": "x"},
        {"a": None, "b": "x"},
    ]
    assert canonical(table, ["b"]).column("a").to_pylist() == [1, 2, None, 1]


def test_a_type_that_snapshots_do_not_hold_is_refused() -> None:
    with pytest.raises(TypeError, match="not timestamp"):
        table_hash(pa.table({"at": pa.array([0], pa.timestamp("us"))}))
