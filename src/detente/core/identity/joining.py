"""Joins records by the links between them: the strongest first, and never two that are to stay apart.

Input: edges between records, by rule and probability, and the pairs that a person set apart or that contradict each
other. What belongs together is a pure function of these sets: neither order nor batches matter. Where nobody is to stay
apart, records joined by any chain of edges are one. Elsewhere, edges are taken from the strongest to the weakest, and
one that would bring together two that are to stay apart is refused.

A person's word is the strongest: two records said to be one are joined with all that was joined to either, also where
fields contradict each other; of that, whatever a person set apart leaves by its weakest edge.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import NamedTuple

from detente.core.identity.decisions import Pair, Record, Rule

STRENGTH = {Rule.DECIDED: 0, Rule.SAME_AS: 1, Rule.EMAIL: 2, Rule.DOMAIN: 2, Rule.LINKED: 3}
"""Rules by strength, the strongest first."""


class Edge(NamedTuple):
    """Two records that are one by a rule; `probability` as the linker gives it."""

    rule: Rule
    one: Record
    other: Record
    probability: float = 1.0

    @property
    def rank(self) -> tuple[int, float, Record, Record]:
        """Its place among edges, the strongest first; the same whichever record is named first."""
        low, high = sorted((self.one, self.other))
        return STRENGTH[self.rule], -self.probability, low, high


@dataclass(frozen=True, slots=True)
class Apart:
    """Pairs that stay apart: those `decided` by a person, and `contradicting` ones unless a person joins them."""

    decided: frozenset[Pair] = frozenset()
    contradicting: frozenset[Pair] = frozenset()


NONE_APART = Apart()


def joined(records: Iterable[Record], edges: Collection[Edge], apart: Apart) -> dict[Record, Record]:
    """Return record → smallest record of its cluster, for the records given and those of the edges."""
    groups = Groups(records)
    for edge in edges:
        groups.join(edge.one, edge.other)
    tangled = {
        groups.of(pair.one)
        for pair in apart.decided | apart.contradicting
        if groups.of(pair.one) == groups.of(pair.other)
    }
    roots = groups.roots()
    if tangled:
        inside = [edge for edge in edges if roots[edge.one] in tangled]
        roots.update(_untangled([record for record, root in roots.items() if root in tangled], inside, apart))
    return roots


def _untangled(records: Collection[Record], edges: Iterable[Edge], apart: Apart) -> dict[Record, Record]:
    """Join records among whom some stay apart."""
    ordered = sorted(edges, key=lambda edge: edge.rank)
    found = Groups(records, apart.decided | apart.contradicting)
    kept = [edge for edge in ordered if edge.rule != Rule.DECIDED and found.join(edge.one, edge.other)]
    decided = [edge for edge in ordered if edge.rule == Rule.DECIDED]
    if decided:
        found = Groups(records, apart.decided)
        for edge in (*decided, *kept):
            found.join(edge.one, edge.other)
    return found.roots()


class Groups:
    """Groups of records that grow by joining (union-find); each goes by its smallest record."""

    def __init__(self, records: Iterable[Record], apart: Iterable[Pair] = ()) -> None:
        self._parent = {record: record for record in records}
        self._foes: dict[Record, set[Record]] = {}
        for one, other in apart:
            self._foes.setdefault(one, set()).add(other)
            self._foes.setdefault(other, set()).add(one)

    def of(self, record: Record) -> Record:
        """Return the smallest record of the group of a record, which is alone if nobody knows it."""
        parent = self._parent
        above = parent.get(record, record)
        while above is not record and above != record:
            parent[record] = record = parent[above]
            above = parent[record]
        return record

    def join(self, one: Record, other: Record) -> bool:
        """Join two groups and return True, unless some of them are to stay apart."""
        low, high = sorted((self.of(one), self.of(other)))
        if low != high and self._foes and self._are_apart(low, high):
            return False
        self._parent[high] = self._parent[low] = low
        return True

    def roots(self) -> dict[Record, Record]:
        """Return record → smallest record of its group."""
        return {record: self.of(record) for record in self._parent}

    def _are_apart(self, low: Record, high: Record) -> bool:
        """Whether two groups are to stay apart; if not, who is apart from `high` is apart from `low` from now on."""
        few, many = sorted((self._foes.get(low, set()), self._foes.get(high, set())), key=len)
        by = high if few is self._foes.get(low) else low
        if any(self.of(foe) == by for foe in few):
            return True
        if many:
            many.update(few)
            self._foes[low] = many
            self._foes.pop(high, None)
        return False
