"""A closing computed later is the closing computed on the day: leads with late facts are replayed, others need not be.

Input: random histories in which facts become known hours to months after they happened.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_company import Company, rows

START = datetime.fromisoformat("2026-09-25T08:00")
KINDS = (
    "form_submit",
    "touch",
    "lead_accept",
    "lead_recycle",
    "lead_discard",
    "lead_qualify",
    "unsubscribe",
    "deal_open",
)
CLOSINGS = {"2026-10-07T18:00": "2026-09", "2026-11-06T18:00": "2026-10"}

EVENT = st.tuples(
    st.integers(0, 45 * 24 * 4),  # quarters of an hour after the start
    st.sampled_from(KINDS),
    st.sampled_from([0, 0, 0, 2, 30, 24 * 9, 24 * 40]),  # hours until it was known
)


def told(histories: list[list[tuple[int, str, int]]]) -> Company:
    company = Company()
    for number, events in enumerate(histories):
        name = f"p{number}"
        company.person(name, START.isoformat(), f"a{number % 2}")
        for place, (quarters, kind, lag) in enumerate(events):
            when = START + timedelta(minutes=15 * quarters)
            payload: dict[str, Any] = {
                "form_submit": {"form": "demo", "channel": "organic"},
                "touch": {"direction": "out", "channel": "call", "automated": False},
                "lead_recycle": {"reason": "not_now"},
                "deal_open": {"deal": f"d{number}-{place}", "amount": 100.0 + quarters},
            }.get(kind, {})
            known = when + timedelta(hours=lag)
            company.happened(name, when.isoformat(), kind, known.isoformat(), **payload)
    return company


KEYS = {
    "periods": ("period", "duty", "part"),
    "credit_totals": ("period", "measure", "rule", "party", "channel"),
}
LEFT_OUT = {"basis", "restated", "expected", "as_of"}


def figures(tables: Mapping[str, pa.Table], basis: str, period: str) -> dict[tuple[Any, ...], dict[str, Any]]:
    """Return the figures of one period on one basis, by what they are."""
    return {
        (name, *(each[key] for key in keys)): {
            column: value for column, value in each.items() if column not in LEFT_OUT
        }
        for name, keys in KEYS.items()
        for each in rows(tables[name], basis=basis, period=period)
    }


@pytest.mark.slow
@settings(max_examples=10)
@given(histories=st.lists(st.lists(EVENT, max_size=8), min_size=1, max_size=5))
def test_a_closing_is_the_same_whenever_it_is_computed(histories: list[list[tuple[int, str, int]]]) -> None:
    company = told(histories)
    later = company.ledger("2027-02-15T12:00").tables
    for closing, period in CLOSINGS.items():
        on_the_day = company.ledger(closing).tables
        assert figures(later, "closed", period) == figures(on_the_day, "settled", period)
