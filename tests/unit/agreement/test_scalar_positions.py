"""Every character of a value is found again in the file, however the value is written."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml import YAML

from detente.core.agreement.scalar_map import indexes
from detente.core.agreement.source import Report, SourceText
from detente.core.agreement.yaml_nodes import Mapping, Scalar, read_nodes

WORDS = st.text("abcxyz'\"\\#:,[]{}()=@é€ ", min_size=1, max_size=8).map(str.strip).filter(bool)
LINES = st.lists(WORDS, min_size=1, max_size=6)


def plain(lines: list[str], indent: str) -> str:
    return f"\n{indent}".join(lines)


def single(lines: list[str], indent: str) -> str:
    return "'" + f"\n{indent}".join(line.replace("'", "''") for line in lines) + "'"


def double(lines: list[str], indent: str) -> str:
    escaped = [json.dumps(line)[1:-1] for line in lines]
    return '"' + f"\n\n{indent}".join(escaped) + '"'


def escaped_break(lines: list[str], indent: str) -> str:
    return '"' + f"\\\n{indent}".join(json.dumps(line)[1:-1] for line in lines) + '"'


def literal(lines: list[str], indent: str) -> str:
    return "|-  # as it stands\n" + "\n".join(f"{indent}{line}" for line in lines)


def folded(lines: list[str], indent: str) -> str:
    return ">\n" + "\n\n".join(f"{indent}{'  ' if len(line) == 3 else ''}{line}" for line in lines)


STYLES = st.sampled_from([plain, single, double, escaped_break, literal, folded])


@given(LINES, STYLES, st.sampled_from(["  ", "     "]))
def test_a_character_of_a_value_stands_where_the_map_says(lines: list[str], style: object, indent: str) -> None:
    text = f"before: 1\nkey: {style(lines, indent)}\nafter: 2\n"  # type: ignore[operator]
    report = Report(SourceText(text, "a.yaml"))
    root = read_nodes(report.source, report)
    if report.refused or not isinstance(root, Mapping) or list(root.entries) != ["before", "key", "after"]:
        return  # the words happened to be something else than a value
    value = root.get("key")
    if not isinstance(value, Scalar):
        return
    assert value.text == YAML(typ="safe", pure=True).load(text)["key"] or value.style == ""
    found = indexes(text, value)
    assert len(found) == len(value.text) + 1
    assert found == sorted(found)
    for char, index in zip(value.text, found, strict=False):
        if not char.isspace():
            assert text[index] == char or text[index] == "\\"
    assert value.start <= found[0]
    assert found[-1] <= value.end


def test_an_error_in_a_folded_condition_points_at_its_line() -> None:
    text = "a: >-\n  first\n  second wrong\n"
    root = read_nodes(SourceText(text, ""), Report(SourceText(text, "")))
    assert isinstance(root, Mapping)
    value = root.get("a")
    assert isinstance(value, Scalar)
    assert text[indexes(text, value)[value.text.index("wrong")] :].startswith("wrong")


def test_escapes_are_one_character_each() -> None:
    text = r'a: "x\u00e9\n\x41\\ z"'
    root = read_nodes(SourceText(text, ""), Report(SourceText(text, "")))
    assert isinstance(root, Mapping)
    value = root.get("a")
    assert isinstance(value, Scalar)
    assert value.text == "xé\nA\\ z"
    assert [text[index] for index in indexes(text, value)] == ["x", "\\", "\\", "\\", "\\", " ", "z", '"']
