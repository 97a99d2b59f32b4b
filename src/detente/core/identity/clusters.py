"""From records and the links between them to persons (or accounts) with ids that they keep.

Membership is a pure function of the links known (`joining.py`), whatever the order in which they arrived. Ids are not:
an id, once given, is anchored at the record it was first given to (the smallest of its cluster then), and the cluster
that holds the anchor keeps it. Where a new link brings two anchored clusters together, the older id survives and the
other leads to it; where a link no longer counts (a replay as of earlier, a split), each part has its own id again.
Input: the identity step, and the log of earlier runs.
"""

from __future__ import annotations

from base64 import b32encode
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import NamedTuple

from detente.core.identity.decisions import Decisions, Given, Linked, Record, Redirected, Rule, Unit
from detente.core.identity.joining import NONE_APART, STRENGTH, Apart, Edge, joined


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


def new_id(unit: Unit, anchor: Record) -> str:
    """Return the id that is given to the cluster of this record: 75 bits of a hash, as 15 letters and digits."""
    digest = sha256(f"{unit}\0{anchor.source}\0{anchor.record}".encode()).digest()
    return unit[0] + b32encode(digest)[:15].decode().lower()


def identify(
    unit: Unit, records: Iterable[Record], edges: Collection[Edge], log: Decisions, apart: Apart = NONE_APART
) -> Identities:
    """Return who is who, and what is new of it.

    `records` may repeat and need not hold those of the edges. `log` holds what earlier runs said about this unit.
    """
    roots = joined(records, edges, apart)
    ids, given = _ids(unit, roots, log)
    proof = _proof(edge for edge in edges if roots[edge.one] == roots[edge.other])
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
    best: dict[Record, tuple[int, float, Record, Rule]] = {}
    for edge in edges:
        for record, other in ((edge.one, edge.other), (edge.other, edge.one)):
            offer = (STRENGTH[edge.rule], -edge.probability, other, edge.rule)
            if record != other and (record not in best or offer < best[record]):
                best[record] = offer
    return {record: (rule, other) for record, (_, _, other, rule) in best.items()}


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
