"""A person decides that records are one person or account, that they are not, or takes a decision back.

Input: references as people give them, the current snapshot, and the identity log. This is the one way in which such
decisions are made. Each is one row that is never changed: who decided what, when and why. It counts from the next
replay on; nothing is merged destructively, so that an undo, or a split after a merge, restores everything. A decision
that would contradict another one that stands is refused, and says which.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import combinations, product
from typing import Any

from detente.app.ports.identity import PeoplesDecisions
from detente.app.ports.snapshots import Snapshot
from detente.app.queries.identity_json import decision_json
from detente.app.queries.identity_refs import Named, check_text, named
from detente.core.errors import UsageError
from detente.core.identity.decisions import Decided, Pair, Record, Unit, Verb, pair_of
from detente.core.identity.standing import Standing, contradicted, standing

UNNUMBERED = 0
"""A decision's number until the log gives it one."""


@dataclass(frozen=True)
class Decider:
    """Who decides, when and why, on what they see, and where it is kept. `at` in µs UTC."""

    snapshot: Snapshot
    decisions: PeoplesDecisions
    by: str
    at: int
    note: str = ""


@dataclass(frozen=True, slots=True)
class DecisionReport:
    """The decisions that were added to the log; none where all of it was decided before."""

    added: tuple[Decided, ...]

    def as_json(self) -> dict[str, Any]:
        """Return the documented shape `detente.identity.decided/1`."""
        return {"schema": "detente.identity.decided/1", "decisions": [decision_json(row) for row in self.added]}


def merge(decider: Decider, refs: Sequence[str]) -> DecisionReport:
    """Decide that all that is named is one person or account. UsageError where that contradicts another decision."""
    who = _all_named(decider.snapshot, refs)
    first, *others = who
    pairs = [pair_of(first.record, other.record) for other in others]
    members = {record for each in who for record in each.records}

    def make(so_far: Sequence[Decided]) -> Sequence[Decided]:
        rows = [_new(decider, first.unit, Verb.SAME, pair) for pair in pairs]
        stands = standing(row for row in so_far if row.unit == first.unit)
        _refuse(row for two, row in stands.apart.items() if two not in pairs and members.issuperset(two))
        return _agreeing(so_far, rows)

    return _decided(decider, make)


def split(decider: Decider, refs: Sequence[str]) -> DecisionReport:
    """Decide who is not one.

    A person or account alone: the latest decision that merged it is taken back. A record alone: it is somebody else
    than all others of its person. Several: no two of them are one. UsageError where there is nothing to split.
    """
    if len(refs) > 1:
        who = _all_named(decider.snapshot, refs)
        return _set_apart(decider, who[0].unit, list(combinations([each.record for each in who], 2)))
    who_alone = named(decider.snapshot, refs[0])
    if not who_alone.by_record:
        return _decided(decider, lambda so_far: [_unmerged(decider, so_far, who_alone)])
    others = [record for record in who_alone.records if record != who_alone.record]
    if not others:
        raise UsageError(f"{refs[0]} is the only record of {who_alone.id}: there is nothing to split")
    return _set_apart(decider, who_alone.unit, list(product([who_alone.record], others)))


def undo(decider: Decider, seq: int) -> DecisionReport:
    """Take a decision back, or bring one back whose undo is undone. UsageError if there is none of that number."""

    def make(so_far: Sequence[Decided]) -> Sequence[Decided]:
        row = next((row for row in so_far if row.seq == seq), None)
        if row is None:
            raise UsageError(f"there is no decision {seq}: `detente identity log` lists them")
        last = _last_word(so_far, row)
        if seq in standing(so_far).undone:
            raise UsageError(f"decision {seq} was undone by {last.seq} already: undo {last.seq} to bring it back")
        return [_undoing(decider, so_far, last)]

    return _decided(decider, make)


def answer(decider: Decider, unit: Unit, pair: Pair, *, same: bool) -> DecisionReport:
    """Answer a question of the review queue."""
    row = _new(decider, unit, Verb.SAME if same else Verb.APART, pair)
    return _decided(decider, lambda so_far: _agreeing(so_far, [row]))


def _set_apart(decider: Decider, unit: Unit, pairs: Iterable[tuple[Record, Record]]) -> DecisionReport:
    rows = [_new(decider, unit, Verb.APART, pair_of(*pair)) for pair in pairs]
    return _decided(decider, lambda so_far: _agreeing(so_far, rows))


def _all_named(snapshot: Snapshot, refs: Sequence[str]) -> list[Named]:
    """Return whom the references name: at least two, of one unit, each by a record of its own."""
    who = [named(snapshot, ref) for ref in refs]
    if len(who) < 2:
        raise UsageError("name two or more, each by its id or as source:record")
    if len({each.unit for each in who}) > 1:
        raise UsageError(f"{who[0].ref} and others are not of one kind: name persons only, or accounts only")
    for one, other in combinations(who, 2):
        if one.record == other.record:
            raise UsageError(
                f"{one.ref} and {other.ref} are both {one.id}: name the records you mean, as source:record; it has "
                f"{', '.join(map(str, one.records))}"
            )
    return who


def _decided(decider: Decider, make: Callable[[Sequence[Decided]], Sequence[Decided]]) -> DecisionReport:
    check_text(decider.note, "the note")
    return DecisionReport(tuple(decider.decisions.decide(make)))


def _new(decider: Decider, unit: Unit, verb: Verb, pair: Pair, undoes: int | None = None) -> Decided:
    return Decided(UNNUMBERED, unit, verb, pair, decider.by, decider.at, decider.note, undoes)


def _agreeing(so_far: Sequence[Decided], rows: Sequence[Decided]) -> Sequence[Decided]:
    """Return the decisions that say something new, if none contradicts one that stands, or another of them.

    They are of one unit and one kind. What was said of the same two before, they replace.
    """
    unit, verb, pairs = rows[0].unit, rows[0].verb, {row.pair for row in rows}
    before = standing(each for each in so_far if each.unit == unit)
    said, against = (before.same, before.apart) if verb == Verb.SAME else (before.apart, before.same)
    said, left = dict(said), {pair: row for pair, row in against.items() if pair not in pairs}
    stands = Standing(said, left) if verb == Verb.SAME else Standing(left, said)
    new = []
    for row in rows:
        if row.pair not in said:
            _refuse(contradicted(stands, row))
            new.append(row)
            said[row.pair] = row
    return new


def _next(so_far: Sequence[Decided], row: Decided) -> Decided:
    """Return a decision with the number after the last one."""
    return replace(row, seq=so_far[-1].seq + 1 if so_far else 1)


def _unmerged(decider: Decider, so_far: Sequence[Decided], who: Named) -> Decided:
    """Return the undo of the latest decision that joined a record of this person."""
    stands = standing(row for row in so_far if row.unit == who.unit)
    merges = [row for pair, row in stands.same.items() if not set(pair).isdisjoint(who.records)]
    if not merges:
        raise UsageError(
            f"{who.ref} was not merged by a decision: name the record that is somebody else's, as source:record; "
            f"it has {', '.join(map(str, who.records))}"
        )
    return _undoing(decider, so_far, _last_word(so_far, max(merges, key=lambda row: row.seq)))


def _last_word(so_far: Sequence[Decided], row: Decided) -> Decided:
    """Return the last of the undos of a decision, each of the one before; the decision itself where it has none.

    A decision is undone once: what takes it back again, after its undo was undone, is the undo of that last one.
    """
    undos = {each.undoes: each for each in so_far if each.undoes is not None}
    while row.seq in undos:
        row = undos[row.seq]
    return row


def _undoing(decider: Decider, so_far: Sequence[Decided], row: Decided) -> Decided:
    """Return the undo of a decision, unless what then counts again contradicts a decision that stands."""
    new = _new(decider, row.unit, Verb.UNDO, row.pair, undoes=row.seq)
    after = standing([*(each for each in so_far if each.unit == row.unit), _next(so_far, new)])
    back = after.same.get(row.pair) or after.apart.get(row.pair)
    if back is not None:
        _refuse(contradicted(Standing(after.same, after.apart), back))
    return new


def _refuse(against: Iterable[Decided]) -> None:
    """Raise UsageError if any decision stands against a new one."""
    rows = sorted(set(against), key=lambda row: row.seq)
    if rows:
        told = "; ".join(f"{row.seq}: {row.pair.one} and {row.pair.other} are {_SAID[row.verb]}" for row in rows)
        raise UsageError(f"this contradicts what was decided ({told}): `detente identity undo {rows[-1].seq}` first")


_SAID = {Verb.SAME: "one", Verb.APART: "not one"}
