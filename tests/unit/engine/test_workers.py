"""Pieces of a table: whole groups, in order; what goes wrong in a worker is told."""

from __future__ import annotations

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from detente.core.agreement.agreement import Timeline
from detente.engine import workers
from detente.engine.replaying import replay_persons
from detente.engine.workers import Workers, cut


@given(st.lists(st.integers(1, 7), max_size=8), st.integers(1, 9))
def test_a_table_is_cut_between_groups(sizes: list[int], least: int) -> None:
    table = pa.table({"by": pa.array([f"p{n}" for n, size in enumerate(sizes) for _ in range(size)], pa.string())})
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(workers, "PIECE", least)
        pieces = [piece.column("by").to_pylist() for piece in cut(table, "by")]
    assert [value for piece in pieces for value in piece] == table.column("by").to_pylist()
    groups = [set(piece) for piece in pieces]
    assert sum(map(len, groups)) == len(set().union(*groups))
    assert all(len(piece) >= least for piece in pieces[:-1])


def test_what_goes_wrong_in_a_worker_is_told_with_its_place(agreement: Timeline, monkeypatch) -> None:
    monkeypatch.setattr(workers, "SMALL", 0)
    monkeypatch.setattr(workers, "PIECE", 1)
    incomplete = pa.table({"person": ["pa", "pb", "pc"]})
    with Workers(agreement, 0, 2) as pool, pytest.raises(RuntimeError, match=r"in a worker process:(.|\n)*fact_id"):
        list(pool.judge(replay_persons, incomplete, "person"))
