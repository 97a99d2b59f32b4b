"""Reads a mapping.yaml, and reports everything that is wrong with it at once, each at its place.

Input: the text, the name to show for it, and the kinds that the language and the agreement declare. Values, times and
conditions are read by `mapping_values`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from detente.core.agreement.agreement import Kind
from detente.core.agreement.source import Report, SourceText
from detente.core.agreement.standard import ATTRIBUTE_ROOTS
from detente.core.agreement.yaml_nodes import Mapping as MappingNode
from detente.core.agreement.yaml_nodes import Node, Scalar, Sequence, read_nodes
from detente.core.errors import InputError, MappingError, Problem
from detente.core.facts.fact import ENRICH
from detente.sources.files.csv_form import Declared
from detente.sources.files.detecting import usable_encoding
from detente.sources.files.mapping import (
    ANY,
    Constant,
    Contacts,
    ExportMapping,
    FactSpec,
    FileSpec,
    FromColumn,
    Origin,
    ValueSpec,
)
from detente.sources.files.mapping_values import Values, ZoneRule, nearest

VERSION = "1"
SUBJECTS = ("person", "account", "deal")
_TYPES = {"amount": "number", "seconds": "number", "rating": "number", "automated": "boolean"}
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]*")
_PATH = re.compile(r"[a-z_]+(\.[A-Za-z_][A-Za-z0-9_]*)+")
_HEAD = ("mapping", "source", "timezone", "ambiguous", "files")
_FILE = (
    "file",
    "subject",
    "record",
    "account",
    "contacts",
    "same_as",
    "facts",
    "deleted",
    "deleted_at",
    "format",
    "timezone",
    "ambiguous",
    "blank",
)
_FACT = ("kind", "enrich", "when", "occurred_at", "known_at", "source_id", "payload")


def mapping_text(file: Path) -> str:
    """Return the text of a mapping. `InputError` if it is not UTF-8."""
    try:
        return file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(f"{file}: not UTF-8 at byte {error.start}: save the mapping as UTF-8 text") from None


def read_mapping(text: str, file: str, kinds: Mapping[str, Kind]) -> tuple[ExportMapping, list[Problem]]:
    """Return the mapping and its warnings; `MappingError` carries every problem found."""
    report = Report(SourceText(text, file))
    root = read_nodes(report.source, report)
    mapping = _Reader(report, kinds).mapping(root) if root is not None or not report.refused else None
    if report.refused or mapping is None:
        raise MappingError(report.problems)
    return mapping, report.problems


@dataclass(frozen=True, slots=True)
class _Context:
    """What the facts and links of a file take from it and from the head."""

    source: str
    subject: str
    record: Origin
    zone: ZoneRule


class _Reader:
    def __init__(self, report: Report, kinds: Mapping[str, Kind]) -> None:
        self._report = report
        self._kinds = kinds
        self._values = Values(report)

    def mapping(self, root: Node | None) -> ExportMapping | None:
        if not isinstance(root, MappingNode):
            self._report.error(0, "a mapping begins with `mapping: 1`, `source:` and `files:`")
            return None
        self._values.check_keys(root, _HEAD, ("mapping", "source", "files"))
        version = self._values.text(root.get("mapping"))
        if version is not None and version != VERSION:
            self._values.error(root.get("mapping"), f"version '{version}' is not known; write `mapping: {VERSION}`")
        source = self._name(root.get("source"))
        zone = self._values.zone_rule(root, ZoneRule())
        files = []
        for stream, entry in self._values.entries(root.get("files"), "stream → what its files hold"):
            self._check_name(entry.key, stream)
            spec = self._file(stream, entry.value, zone, source or "")
            if spec is not None:
                files.append(spec)
        return ExportMapping(source or "", tuple(files))

    def _file(self, stream: str, node: Node, zone: ZoneRule, source: str) -> FileSpec | None:
        entries = self._values.checked(node, _FILE, ("file", "subject", "record"))
        if entries is None:
            return None
        subject = self._values.one_of(entries.get("subject"), SUBJECTS) or ""
        record = self._values.origin(entries.get("record")) or FromColumn("")
        context = _Context(source, subject, record, self._values.zone_rule(entries, zone))
        deleted = entries.get("deleted")
        spec = FileSpec(
            stream=stream,
            pattern=self._values.text(entries.get("file")) or "",
            subject=subject,
            record=record,
            declared=self._format(entries.get("format")),
            blank=frozenset(self._values.texts(entries.get("blank"))),
            account=self._values.origin(entries.get("account")),
            contacts=self._contacts(entries.get("contacts")),
            same_as=self._same_as(entries.get("same_as"), context.source),
            facts=self._facts(entries.get("facts"), context),
            deleted=self._values.when(deleted) if deleted is not None else None,
            deleted_at=self._values.time(entries.get("deleted_at"), context.zone),
        )
        self._check_subject(entries, subject)
        if not any(key in entries.entries for key in ("facts", "same_as", "account", "deleted")):
            self._values.error(entries, "has neither `facts` nor links (`same_as`, `account`): it would bring nothing")
        return spec

    def _check_subject(self, entries: MappingNode, subject: str) -> None:
        wrong = {"person": ("contacts",), "account": ("contacts", "account"), "deal": ("same_as",)}.get(subject, ())
        for key in wrong:
            if key in entries.entries:
                self._report.error(entries.entries[key].key.start, f"`{key}` has no meaning for subject {subject}")
        if "deleted_at" in entries.entries and "deleted" not in entries.entries:
            message = "`deleted_at` says since when; add `deleted`, which says of which rows"
            self._values.error(entries.entries["deleted_at"].key, message)

    def _format(self, node: Node | None) -> Declared:
        entries = self._values.checked(node, ("type", "encoding", "delimiter"), ()) if node is not None else None
        if entries is None:
            return Declared()
        encoding, delimiter = self._values.text(entries.get("encoding")), self._delimiter(entries.get("delimiter"))
        if encoding is not None and usable_encoding(encoding) is None:
            self._values.error(
                entries.get("encoding"), f"the encoding '{encoding}' cannot be read; convert to UTF-8 first"
            )
        kind = self._values.one_of(entries.get("type"), ("csv", "jsonl", "parquet")) if entries.get("type") else None
        return Declared(kind, encoding, delimiter)

    def _delimiter(self, node: Node | None) -> str | None:
        if not isinstance(node, Scalar):
            return None
        delimiter = {"tab": "\t", "\\t": "\t"}.get(node.text, node.text)
        if len(delimiter) != 1 or not delimiter.isascii() or delimiter.isalnum() or delimiter in '"\r\n. ':
            self._values.error(node, "a delimiter is one character such as , ; | or tab")
            return None
        return delimiter

    def _contacts(self, node: Node | None) -> Contacts | None:
        if node is None:
            return None
        separator = node.get("separator") if isinstance(node, MappingNode) else None
        if isinstance(node, MappingNode):
            self._values.check_keys(node, ("column", "separator"), ("column",))
            node = node.get("column")
        origin = self._values.origin(node)
        return Contacts(origin, self._values.text(separator)) if origin is not None else None

    def _same_as(self, node: Node | None, source: str) -> dict[str, Origin]:
        if isinstance(node, Scalar):
            here = self._values.origin(node)
            return {source: here} if here is not None else {}
        links = {}
        for other, entry in self._values.entries(node, "other source → column") if node is not None else ():
            self._check_name(entry.key, other)
            origin = self._values.origin(entry.value)
            if origin is not None:
                links[other] = origin
        return links

    def _facts(self, node: Node | None, context: _Context) -> tuple[FactSpec, ...]:
        if node is None:
            return ()
        if not isinstance(node, Sequence):
            self._values.error(node, "`facts` is a list: each item begins with `- kind:` or `- enrich:`")
            return ()
        facts: list[FactSpec] = []
        for item in node.items:
            fact = self._fact(item, context)
            if fact is None:
                continue
            if fact.source_id is not None and any((f.source_id, f.when) == (fact.source_id, fact.when) for f in facts):
                where = item.get("source_id") if isinstance(item, MappingNode) else item
                remedy = 'facts with one id are one fact; make them differ as in "{Deal ID}:won"'
                self._values.error(where, f"another fact of the same rows has this source_id, and {remedy}")
            facts.append(fact)
        return tuple(facts)

    def _fact(self, node: Node, context: _Context) -> FactSpec | None:
        entries = self._values.checked(node, _FACT, ("occurred_at",))
        if entries is None:
            return None
        kind = self._kind(entries)
        payload = self._attributes(entries) if "enrich" in entries.entries else self._payload(entries, kind, context)
        occurred_at = self._values.time(entries.get("occurred_at"), context.zone)
        known_at = self._values.time(entries.get("known_at"), context.zone)
        source_id, when = self._values.origin(entries.get("source_id")), self._values.when(entries.get("when"))
        if kind is None or occurred_at is None:
            return None
        return FactSpec(kind, occurred_at, known_at, source_id, when, payload)

    def _kind(self, entries: MappingNode) -> ValueSpec | None:
        """Return the kind; one that nobody declared is a warning here, and its rows are quarantined."""
        if ("kind" in entries.entries) == ("enrich" in entries.entries):
            self._values.error(entries, "either `kind` or `enrich` is needed here")
            return None
        if "enrich" in entries.entries:
            return ValueSpec(Constant(ENRICH))
        node = entries.get("kind")
        spec = ValueSpec(Constant(node.text)) if isinstance(node, Scalar) else self._values.value(node, "text")
        if isinstance(node, Scalar):
            self._check_kind(node, node.text)
        results = node.get("map") if isinstance(node, MappingNode) else None
        if isinstance(results, MappingNode):
            for entry in results.entries.values():
                if isinstance(entry.value, Scalar) and entry.value.value is not None and entry.value.text != ANY:
                    self._check_kind(entry.value, entry.value.text)
        return spec

    def _check_kind(self, node: Scalar, kind: str) -> None:
        if kind == ENRICH:
            self._values.error(node, "attribute values are given under `enrich:`, not as a kind")
        elif kind not in self._kinds and node.sound:
            near = nearest(kind, list(self._kinds))
            self._report.warn(
                node.start, f"the kind '{kind}' is not declared{near}; its rows are quarantined until `kinds` names it"
            )

    def _payload(self, entries: MappingNode, kind: ValueSpec | None, context: _Context) -> dict[str, ValueSpec]:
        values: dict[str, ValueSpec] = {}
        if context.subject == "deal":
            values["deal"] = ValueSpec(context.record)
        node = entries.get("payload")
        constant = kind.origin.value if kind is not None and isinstance(kind.origin, Constant) else None
        declared = self._kinds[str(constant)].payload if constant in self._kinds else ()
        for name, entry in self._values.entries(node, "payload name → value") if node is not None else ():
            value = self._values.value(entry.value, _TYPES.get(name, "text"))
            if value is not None:
                values[name] = value
            near = nearest(name, declared) if declared and name not in declared else ""
            if near and entry.key.sound:
                self._report.warn(entry.key.start, f"'{name}' is no payload name of {constant}{near}")
        return values

    def _attributes(self, entries: MappingNode) -> dict[str, ValueSpec]:
        if "payload" in entries.entries:
            self._values.error(entries.entries["payload"].key, "attribute values stand under `enrich`, not `payload`")
        values: dict[str, ValueSpec] = {}
        for path, entry in self._values.entries(entries.get("enrich"), "attribute path → value"):
            root = path.split(".")[0]
            if not _PATH.fullmatch(path) or root not in ATTRIBUTE_ROOTS:
                roots = ", ".join(f"{each}." for each in ATTRIBUTE_ROOTS)
                self._values.error(entry.key, f"'{path}' is no attribute path: it begins with one of {roots}")
            value = self._values.value(entry.value, "text")
            if value is not None:
                values[path] = value
        if isinstance(node := entries.get("enrich"), MappingNode) and not node.entries:
            self._values.error(node, "names no attribute")
        return values

    def _name(self, node: Node | None) -> str | None:
        name = self._values.text(node)
        if name is not None and isinstance(node, Scalar):
            self._check_name(node, name)
        return name

    def _check_name(self, node: Scalar, name: str) -> None:
        if not _NAME.fullmatch(name):
            self._values.error(node, f"'{name}' is no name: use small letters, digits, _ and -")
