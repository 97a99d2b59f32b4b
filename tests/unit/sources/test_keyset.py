"""Reading what changed leaves no row out, however many share an instant and whatever changes meanwhile."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detente.core.errors import SourceRefused
from detente.sources.kit.connector import Row
from detente.sources.kit.keyset import Keyset, Place

KEYSET = Keyset("contacts", modified=lambda row: int(row["modified"]), id=lambda row: row["id"], overlap=10)


class System:
    """A system that can be asked for what lies behind a place, `size` rows a time."""

    def __init__(self, rows: Sequence[Row], size: int = 3) -> None:
        self.rows = list(rows)
        self.size = size

    def behind(self, place: Place) -> list[Row]:
        ordered = sorted(self.rows, key=lambda row: (row["modified"], row["id"]))
        behind = [
            row
            for row in ordered
            if row["modified"] > place.modified
            or (row["modified"] == place.modified and (place.id is None or row["id"] > place.id))
        ]
        return behind[: self.size]

    def since(self, since: int, last: Any) -> list[Row]:
        ordered = sorted(self.rows, key=lambda row: int(row["id"]))
        return [row for row in ordered if row["modified"] >= since and (last is None or row["id"] > last)][: self.size]

    def newest(self) -> int | None:
        return max((int(row["modified"]) for row in self.rows), default=None)


def row(number: int, modified: int) -> Row:
    return {"id": number, "modified": modified}


changes = st.lists(st.tuples(st.integers(0, 12), st.integers(0, 40)), max_size=40)


@given(changes, changes, st.integers(1, 5))
def test_every_state_of_every_row_is_read_across_two_runs(
    first: list[tuple[int, int]], later: list[tuple[int, int]], size: int
) -> None:
    state = dict(first)
    system = System([row(*each) for each in state.items()], size)
    pages = list(KEYSET.by_modified(system.behind, {}))
    assert {each["id"] for page in pages for each in page.rows} == set(state)
    newest = max(state.values(), default=0)
    state |= {number: max(newest + moved - 10, 0) for number, moved in later}
    system.rows = [row(*each) for each in state.items()]
    again = list(KEYSET.by_modified(system.behind, pages[-1].cursor or {} if pages else {}))
    read = {(each["id"], each["modified"]) for page in pages + again for each in page.rows}
    assert set(state.items()) <= read


def test_a_thousand_rows_of_one_instant_at_the_edge_of_a_page() -> None:
    system = System([*(row(number, 500) for number in range(1_000)), row(7_000, 501)], size=100)
    pages = list(KEYSET.by_modified(system.behind, {}))
    assert [each["id"] for page in pages for each in page.rows] == [*range(1_000), 7_000]
    assert pages[-1].cursor == {"modified": 501}


def test_a_row_that_changes_while_it_is_read_is_seen_at_its_new_place() -> None:
    system = System([row(number, number) for number in range(9)])
    pages = KEYSET.by_modified(system.behind, {})
    next(pages)
    system.rows[5] = row(5, 100)
    assert row(5, 100) in [each for page in pages for each in page.rows]


def test_rows_out_of_order_are_refused() -> None:
    batches = iter([[row(1, 5), row(2, 4)]])
    with pytest.raises(SourceRefused, match="contacts: its rows do not come in the order of their times of change"):
        list(KEYSET.by_modified(lambda _: next(batches, []), {}))


def test_a_system_that_shows_the_same_rows_again_is_refused() -> None:
    with pytest.raises(SourceRefused, match="do not come in the order"):
        list(KEYSET.by_modified(lambda _: [row(1, 5)], {}))


@given(changes, st.integers(1, 5))
def test_in_the_order_of_ids_every_row_is_read_and_the_next_run_begins_where_this_one_did(
    first: list[tuple[int, int]], size: int
) -> None:
    state = dict(first)
    system = System([row(*each) for each in state.items()], size)
    pages = list(KEYSET.by_id(system.newest, system.since, {}))
    assert [each["id"] for page in pages for each in page.rows] == sorted(state)
    if state:
        assert pages[-1].cursor == {"modified": max(state.values())}


def test_a_run_that_ended_midway_goes_on_behind_the_last_id() -> None:
    system = System([row(number, 20 - number) for number in range(9)])
    cursor = next(KEYSET.by_id(system.newest, system.since, {})).cursor or {}
    system.rows[0] = row(0, 90)
    rest = list(KEYSET.by_id(system.newest, system.since, cursor))
    assert [each["id"] for page in rest for each in page.rows] == [3, 4, 5, 6, 7, 8]
    after = list(KEYSET.by_id(system.newest, system.since, rest[-1].cursor or {}))
    assert row(0, 90) in [each for page in after for each in page.rows]


def test_ids_out_of_order_are_refused() -> None:
    with pytest.raises(SourceRefused, match="order of their ids"):
        list(KEYSET.by_id(lambda: 5, lambda *_: [row(2, 5), row(1, 5)], {}))


def test_nothing_to_read_leaves_the_cursor_alone() -> None:
    assert list(KEYSET.by_id(lambda: None, lambda *_: [], {})) == []
    assert list(KEYSET.by_modified(lambda _: [], {"modified": 7})) == []
