"""Replaying whom an arrival touches, and whose instant has come, gives what replaying everybody gives."""

from __future__ import annotations

import random
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from tests.unit.replay.rich_strategies import UNHELD, Told, rich_histories, told
from tests.unit.replay.strategies import START, documents, histories, text_of
from tests.unit.replay.test_kernel import lead_of

from detente.core.agreement.agreement import Timeline
from detente.core.agreement.expressions import DAY, HOUR
from detente.core.agreement.reader import read_timeline
from detente.core.facts.fact import Fact
from detente.core.replay.history import history
from detente.core.replay.shapes import Column
from detente.engine.hashing import table_hash
from detente.engine.incremental import ReplayStore
from detente.engine.store_facts import TEXTS, Arrivals, buckets_of
from detente.engine.store_results import RESULTS
from detente.engine.store_words import Words

ROOT = Path(__file__).resolve().parents[3]
NORTHWIND = ROOT / "examples/northwind/agreement.yaml"

Held = tuple[str, Fact]
"""A fact, and whose it is."""


def agreed(documents: Sequence[dict[str, Any]]) -> Timeline:
    timeline, _ = read_timeline([(f"v{n}.yaml", text_of(each)) for n, each in enumerate(documents)])
    assume(timeline is not None)
    assert timeline is not None
    return timeline


@cache
def northwind() -> Timeline:
    agreement, problems = read_timeline([(NORTHWIND.name, NORTHWIND.read_text(encoding="utf-8"))])
    assert agreement is not None, problems
    return agreement


def arrivals(words: Words, facts: Sequence[Held]) -> Arrivals:
    """Facts as numbers; amounts stand in a column, as values do of which there are many."""
    instants = np.array([(fact.occurred_at, fact.known_at) for _, fact in facts], np.int64).reshape(-1, 2)
    amounts = [_amount(fact) for _, fact in facts]
    shapes = [
        words.book.number(fact.kind, {**fact.payload, **({} if amount is None else {"amount": Column(0)})})
        for (_, fact), amount in zip(facts, amounts, strict=True)
    ]
    texts = {
        "source": [fact.source for _, fact in facts],
        "source_id": [fact.source_id for _, fact in facts],
        "fact_id": [fact.id for _, fact in facts],
    }
    return Arrivals(
        persons=pa.array([person for person, _ in facts], pa.string()),
        t=instants[:, 0].copy(),
        known=instants[:, 1].copy(),
        shape=np.array(shapes, np.int32),
        columns=np.array([[amount or 0.0 for amount in amounts]]),
        texts=pa.table({name: pa.array(texts[name], pa.string()) for name in TEXTS}),
    )


def _amount(fact: Fact) -> float | None:
    value = fact.payload.get("amount")
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def built(path: Path, agreement: Timeline, facts: Sequence[Held], as_of: int, buckets: int = 2) -> ReplayStore:
    words = Words(agreement)
    given = arrivals(words, facts)
    store = ReplayStore.build(path, words, buckets_of(given, words.is_event(), buckets), columns=1)
    store.replay_all(as_of)
    return store


def hashes(store: ReplayStore) -> dict[str, str]:
    """The content hash of every table of results, in words: numbers of leads and texts differ from store to store."""
    timeline, words = store.timeline(), store.words.texts
    found = {}
    for name in RESULTS:
        parts = []
        for number in range(store.manifest.buckets):
            leads = timeline.bucket(number)
            columns = store.results(name, number)
            who = timeline.persons(leads).take(pa.array(np.searchsorted(leads, columns.pop("lead"))))
            for column in {"arm", "grade", "target", "route", "owner", "rule", "persona"} & columns.keys():
                codes = columns[column].tolist()
                columns[column] = pa.array([words[code] if code >= 0 else None for code in codes], pa.string())
            parts.append(pa.table({"person": who, **columns}))
        found[name] = table_hash(pa.concat_tables(parts))
    return found


def facts_hash(store: ReplayStore) -> str:
    """The content hash of the facts, with persons and payloads in words."""
    timeline, shapes = store.timeline(), store.words.shapes
    parts = []
    for number in range(store.manifest.buckets):
        leads = timeline.bucket(number)
        run = timeline.read(leads)
        texts = run.texts(np.arange(len(run.t)))
        parts.append(
            pa.table({
                "person": timeline.persons(leads).take(pa.array(np.searchsorted(leads, run.lead))),
                "t": run.t, "known": run.known, "amount": run.columns[0],
                "shape": pa.array([repr(shapes[shape]) for shape in run.shape.tolist()], pa.string()),
                **{name: texts.column(name) for name in TEXTS},
            })
        )  # fmt: skip
    return table_hash(pa.concat_tables(parts))


def settle(agreement: Timeline, leads: Sequence[list[Fact]]) -> list[Held]:
    """Each fact once, with the facts that decisions set, as the timeline gives them."""
    return [
        (f"p{number}", fact)
        for number, facts in enumerate(leads)
        for fact in history(agreement, facts, START + 1000 * DAY)[0]
    ]


def step_by_step(
    path: Path, agreement: Timeline, facts: list[Held], instants: list[int], chance: random.Random
) -> None:
    """Let facts arrive in pieces, some long after they were known, and compare with a store made anew each time."""
    waiting = sorted(facts, key=lambda held: held[1].known_at)
    there = [held for held in waiting if held[1].known_at <= instants[0] and chance.random() < 0.7]
    store = built(path / "kept", agreement, there, instants[0])
    for number, as_of in enumerate(instants[1:]):
        come = [held for held in waiting if held not in there and held[1].known_at <= as_of and chance.random() < 0.7]
        there += come
        reopened = ReplayStore.open(path / "kept", agreement)
        assert reopened is not None
        store = reopened
        store.arrive(arrivals(store.words, come) if come else None, as_of)
        anew = built(path / f"anew-{number}", agreement, there, as_of)
        assert hashes(store) == hashes(anew)
        assert facts_hash(store) == facts_hash(anew)


hours = st.lists(st.integers(0, 90), min_size=2, max_size=4).map(sorted)


@settings(max_examples=20)
@given(documents(), st.lists(histories(late=True), min_size=1, max_size=4), hours, st.randoms(use_true_random=False))
def test_on_plain_agreements(
    tmp_path_factory: pytest.TempPathFactory, document: dict[str, Any], leads: list[list[Fact]], at: list[int],
    chance: random.Random,
) -> None:  # fmt: skip
    agreement = agreed([document])
    instants = [START + hour * HOUR // 4 for hour in at]
    step_by_step(tmp_path_factory.mktemp("store"), agreement, settle(agreement, leads), instants, chance)


@settings(max_examples=20)
@given(told(), st.lists(rich_histories(), min_size=1, max_size=4), hours, st.randoms(use_true_random=False))
def test_on_agreements_with_clocks_routes_consent_and_versions(
    tmp_path_factory: pytest.TempPathFactory, case: Told, leads: list[list[Fact]], at: list[int], chance: random.Random
) -> None:
    # What no sum holds is replayed by the interpreter, on the line; the store has the kernel alone.
    assume(not any(value in UNHELD for facts in leads for fact in facts for value in fact.payload.values()))
    agreement = agreed(case.versions)
    instants = [START + hour * HOUR for hour in at]
    step_by_step(tmp_path_factory.mktemp("store"), agreement, settle(agreement, leads), instants, chance)


@settings(max_examples=12)
@given(st.integers(0, 10**6), st.lists(st.integers(0, 230 * 24), min_size=2, max_size=5).map(sorted))
def test_on_the_sample_company_whose_clocks_run_on_and_whose_points_expire(
    tmp_path_factory: pytest.TempPathFactory, seed: int, at: list[int]
) -> None:
    chance = random.Random(seed)
    agreement = northwind()
    assert not Words(agreement).moves_by_itself()
    leads = [lead_of(chance, number) for number in range(6)]
    instants = [START + hour * HOUR for hour in at]
    step_by_step(tmp_path_factory.mktemp("store"), agreement, settle(agreement, leads), instants, chance)
