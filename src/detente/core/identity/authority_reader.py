"""Reads an authority.yaml, and reports everything that is wrong with it at once, each at its place.

Input: the text and the name to show for it:

    authority: 1
    attributes:
      person.phone: {owner: crm, write_back: true, max_age: 365d}
      person.title: {owner: [crm, marketing]}
      company.*: {owner: crm}
"""

from __future__ import annotations

import re

from detente.core.agreement.source import Report, SourceText
from detente.core.agreement.standard import ATTRIBUTE_ROOTS
from detente.core.agreement.tokens import ELAPSED_UNITS, nearest
from detente.core.agreement.yaml_nodes import Entry, Mapping, Node, Scalar, Sequence, read_nodes
from detente.core.errors import AuthorityError
from detente.core.identity.authority import EVERY, Authority, Ownership

VERSION = "1"
_HEAD = ("authority", "attributes")
_RULE = ("owner", "write_back", "max_age")
_PATH = re.compile(r"[a-z_]+(\.[A-Za-z_][A-Za-z0-9_]*)+|[a-z_]+\.\*")
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]*")
_AGE = re.compile(r"([1-9][0-9]{0,5})([hdw])")


def read_authority(text: str, file: str) -> Authority:
    """Return who owns which attribute; `AuthorityError` carries every problem found."""
    report = Report(SourceText(text, file))
    root = read_nodes(report.source, report)
    authority = _Reader(report).authority(root) if root is not None or not report.refused else Authority()
    if report.refused:
        raise AuthorityError(report.problems)
    return authority


class _Reader:
    def __init__(self, report: Report) -> None:
        self._report = report

    def authority(self, root: Node | None) -> Authority:
        if not isinstance(root, Mapping):
            self._report.error(0, "an authority begins with `authority: 1` and `attributes:`")
            return Authority()
        self._check_keys(root, _HEAD, _HEAD)
        version = root.get("authority")
        if isinstance(version, Scalar) and version.text != VERSION:
            self._error(version, f"version '{version.text}' is not known; write `authority: {VERSION}`")
        attributes = root.get("attributes")
        if not isinstance(attributes, Mapping):
            self._error(attributes, "a mapping is expected here: attribute path → {owner: …}")
            return Authority()
        rules = {path: self._rule(path, entry) for path, entry in attributes.entries.items()}
        return Authority({path: rule for path, rule in rules.items() if rule is not None})

    def _rule(self, path: str, entry: Entry) -> Ownership | None:
        if not _PATH.fullmatch(path) or path.partition(".")[0] not in ATTRIBUTE_ROOTS:
            roots = ", ".join(f"{root}." for root in ATTRIBUTE_ROOTS)
            self._error(
                entry.key, f"'{path}' is no attribute path: it begins with one of {roots} and may end in .{EVERY}"
            )
        if not isinstance(entry.value, Mapping):
            self._error(entry.value, "who owns it is expected here: {owner: crm}")
            return None
        self._check_keys(entry.value, _RULE, ("owner",))
        owners = self._owners(entry.value.get("owner"))
        write_back = self._truth(entry.value.get("write_back"))
        if write_back and len(owners) > 1:
            self._error(
                entry.value.get("write_back"),
                "a shared attribute is not written back: no owner's value is the right one",
            )
        return Ownership(owners, write_back, self._age(entry.value.get("max_age")))

    def _owners(self, node: Node | None) -> tuple[str, ...]:
        items = node.items if isinstance(node, Sequence) else [node] if node is not None else []
        if isinstance(node, Sequence) and not items:
            self._error(node, "at least one source is expected here")
        owners: list[str] = []
        for item in items:
            if not isinstance(item, Scalar) or not _NAME.fullmatch(item.text):
                self._error(item, "the name of a source is expected here, as its mapping gives it: owner: crm")
            elif item.text in owners:
                self._error(item, f"'{item.text}' is there twice")
            else:
                owners.append(item.text)
        return tuple(owners)

    def _truth(self, node: Node | None) -> bool:
        value = node.value if isinstance(node, Scalar) else None
        if node is not None and not isinstance(value, bool):
            self._error(node, "true or false is expected here")
        return value is True

    def _age(self, node: Node | None) -> int | None:
        if node is None:
            return None
        found = _AGE.fullmatch(node.text) if isinstance(node, Scalar) else None
        if found is None:
            self._error(node, "a duration in hours, days or weeks is expected here: 365d")
            return None
        return int(found[1]) * ELAPSED_UNITS[found[2]]

    def _check_keys(self, node: Mapping, known: tuple[str, ...], required: tuple[str, ...]) -> None:
        for key, entry in node.entries.items():
            if key not in known:
                near = nearest(key, known)
                self._error(entry.key, f"unknown key '{key}'" + (f"; nearest is '{near}'" if near else ""))
        missing = [key for key in required if key not in node.entries]
        if missing and node.sound:
            self._error(node, f"lacks {' and '.join(f'`{key}`' for key in missing)}")

    def _error(self, node: Node | None, message: str) -> None:
        """Report what is wrong with a node; a node that is not trusted has been reported already."""
        if node is not None and node.sound:
            self._report.error(node.start, message)
