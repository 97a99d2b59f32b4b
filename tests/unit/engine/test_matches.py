"""What the linkers learn from the records of a workspace, and when they learn anew."""

from __future__ import annotations

import pyarrow as pa
import pytest

from detente.app.ports.identity import Learned
from detente.core.identity.decisions import Decided, Pair, Record, Unit, Verb
from detente.engine.matches import ENOUGH, answers, pairs_table
from detente.store.identity_log import open_identity_log

COLUMNS = ("name", "domain", "website", "phone", "address", "city", "postal_code", "country")
FIRST = ("Harbour", "Quay", "Pier", "Anchor", "Mast", "Keel", "Sail", "Bow", "Stern", "Tide", "Reef", "Buoy")
SECOND = ("Foods", "Metals", "Paper", "Optics", "Timber", "Textiles", "Tools", "Glass", "Motors", "Energy")


def firms(number: int) -> pa.Table:
    """Return records of companies: each stands in two systems, under its name and its domain."""
    rows = []
    for n in range(number):
        name = f"{FIRST[n // 2 % 12]} {SECOND[n // 24 % 10]} {n // 240 or ''}".strip()
        known = dict.fromkeys(COLUMNS) | {"name": name, "domain": f"{name.lower().replace(' ', '-')}.example"}
        rows.append({"source": ("crm", "erp")[n % 2], "record": str(n), **known})
    text = pa.string()
    return pa.Table.from_pylist(rows, schema=pa.schema([(name, text) for name in ("source", "record", *COLUMNS)]))


@pytest.fixture
def tables():
    text = pa.string()
    links = [(name, text) for name in ("source", "record", "relation", "other_source", "other_record")]
    return lambda number: {
        "firms": firms(number),
        "people": pa.table({"source": pa.array([], text), "record": pa.array([], text)}),
        "links": pa.schema(links).empty_table(),
    }


def test_too_few_records_teach_nothing(tables, tmp_path) -> None:
    log = open_identity_log(tmp_path / "detente.db")
    assert pairs_table(tables(ENOUGH - 1), log, 1).num_rows == 0
    assert log.learned(Unit.ACCOUNT) is None


def test_what_was_learned_is_kept_until_the_records_have_doubled(tables, tmp_path) -> None:
    log = open_identity_log(tmp_path / "detente.db")
    pairs = pairs_table(tables(ENOUGH), log, 1)
    assert set(pairs["unit"].to_pylist()) == {"account"}
    assert set(pairs["verdict"].to_pylist()) <= {"merge", "ask", "apart"}
    learned = log.learned(Unit.ACCOUNT)
    assert learned is not None
    assert learned.records == ENOUGH
    assert pairs_table(tables(ENOUGH), log, 2) == pairs
    pairs_table(tables(2 * ENOUGH - 1), log, 3)
    assert log.learned(Unit.ACCOUNT) == learned
    pairs_table(tables(2 * ENOUGH), log, 4)
    again = log.learned(Unit.ACCOUNT)
    assert again is not None
    assert again.records == 2 * ENOUGH


def test_what_another_version_learned_is_learned_anew(tables, tmp_path) -> None:
    log = open_identity_log(tmp_path / "detente.db")
    pairs = pairs_table(tables(ENOUGH), log, 1)
    learned = log.learned(Unit.ACCOUNT)
    log.learn(Unit.ACCOUNT, Learned(ENOUGH, '{"levels": "of another version"}'), 2)
    assert pairs_table(tables(ENOUGH), log, 3) == pairs
    assert log.learned(Unit.ACCOUNT) == learned


def test_what_people_decided_is_what_linkers_are_told() -> None:
    one, other, third = Record("crm", "1"), Record("erp", "7"), Record("erp", "8")
    decided = [
        Decided(1, Unit.ACCOUNT, Verb.SAME, Pair(one, other), "ann", 1),
        Decided(2, Unit.ACCOUNT, Verb.APART, Pair(one, third), "ann", 1),
        Decided(3, Unit.PERSON, Verb.SAME, Pair(one, third), "ann", 1),
        Decided(4, Unit.ACCOUNT, Verb.UNDO, Pair(one, other), "ann", 1, undoes=1),
    ]
    (row,) = answers(Unit.ACCOUNT, decided).to_pylist()
    assert row == {"source": "crm", "record": "1", "other_source": "erp", "other_record": "8", "same": False}
