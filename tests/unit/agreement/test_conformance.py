"""The conformance suite: agreements that are read and pass their own tests, and texts that are refused as expected."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from detente.core.agreement.fmt import format_text
from detente.core.agreement.reader import read_timeline
from detente.core.errors import AgreementError, Problem
from detente.core.replay.examples import run_tests

SUITE = Path(__file__).parent / "conformance"
AGREEMENTS = [path for path in sorted(SUITE.iterdir()) if path.suffix == ".yaml" or path.name == "10-versions"]
REFUSED = sorted((SUITE / "errors").glob("*.expected"))
REFUSED_AS_YAML = ("anchor-and-alias", "duplicate-key", "many-at-once", "merge-key", "tag", "unquoted-flow")


def texts(path: Path) -> list[tuple[str, str]]:
    files = sorted(path.glob("*.yaml")) if path.is_dir() else [path.with_suffix(".yaml")]
    return [(file.name, file.read_text("utf-8")) for file in files]


@pytest.mark.parametrize("path", AGREEMENTS, ids=lambda path: path.stem)
def test_an_agreement_is_read_and_passes_its_own_tests(path: Path) -> None:
    timeline, problems = read_timeline(texts(path))
    assert timeline is not None, problems
    outcomes = run_tests(timeline)
    assert outcomes
    assert not [(each.name, each.message) for each in outcomes if not each.passed]


@pytest.mark.parametrize("expected", REFUSED, ids=lambda path: path.stem)
def test_a_text_is_refused_at_every_expected_place_and_nowhere_else(expected: Path) -> None:
    path = expected.with_suffix("")
    timeline, problems = read_timeline(texts(path))
    assert timeline is None
    found = [problem for problem in problems if problem.severity == "error"]
    wanted = [line.split(" ", 1) for line in expected.read_text("utf-8").splitlines() if line.strip()]
    places = [f"{problem.file}:{problem.line}:{problem.column}" for problem in found]
    assert places == [place if path.is_dir() else f"{path.stem}.yaml:{place}" for place, _ in wanted]
    for problem, (_, words) in zip(found, wanted, strict=True):
        assert all(says(problem, word) for word in words.split("; ")), problem


def says(problem: Problem, word: str) -> bool:
    return any(each.strip().strip("'").lower() in problem.message.lower() for each in word.split("|"))


@pytest.mark.parametrize("expected", REFUSED, ids=lambda path: path.stem)
def test_another_layout_of_a_refused_text_has_the_same_problems_at_the_same_words(expected: Path) -> None:
    before = texts(expected.with_suffix(""))
    if expected.stem in REFUSED_AS_YAML:
        with pytest.raises(AgreementError):
            format_text(before[0][1], "refused.yaml")
        return
    after = [(file, format_text(text, file)) for file, text in before]
    assert pointed_at(after) == pointed_at(before)


def pointed_at(texts: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return each message, numbers of lines aside, with the word it points at."""
    lines = {file: text.split("\n") for file, text in texts}
    found = []
    for problem in read_timeline(texts)[1]:
        rest = lines[problem.file][problem.line - 1][problem.column - 1 :]
        word = re.match(r"[\w.@-]+|[^\w\s]+", rest)
        found.append((re.sub(r"line \d+", "line", problem.message), word[0].strip("\"'{[") if word else ""))
    return sorted(found)
