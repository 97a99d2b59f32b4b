"""Which of people's decisions about records stand, and whether another one would contradict them.

Input: the decisions of the identity log, about persons or about accounts. An undo takes a decision back, and an undo of
that undo brings it back; of what is left, the latest word about two records counts.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from detente.core.identity.decisions import Decided, Pair, Record, Verb


@dataclass(frozen=True, slots=True)
class Standing:
    """The decisions that stand: two records → the one that counts about them, and the numbers of those taken back."""

    same: Mapping[Pair, Decided] = field(default_factory=dict)
    apart: Mapping[Pair, Decided] = field(default_factory=dict)
    undone: frozenset[int] = frozenset()


def standing(decided: Iterable[Decided]) -> Standing:
    """Return what stands of decisions about one unit, in any order."""
    rows = sorted(decided, key=lambda row: row.seq)
    undone: set[int] = set()
    for row in reversed(rows):
        if row.undoes is not None and row.seq not in undone:
            undone.add(row.undoes)
    latest = {row.pair: row for row in rows if row.verb != Verb.UNDO and row.seq not in undone}
    return Standing(
        {pair: row for pair, row in latest.items() if row.verb == Verb.SAME},
        {pair: row for pair, row in latest.items() if row.verb == Verb.APART},
        frozenset(undone),
    )


def contradicted(stands: Standing, new: Decided) -> tuple[Decided, ...]:
    """Return the decisions that stand against a new one: one of them must be undone first.

    Of two records said to be one: any by which two of the records then joined were set apart. Of two set apart: the
    chain by which they would still be one. What was decided about these two alone, the new decision replaces.
    """
    if new.verb == Verb.SAME:
        group = _joined_to(new.pair.one, stands.same) | _joined_to(new.pair.other, stands.same)
        against = [row for pair, row in stands.apart.items() if group.keys() >= set(pair) and pair != new.pair]
        return tuple(sorted(against, key=lambda row: row.seq))
    others = {pair: row for pair, row in stands.same.items() if pair != new.pair}
    chain, at = [], new.pair.other
    steps = _joined_to(new.pair.one, others)
    while (row := steps.get(at)) is not None:
        chain.append(row)
        at = next(record for record in row.pair if record != at)
    return tuple(reversed(chain))


def _joined_to(start: Record, same: Mapping[Pair, Decided]) -> dict[Record, Decided | None]:
    """Return the records that decisions join to this one, each with the decision by which it was reached."""
    beside: dict[Record, list[tuple[Record, Decided]]] = {}
    for pair, row in sorted(same.items()):
        beside.setdefault(pair.one, []).append((pair.other, row))
        beside.setdefault(pair.other, []).append((pair.one, row))
    reached: dict[Record, Decided | None] = {start: None}
    waiting = [start]
    for record in waiting:
        for other, row in beside.get(record, ()):
            if other not in reached:
                reached[other] = row
                waiting.append(other)
    return reached
