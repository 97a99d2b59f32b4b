"""The documentation is a contract: it shows only what exists, covers what exists, and loads nothing from elsewhere."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.core import TyperCommand
from typer.main import get_command

from detente.cli.commands import app
from detente.cli.shell import every_command

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
COMMANDS: dict[str, TyperCommand] = dict(every_command(get_command(app)))
GROUPS = {name.split()[0] for name in COMMANDS if " " in name}
CODE_BLOCK = re.compile(r"^```(?:sh|console|bash)?\n(.*?)^```", re.DOTALL | re.MULTILINE)
LOADS_FROM_A_HOST = re.compile(
    r"""<(script|img|iframe|source)[^>]*\ssrc=["']?(https?:)?//"""
    r"""|<link[^>]*rel=["']?(stylesheet|preconnect|icon)[^>]*href=["']?(https?:)?//"""
)
VERBS = {"demo", "test", "check", "bench", "docs", "help"}


def test_the_generated_pages_are_those_of_the_code() -> None:
    script = ROOT / "tools" / "generate_reference.py"
    outcome = subprocess.run([sys.executable, script, "--check"], capture_output=True, text=True, check=False)
    assert outcome.returncode == 0, outcome.stdout + outcome.stderr


def test_every_command_and_option_is_in_the_reference() -> None:
    page = (DOCS / "reference" / "cli.md").read_text("utf-8")
    for name, command in COMMANDS.items():
        assert f"### detente {name}\n" in page
        options = {option for parameter in command.params for option in parameter.opts if option.startswith("-")}
        assert not {option for option in options if f"`{option}" not in page}


def test_every_decision_is_listed() -> None:
    index = (DOCS / "decisions" / "index.md").read_text("utf-8")
    pages = {path.name for path in (DOCS / "decisions").glob("0*.md")}
    assert pages == set(re.findall(r"\]\((0[^)]*\.md)\)", index))


def shown_commands() -> Iterator[tuple[str, list[str]]]:
    """Every command line in a code block of the README and the pages, without the generated ones."""
    texts = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted(DOCS.rglob("*.md"))]
    for path in texts:
        if path.name == "cli.md":
            continue
        for language, block in re.findall(
            r"^```(\w*)[^\n]*\n(.*?)^```", path.read_text("utf-8"), re.DOTALL | re.MULTILINE
        ):
            if language not in {"", "sh", "console", "bash"}:
                continue
            for line in block.splitlines():
                words = shlex.split(line.removeprefix("$ "), comments=True)
                if words and words[0] in {"detente", "./detente"}:
                    yield f"{path.relative_to(ROOT)}: {line}", words


SHOWN = dict(shown_commands())


@pytest.mark.parametrize("where", SHOWN)
def test_every_command_that_is_shown_exists(where: str) -> None:
    program, *rest = SHOWN[where]
    if program == "./detente" and rest and rest[0] != "--":
        assert rest[0] in VERBS
        if rest[0] != "demo":
            return
    else:
        rest = rest[1:] if rest[:1] == ["--"] else rest
    name, *arguments = rest
    if name in GROUPS and arguments and f"{name} {arguments[0]}" in COMMANDS:
        name, arguments = f"{name} {arguments[0]}", arguments[1:]
    if name in GROUPS:  # the first of its commands is meant
        name = next(each for each in COMMANDS if each.startswith(f"{name} "))
    assert name in COMMANDS, f"detente has no command {name}"
    known = {option for parameter in COMMANDS[name].params for option in (*parameter.opts, *parameter.secondary_opts)}
    used = {word.partition("=")[0] for word in arguments if word.startswith("--")}
    assert used <= known | {"--help"}


@pytest.mark.slow
def test_the_built_pages_load_nothing_from_another_host(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "mkdocs", "build", "--quiet", "--strict", "--site-dir", str(tmp_path)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    pages = list(tmp_path.rglob("*.html"))
    assert pages
    assert not [str(page) for page in pages if LOADS_FROM_A_HOST.search(page.read_text("utf-8"))]
