"""Bad records of every class, one for each good one: each is set aside at its place, and no good one is lost.

The records are those of `detente bench malformed`, with lower limits and fewer of them. DETENTE_LONG=1 takes 50,000.
"""

from __future__ import annotations

import importlib
import os
import sys
from pathlib import Path

import pytest

from .importing import limits

BENCH = Path(__file__).resolve().parents[3] / "bench"
ROWS = 25_000 if os.environ.get("DETENTE_LONG") else 1_500
BOUNDS = {"field": 2_000, "line": 6_000, "quoted_field": 1_500, "quoted_lines": 20, "rows": 10_000}
CSV_CLASSES, JSON_CLASSES = 23, 21


@pytest.fixture(scope="module")
def bench():
    sys.path.insert(0, str(BENCH))
    yield importlib.import_module("malformed_bench")
    sys.path.remove(str(BENCH))


@pytest.mark.parametrize("chunk", [1 << 16, 4_096])
@pytest.mark.parametrize("seed", [1, 2])
def test_every_class_of_bad_csv_record_costs_itself_alone(bench, chunk: int, seed: int) -> None:
    bounds = limits(**BOUNDS, chunk=chunk)
    found = bench.judged("events.csv", bench.malformed.csv_corpus(ROWS, seed, bounds), bounds)
    assert found.exact, found
    assert len(found.classes) == CSV_CLASSES
    assert found.bad == found.good >= ROWS


@pytest.mark.parametrize("seed", [1, 2])
def test_every_class_of_bad_json_line_costs_itself_alone(bench, seed: int) -> None:
    bounds = limits(**BOUNDS, chunk=1 << 16)
    found = bench.judged("events.jsonl", bench.malformed.json_corpus(ROWS, seed, bounds), bounds)
    assert found.exact, found
    assert len(found.classes) == JSON_CLASSES
    assert found.bad == found.good >= ROWS - JSON_CLASSES


def test_a_record_in_the_wrong_place_or_class_or_lost_would_be_told(bench) -> None:
    bounds = limits(**BOUNDS, chunk=1 << 16)
    corpus = bench.malformed.json_corpus(100, 1, bounds)
    (place, _), (other, _), *rest = corpus.bad.items()
    claimed = dict(rest) | {other: "nul", (place[0], place[1] + 1): "nul"}
    wrong = bench.malformed.Corpus(corpus.content, claimed, corpus.good | {"lost"})
    found = bench.judged("events.jsonl", wrong, bounds)
    assert (found.not_set_aside, found.set_aside_for_nothing, found.good_lost) == (1, 1, 1)
    assert not found.exact
