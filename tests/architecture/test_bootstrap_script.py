"""`./detente`, before anything is installed: what an unfit Python is told, and that it can be told at all."""

from __future__ import annotations

import ast
import importlib.util
import sys
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import ModuleType

import pytest

SCRIPT = Path(__file__).resolve().parents[2] / "detente"


@pytest.fixture
def script(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The script as a module, with an environment folder that does not exist yet."""
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    loader = SourceFileLoader("detente_script", str(SCRIPT))
    spec = importlib.util.spec_from_loader("detente_script", loader)
    assert spec
    module = importlib.util.module_from_spec(spec)
    loader.exec_module(module)
    monkeypatch.setattr(module, "PYTHON", str(tmp_path / ".venv" / "bin" / "python"))
    monkeypatch.setattr(module.sys, "argv", ["./detente", "demo"])
    return module


def test_the_oldest_pythons_can_read_it() -> None:
    text = SCRIPT.read_text("ascii")  # Python 2 reads nothing else without a coding line
    newer = (ast.JoinedStr, ast.AnnAssign, ast.NamedExpr, ast.AsyncFunctionDef, ast.Match, ast.Nonlocal)
    assert not [node for node in ast.walk(ast.parse(text)) if isinstance(node, newer)]
    displays = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.List | ast.Tuple | ast.Set)]
    assert not [node.lineno for node in displays if any(isinstance(item, ast.Starred) for item in node.elts)]
    functions = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.FunctionDef)]
    assert not [node.name for node in functions if node.returns or node.args.kwonlyargs]


def test_an_old_python_is_told_which_newer_one_is_here(
    script: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "python3.12").symlink_to(sys.executable)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(script.sys, "version_info", (3, 9, 2))
    assert script.main(["demo"]) == 2
    told = capsys.readouterr().err
    assert "Python 3.11 or newer is needed; this is Python 3.9" in told
    assert "python3.12 ./detente demo" in told


@pytest.mark.parametrize(
    ("system", "command"),
    [
        ("ID=ubuntu\nID_LIKE=debian\n", "sudo apt-get install python3.11 python3.11-venv"),
        ("ID=fedora\n", "sudo dnf install python3.11"),
        ("ID=plan9\n", "brew install python@3.11"),
    ],
)
def test_an_old_python_alone_is_told_what_to_install(
    script: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, system: str, command: str
) -> None:
    release = tmp_path / "os-release"
    release.write_text(system)
    monkeypatch.setattr(script, "OS_RELEASE", str(release))
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(script.sys, "platform", "linux")
    monkeypatch.setattr(script.sys, "version_info", (3, 9, 2))
    assert command in script.refuse_this_python()


def test_a_mac_is_told_of_homebrew_only(script: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(script.sys, "platform", "darwin")
    assert script.remedy("deb", "rpm", "python@3.11") == "    macOS:           brew install python@3.11\n"


def test_a_python_without_ensurepip_is_told_the_package(
    script: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    release = tmp_path / "os-release"
    release.write_text("ID=debian\n")
    monkeypatch.setattr(script, "OS_RELEASE", str(release))
    monkeypatch.setattr(script.sys, "platform", "linux")
    monkeypatch.setenv("PATH", str(tmp_path))
    find = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == "ensurepip" else find(name))
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    refusal = script.refuse_this_python()
    assert "'ensurepip' is not installed" in refusal
    assert f"sudo apt-get install python{version}-venv" in refusal


def test_an_unknown_verb_names_the_known_ones(script: ModuleType, capsys: pytest.CaptureFixture[str]) -> None:
    assert script.main(["scoreboard"]) == 2
    told = capsys.readouterr().err
    assert "'scoreboard' is not a verb" in told
    assert "./detente -- scoreboard" in told
    assert "demo" in told


def test_help_is_printed_without_installing_anything(script: ModuleType, capsys: pytest.CaptureFixture[str]) -> None:
    assert script.main([]) == 0
    assert "usage: ./detente VERB" in capsys.readouterr().out
    assert not Path(script.PYTHON).exists()
