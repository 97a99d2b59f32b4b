"""`detente fmt` lays a text out and leaves its words, numbers and comments, and with them its hash."""

from __future__ import annotations

import random
import re
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detente.core.agreement.canonical import content_hash
from detente.core.agreement.compiler import read
from detente.core.agreement.fmt import WIDTH, format_text
from detente.core.errors import AgreementError

from .small import small

SUITE = Path(__file__).parent / "conformance"


def hash_of(text: str) -> str:
    reading = read(text, "a.yaml")
    assert reading.document is not None, [str(problem) for problem in reading.report.problems]
    return content_hash(reading.document)


def comments_of(text: str) -> Counter[str]:
    """Return the marked comments of a text."""
    return Counter(re.findall(r"# comment \d+", text))


def untidy(text: str, chance: random.Random) -> str:
    """Return a text with comments and blank lines anywhere, and its flow collections broken over lines."""
    lines: list[str] = []
    for number, line in enumerate(text.split("\n")):
        if chance.random() < 0.2:
            lines += [" " * chance.randrange(4) + f"# comment {number}"] + [""] * chance.randrange(3)
        broken = line.count('"') % 2 == 0 and chance.random() < 0.3
        pieces = re.split(r"(?<=,) (?=\w+: |\{)", line) if broken and '"' not in line else [line]
        for at, piece in enumerate(pieces):
            tail = f"{' ' * chance.randrange(1, 4)}# comment {number}{at}" if piece and chance.random() < 0.2 else ""
            lines.append((" " * 12 if at else "") + piece + tail)
    return "\n".join(lines)


@settings(max_examples=15)
@given(st.integers(0, 10**9))
def test_layout_keeps_the_hash_and_every_comment_and_a_second_time_changes_nothing(example: str, seed: int) -> None:
    text = untidy(example, random.Random(seed))
    laid_out = format_text(text, "a.yaml")
    assert hash_of(laid_out) == hash_of(example)
    assert comments_of(laid_out) == comments_of(text)
    assert format_text(laid_out, "a.yaml") == laid_out


@pytest.mark.parametrize(
    "path", sorted(SUITE.rglob("[0-9]*/*.yaml")) + sorted(SUITE.glob("*.yaml")), ids=lambda p: p.stem
)
def test_every_agreement_of_the_suite_keeps_its_hash(path: Path) -> None:
    text = path.read_text("utf-8")
    laid_out = format_text(text, path.name)
    assert hash_of(laid_out) == hash_of(text)
    assert format_text(laid_out, path.name) == laid_out


def test_conditions_stand_without_quotes_where_they_can_and_long_ones_over_lines() -> None:
    long = " and ".join(f"person.attribute_{number} == 'a value'" for number in range(6))
    fit = (
        "fit:\n  points:\n  - {id: a, when: \"person.x in ['a', 'b']\", points: 1} # why\n"
        f"  -   {{id: b, when: '{long.replace(chr(39), chr(39) * 2)}', points: 2}}\n"
        "  - {id: c, when:   person.y  ==  'z', points: 3}\n  - {id: d, when: \"'q' == person.z\", points: 4}\n"
    )
    laid_out = format_text(small(fit=fit), "a.yaml")
    assert (
        """
    - id: a  # why
      when: person.x in ['a', 'b']
      points: 1
    - id: b
      when: >-
        person.attribute_0 == 'a value'
        and person.attribute_1 == 'a value'
"""
        in laid_out
    )
    assert "\n    - {id: c, when: person.y == 'z', points: 3}\n" in laid_out
    assert "\n    - {id: d, when: \"'q' == person.z\", points: 4}\n" in laid_out


def test_what_fits_stays_on_its_line_and_what_does_not_is_opened_up(example: str) -> None:
    laid_out = format_text(example, "a.yaml")
    assert "  marketing: {signs: vp.marketing@northwind.example, name: Mara Lindt}\n" in laid_out
    flows = [line for line in laid_out.split("\n") if "{" in line and "#" not in line]
    assert flows
    assert all(len(line) <= WIDTH for line in flows)


def test_texts_with_line_breaks_keep_them() -> None:
    block = "  a:\n      means: |\n           One.\n\n             Two.\n      is: person.a\n"
    glossary = f'glossary:\n{block}  b: {{means: "x\\ny"}}\n'
    text = small(glossary=glossary, stages="", sla="")
    laid_out = format_text(text, "a.yaml")
    assert "  a:\n    means: |\n      One.\n\n        Two.\n    is: person.a\n" in laid_out
    assert hash_of(laid_out) == hash_of(text)


def test_a_condition_that_reads_like_something_else_keeps_its_quotes() -> None:
    text = small(fit='fit: {points: [{id: a, when: "true", points: 1}, {id: b, when: true, points: 1}]}')
    assert hash_of(format_text(text, "a.yaml")) == hash_of(text)


def test_a_text_that_is_no_yaml_is_refused_with_its_problems() -> None:
    with pytest.raises(AgreementError) as refused:
        format_text("a: 1\na: 2\nb: *x\n", "a.yaml")
    assert [(each.line, each.column) for each in refused.value.problems] == [(2, 1), (3, 4)]


def test_values_that_are_missing_stay_missing() -> None:
    text = "a: {b:, c: }\nd:\n# why\ne:  # also\nf: [{ # here\n  g: 1}]\n"
    laid_out = "a: {b, c}\nd:\n# why\ne:  # also\nf:\n  # here\n  - g: 1\n"
    assert format_text(text.replace("b:,", "b: ,"), "a.yaml") == laid_out
    assert format_text(laid_out, "a.yaml") == laid_out


def test_an_empty_text_stays_as_it_is() -> None:
    assert format_text("# nothing yet\n", "a.yaml") == "# nothing yet\n"
