"""Check the shape of a text against the typed document: every section and key, and how each value is written.

Input: the tree of nodes. Pydantic's findings are put back at the key or value they are about, in our words.
"""

from __future__ import annotations

import re
from typing import Any

from pydantic import ValidationError

from detente.core.agreement import yaml_nodes as yaml
from detente.core.agreement.document import Document
from detente.core.agreement.schema import keys_at
from detente.core.agreement.source import Report
from detente.core.agreement.tokens import meant

_FEW = 12
_EXPECTED = {"model_type": "a mapping", "dict_type": "a mapping", "list_type": "a list", "union_tag_invalid": "a word"}


def document_of(root: yaml.Node | None, report: Report) -> Document | None:
    """Return the validated document; None if its shape is refused, with the reasons in the report."""
    if not isinstance(root, yaml.Mapping):
        if root is None or root.sound:
            report.error(0, "an agreement is expected: a mapping that begins with 'agreement:'")
        return None
    try:
        return Document.model_validate(data_of(root))
    except ValidationError as error:
        for each in error.errors(include_url=False):
            _place(_Place(root).follow(each["loc"]), each, report)
        return None


def data_of(node: yaml.Node) -> Any:  # noqa: ANN401  plain data
    """Return a node as plain data, values by YAML 1.2's core schema."""
    if isinstance(node, yaml.Mapping):
        return {key: data_of(entry.value) for key, entry in node.entries.items()}
    if isinstance(node, yaml.Sequence):
        return [data_of(item) for item in node.items]
    return node.value


class _Place:
    """Where a finding of pydantic stands in the text."""

    def __init__(self, root: yaml.Mapping) -> None:
        self.node: yaml.Node = root
        self.entry: yaml.Entry | None = None  # the key whose value `node` is, if it is one
        self.label = ""  # the nearest key above
        self.path: list[str | int] = []
        self.sound = self.parents_sound = True
        self.key_itself = False
        self.missing = ""

    def follow(self, location: tuple[str | int, ...]) -> _Place:
        for part in location:
            if isinstance(self.node, yaml.Mapping) and part in self.node.entries:
                self._enter(self.node.entries[str(part)])
            elif isinstance(self.node, yaml.Sequence) and isinstance(part, int):
                self.node, self.entry = self.node.items[part], None
            elif part == "[key]":
                self.key_itself = True
                continue
            else:
                self.missing = str(part)  # a key that is not there, or the name of an alternative
                continue
            self.path.append(part)
            self.parents_sound = self.sound
            self.sound = self.sound and (self.node.sound or isinstance(self.node, yaml.Mapping))
        return self

    def _enter(self, entry: yaml.Entry) -> None:
        self.entry, self.node, self.label = entry, entry.value, entry.key.text

    @property
    def of_key(self) -> int:
        """Where the key stands, or the list item; the beginning of the text for the whole."""
        if self.entry is not None:
            return self.entry.key.start
        return self.node.start if self.path else 0

    @property
    def of_value(self) -> int:
        """Where the value stands; its key, if there is none."""
        blank = isinstance(self.node, yaml.Scalar) and self.node.text == "" and self.node.style == ""
        return self.of_key if blank or self.key_itself else self.node.start


def _place(place: _Place, finding: Any, report: Report) -> None:  # noqa: ANN401  pydantic's ErrorDetails
    kind, known = finding["type"], finding.get("ctx", {})
    if not (place.parents_sound if kind == "extra_forbidden" else place.sound):
        return
    if kind == "missing":
        if place.node.sound:
            what = f"'{place.label}' lacks" if place.entry is not None else "this lacks"
            report.error(place.of_key, f"{what} the key '{place.missing}'")
        return
    if kind == "extra_forbidden":
        keys = keys_at(place.path[:-1])
        hint = meant(place.label, keys) or (f"; known here: {', '.join(keys)}" if 0 < len(keys) <= _FEW else "")
        report.error(place.of_key, f"unknown key '{place.label}'{hint}")
        return
    report.error(place.of_value, f"{place.label}: {_message(kind, known, finding)}")


def _message(kind: str, known: dict[str, Any], finding: Any) -> str:  # noqa: ANN401
    value = finding["input"]
    if kind == "written":
        return str(known["message"])
    if kind == "literal_error":
        words = re.findall(r"'([^']*)'", known["expected"]) or [known["expected"]]
        return f"unknown word '{value}'{meant(str(value), words) or '; one of ' + ', '.join(words)}"
    if kind in _EXPECTED:
        what = "nothing" if value is None else "a list" if isinstance(value, list) else f"'{value}'"
        what = "a mapping" if isinstance(value, dict) else what
        remedy = f"; write [{value}]" if kind == "list_type" and isinstance(value, str | int | float) else ""
        return f"{_EXPECTED[kind]} is expected, not {what}{remedy}"
    if kind in ("too_short", "too_long"):
        least, most = known.get("min_length"), known.get("max_length")
        return f"{known['actual_length']} given, {f'at least {least}' if most is None else f'at most {most}'} expected"
    return str(finding["msg"])
