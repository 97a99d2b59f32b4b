"""Every JSON shape the commands answer with is written down, with each of its keys."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

import pytest

from detente.app.queries.board import Figure, Scoreboard

ROOT = Path(__file__).parents[3]
REFERENCE = (ROOT / "docs" / "reference" / "json.md").read_text(encoding="utf-8")
SHAPES = {
    shape
    for path in (ROOT / "src" / "detente").rglob("*.py")
    if {"cli", "app"} & set(path.parts)
    for shape in re.findall(r'"(detente\.\w+/\d+)"', path.read_text(encoding="utf-8"))
}


def section(shape: str) -> str:
    """Return the part of the reference that is about a shape."""
    parts = re.split(r"^## ", REFERENCE, flags=re.MULTILINE)
    return next((part for part in parts if shape in part.splitlines()[0]), "")


def test_there_are_shapes() -> None:
    assert {"detente.lint/1", "detente.lead/1", "detente.scoreboard/1"} <= SHAPES


@pytest.mark.parametrize("shape", sorted(SHAPES))
def test_every_shape_is_written_down(shape: str) -> None:
    assert section(shape)


def test_every_part_of_the_scoreboard_is_written_down() -> None:
    text = section("detente.scoreboard/1")
    named = {field.name for field in (*fields(Scoreboard), *fields(Figure))} - {"schema", "versions", "expected"}
    assert sorted(name for name in named if f"`{name}`" not in text) == []
