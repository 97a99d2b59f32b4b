"""The replay benchmark answers in the documented shape, through the command. No timing is judged."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
LIBRARIES = {"python", "detente", "duckdb", "numba", "numpy", "pyarrow"}

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]  # the kernel is compiled first, once for a machine


def answered(*arguments: str) -> dict[str, Any]:
    command = [sys.executable, "-c", "from detente.cli.main import main; main()", "bench", "replay", "--runs", "1"]
    done = subprocess.run([*command, "--json", *arguments], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    assert found.pop("versions").keys() == LIBRARIES
    return found


def test_everybody() -> None:
    found = answered("--facts", "20000")
    assert found.keys() == {
        "replay_cpu_s", "floor_cpu_s", "ratio", "window_sql_cpu_s", "peak_mb", "facts", "leads",
    }  # fmt: skip
    assert found["ratio"] == pytest.approx(found["replay_cpu_s"] / found["floor_cpu_s"])
    assert found["leads"] == 2_000
    assert 18_000 < found["facts"] < 22_000


def test_new_facts() -> None:
    found = answered("--facts", "20000", "--incremental", "--new", "200")
    assert found.keys() == {
        "incremental_cpu_s", "new_facts", "replayed", "due", "tenth", "peak_mb", "facts", "leads",
    }  # fmt: skip
    assert found["tenth"].keys() == {"incremental_cpu_s", "new_facts", "replayed"}
    assert found["tenth"]["new_facts"] == 20
    assert found["tenth"]["replayed"] <= 20 + found["due"] + 20
    assert 20 < found["replayed"] <= 200 + found["due"]


def test_one_lead() -> None:
    found = answered("--facts", "20000", "--lead")
    assert found.keys() == {
        "kernel_us", "kernel_us_p95", "with_reading_ms", "with_reading_ms_p95", "snapshot_facts_ms",
        "snapshot_facts_ms_p95", "facts_of_a_lead", "facts", "leads",
    }  # fmt: skip


def test_late_facts() -> None:
    found = answered("--late")
    assert found.keys() == {"late_cpu_s", "late_by", "facts", "late"}
    assert found["late_by"].keys() == {"days", "two_months", "a_year"}
    assert (found["facts"], found["late"]) == (200_000, 100)


def test_the_compiler() -> None:
    found = answered("--compile")
    assert found.keys() == {"cold_compile_cpu_s", "cold_compile_s", "cached_start_cpu_s", "cached_start_s"}


def test_the_script_of_the_checkout_runs_the_same() -> None:
    script = ROOT / "bench" / "replay_bench.py"
    done = subprocess.run([sys.executable, script, "--help"], capture_output=True, text=True, check=True)
    assert "--incremental" in done.stdout
