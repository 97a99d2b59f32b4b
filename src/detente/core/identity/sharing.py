"""Which records that share a key are one: several systems' records of one person, or a household with one mailbox.

Input: (key, record) for every value of an e-mail address or a company domain that a record ever had, and what the
records call their person. A key is taken for one person's unless two who hold it have different first names: then only
those of the same first name are joined, and a person is asked about the others. An address that many share under
different names is nobody's own: no one is joined or asked about by it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import combinations

from detente.core.identity.decisions import Pair, Record, Rule, pair_of
from detente.core.identity.joining import Edge
from detente.core.identity.names import person_name
from detente.core.identity.nicknames import roots

FEW = 10
"""Records that may share one key and still be looked at pair by pair."""

Named = tuple[str | None, str | None, str | None]
"""What a record calls its person: whole name, first name, last name."""

NAMELESS: Named = (None, None, None)


@dataclass(frozen=True, slots=True)
class Sharing:
    """What shared keys say: `edges` between records that are one, and pairs in `doubt`; `keys`: pair → the key."""

    edges: tuple[Edge, ...]
    doubt: tuple[Pair, ...]
    keys: Mapping[Pair, str]


def shared(rule: Rule, holders: Iterable[tuple[str, Record]], named: Mapping[Record, Named]) -> Sharing:
    """Return what the keys say that several records hold. `named`: those of the records that have a name."""
    edges: list[Edge] = []
    doubt: set[Pair] = set()
    keys: dict[Pair, str] = {}
    for key, records in _groups(holders):
        joined, doubtful = _of_key(records, [named.get(record, NAMELESS) for record in records])
        edges.extend(Edge(rule, *pair) for pair in joined)
        doubt.update(doubtful)
        for pair in (*joined, *doubtful):
            keys.setdefault(pair, key)
    doubt.difference_update((edge.one, edge.other) for edge in edges)
    return Sharing(tuple(edges), tuple(sorted(doubt)), keys)


def _groups(holders: Iterable[tuple[str, Record]]) -> Iterable[tuple[str, list[Record]]]:
    by_key: dict[str, set[Record]] = {}
    for key, record in holders:
        by_key.setdefault(key, set()).add(record)
    return ((key, sorted(by_key[key])) for key in sorted(by_key) if len(by_key[key]) > 1)


def _of_key(records: list[Record], names: list[Named]) -> tuple[list[Pair], list[Pair]]:
    """Return the pairs that one key joins, and those in doubt. `records` are sorted."""
    firsts = [""] * len(records) if _all_alike(names) else [_first(name) for name in names]
    known = sorted({first for first in firsts if first})
    contested = any(not _may_be_one(one, other) for one, other in combinations(known, 2))
    if not contested and len(records) > FEW:
        return [pair_of(records[0], record) for record in records[1:]], []
    if not contested:
        return [pair_of(*two) for two in combinations(records, 2)], []
    joined: list[Pair] = []
    doubtful: list[Pair] = []
    for (one, first), (other, second) in combinations(zip(records, firsts, strict=True), 2):
        sure = len(first) > 1 and len(second) > 1 and _may_be_one(first, second)
        (joined if sure else doubtful).append(pair_of(one, other))
    return joined, doubtful if len(records) <= FEW else []


def _all_alike(names: Iterable[Named]) -> bool:
    """Whether the names, as far as there are any, are written alike: most are, and need not be taken apart."""
    return len({tuple((part or "").casefold() for part in name) for name in names if name != NAMELESS}) < 2


def _first(name: Named) -> str:
    """Return the first name, folded; "" where there is none, or a placeholder."""
    parts = person_name(*name)
    return "" if parts.nobody else parts.first


def _may_be_one(first: str, second: str) -> bool:
    """Whether two first names, folded, may be one person's: the same, a short form, or an initial that fits."""
    if len(first) == 1 or len(second) == 1:
        return first[0] == second[0]
    return not set(roots(first)).isdisjoint(roots(second))
