"""Why two records, persons or accounts are one, or are not; in words.

Input: two references, the current snapshot (`joins`, `pairs`, `reviews`, `golden`, `profiles`) and what people decided.
Everything is said as of the snapshot; decisions made since are marked, since they count from the next replay on.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from detente.app.ports.snapshots import Row, Snapshot, Where
from detente.app.queries.identity_json import decision_json
from detente.app.queries.identity_refs import Named, named
from detente.core.errors import UsageError
from detente.core.identity.decisions import Decided, Pair, Record, Unit, Verb
from detente.core.identity.standing import standing

RULES = {
    "same_as": "a system says that they are one",
    "email": "they have the same e-mail address",
    "domain": "they have the same web domain",
    "linked": "they are so alike",
    "decided": "a person decided so",
}
"""Rule → why two records are one."""


@dataclass(frozen=True, slots=True)
class Tie:
    """What is known of two records: a link that joins them, or what a linker says of them."""

    pair: Pair
    rule: str
    verdict: str  # joins | ask | apart
    probability: float | None
    why: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Judgement:
    """A decision about two of the records. `state`: stands, undone, replaced; `pending`: not yet in the snapshot."""

    decided: Decided
    state: str
    pending: bool

    def as_json(self) -> dict[str, Any]:
        """Return it as JSON."""
        return decision_json(self.decided) | {"state": self.state, "pending": self.pending}


@dataclass(frozen=True)
class IdentityExplanation:
    """Whether `one` and `other` are one, by which `chain` of links, or what speaks for and against it.

    `fields`: attribute → the two values, of those that either has.
    """

    one: Named
    other: Named
    together: bool
    chain: tuple[Tie, ...]
    ties: tuple[Tie, ...]
    decisions: tuple[Judgement, ...]
    fields: Mapping[str, tuple[str | None, str | None]]

    def words(self) -> tuple[str, ...]:
        """Return the explanation in sentences."""
        return tuple(_words(self))

    def as_json(self) -> dict[str, Any]:
        """Return the documented shape `detente.identity.explain/1`."""
        return {
            "schema": "detente.identity.explain/1",
            "unit": str(self.one.unit),
            "one": _side(self.one),
            "other": _side(self.other),
            "together": self.together,
            "words": list(self.words()),
            "chain": [_tie(tie) for tie in self.chain],
            "ties": [_tie(tie) for tie in self.ties],
            "decisions": [each.as_json() for each in self.decisions],
            "fields": {name: list(values) for name, values in self.fields.items()},
        }


def explain_identity(snapshot: Snapshot, decided: Sequence[Decided], ref: str, other_ref: str) -> IdentityExplanation:
    """Explain two references; UsageError where either names nobody, or they are not of one kind."""
    one, other = named(snapshot, ref), named(snapshot, other_ref)
    if one.unit != other.unit:
        raise UsageError(f"{ref} is {_a(one.unit)} and {other_ref} is {_a(other.unit)}: name two of one kind")
    together = one.id == other.id
    joins = [_of(row, "joins") for row in _rows(snapshot, "joins", one.unit, one.records)] if together else []
    return IdentityExplanation(
        one,
        other,
        together,
        _chain(joins, one.record, other.record),
        () if together else tuple(_between(snapshot, one, other)),
        tuple(each for each in judgements(decided, snapshot.info.as_of) if _about(each.decided, one, other)),
        _fields(snapshot, one, other),
    )


def judgements(decided: Sequence[Decided], as_of: int) -> list[Judgement]:
    """Return what became of each decision, oldest first; the snapshot is as of `as_of`."""
    found = []
    stands = [standing(row for row in decided if row.unit == unit) for unit in Unit]
    undone = {seq for each in stands for seq in each.undone}
    counting = {row.seq for each in stands for row in (*each.same.values(), *each.apart.values())}
    for row in decided:
        counts = row.verb == Verb.UNDO or row.seq in counting
        state = "undone" if row.seq in undone else "stands" if counts else "replaced"
        found.append(Judgement(row, state, row.at > as_of))
    return found


def _rows(snapshot: Snapshot, table: str, unit: Unit, records: Sequence[Record]) -> list[Row]:
    """Return the rows of a table of pairs whose first record is among some."""
    wanted = set(records)
    where = [Where("unit", "==", str(unit)), Where("record", "in", sorted({each.record for each in records}))]
    return [row for row in snapshot.rows(table, where=where) if Record(row["source"], row["record"]) in wanted]


def _of(row: Row, verdict: str) -> Tie:
    pair = Pair(Record(row["source"], row["record"]), Record(row["other_source"], row["other_record"]))
    return Tie(pair, row["rule"], verdict, row["probability"], tuple(json.loads(row["why"])))


def _about(row: Decided, one: Named, other: Named) -> bool:
    """Whether a decision is about records of these two."""
    return row.unit == one.unit and {*one.records, *other.records}.issuperset(row.pair)


def _chain(joins: Sequence[Tie], one: Record, other: Record) -> tuple[Tie, ...]:
    """Return the shortest chain of links from one record to another."""
    came: dict[Record, tuple[Record, Tie] | None] = {one: None}
    waiting = [one]
    for record in waiting:
        for tie in joins:
            if record in tie.pair:
                beyond = tie.pair.other if tie.pair.one == record else tie.pair.one
                if beyond not in came:
                    came[beyond] = (record, tie)
                    waiting.append(beyond)
    chain: list[Tie] = []
    step = came.get(other)
    while step is not None:
        chain.append(step[1])
        step = came[step[0]]
    return tuple(reversed(chain))


def _between(snapshot: Snapshot, one: Named, other: Named) -> list[Tie]:
    """Return what is said of pairs of records of which each has one, the likeliest first."""
    found: dict[Pair, Tie] = {}
    ours, theirs, unit = set(one.records), set(other.records), one.unit
    for table in ("pairs", "reviews"):
        for row in _rows(snapshot, table, unit, (*one.records, *other.records)):
            tie = _of(row, row.get("verdict", "ask"))
            if len(ours.intersection(tie.pair)) == 1 and len(theirs.intersection(tie.pair)) == 1:
                found[tie.pair] = tie
    return sorted(found.values(), key=lambda tie: (-(tie.probability or 0.0), tie.pair))


def _fields(snapshot: Snapshot, one: Named, other: Named) -> dict[str, tuple[str | None, str | None]]:
    ours, theirs = _values(snapshot, one), _values(snapshot, other)
    return {name: (ours.get(name), theirs.get(name)) for name in sorted(ours.keys() | theirs.keys())}


def _values(snapshot: Snapshot, who: Named) -> dict[str, str]:
    """Return what a record says of itself, or what counts for a person or account named as a whole."""
    of = [Where("unit", "==", str(who.unit))]
    if who.by_record:
        table = "profiles"
        of += [Where("source", "==", who.record.source), Where("record", "==", who.record.record)]
    else:
        table = "golden"
        of += [Where("id", "==", who.id)]
    return {row["attribute"]: row["value"] for row in snapshot.rows(table, where=of)}


def _words(found: IdentityExplanation) -> list[str]:
    one, other, unit = found.one.ref, found.other.ref, found.one.unit
    if found.together:
        told = [f"{one} and {other} are one {unit}, {found.one.id}."]
        told += [
            f"{tie.pair.one} and {tie.pair.other} are one because {RULES[tie.rule]}{_said(tie)}." for tie in found.chain
        ]
    else:
        told = [f"{one} ({found.one.id}) and {other} ({found.other.id}) are two {unit}s."]
        told += [_why_not(tie) for tie in found.ties]
        if not found.ties and not found.decisions:
            told.append(
                "Nothing speaks for it that they are one: no system says so, they share no "
                f"{'e-mail address' if unit == Unit.PERSON else 'web domain'}, and the linker does not find them alike."
            )
    told += [_judged(each) for each in found.decisions]
    return told


def _why_not(tie: Tie) -> str:
    what = f"{tie.pair.one} and {tie.pair.other}"
    if tie.verdict == "apart":
        return f"{what} contradict each other{_said(tie)}."
    if tie.verdict == "merge":
        return f"{what} would be joined, but other records contradict each other{_said(tie)}."
    likely = "" if tie.probability is None else f" with a probability of {tie.probability:.0%}"
    return f"{what} may be one{likely}, not surely enough to join them unasked{_said(tie)}."


def _said(tie: Tie) -> str:
    return f" ({'; '.join(tie.why)})" if tie.why else ""


def _judged(each: Judgement) -> str:
    row = each.decided
    said = {
        Verb.SAME: f"{row.pair.one} and {row.pair.other} are one",
        Verb.APART: f"{row.pair.one} and {row.pair.other} are not one",
        Verb.UNDO: f"decision {row.undoes} does not count",
    }[row.verb]
    states = {"stands": "", "undone": "; undone since", "replaced": "; replaced by a later one"}
    pending = "; counts from the next replay on" if each.pending else ""
    note = f": {row.note}" if row.note else ""
    return f"Decision {row.seq} by {row.by}: {said}{note}{states[each.state]}{pending}."


def _a(unit: Unit) -> str:
    return "a person" if unit == Unit.PERSON else "an account"


def _side(who: Named) -> dict[str, Any]:
    return {
        "ref": who.ref,
        "id": who.id,
        "records": [{"record": str(record), "rule": who.rules[record]} for record in who.records],
    }


def _tie(tie: Tie) -> dict[str, Any]:
    return {
        "record": str(tie.pair.one),
        "other": str(tie.pair.other),
        "rule": tie.rule,
        "verdict": tie.verdict,
        "probability": tie.probability,
        "why": list(tie.why),
    }
