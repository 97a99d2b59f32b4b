"""A system that answers badly costs a few requests, and nothing else: what is landed in the end is the same.

`DETENTE_FAULT_SCENARIOS` sets how many days are lived through. They are those of bench/faults_bench.py, which gave the
figures in docs/benchmarks.md.
"""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

BENCH = Path(__file__).parents[2] / "bench"
SCENARIOS = int(os.environ.get("DETENTE_FAULT_SCENARIOS", "25"))

pytestmark = [pytest.mark.slow, pytest.mark.timeout(120 + 20 * SCENARIOS)]


@pytest.fixture(scope="module")
def bench() -> Iterator[ModuleType]:
    sys.path.insert(0, str(BENCH))
    yield importlib.import_module("faults_bench")
    sys.path.remove(str(BENCH))


@pytest.mark.parametrize("seed", range(1, SCENARIOS + 1))
def test_a_bad_day_ends_as_a_good_one(bench: ModuleType, seed: int) -> None:
    outcome = bench.outcome(bench.Scenario.of(seed))
    assert outcome.good, outcome


def test_every_fault_is_among_the_days_that_are_lived_through(bench: ModuleType) -> None:
    planned = {fault for seed in range(1, 201) for fault in bench.Scenario.of(seed).plan.values()}
    assert planned == {*bench.TRANSPORT, *bench.LISTING}
