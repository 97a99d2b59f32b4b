"""From records and the links between them to persons (or accounts) with ids that they keep.

Membership is a pure function of the links known: records joined by any chain of links are one cluster, whatever the
order in which they arrived. Ids are not: an id, once given, is anchored at the record it was first given to (the
smallest of its cluster then), and the cluster that holds the anchor keeps it. Where a new link brings two anchored
clusters together, the older id survives and the other leads to it; where a link is no longer known (a replay as of
earlier), each part has its own id again. Input: the identity step, and the log of earlier decisions.
"""

from __future__ import annotations

from base64 import b32encode
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import NamedTuple

from detente.core.identity.decisions import Decisions, Given, Linked, Record, Redirected, Rule, Unit

_STRENGTH = {Rule.SAME_AS: 0, Rule.EMAIL: 1, Rule.DOMAIN: 1}


class Edge(NamedTuple):
    """Two records that are one, by a rule."""

    rule: Rule
    one: Record
    other: Record


class Member(NamedTuple):
    """A record, the id it belongs to, why, and the record that shows it."""

    record: Record
    id: str
    rule: Rule
    evidence: Record | None


@dataclass(frozen=True, slots=True)
class Identities:
    """`members` sorted by record; `redirects`: an id no longer in use → the one it leads to; `news` for the log."""

    members: tuple[Member, ...]
    redirects: Mapping[str, str]
    news: Decisions


def shared(rule: Rule, holders: Iterable[tuple[str, Record]]) -> list[Edge]:
    """Return the edges among records that hold the same key: each is joined to the smallest holder."""
    smallest: dict[str, Record] = {}
    edges = []
    for key, record in sorted(set(holders)):
        first = smallest.setdefault(key, record)
        if record != first:
            edges.append(Edge(rule, first, record))
    return edges


def new_id(unit: Unit, anchor: Record) -> str:
    """Return the id that is given to the cluster of this record: 75 bits of a hash, as 15 letters and digits."""
    digest = sha256(f"{unit}\0{anchor.source}\0{anchor.record}".encode()).digest()
    return unit[0] + b32encode(digest)[:15].decode().lower()


def identify(unit: Unit, records: Iterable[Record], edges: Iterable[Edge], log: Decisions) -> Identities:
    """Return who is who, and what is new of it.

    `records` may repeat and need not hold those of the edges. `log` holds the earlier decisions about this unit.
    """
    joined = sorted(set(edges))
    roots = _roots(records, joined)
    ids, given = _ids(unit, roots, log)
    proof = _proof(joined)
    anchors = {row.id: row.record for row in (*log.given, *given)}
    members = []
    for record in sorted(roots):
        id_ = ids[roots[record]]
        rule, evidence = proof.get(record, (Rule.OWN, None)) if anchors[id_] != record else (Rule.OWN, None)
        members.append(Member(record, id_, rule, evidence))
    belongs = {member.record: member for member in members}
    redirects = {id_: belongs[at].id for id_, at in anchors.items() if at in belongs and belongs[at].id != id_}
    news = Decisions(given, _links(unit, members, log), _redirected(unit, anchors, belongs, proof, log))
    return Identities(tuple(members), redirects, news)


def _roots(records: Iterable[Record], edges: Iterable[Edge]) -> dict[Record, Record]:
    """Return record → smallest record of its cluster (union-find)."""
    parent = {record: record for record in records}

    def root(record: Record) -> Record:
        while parent.setdefault(record, record) != record:
            parent[record] = record = parent[parent[record]]
        return record

    for edge in edges:
        low, high = sorted((root(edge.one), root(edge.other)))
        parent[high] = low
    return {record: root(record) for record in list(parent)}


def _ids(unit: Unit, roots: Mapping[Record, Record], log: Decisions) -> tuple[dict[Record, str], tuple[Given, ...]]:
    """Return root → id: the oldest one anchored in the cluster, else a new one."""
    ids: dict[Record, str] = {}
    for row in log.given:
        if row.record in roots:
            ids.setdefault(roots[row.record], row.id)
    fresh = sorted(set(roots.values()) - ids.keys())
    given = tuple(Given(unit, new_id(unit, anchor), anchor) for anchor in fresh)
    ids.update((row.record, row.id) for row in given)
    return ids, given


def _proof(edges: Iterable[Edge]) -> dict[Record, tuple[Rule, Record]]:
    """Return record → the strongest rule that joins it, and the smallest record it joins it to."""
    best: dict[Record, tuple[int, Record, Rule]] = {}
    for edge in edges:
        for record, other in ((edge.one, edge.other), (edge.other, edge.one)):
            offer = (_STRENGTH[edge.rule], other, edge.rule)
            if record != other and (record not in best or offer < best[record]):
                best[record] = offer
    return {record: (rule, other) for record, (_, other, rule) in best.items()}


def _links(unit: Unit, members: Iterable[Member], log: Decisions) -> tuple[Linked, ...]:
    """Return the links not yet in the log: of records that belong elsewhere than it says last."""
    last = {row.record: row.id for row in log.given} | {row.record: row.id for row in log.linked}
    return tuple(
        Linked(unit, member.record, member.id, member.rule, "" if member.evidence is None else str(member.evidence))
        for member in members
        if last.get(member.record, member.id if member.rule == Rule.OWN else None) != member.id
    )


def _redirected(
    unit: Unit,
    anchors: Mapping[str, Record],
    belongs: Mapping[Record, Member],
    proof: Mapping[Record, tuple[Rule, Record]],
    log: Decisions,
) -> tuple[Redirected, ...]:
    """Return where ids lead now, if the log says otherwise."""
    last = {row.id: row.to for row in log.redirected}
    rows = []
    for id_, anchor in anchors.items():
        if anchor in belongs and belongs[anchor].id != last.get(id_, id_):
            evidence = " ".join(map(str, proof.get(anchor, ())))
            rows.append(Redirected(unit, id_, belongs[anchor].id, evidence))
    return tuple(rows)
