"""A database is read on from no later than the last change that was seen, whatever kind of value says when."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detente.sources.sql.cursor import from_the_future, start_of, to_cursor

MOMENTS = st.datetimes(datetime(1971, 1, 1), datetime(2099, 1, 1))
CHANGES = st.one_of(
    MOMENTS,
    MOMENTS.map(lambda moment: moment.replace(tzinfo=UTC)),
    MOMENTS.map(lambda moment: moment.date()),
    MOMENTS.map(lambda moment: moment.isoformat(sep=" ")),
    MOMENTS.map(lambda moment: moment.isoformat() + "Z"),
    MOMENTS.map(lambda moment: moment.date().isoformat()),
    st.integers(0, 2**63),
    st.decimals(0, 10**20, places=3),
)
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


@given(CHANGES, st.integers(0, 1_000_000))
def test_no_change_is_stepped_over(change: Any, overlap: int) -> None:
    cursor = to_cursor(change)
    assert cursor is not None
    start = start_of(json.loads(json.dumps(cursor)), overlap)
    assert start <= change
    if isinstance(change, datetime):
        assert change - start == timedelta(seconds=overlap)


@pytest.mark.parametrize("cursor", [{}, {"kind": "number", "modified": "x"}, {"kind": "datetime", "modified": None}])
def test_what_is_no_cursor_reads_everything(cursor: dict[str, Any]) -> None:
    assert start_of(cursor, 300) is None


@pytest.mark.parametrize(
    ("change", "future"),
    [
        (NOW + timedelta(minutes=9), False),
        (NOW + timedelta(minutes=11), True),
        (datetime(2026, 3, 2, 1), False),
        (datetime(2026, 3, 2, 3), True),
        (date(2026, 3, 2), False),
        (date(2026, 3, 3), True),
        ("2026-03-02 01:00:00", False),
        ("2999-01-01T00:00:00Z", True),
        (10**30, False),
        ("not a time", False),
        (None, False),
    ],
)
def test_the_future_begins_where_no_clock_can_be(change: object, future: bool) -> None:
    assert from_the_future(change, NOW) is future


@pytest.mark.parametrize("change", [None, b"\x00", True, Decimal("NaN"), float("inf")])
def test_a_value_without_an_order_leaves_the_cursor_where_it_is(change: object) -> None:
    cursor = to_cursor(change)
    assert cursor is None or start_of(cursor, 300) is None
