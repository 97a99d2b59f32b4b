"""The benchmark of machine-made mail tells what it says, on a small amount of it. No timing is judged."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

import pytest

BENCH = Path(__file__).resolve().parents[3] / "bench"


@pytest.fixture
def bench():
    sys.path.insert(0, str(BENCH))
    yield importlib.import_module("machine_bench")
    sys.path.remove(str(BENCH))


def test_of_made_up_mail_every_scanner_is_told_and_no_person(bench) -> None:
    found = bench.measure(facts=6_000, recipients=400, seed=3)
    assert found["machines"] == found["machines_recognised"] > 1_000
    assert found["people_taken_for_machines"] == 0
    assert found["people"] > 500
    assert set(found["signs"]) == {"agent", "links"}
