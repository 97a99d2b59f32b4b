"""`detente bench` finds the benchmarks of a checkout, and says so where there is none."""

from __future__ import annotations

from pathlib import Path

import pytest

import detente
from detente.cli.main import OK, USAGE
from detente.cli.main import main as run

NAMES = "faults import kill line link link_scale machine malformed projection replay screens whole".split()


def exit_code(*arguments: str) -> int:
    with pytest.raises(SystemExit) as end:
        run(arguments)
    assert isinstance(end.value.code, int)
    return end.value.code


def test_without_a_name_the_benchmarks_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert exit_code("bench") == OK
    assert capsys.readouterr().out.splitlines() == [f"detente bench {name}" for name in NAMES]


def test_an_unknown_one_is_refused_with_those_there_are(capsys: pytest.CaptureFixture[str]) -> None:
    assert exit_code("bench", "replays") == USAGE
    assert ", ".join(NAMES) in capsys.readouterr().err


def test_where_only_the_package_is_installed_it_says_where_they_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(detente, "__file__", str(tmp_path / "lib" / "detente" / "__init__.py"))
    assert exit_code("bench", "replay") == USAGE
    assert "in a checkout of the sources" in capsys.readouterr().err


def test_what_follows_the_name_is_the_benchmarks_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "bench").mkdir()
    (tmp_path / "bench" / "echo_bench.py").write_text("import sys; print(sys.argv[1:]); sys.exit(len(sys.argv))")
    monkeypatch.setattr(detente, "__file__", str(tmp_path / "src" / "detente" / "__init__.py"))
    assert exit_code("bench", "echo", "--facts", "7", "--json", "x") == 5
    assert capfd.readouterr().out.strip() == "['--facts', '7', 'x', '--json']"
