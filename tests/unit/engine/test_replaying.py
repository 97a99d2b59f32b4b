"""Whichever replays, the compiled kernel or the interpreter, the tables are the same; and which one did is told."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.replay.rich_strategies import UNHELD, Told, told
from tests.unit.replay.strategies import START
from tests.unit.replay.test_kernel import NORTHWIND, compiled, read

from detente.core.agreement.agreement import Timeline
from detente.core.agreement.expressions import DAY, HOUR
from detente.core.agreement.reader import read_timeline
from detente.core.facts.fact import ENRICH, Fact
from detente.core.facts.rows import payload_columns
from detente.core.facts.schema import FACT_COLUMNS
from detente.engine import kernel_batch, kernel_payloads, replaying
from detente.engine.hashing import table_hash
from detente.engine.kernel_home import KernelHome
from detente.engine.replaying import ROWS, Replay
from detente.engine.workers import Workers

_ARROW = {"string": pa.string(), "int64": pa.int64(), "double": pa.float64(), "bool": pa.bool_()}
SCHEMA = pa.schema([("person", pa.string()), *((column.name, _ARROW[column.type]) for column in FACT_COLUMNS)])


class Here(KernelHome):
    """The kernel that this process has imported already."""

    def missing(self) -> str | None:
        return None

    def load(self) -> str | None:
        return None


class Later(Here):
    """A kernel that comes while the interpreter is at work."""

    asked = 0

    def missing(self) -> str | None:
        self.asked += 1
        return "it is being compiled" if self.asked == 1 else None


def rows_of(leads: Sequence[Sequence[Fact]]) -> pa.Table:
    """Return the histories as the timeline has them: clustered by person, in replay order."""
    rows = []
    for number, facts in enumerate(leads):
        for fact in sorted(facts, key=lambda f: (f.occurred_at, f.kind != ENRICH, f.source, f.source_id, f.id)):
            row = {"person": f"p{number:04d}", "fact_id": f"{number}.{fact.id}", "subject": "person", "load_id": "l"}
            row |= {"source": fact.source, "source_id": fact.source_id or None, "kind": fact.kind}
            row |= {"occurred_at": fact.occurred_at, "known_at": fact.known_at, **payload_columns(fact.payload)}
            rows.append(row | {"amount": None if row["amount"] is None else float(row["amount"])})
    return pa.Table.from_pylist(rows, schema=SCHEMA)


def replayed(
    timeline: Timeline, rows: pa.Table, as_of: int, home: KernelHome | None, few: int = 0
) -> tuple[dict[str, pa.Table], str]:
    with Workers(timeline, as_of, 1) as workers:
        replay = Replay(workers, home, few=few)
        return replay.tables(rows, lambda *_: None), replay.note()


def assert_same(found: dict[str, pa.Table], reference: dict[str, pa.Table]) -> None:
    for name in ROWS:
        assert found[name].schema == reference[name].schema
        assert found[name].to_pylist() == reference[name].to_pylist(), name
        assert table_hash(found[name]) == table_hash(reference[name])


@pytest.fixture
def home(tmp_path: Path) -> KernelHome:
    return Here(tmp_path)


def a_fact(number: int, kind: str, hours: float, payload: dict[str, Any] | None = None, **more: Any) -> Fact:
    at = int(START + hours * HOUR)
    return Fact(**{"id": f"{number:03d}", "kind": kind, "occurred_at": at, "known_at": at, "source": "crm",
                   "payload": payload or {}} | more)  # fmt: skip


@given(told(), told(), st.sampled_from([0, 64]))
def test_both_find_the_same_tables(case: Told, other: Told, many: int) -> None:
    timeline, rows = compiled(case.versions), rows_of([case.facts, other.facts, case.facts[:5]])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(kernel_payloads, "MANY", many)
        patch.setattr(kernel_batch, "PIECE", 7)
        found, note = replayed(timeline, rows, case.as_of, Here(Path("nowhere")))
    reference, _ = replayed(timeline, rows, case.as_of, None)
    assert_same(found, reference)
    people = len(set(rows.column("person").to_pylist()))
    if not any(value in UNHELD for facts in (case.facts, other.facts) for f in facts for value in f.payload.values()):
        assert note == ("" if people == 0 else f"{people} people by the compiled kernel")


def test_what_was_said_twice_counts_once_and_what_says_nothing_not_at_all(home: KernelHome) -> None:
    timeline = read(NORTHWIND)
    demo, fit = {"form": "demo"}, {"person.email": "a@b.example", "company.employees": 300, "company.country": "DE"}
    facts = [
        a_fact(1, ENRICH, 0, fit),
        a_fact(2, ENRICH, 0.5),
        a_fact(3, "form_submit", 1, demo, source="web"),
        a_fact(4, "form_submit", 1, demo, known_at=START + 3 * HOUR),
        a_fact(5, "form_submit", 1, demo, source_id="f5"),
        a_fact(6, "form_submit", 1, {"form": "asset"}),
        a_fact(7, "form_submit", 2, demo, known_at=START + HOUR),  # later than it was known
        a_fact(8, "form_submit", 3, demo, known_at=START + 900 * HOUR),  # not known yet
        *(a_fact(n, "webinar_attend", 3.5, known_at=int(START + 3.45 * HOUR)) for n in (20, 21)),  # a fast clock
        a_fact(9, "lead_discard", 4, {"reason": "asked_to_stop"}),
        a_fact(10, "touch", 5, {"channel": "email", "direction": "out", "automated": False}),
    ]
    rows = rows_of([facts, [a_fact(1, "page_view", 2)], [a_fact(1, "page_view", 2, known_at=START)]])
    found, _ = replayed(timeline, rows, START + 10 * DAY, home)
    reference, _ = replayed(timeline, rows, START + 10 * DAY, None)
    assert_same(found, reference)
    assert found["consents"].num_rows > 0
    assert found["state"].num_rows == 3


def test_a_number_with_too_many_digits_leaves_its_lead_to_the_interpreter(home: KernelHome) -> None:
    timeline = read(NORTHWIND)
    fit = {"person.email": "a@b.example", "company.employees": 2**53 + 1}
    leads = [[a_fact(1, ENRICH, 0, {**fit, "company.employees": 10})], [a_fact(1, ENRICH, 0, fit)]]
    rows = rows_of([*leads, leads[0]])
    found, note = replayed(timeline, rows, START + DAY, home)
    assert_same(found, replayed(timeline, rows, START + DAY, None)[0])
    assert note.startswith("2 people by the compiled kernel; 1 people by the interpreter (a number has more digits")


def test_an_agreement_that_the_kernel_refuses_is_replayed_by_the_interpreter(
    home: KernelHome, texts: list[tuple[str, str]]
) -> None:
    more = "".join(
        f"  S{n}: {{id: stage.s{n}, owner: sales, basis: recorded, enter: {{event: touch}}}}\n" for n in range(70)
    )
    timeline, problems = read_timeline([(name, text.replace("sla:\n", more + "sla:\n")) for name, text in texts])
    assert timeline is not None, problems
    rows = rows_of([[a_fact(1, ENRICH, 0, {"person.email": "a@b.example"})]])
    found, note = replayed(timeline, rows, START + DAY, home)
    assert found["entries"].num_rows == 1
    assert note == ("1 people by the interpreter (the versions name more than 62 stages together; join some of them)")


def test_few_facts_are_not_worth_loading_the_kernel(home: KernelHome, agreement: Timeline) -> None:
    with Workers(agreement, START + DAY, 1) as workers:
        replay = Replay(workers, home)
        replay.tables(rows_of([[a_fact(1, "touch", 0)]]), lambda *_: None)
    assert replay.note() == "1 people by the interpreter (so few facts that loading the compiled kernel takes longer)"


def test_a_kernel_that_comes_meanwhile_replays_the_rest(
    tmp_path: Path, agreement: Timeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(replaying, "TURN", 2)
    rows = rows_of([[a_fact(n, ENRICH, n, {"person.email": f"{lead}@b.example"}) for n in range(2)] for lead in "abc"])
    found, note = replayed(agreement, rows, START + DAY, Later(tmp_path))
    assert_same(found, replayed(agreement, rows, START + DAY, None)[0])
    assert note == "1 people by the interpreter (it is being compiled); 2 people by the compiled kernel"


def test_a_long_history_waits_for_the_kernel_and_nobody_else_does(
    home: KernelHome, agreement: Timeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(replaying, "LONG", 2)
    rows = rows_of([[a_fact(n, "page_view", n) for n in range(3)], [a_fact(9, "page_view", 1)]])
    found, note = replayed(agreement, rows, START + DAY, home, few=8)
    reference, _ = replayed(agreement, rows, START + DAY, None)
    assert_same(found, reference)
    assert "1 people by the compiled kernel" in note
    assert "1 people by the interpreter (so few facts" in note


def test_how_far_the_replay_is_is_told_by_people(home: KernelHome, agreement: Timeline) -> None:
    rows, seen = rows_of([[a_fact(1, "touch", 0)]] * 3), []
    with Workers(agreement, START + DAY, 1) as workers:
        Replay(workers, home, few=0).tables(rows, lambda *told: seen.append(told))
    assert seen[-1] == (3, 3)


def test_nobody_is_replayed_by_nobody(home: KernelHome, agreement: Timeline) -> None:
    found, note = replayed(agreement, rows_of([]), START, home)
    assert [found[name].num_rows for name in ROWS] == [0] * len(ROWS)
    assert note == ""
