"""A kernel compiled from other sources is never taken for this one."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from detente.engine.kernel_cache import digest, use


def test_the_name_changes_with_any_source_and_with_nothing_else(tmp_path: Path) -> None:
    one, other = tmp_path / "walk.py", tmp_path / "layout.py"
    one.write_text("a = 1\n")
    other.write_text("b = 2\n")
    before = digest([one, other])
    assert digest([other, one]) == before
    other.write_text("b = 3\n")
    assert digest([one, other]) != before


def test_the_compiler_is_told_a_folder_below_the_given_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NUMBA_CACHE_DIR", "")
    place = use(tmp_path)
    assert place.parent == tmp_path
    assert os.environ["NUMBA_CACHE_DIR"] == str(place)
