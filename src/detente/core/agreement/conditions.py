"""Conditions and selectors of an agreement: scalars and `all/any/not` trees to resolved expressions, terms included.

Input: nodes of the text. Every problem goes into the report at its place in the file.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from detente.core.agreement import yaml_nodes as yaml
from detente.core.agreement.expressions import (
    And,
    Arm,
    Attribute,
    Compare,
    Condition,
    In,
    IsKnown,
    Measure,
    Not,
    Operand,
    Or,
    Selector,
    Term,
    Truth,
)
from detente.core.agreement.parser import parse
from detente.core.agreement.resolution import Doubt, Line
from detente.core.agreement.scalar_map import index_in_source
from detente.core.agreement.scopes import LEAD, Scope
from detente.core.agreement.source import Report
from detente.core.agreement.syntax import Selection, Tree, Word
from detente.core.agreement.typed import NEVER, NOTHING
from detente.core.agreement.vocabulary import Vocabulary

TREE_KEYS = ("all", "any", "not", "is")
"""What a condition may be written as, beside a line: exactly one of them."""


@dataclass
class Conditions:
    """Resolves the conditions and selectors of one text."""

    names: Vocabulary
    report: Report
    reaches: dict[str, set[str]] = field(default_factory=dict)
    """Which terms each term names."""
    used_lists: set[str] = field(default_factory=set)
    """The lists that a condition reads."""
    thresholds: list[tuple[int, int | float]] = field(default_factory=list)
    """Where in the text a condition asks for how much score."""

    _terms: dict[str, Condition | Selector | None] = field(default_factory=dict)
    _resolving: list[str] = field(default_factory=list)

    def condition(self, node: yaml.Node | None, scope: Scope = LEAD) -> Condition:
        """Return what a condition means; something that never holds where it is missing or refused."""
        doubts: list[tuple[int, Doubt]] = []
        resolved = self._condition(node, scope, doubts)
        self._report_doubts(resolved, doubts)
        return resolved

    def selector(self, node: yaml.Node | None) -> Selector:
        """Return what an event selector means; one that selects nothing where it is missing or refused."""
        if not isinstance(node, yaml.Scalar) or not node.sound or not isinstance(node.value, str):
            return NOTHING
        line = self._line(node)
        tree = self._parsed(node)
        resolved = NOTHING if tree is None else line.selector(tree, LEAD)
        if resolved.where is not None:
            self._report_doubts(resolved.where, [(self._index(node, doubt.offset), doubt) for doubt in line.doubts])
        return resolved

    def term(self, name: str) -> Condition | Selector | None:
        """Return what a glossary term means; None where it has no `is`, is refused, or reaches itself."""
        if self._resolving:
            self.reaches.setdefault(self._resolving[-1], set()).add(name)
        if name in self._resolving:
            return None
        if name not in self._terms:
            self._resolving.append(name)
            self._terms[name] = self._defined(self.names.terms.get(name))
            self._resolving.pop()
        return self._terms[name]

    def _defined(self, node: yaml.Node | None) -> Condition | Selector | None:
        """A term is a selector if its line is one: a kind of event or a selector term, or something narrowed."""
        if isinstance(node, yaml.Scalar) and node.sound and node.value is not None:
            tree = self._parsed(node)
            if tree is None:
                return None
            if isinstance(tree, Selection) or (isinstance(tree, Word) and self._selects(tree.text)):
                return self.selector(node)
        return None if node is None else self.condition(node)

    def _selects(self, word: str) -> bool:
        if word in self.names.terms:
            return isinstance(self.term(word), Selector)
        return word in self.names.kinds

    # --- trees --------------------------------------------------------------------------------------------------

    def _condition(self, node: yaml.Node | None, scope: Scope, doubts: list[tuple[int, Doubt]]) -> Condition:
        if isinstance(node, yaml.Mapping):
            return self._tree(node, scope, doubts)
        if not isinstance(node, yaml.Scalar) or not node.sound or node.value is None:
            return NEVER
        tree = self._parsed(node)
        if tree is None:
            return NEVER
        line = self._line(node)
        resolved = line.condition(tree, scope)
        doubts.extend((self._index(node, doubt.offset), doubt) for doubt in line.doubts)
        self.thresholds.extend((self._index(node, offset), asked) for offset, asked in line.thresholds)
        return resolved

    def _tree(self, node: yaml.Mapping, scope: Scope, doubts: list[tuple[int, Doubt]]) -> Condition:
        used = [key for key in node.entries if key in TREE_KEYS]
        if len(used) != 1:
            self._not_one(node, used)
            for key in used:  # what they say is looked at all the same
                self._branch(node, key, scope, doubts)
            return NEVER
        resolved = self._branch(node, used[0], scope, doubts)
        arm = node.get("id")
        return Arm(arm.text, resolved) if isinstance(arm, yaml.Scalar) else resolved

    def _branch(self, node: yaml.Mapping, key: str, scope: Scope, doubts: list[tuple[int, Doubt]]) -> Condition:
        value = node.entries[key].value
        if key in ("all", "any"):
            items = value.items if isinstance(value, yaml.Sequence) else []
            parts = tuple(self._condition(item, scope, doubts) for item in items)
            return And(parts) if key == "all" else Or(parts)
        resolved = self._condition(value, scope, doubts)
        if key != "not":
            return resolved
        doubts.append((node.entries[key].key.start, Doubt(0, "not", resolved)))
        return Not(resolved)

    def _not_one(self, node: yaml.Mapping, used: list[str]) -> None:
        if used:
            self.report.error(node.entries[used[1]].key.start, f"'{used[1]}' beside '{used[0]}': a condition is one of "
                              "all, any, not, is")  # fmt: skip
        elif node.sound:
            self.report.error(node.start, "a condition is missing; write all, any, not or is")

    # --- lines --------------------------------------------------------------------------------------------------

    def _parsed(self, node: yaml.Scalar) -> Tree | None:
        parsed = parse(node.text)
        for slip in parsed.slips:
            self.report.error(self._index(node, slip.offset), slip.message)
        return parsed.tree

    def _line(self, node: yaml.Scalar) -> Line:
        return Line(
            self.names,
            self.term,
            lambda offset, message: self.report.error(self._index(node, offset), message),
            lambda offset, message: self.report.warn(self._index(node, offset), message),
            self.used_lists,
        )

    def _index(self, node: yaml.Scalar, offset: int) -> int:
        return index_in_source(self.report.source.text, node, offset)

    def _report_doubts(self, resolved: Condition, doubts: list[tuple[int, Doubt]]) -> None:
        """Warn of negations that rest on an attribute which may be unknown, unless the condition asks about it."""
        asked = {leaf.operand.path for leaf in leaves(resolved) if isinstance(leaf, IsKnown)
                 and isinstance(leaf.operand, Attribute)}  # fmt: skip
        for index, doubt in doubts:
            paths = sorted({path for leaf in leaves(doubt.condition) for path in attributes(leaf)} - asked)
            if paths:
                verdict = "true" if doubt.op == "not" else "false"
                shown = " or ".join(paths) if len(paths) < 3 else f"one of {', '.join(paths)}"
                self.report.warn(index, f"'{doubt.op}' may be {verdict} only because {shown} is unknown; "
                                        "say what is meant with 'is known'")  # fmt: skip


def leaves(condition: Condition) -> Iterator[Condition]:
    """Yield the comparisons and the like at the ends of a condition, through terms."""
    match condition:
        case And(items) | Or(items):
            for item in items:
                yield from leaves(item)
        case Not(item) | Arm(_, item) | Term(_, item):
            yield from leaves(item)
        case _:
            yield condition


def operands(leaf: Condition) -> Iterator[Operand]:
    """Yield what a leaf reads, in written order."""
    match leaf:
        case Compare(_, left, right):
            yield left
            yield right
        case Truth(operand) | In(operand) | IsKnown(operand):
            yield operand


def attributes(leaf: Condition) -> Iterator[str]:
    """Yield the attribute paths a leaf compares."""
    return (operand.path for operand in operands(leaf) if isinstance(operand, Attribute))


def all_operands(condition: Condition) -> Iterator[Operand]:
    """Yield every operand of a condition, those inside `where` included."""
    for leaf in leaves(condition):
        for operand in operands(leaf):
            yield operand
            if isinstance(operand, Measure) and operand.selector.where is not None:
                yield from all_operands(operand.selector.where)
