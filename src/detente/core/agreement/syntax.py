"""Conditions as written: the trees the parser makes of one line, every part with its place in the line.

Names are not resolved yet; `conditions.py` gives them meaning. `start` and `end` are offsets into the line.
"""

from __future__ import annotations

from dataclasses import dataclass

from detente.core.facts.fact import Value


@dataclass(frozen=True, slots=True)
class Word:
    """A name: an attribute path, a term, a payload name, `score`, a kind of event, a stage, a list."""

    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Constant:
    """A number, string or truth; `value` is None where what was written has been refused already."""

    start: int
    end: int
    value: Value | None


@dataclass(frozen=True, slots=True)
class Duration:
    """An elapsed duration; `micros` is None where what was written has been refused already."""

    start: int
    end: int
    text: str
    micros: int | None


@dataclass(frozen=True, slots=True)
class Selection:
    """Events of a kind (or selector term), perhaps narrowed."""

    start: int
    end: int
    word: Word
    where: Tree | None


@dataclass(frozen=True, slots=True)
class Window:
    """`within 30d` or `since MQL`."""

    start: int
    end: int
    limit: Duration | Word


@dataclass(frozen=True, slots=True)
class Call:
    """A measure over events; `name` is empty where an unknown measure has been refused already."""

    start: int
    end: int
    name: str
    selection: Selection
    field: Word | None
    window: Window | None


@dataclass(frozen=True, slots=True)
class Comparison:
    """`left op right`."""

    start: int
    end: int
    left: Tree
    op: Word
    right: Tree


@dataclass(frozen=True, slots=True)
class Membership:
    """`left in members`; `op` stands at `in` or `not in`."""

    start: int
    end: int
    left: Tree
    op: Word
    negated: bool
    members: Word | tuple[Constant | Duration | Word, ...]


@dataclass(frozen=True, slots=True)
class Knowledge:
    """`operand is known`; `op` stands at `is`."""

    start: int
    end: int
    left: Tree
    op: Word
    negated: bool


@dataclass(frozen=True, slots=True)
class Negation:
    """`not item`; begins at the `not`."""

    start: int
    end: int
    item: Tree


@dataclass(frozen=True, slots=True)
class Junction:
    """Two items or more joined by `and` or by `or`."""

    start: int
    end: int
    op: str
    items: tuple[Tree, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """Something in parentheses."""

    start: int
    end: int
    item: Tree


Tree = Word | Constant | Duration | Call | Comparison | Membership | Knowledge | Negation | Junction | Group | Selection


def ungrouped(tree: Tree) -> Tree:
    """Return what stands inside the parentheses."""
    while isinstance(tree, Group):
        tree = tree.item
    return tree
