"""Small edits to a text that leave the rest of it as it stands: replace a stretch, take out an entry or an item.

Input: nodes of the text. Output: the edited text.
"""

from __future__ import annotations

from dataclasses import dataclass

from detente.core.agreement import yaml_nodes as yaml
from detente.core.agreement.scalar_map import indexes
from detente.core.agreement.source import SourceText


@dataclass(frozen=True, slots=True)
class Edit:
    """Replace [start, end) of a text by something else."""

    start: int
    end: int
    new: str = ""

    def apply(self, text: str) -> str:
        """Return the text, edited."""
        return text[: self.start] + self.new + text[self.end :]


def within(source: SourceText, scalar: yaml.Scalar, start: int, end: int, new: str = "") -> Edit:
    """Return the edit that replaces [start, end) of a scalar's value."""
    at = indexes(source.text, scalar)
    return Edit(at[start], at[end], new)


def without_entry(source: SourceText, mapping: yaml.Mapping, key: str) -> Edit | None:
    """Return the edit that takes a key out of a mapping; None if it is the only one."""
    entries = list(mapping.entries.values())
    at = next(index for index, entry in enumerate(entries) if entry.key.text == key)
    spans = [(entry.key.start, _end(entry.value) or entry.key.end) for entry in entries]
    return _without(source, spans, at, flow=mapping.flow)


def without_item(source: SourceText, sequence: yaml.Sequence, at: int) -> Edit | None:
    """Return the edit that takes an item out of a list; None if it is the only one."""
    spans = [(item.start, _end(item)) for item in sequence.items]
    return _without(source, spans, at, flow=sequence.flow)


def _without(source: SourceText, spans: list[tuple[int, int]], at: int, *, flow: bool) -> Edit | None:
    if len(spans) == 1:
        return None
    if flow:
        return Edit(spans[at][0], spans[at + 1][0]) if at + 1 < len(spans) else Edit(spans[at - 1][1], spans[at][1])
    line, column = source.position(spans[at][0])
    begin = spans[at][0] - column + 1
    before = source.text[begin : spans[at][0]].strip()
    if before not in ("", "-") or (before == "-" and at == 0 and _shares_line(source, spans, line)):
        return Edit(spans[at][0], spans[at + 1][0]) if at + 1 < len(spans) else None
    return Edit(begin, _after_line(source.text, spans[at][1]))


def _shares_line(source: SourceText, spans: list[tuple[int, int]], line: int) -> bool:
    """Whether the first span is a key behind the dash of a list item, rather than an item."""
    _, first = source.position(spans[0][0])
    below, column = source.position(spans[1][0])
    return below > line and column == first and source.text[spans[1][0] - column + 1 : spans[1][0]].strip() != "-"


def _end(node: yaml.Node) -> int:
    """Return where a node ends, without the comments and blank lines behind a block."""
    if isinstance(node, yaml.Scalar) or node.flow:
        return node.end
    below = [entry.value for entry in node.entries.values()] if isinstance(node, yaml.Mapping) else node.items
    return _end(below[-1]) if below else node.end


def _after_line(text: str, index: int) -> int:
    """Return the index just after the line that ends a value."""
    if index and text[index - 1] == "\n":
        return index  # a block scalar ends with its line
    found = text.find("\n", index)
    return len(text) if found < 0 else found + 1
