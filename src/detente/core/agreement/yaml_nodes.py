"""YAML 1.2 text to a tree of nodes that know where they stand.

Built from ruamel.yaml's events rather than its loader, so that everything the language refuses (duplicate keys,
anchors, aliases, merge keys, tags, a second document) is found at once, each at its place. A node that cannot be
trusted is marked as not `sound`, so that later checks stay silent about it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentEndEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from detente.core.agreement.history_line import parse_scalar
from detente.core.agreement.source import Report, SourceText
from detente.core.agreement.yaml_syntax import explain
from detente.core.facts.fact import Value

DEEPEST = 40
"""How deep collections may be nested; an agreement needs eight levels."""

_MERGE = "<<"
_PROPERTIES = re.compile(r"(?:[&!]\S*\s*)*")


@dataclass(slots=True, eq=False)
class Scalar:
    """A value (or key) as written; `text` is what YAML reads, `style` one of "", "'", '"', "|", ">"."""

    start: int
    end: int
    text: str
    style: str
    sound: bool = True

    @property
    def value(self) -> Value | None:
        """The value by YAML 1.2's core schema: a number, a truth, a string; None if blank."""
        return parse_scalar(self.text) if self.style == "" else self.text


@dataclass(slots=True, eq=False)
class Entry:
    """A key with its value."""

    key: Scalar
    value: Node


@dataclass(slots=True, eq=False)
class Mapping:
    """Keys and values in written order. Not `sound`: keys may be missing from it that the author meant."""

    start: int
    end: int
    flow: bool
    entries: dict[str, Entry] = field(default_factory=dict)
    sound: bool = True

    def get(self, key: str) -> Node | None:
        """Return the value of a key, None if it is not there."""
        entry = self.entries.get(key)
        return None if entry is None else entry.value


@dataclass(slots=True, eq=False)
class Sequence:
    """Items in written order."""

    start: int
    end: int
    flow: bool
    items: list[Node] = field(default_factory=list)
    sound: bool = True


Node = Scalar | Mapping | Sequence


def read_nodes(source: SourceText, report: Report) -> Node | None:
    """Return the tree of a text; None if there is none. What is wrong with the YAML goes into the report.

    A value that was misread because it needs quotes is reported, masked and passed over, so that the rest of the
    text is read all the same.
    """
    masked: set[int] = set()
    text = source.text
    while True:
        builder = _Builder(report, masked)
        try:
            for event in YAML(typ="safe", pure=True).parse(text):
                builder.take(event)
        except YAMLError as error:
            misreading = explain(error, source.text, builder.last_scalar, builder.in_flow)
            report.error(misreading.index, misreading.message)
            if misreading.value is None or misreading.value[0] in masked:
                builder.report_refusals()
                return None
            masked.add(misreading.value[0])
            text = _masked(text, *misreading.value)
            continue
        builder.report_refusals()
        return builder.root


def _masked(text: str, start: int, end: int) -> str:
    """Return the text with a misread value replaced by a quoted one of the same length."""
    return f"{text[:start]}'{'x' * (end - start - 2)}'{text[end:]}"


def walk(node: Node) -> Iterator[Node]:
    """Yield a node and everything below it, in written order."""
    yield node
    below = (
        [entry.value for entry in node.entries.values()]
        if isinstance(node, Mapping)
        else node.items
        if isinstance(node, Sequence)
        else []
    )
    for each in below:
        yield from walk(each)


def _is_absent(node: Node) -> bool:
    return isinstance(node, Scalar) and node.style == "" and node.start == node.end


def _is_open(scalar: Scalar) -> bool:
    """Whether an unquoted value has a parenthesis that is still open."""
    return scalar.style == "" and scalar.text.count("(") > scalar.text.count(")")


def _after_properties(text: str, start: int, end: int) -> int:
    """Return where a node's own text begins, after an anchor or a tag."""
    found = _PROPERTIES.match(text, start, end)
    return found.end() if found else start


@dataclass(slots=True)
class _Open:
    """A collection being read; `key` is the key that waits for its value."""

    node: Mapping | Sequence
    key: Scalar | None = None


class _Builder:
    """Takes events and builds the tree; refusals are held back until the whole text could be read."""

    def __init__(self, report: Report, masked: set[int]) -> None:
        self.root: Node | None = None
        self.last_scalar: tuple[int, int] | None = None
        self._report = report
        self._masked = masked
        self._open: list[_Open] = []
        self._refusals: list[tuple[int, str]] = []
        self._documents = 0

    @property
    def in_flow(self) -> bool:
        """Whether a {…} or […] is open."""
        return bool(self._open) and self._open[-1].node.flow

    def report_refusals(self) -> None:
        for index, message in self._refusals:
            self._report.error(index, message)

    def take(self, event: Any) -> None:  # noqa: ANN401  ruamel's events are untyped
        if isinstance(event, DocumentStartEvent):
            self._documents += 1
            if self._documents == 2:
                self._refuse(event.start_mark.index, "a second document begins here; an agreement is one document")
        elif isinstance(event, MappingEndEvent | SequenceEndEvent):
            closed = self._open.pop().node
            closed.end = event.end_mark.index
        elif isinstance(event, AliasEvent):
            start, end = event.start_mark.index, event.end_mark.index
            self._refuse(start, f"the alias '*{event.anchor}' is not allowed; write the value out here")
            self._add(Scalar(start, end, "", "", sound=False))
        elif isinstance(event, ScalarEvent | MappingStartEvent | SequenceStartEvent):
            self._node(event)
        elif isinstance(event, DocumentEndEvent):
            self.last_scalar = None

    def _node(self, event: Any) -> None:  # noqa: ANN401
        start, end = event.start_mark.index, event.end_mark.index
        if event.anchor is not None:
            self._refuse(start, f"the anchor '&{event.anchor}' is not allowed; write the value out where it is used")
        if event.tag is not None:
            self._refuse(start, "a tag (!…) is not allowed; what a value is follows from where it stands")
        if event.anchor is not None or event.tag is not None:
            start = _after_properties(self._report.source.text, start, end)
        if isinstance(event, ScalarEvent):
            self.last_scalar = (start, end)
            self._add(Scalar(start, end, event.value, event.style or "", sound=start not in self._masked))
            return
        node: Mapping | Sequence = (
            Mapping(start, end, bool(event.flow_style))
            if isinstance(event, MappingStartEvent)
            else Sequence(start, end, bool(event.flow_style))
        )
        if len(self._open) == DEEPEST:
            raise MarkedYAMLError(
                problem=f"more than {DEEPEST} levels are nested in one another", problem_mark=event.start_mark
            )
        self._add(node)
        self._open.append(_Open(node))

    def _add(self, node: Node) -> None:
        if not self._open:
            if self.root is None:
                self.root = node
            return
        parent = self._open[-1]
        if isinstance(parent.node, Sequence):
            if not self._continues(parent.node, parent.node.items, node):
                parent.node.items.append(node)
        elif parent.key is None:
            parent.key = self._as_key(node)
        else:
            if isinstance(node, Scalar) and _is_absent(node):
                node.start = node.end = parent.key.end  # rather than where the next thing begins
            self._entry(parent.node, parent.key, node)
            parent.key = None

    def _as_key(self, node: Node) -> Scalar:
        if isinstance(node, Scalar) and not _is_absent(node):
            return node
        missing = isinstance(node, Scalar)
        self._refuse(node.start, f"a key must be a word, not {'nothing' if missing else 'a list or a mapping'}")
        return Scalar(node.start, node.end, "", "", sound=False)

    def _entry(self, mapping: Mapping, key: Scalar, value: Node) -> None:
        if not key.sound:
            mapping.sound = False
        elif key.text == _MERGE and key.style == "":
            mapping.sound = False
            self._refuse(key.start, "a merge key (<<) is not allowed; write the keys out")
        elif key.text in mapping.entries:
            line, _ = self._report.source.position(mapping.entries[key.text].key.start)
            self._refuse(key.start, f"duplicate key '{key.text}': it is already in line {line}")
        elif not (_is_absent(value) and self._continues(mapping, [e.value for e in mapping.entries.values()], key)):
            mapping.entries[key.text] = Entry(key, value)

    def _continues(self, inside: Mapping | Sequence, before: list[Node], node: Node) -> bool:
        """Whether a node is the rest of the value before it, which a `,` inside {…} or […] ended too early."""
        last = before[-1] if before else None
        if not inside.flow or not isinstance(last, Scalar) or not isinstance(node, Scalar) or not _is_open(last):
            return False
        if last.sound:
            line = f"{last.text}, {node.text}"
            self._refuse(node.start, f"quote the whole value before this, as \"{line}\": a ',' ends it otherwise")
        last.text, last.sound = f"{last.text}, {node.text}", False
        return True

    def _refuse(self, index: int, message: str) -> None:
        self._refusals.append((index, message))
