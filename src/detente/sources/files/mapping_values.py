"""Reads the parts of a mapping that say where a value comes from: columns, constants, value maps, times, conditions.

Input: nodes of the mapping's YAML. What is wrong goes into the report; what cannot be read comes back as None.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from zoneinfo import available_timezones

from detente.core.agreement.source import Report
from detente.core.agreement.yaml_nodes import Entry, Node, Scalar
from detente.core.agreement.yaml_nodes import Mapping as MappingNode
from detente.core.agreement.yaml_nodes import Sequence as SequenceNode
from detente.core.facts.fact import Value
from detente.sources.files.mapping import (
    ANY,
    Condition,
    Constant,
    FromColumn,
    Origin,
    Template,
    TimeSpec,
    ValueSpec,
)
from detente.sources.files.time_formats import EPOCHS, pattern_of, read_time

TYPES = ("text", "number", "boolean", "email", "domain")
AMBIGUOUS = ("earliest", "latest")
_TEMPLATE = re.compile(r"\{([^{}]+)\}")


@dataclass(frozen=True, slots=True)
class ZoneRule:
    """The zone of times without an offset, and which instant a repeated local time means."""

    zone: str | None = None
    ambiguous: str | None = None


class Values:
    """Reads values out of nodes, reporting as it goes."""

    def __init__(self, report: Report) -> None:
        self._report = report

    def error(self, node: Node | None, message: str) -> None:
        """Report what is wrong with a node; a node that is not trusted has been reported already."""
        if node is not None and node.sound:
            self._report.error(node.start, message)

    def check_keys(self, node: MappingNode, known: Sequence[str], required: Sequence[str]) -> None:
        """Report unknown and missing keys."""
        for key, entry in node.entries.items():
            if key not in known:
                self.error(entry.key, f"unknown key '{key}'{nearest(key, known)}")
        missing = [key for key in required if key not in node.entries]
        if missing and node.sound:
            self.error(node, f"lacks {' and '.join(f'`{key}`' for key in missing)}")

    def checked(self, node: Node | None, known: Sequence[str], required: Sequence[str]) -> MappingNode | None:
        """Return a mapping whose keys have been checked."""
        if not isinstance(node, MappingNode):
            self.error(node, f"a mapping is expected here, with the keys {', '.join(known)}")
            return None
        self.check_keys(node, known, required)
        return node

    def entries(self, node: Node | None, what: str) -> Iterator[tuple[str, Entry]]:
        """Yield the entries of a mapping with keys of one's own."""
        if isinstance(node, MappingNode):
            yield from node.entries.items()
        else:
            self.error(node, f"a mapping is expected here: {what}")

    def text(self, node: Node | None) -> str | None:
        """Return a text that is not blank."""
        if node is None:
            return None
        if not isinstance(node, Scalar) or node.value is None:
            self.error(node, "a text is expected here")
            return None
        return node.text

    def texts(self, node: Node | None) -> list[str]:
        """Return a text or a list of texts; a blank text is allowed."""
        items = node.items if isinstance(node, SequenceNode) else [node] if node is not None else []
        for item in items:
            if not isinstance(item, Scalar):
                self.error(item, "a text is expected here")
        return [item.text for item in items if isinstance(item, Scalar)]

    def one_of(self, node: Node | None, words: Sequence[str]) -> str | None:
        """Return one of some words."""
        word = self.text(node)
        if word is not None and word not in words:
            self.error(node, f"'{word}' is none of {', '.join(words)}{nearest(word, words)}")
            return None
        return word

    def zone_rule(self, node: MappingNode, outer: ZoneRule) -> ZoneRule:
        """Return the zone and the rule for repeated hours, as given here or further out."""
        zone = self.text(node.get("timezone"))
        if zone is not None and zone not in available_timezones():
            self.error(node.get("timezone"), f"the zone '{zone}' is not known{nearest(zone, available_timezones())}")
            zone = None
        ambiguous = self.one_of(node.get("ambiguous"), AMBIGUOUS)
        return ZoneRule(zone or outer.zone, ambiguous or outer.ambiguous)

    def origin(self, node: Node | None) -> Origin | None:
        """Return where a value comes from: a column, a template, or one of them spelt out."""
        if isinstance(node, MappingNode):
            self.check_keys(node, ("column", "value"), ())
            return self._spelt_out(node)
        written = self.text(node)
        if written is None:
            return None
        parts = _TEMPLATE.split(written)
        if len(parts) == 1:
            return FromColumn(written)
        pieces = (FromColumn(part) if index % 2 else Constant(part) for index, part in enumerate(parts))
        return Template(tuple(piece for piece in pieces if piece != Constant("")))

    def value(self, node: Node | None, default_type: str) -> ValueSpec | None:
        """Return a payload value, attribute or kind."""
        if not isinstance(node, MappingNode):
            origin = self.origin(node)
            return ValueSpec(origin, default_type) if origin is not None else None
        self.check_keys(node, ("column", "value", "map", "as", "decimal"), ())
        origin = self._spelt_out(node)
        if origin is None:
            return None
        results = self._map(node.get("map")) if node.get("map") is not None else None
        type_ = self.one_of(node.get("as"), TYPES) or default_type
        decimal = self.one_of(node.get("decimal"), (".", ",")) or "."
        if results is not None and "as" in node.entries:
            self.error(node.get("as"), "the results of the map tell the type; leave `as` out")
        if "decimal" in node.entries and (type_ != "number" or results is not None):
            self.error(node.get("decimal"), "only numbers have a decimal mark; say `as: number`")
        return ValueSpec(origin, type_, decimal, results)

    def _spelt_out(self, node: MappingNode) -> Origin | None:
        """Return the origin of `{column: …}` or `{value: …}`."""
        if ("column" in node.entries) == ("value" in node.entries):
            self.error(node, "either `column` or `value` is needed here")
            return None
        if "column" in node.entries:
            column = self.text(node.get("column"))
            return FromColumn(column) if column is not None else None
        constant = node.get("value")
        if not isinstance(constant, Scalar) or constant.value is None:
            self.error(constant, "a constant is expected here")
            return None
        return Constant(constant.value)

    def _map(self, node: Node | None) -> dict[str, Value | None]:
        results: dict[str, Value | None] = {}
        for key, entry in self.entries(node, "value in the file → value meant"):
            if not isinstance(entry.value, Scalar):
                self.error(entry.value, "a value is expected here")
            elif entry.value.text == ANY and key != ANY:
                self.error(entry.value, "'*' as a result, for a value as it is, goes with the key '*' only")
            else:
                results[key.strip()] = entry.value.value
        types = {result_type(value) for value in results.values() if value is not None}
        if len(types) > 1:
            self.error(node, f"the results are of different types: {', '.join(sorted(types))}")
        return results

    def time(self, node: Node | None, zone: ZoneRule) -> TimeSpec | None:
        """Return a time: a column, a template, a constant, with formats and a zone of its own."""
        if not isinstance(node, MappingNode):
            origin = self.origin(node)
            return TimeSpec(origin, (), zone.zone, zone.ambiguous) if origin is not None else None
        self.check_keys(node, ("column", "value", "format", "timezone", "ambiguous"), ())
        origin = self._spelt_out(node)
        zone = self.zone_rule(node, zone)
        formats = tuple(self.texts(node.get("format")))
        self._check_formats(node.get("format"), formats)
        if "value" in node.entries:
            if formats:
                self.error(node.get("format"), "a constant is written as 2026-10-05 14:30; leave `format` out")
            return self._constant_time(node.get("value"), zone)
        return TimeSpec(origin, formats, zone.zone, zone.ambiguous) if origin is not None else None

    def _constant_time(self, node: Node | None, zone: ZoneRule) -> TimeSpec | None:
        written = node.text if isinstance(node, Scalar) else ""
        read = read_time(written, ())
        if read is None:
            self.error(node, f"'{written}' is no time; write it as 2026-10-05 14:30")
        elif read.offset is None and zone.zone is None:
            self.error(node, f"'{written}' has no offset, and the mapping no `timezone`")
        return TimeSpec(Constant(written), (), zone.zone, zone.ambiguous)

    def _check_formats(self, node: Node | None, formats: Sequence[str]) -> None:
        if len(formats) > 1 and set(formats) & set(EPOCHS):
            self.error(node, f"{', '.join(EPOCHS)} stand alone")
        for format_ in formats:
            try:
                if format_ not in EPOCHS:
                    pattern_of(format_)
            except ValueError as error:
                self.error(node, str(error))

    def when(self, node: Node | None) -> tuple[Condition, ...]:
        """Return the conditions under which a row gives the fact."""
        if node is None:
            return ()
        if isinstance(node, Scalar):
            column = self.text(node)
            return (Condition(column),) if column is not None else ()
        if isinstance(node, MappingNode) and node.sound and not node.entries:
            self.error(node, "at least one column is expected here: without one, it would hold for every row")
        return tuple(self._condition(column, entry.value) for column, entry in self.entries(node, "column → value"))

    def _condition(self, column: str, node: Node) -> Condition:
        if isinstance(node, Scalar):
            if node.text == ANY:
                return Condition(column)
            return Condition(column, () if node.value is None else (node.text,))
        negated = isinstance(node, MappingNode)
        if isinstance(node, MappingNode):
            self.check_keys(node, ("not",), ("not",))
            node = node.get("not") or node
        wanted = self.texts(node)
        if not wanted:
            self.error(node, "at least one value is expected here")
        return Condition(column, tuple(wanted), negated)


def result_type(value: Value) -> str:
    """Return the type of a constant or of a map's result."""
    if isinstance(value, bool):
        return "boolean"
    return "text" if isinstance(value, str) else "number"


def nearest(word: str, known: Sequence[str] | set[str]) -> str:
    """Return words that offer the nearest known word, if there is one."""
    near = get_close_matches(word, known, 1)
    return f"; nearest is '{near[0]}'" if near else ""
