"""Whatever the output is connected to, the answer is readable or quietly dropped, never a defect."""

from __future__ import annotations

import subprocess
import sys

import pytest

from detente.cli.shell import NARROWEST, PIPED_WIDTH, Shell


@pytest.mark.parametrize(
    ("told", "width"),
    [("0", PIPED_WIDTH), (str(NARROWEST - 1), PIPED_WIDTH), ("40", 40), ("", PIPED_WIDTH), ("wide", 80)],
)
def test_a_table_is_wide_enough_to_be_read(told: str, width: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", told)
    assert Shell(None, as_json=False).console.width == width


@pytest.mark.parametrize("closed", ["stdout", "stderr"])
def test_a_stream_that_is_closed_from_the_start_changes_nothing_else(closed: str) -> None:
    program = f"import sys; sys.{closed} = None; from detente.cli.main import main; main(['schema'])"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False, timeout=60)
    assert (done.returncode, done.stderr) == (0, "")
    assert (done.stdout == "") == (closed == "stdout")
