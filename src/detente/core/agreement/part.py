"""Read the clauses of a text: a view of one mapping with everything the compiler needs at hand.

What is missing or of the wrong type has been reported by `structure.py`; here it reads as something harmless, so that
a text with errors is checked to its end. Names that do not exist are reported at their place.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from detente.core.agreement import yaml_nodes as yaml
from detente.core.agreement.conditions import Conditions
from detente.core.agreement.expressions import Condition, Selector
from detente.core.agreement.scalar_map import index_in_source
from detente.core.agreement.scopes import LEAD, Scope
from detente.core.agreement.source import Report
from detente.core.agreement.tokens import meant
from detente.core.agreement.vocabulary import Vocabulary, items_at, mapping_at, text_at, texts_at


@dataclass(frozen=True)
class Context:
    """What every clause of one text shares."""

    names: Vocabulary
    conditions: Conditions
    report: Report


@dataclass(frozen=True)
class Part:
    """One mapping of the text."""

    context: Context
    node: yaml.Mapping

    @property
    def names(self) -> Vocabulary:
        """The names of the text."""
        return self.context.names

    # --- what is there ------------------------------------------------------------------------------------------

    def has(self, key: str) -> bool:
        """Whether a key is written, with a value that is not blank."""
        below = self.node.get(key)
        return below is not None and not (isinstance(below, yaml.Scalar) and below.sound and below.value is None)

    def text(self, key: str) -> str:
        """Return a word; empty if there is none."""
        found = text_at(self.node, key)
        return "" if found is None else found.text

    def maybe(self, key: str) -> str | None:
        """Return a word, None if there is none."""
        found = text_at(self.node, key)
        return None if found is None else found.text

    def texts(self, key: str) -> tuple[str, ...]:
        """Return the words of a list."""
        return tuple(each.text for each in texts_at(self.node, key))

    def number(self, key: str) -> int | float:
        """Return a number; 0 if there is none."""
        return self.maybe_number(key) or 0

    def maybe_number(self, key: str) -> int | float | None:
        """Return a number, None if there is none."""
        found = text_at(self.node, key)
        value = None if found is None else found.value
        return value if isinstance(value, int | float) and not isinstance(value, bool) else None

    def count(self, key: str) -> int | None:
        """Return a whole number, None if there is none."""
        value = self.maybe_number(key)
        return value if isinstance(value, int) else None

    def numbers(self, key: str) -> dict[str, int | float]:
        """Return the numbers of a mapping from names to numbers."""
        below = Part(self.context, mapping_at(self.node, key))
        return {name: below.number(name) for name in below.node.entries}

    def truth(self, key: str) -> bool:
        """Return whether a key is written and true."""
        found = text_at(self.node, key)
        return found is not None and found.value is True

    def condition(self, key: str, scope: Scope = LEAD) -> Condition:
        """Return a condition, resolved."""
        return self.context.conditions.condition(self.node.get(key), scope)

    def maybe_condition(self, key: str, scope: Scope = LEAD) -> Condition | None:
        """Return a condition, None if there is none."""
        return self.condition(key, scope) if self.has(key) else None

    def selector(self, key: str) -> Selector:
        """Return an event selector, resolved."""
        return self.context.conditions.selector(self.node.get(key))

    # --- what is below ------------------------------------------------------------------------------------------

    def below(self, key: str) -> Part:
        """Return the clause under a key; an empty one if there is none."""
        return Part(self.context, mapping_at(self.node, key))

    def named(self, key: str) -> Iterator[tuple[str, Part]]:
        """Yield the clauses of a mapping from names to clauses."""
        below = mapping_at(self.node, key)
        return ((name, Part(self.context, mapping_at(below, name))) for name in below.entries)

    def listed(self, key: str) -> list[Part]:
        """Return the clauses of a list."""
        return [Part(self.context, each) for each in items_at(self.node, key)]

    # --- what is wrong ------------------------------------------------------------------------------------------

    def at_key(self, key: str, message: str) -> None:
        """Report something wrong with a key."""
        entry = self.node.entries.get(key)
        self.context.report.error(self.node.start if entry is None else entry.key.start, message)

    def at_value(self, key: str, message: str) -> None:
        """Report something wrong with a value."""
        self.context.report.error(self.place(key), message)

    def warn_key(self, key: str, message: str) -> None:
        """Warn about a key."""
        entry = self.node.entries.get(key)
        self.context.report.warn(self.node.start if entry is None else entry.key.start, message)

    def warn_value(self, key: str, message: str) -> None:
        """Warn about a value."""
        self.context.report.warn(self.place(key), message)

    def at_node(self, node: yaml.Node, message: str) -> None:
        """Report something wrong with a node of this part."""
        self.context.report.error(node.start, message)

    def inside(self, node: yaml.Scalar, offset: int, message: str) -> None:
        """Report something wrong inside a word."""
        self.context.report.error(index_in_source(self.context.report.source.text, node, offset), message)

    def place(self, key: str) -> int:
        """Return where a value stands in the text."""
        value = self.node.get(key)
        return self.node.start if value is None else value.start

    def warn_inside(self, node: yaml.Scalar, offset: int, message: str) -> None:
        """Warn about something inside a word."""
        self.context.report.warn(index_in_source(self.context.report.source.text, node, offset), message)

    def reference(self, key: str, known: Iterable[str], what: str) -> str | None:
        """Return a name, None if there is none; one that is not known is reported."""
        found = text_at(self.node, key)
        if found is None:
            return None
        self._known(found, known, what)
        return found.text

    def references(self, key: str, known: Iterable[str], what: str) -> tuple[str, ...]:
        """Return the names of a list; those not known are reported."""
        found = texts_at(self.node, key)
        for each in found:
            self._known(each, known, what)
        return tuple(each.text for each in found)

    def key_references(self, key: str, known: Iterable[str], what: str) -> None:
        """Report the keys of a mapping that are not known."""
        for entry in mapping_at(self.node, key).entries.values():
            self._known(entry.key, known, what)

    def _known(self, found: yaml.Scalar, known: Iterable[str], what: str) -> None:
        names = list(known)
        if found.text not in names:
            self.at_node(found, f"unknown {what} '{found.text}'{meant(found.text, names)}")
