"""The identity of a text: the same under any layout, another one under any change of a word or a number."""

from __future__ import annotations

import json
import random
from functools import lru_cache
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from detente.core.agreement import yaml_nodes as yaml
from detente.core.agreement.canonical import canonical_bytes, content_hash
from detente.core.agreement.compiler import read
from detente.core.agreement.source import Report, SourceText
from detente.core.agreement.structure import data_of

from .small import small


@lru_cache(maxsize=8)
def hash_of(text: str) -> str:
    reading = read(text, "a.yaml")
    assert reading.document is not None, [str(problem) for problem in reading.report.problems]
    return content_hash(reading.document)


def root_of(text: str) -> yaml.Node:
    source = SourceText(text, "")
    root = yaml.read_nodes(source, Report(source))
    assert root is not None
    return root


def shuffled(data: Any, chance: random.Random, path: tuple[str, ...] = ()) -> Any:
    """Return the data with the keys of its mappings in another order, where that has no meaning."""
    if isinstance(data, list):
        return [shuffled(each, chance, (*path, "")) for each in data]
    if not isinstance(data, dict):
        return data
    keys = list(data)
    if path != ("stages",):
        chance.shuffle(keys)
    return {key: shuffled(data[key], chance, (*path, key)) for key in keys}


@given(st.integers(0, 10**9))
def test_layout_quotes_and_the_order_of_keys_do_not_matter(seed: int) -> None:
    chance = random.Random(seed)
    text = small(lists="lists: {served: [DE, NO]}")
    other = json.dumps(shuffled(data_of(root_of(text)), chance), indent=chance.choice([None, 1, 4]))
    assert hash_of(other) == hash_of(text)


def test_the_hash_of_the_example_is_independent_of_its_comments(example: str) -> None:
    bare = "\n".join(line for line in example.split("\n") if not line.startswith("#"))
    assert bare != example
    assert hash_of(bare) == hash_of(example)


def test_spacing_inside_a_condition_and_how_a_number_is_written_do_not_matter() -> None:
    text = small()
    assert hash_of(text.replace("company.employees >= 50", "company.employees>=50")) == hash_of(text)
    assert hash_of(text.replace("points: 10, cap: 30", "points: 10.0, cap: 3e1")) == hash_of(text)


def test_the_order_of_stages_and_of_lists_matters(example: str) -> None:
    text = small()
    lines = text.split("\n")
    at = lines.index(next(line for line in lines if line.startswith("  MQL:")))
    lines[at], lines[at + 1] = lines[at + 1], lines[at]
    assert hash_of("\n".join(lines)) != hash_of(text)
    assert hash_of(example.replace("[DE, AT, CH, NL, US]", "[AT, DE, CH, NL, US]")) != hash_of(example)


@given(st.data())
def test_any_change_of_a_word_or_a_number_is_another_agreement(data: st.DataObject) -> None:
    text = small(lists="lists: {served: [DE, NO, 3]}", more="tests: [{test: t, expect: {Lead: never, score: 3}}]")
    node = data.draw(st.sampled_from([each for each in yaml.walk(root_of(text)) if isinstance(each, yaml.Scalar)]))
    changed = str(node.value + 1) if isinstance(node.value, int | float) else f'"{node.text}x"'
    document = read(text[: node.start] + changed + text[node.end :], "a.yaml").document
    if document is not None:  # what is no value of its kind any more is refused before it has an identity
        assert content_hash(document) != hash_of(text)


def test_the_canonical_form_is_plain_sorted_json(example: str) -> None:
    document = read(example, "a.yaml").document
    assert document is not None
    data = json.loads(canonical_bytes(document))
    assert list(data) == sorted(data)
    assert [name for name, _ in data["stages"]][:3] == ["Lead", "MQL", "SAL"]
