"""YAML as the agreement language has it: 1.2, and everything it refuses found at once, each at its place."""

from __future__ import annotations

import pytest

from detente.core.agreement.source import Report, SourceText
from detente.core.agreement.yaml_nodes import Mapping, Scalar, read_nodes

from .small import marked


def problems(text: str) -> list[tuple[int, int, str]]:
    report = Report(SourceText(text, "a.yaml"))
    read_nodes(report.source, report)
    return [(each.line, each.column, each.message) for each in report.problems]


def values(text: str) -> dict[str, object]:
    report = Report(SourceText(text, "a.yaml"))
    root = read_nodes(report.source, report)
    assert isinstance(root, Mapping)
    assert not report.problems
    return {key: entry.value.value for key, entry in root.entries.items() if isinstance(entry.value, Scalar)}


def test_words_are_read_as_yaml_1_2_has_them() -> None:
    text = "a: NO\nb: yes\nc: 3.10\nd: 1.10.0\ne: true\nf: 0o17\ng: 2026-01-01\nh: 10:30\ni: '5'\nj:\nk: ~\n"
    assert values(text) == {
        "a": "NO", "b": "yes", "c": 3.1, "d": "1.10.0", "e": True, "f": 15, "g": "2026-01-01", "h": "10:30", "i": "5",
        "j": None, "k": None,
    }  # fmt: skip


def test_keys_that_other_yamls_read_as_truths_are_words() -> None:
    assert list(values("on: 1\nno: 2\ny: 3\nn: 4\noff: 5\n")) == ["on", "no", "y", "n", "off"]


@pytest.mark.parametrize(
    ("text", "messages"),
    [
        ("a: 1\n⟨a: 2\nb: {c: 1, ⟨c: 2}\n", ["duplicate key 'a'", "duplicate key 'c'"]),
        ("a: ⟨&x [1]\nb: ⟨*x\n", ["anchor", "alias"]),
        ("a: {⟨<<: {b: 1}, b: 2}\n", ["merge key"]),
        ("a: ⟨!!str 1\nb: ⟨!x y\n⟨&k c: 1\n", ["tag", "tag", "anchor"]),
        ("a: 1\n⟨--- \nb: 2\n", ["second document"]),
        ("a:\n⟨\tb: 1\n", ["tab"]),
        ('a: ⟨"b\nc: 1\n', ["never closed"]),
        ("a: ⟨@x\nb: {c: ⟨`y`, d: 1}\n", ["quotes around", "quotes around"]),
        ("a: x where y⟨: z\nb: 'x' ⟨== y\n", ["quote", "quote"]),
        ("a: {b: x in ⟨['p', 'q'], c: 1, d: f(x, ⟨y) > 2, e: p⟨: q}\n", ["quote", "quote", "quote"]),
        ("a: [f(x, ⟨y) >= 2, z]\n", ["quote the whole value"]),
        ("a:\n  b: 1\n ⟨c: 2\n", [""]),
        ("? ⟨[a]\n: 1\n", ["a key must be a word"]),
        ("a: {:⟨ 1, b: 2}\n", ["a key must be a word"]),
        ("a: x⟨\x00y\n", ["U+0000"]),
    ],
)  # fmt: skip
def test_what_the_language_refuses_is_found_at_its_place(text: str, messages: list[str]) -> None:
    expected = marked(text)
    found = problems(expected.text)
    assert [(line, column) for line, column, _ in found] == expected.places, found
    for (_, _, message), wanted in zip(found, messages, strict=True):
        assert wanted in message


def test_a_byte_order_mark_and_windows_line_ends_do_not_move_the_columns() -> None:
    assert [each[:2] for each in problems("\ufeffa: 1\r\nb: 2\r\na: 3\r\n")] == [(3, 1)]


def test_nesting_without_end_is_refused_rather_than_followed() -> None:
    found = problems("a: " + "[" * 5000 + "]" * 5000)
    assert len(found) == 1
    assert "more than 40 levels" in found[0][2]


def test_a_value_after_a_refused_one_is_still_read() -> None:
    report = Report(SourceText("a: {b: x in ['p'], c: 3}\nd: 4\n", "a.yaml"))
    root = read_nodes(report.source, report)
    assert isinstance(root, Mapping)
    inner = root.get("a")
    assert isinstance(inner, Mapping)
    assert [getattr(inner.get(key), "sound", None) for key in ("b", "c")] == [False, True]
    assert isinstance(root.get("d"), Scalar)
