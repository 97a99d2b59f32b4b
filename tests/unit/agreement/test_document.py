"""The shape of a text: known keys, required keys, values written as they should be; and the schema that says so."""

from __future__ import annotations

from typing import Any

import pytest
from jsonschema import Draft202012Validator
from ruamel.yaml import YAML

from detente.core.agreement.document import Document
from detente.core.agreement.schema import json_schema, keys_at

from .small import cases, expect_errors, small

CASES = cases("refused_shapes.txt")


@pytest.mark.parametrize("shows", CASES)
def test_the_shape_of_a_text_is_checked_key_by_key(shows: str) -> None:
    expect_errors(CASES[shows])


def test_what_is_no_agreement_at_all_is_said_to_be_none() -> None:
    for text in ("⟨", "⟨- a\n", "⟨word\n"):
        expect_errors(text, "agreement")


def test_missing_keys_of_the_head_are_reported_at_the_beginning() -> None:
    text = small().replace("timezone: Europe/Berlin\ndefault", "default").replace("agreement:", "⟨agreement:")
    expect_errors(text, "timezone")


def test_the_keys_known_at_a_place_are_those_of_the_clause_there() -> None:
    assert keys_at(["stages", "MQL", "enter"]) == ["id", "means", "from", "when", "event", "require"]
    assert "dispute" in keys_at(["dispositions"])
    assert keys_at(["sla", 0, "target", 3])[-2:] == ["otherwise", "within"]


# --- the schema -----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def validator() -> Draft202012Validator:
    Draft202012Validator.check_schema(json_schema())
    return Draft202012Validator(json_schema())


def data(text: str) -> dict[str, Any]:
    loaded: dict[str, Any] = YAML(typ="safe", pure=True).load(text)
    loaded["effective"] = str(loaded["effective"])  # other YAML readers make a date of it
    return loaded


def test_the_schema_accepts_the_example(validator: Draft202012Validator, example: str) -> None:
    assert not list(validator.iter_errors(data(example)))


def test_the_schema_refuses_an_unknown_key_and_a_wrong_value_anywhere(
    validator: Draft202012Validator, example: str
) -> None:
    for old, new in [
        ("event: lead_accept", "on: lead_accept"),
        ("language: 1", "language: 2"),
        ("points: 40, cap", "points: many, cap"),
        ("expires: 45d", "expires: 45bd"),
        ("basis: computed", "basis: guessed"),
        ("currency: EUR", "curency: EUR"),
    ]:
        assert old in example
        assert list(validator.iter_errors(data(example.replace(old, new, 1)))), new


def test_every_mapping_of_the_schema_is_closed_and_described() -> None:
    open_ended = [
        name for name, each in json_schema()["$defs"].items()
        if "properties" in each and each.get("additionalProperties") is not False and name != "Deliver"
    ]  # fmt: skip
    assert not open_ended
    assert all(each.get("description") for each in json_schema()["$defs"].values() if "properties" in each)


def test_the_document_and_the_schema_agree_on_the_example(example: str) -> None:
    assert Document.model_validate(data(example)).agreement == "northwind-cloud/revenue"
