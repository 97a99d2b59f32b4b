"""Where each clause stands in its text, so that the page and the text can lead to each other.

Input: the text of an agreement. Output: clause ids (or the names that lead to a clause) with their places.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from detente.core.agreement import yaml_nodes as yaml
from detente.core.agreement.places import Found
from detente.core.agreement.source import Report, SourceText


@dataclass(frozen=True, slots=True)
class ClausePlace:
    """The line on which a clause begins, counted from 1, its section, and the name it has there, if it has one."""

    line: int
    section: str
    name: str


def clause_places(text: str, file: str) -> Mapping[str, ClausePlace]:
    """Return clause → where it stands. A text that cannot be read has none."""
    source = SourceText(text, file)
    root = yaml.read_nodes(source, Report(source))
    places: dict[str, ClausePlace] = {}
    if root is not None:
        for clause, names, index in _begun(Found(root)):
            place = ClausePlace(source.position(index)[0], names[0], names[1] if len(names) > 1 else "")
            places.setdefault(clause, place)
    return places


def _begun(found: Found) -> Iterator[tuple[str, list[str], int]]:
    """Yield clauses, the names that lead there and where they begin, from the outside in; a name begins its clause."""
    for below in found.below():
        named = found.node.entries[str(below.path[-1])].key if isinstance(found.node, yaml.Mapping) else below.node
        names = [part for part in below.path if isinstance(part, str)]
        for clause in (below.clause, ".".join(names[:2]), *(names[1:2] if names[0] == "pools" else ())):
            yield clause, names, named.start
        yield from _begun(below)
