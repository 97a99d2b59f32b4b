"""Records that come in portions are linked as if they had come at once, and only what is new is compared."""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detente.engine import linker, linker_kept, linker_store
from detente.engine.linker_columns import PEOPLE
from detente.engine.linker_context import SURROUNDINGS
from detente.engine.linker_store import link_again
from detente.engine.linking import ANSWERS, MAIL, Linking

NO_MAIL = MAIL.empty_table()
SAID = pa.schema([(name, pa.string()) for name in ANSWERS.names[:4]])
FIRST = "Ada Bruno Carla Dario Elif Farid Greta Hanno Imke Jonas".split()
LAST = "Brenmann Dorfberg Eichfeld Falhofer Griesstein Holbach Kessdorf Lindkamp".split()
Row = dict[str, str | None]


@cache
def crowd() -> tuple[Row, ...]:
    """Records so alike that keys have many holders and chains of likely pairs come about; some in two systems."""
    draw = random.Random(5)
    rows: list[Row] = []
    for person in range(150):
        first, last, firm = draw.choice(FIRST), draw.choice(LAST), draw.randrange(12)
        row: Row = {"first_name": first, "last_name": last, "company": f"Werk {firm} GmbH"}
        row["email"] = f"{first}.{last}{draw.choice(('', person))}@firm{firm}.example".lower()
        row["phone"] = f"+49 30 {draw.choice((2_000_000 + firm, 3_000_000 + person))}"
        for system in ("crm", "map")[: draw.choice((1, 2, 2))]:
            blank = draw.choice((None, "email", "phone", "company"))
            rows.append({"source": system, "record": f"{person}", **row, **({blank: None} if blank else {})})
    return tuple(rows)


@cache
def learned() -> Any:
    return linker.link_people(table(crowd()), said(), NO_MAIL, None, None, 1).parameters


def table(rows: Iterable[Row]) -> pa.Table:
    return pa.Table.from_pylist(list(rows), pa.schema([(name, pa.string()) for name in PEOPLE]))


def said(rows: Sequence[Row] = ()) -> pa.Table:
    return pa.Table.from_pylist(list(rows), SAID)


def again(folder: Path, rows: Iterable[Row], known: Any, same: Sequence[Row] = ()) -> Linking:
    return link_again(folder, table(rows), said(same), NO_MAIL, known, None, 1)


def at_once(folder: Path, rows: Iterable[Row], known: Any, same: Sequence[Row] = ()) -> Linking:
    """Link all records in the surroundings that were seen when those in the folder were linked first."""
    kept = linker_kept.read(folder)
    assert kept is not None

    def look_around(con: Any) -> None:
        for name in SURROUNDINGS:
            con.register(name, pq.read_table(folder / kept.files[name][0]))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(linker, "look_around", look_around)
        return linker.link_people(table(rows), said(same), NO_MAIL, known, None, 1)


@pytest.fixture
def only_new(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test that uses this links all records but for the first time."""
    link_all = linker_store._all

    def first_time(folder: Path, before: Any, *rest: Any) -> Linking:
        assert before is None
        return link_all(folder, before, *rest)

    monkeypatch.setattr(linker_store, "_all", first_time)


@settings(max_examples=6, deadline=None)
@given(st.randoms(use_true_random=False), st.lists(st.integers(1, 60), min_size=1, max_size=3))
def test_in_whatever_portions_they_come_the_same_records_are_one(chance: random.Random, portions: list[int]) -> None:
    rows = list(crowd())
    chance.shuffle(rows)
    same = [
        {"source": "crm", "record": row["record"], "other_source": "map", "other_record": row["record"]}
        for row in chance.sample(rows, 5)
    ]
    come = len(rows) - sum(portions)
    with TemporaryDirectory() as name:
        folder = Path(name)
        found = again(folder, rows[:come], learned(), same)
        for more in portions:
            come += more
            found = again(folder, rows[:come], found.parameters, same)
        whole = at_once(folder, rows, found.parameters, same)
    assert found.pairs.equals(whole.pairs)
    assert found.questions.equals(whole.questions)


@pytest.mark.usefixtures("only_new")
def test_new_records_are_compared_without_linking_all(tmp_path: Path) -> None:
    rows = crowd()
    first = again(tmp_path, rows[:-20], learned())
    more = again(tmp_path, rows, first.parameters)
    assert len(more.pairs) > len(first.pairs)
    assert again(tmp_path, rows, first.parameters).pairs.equals(more.pairs)


@pytest.mark.parametrize("change", ["changed", "gone", "link", "answer"])
def test_what_is_not_new_has_all_records_linked(tmp_path: Path, change: str) -> None:
    rows = list(crowd())
    known = again(tmp_path, rows, learned()).parameters
    pair: Row = {"source": "crm", "record": "1", "other_source": "crm", "other_record": "2"}
    same = [pair] if change == "link" else []
    answers = pa.Table.from_pylist([{**pair, "same": True}] if change == "answer" else [], ANSWERS)
    if change == "changed":
        rows[3] = rows[3] | {"last_name": "Otherwise"}
    if change == "gone":
        del rows[3]
    found = link_again(tmp_path, table(rows), said(same), NO_MAIL, known, answers, 1)
    whole = linker.link_people(table(rows), said(same), NO_MAIL, known, answers, 1)
    assert found.pairs.equals(whole.pairs)


def test_what_is_kept_can_be_thrown_away(tmp_path: Path) -> None:
    rows = crowd()
    first = again(tmp_path, rows, learned())
    next(tmp_path.glob("pairs-*")).unlink()
    assert again(tmp_path, rows, first.parameters).pairs.equals(first.pairs)


def test_killed_before_the_manifest_is_replaced_what_was_kept_before_counts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = crowd()
    first = again(tmp_path, rows[:-20], learned())
    with monkeypatch.context() as patch:
        patch.setattr(linker_kept, "_replace", _killed)
        with pytest.raises(KeyboardInterrupt):
            again(tmp_path, rows, first.parameters)
    assert again(tmp_path, rows[:-20], first.parameters).pairs.equals(first.pairs)
    found = again(tmp_path, rows, first.parameters)
    assert found.pairs.equals(at_once(tmp_path, rows, first.parameters).pairs)


def _killed(*_: Any) -> None:
    raise KeyboardInterrupt
