"""The review queue: pairs of persons or accounts that may be one, with what speaks for and against it.

Input: the table `reviews` of the current snapshot, and what people decided since. Pairs that are nearest to even odds
come first: their answers teach the linker most.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from detente.app.ports.snapshots import Row, Snapshot, Where
from detente.core.identity.decisions import Decided, Pair, Record, Unit
from detente.core.identity.standing import standing

EVEN = 0.5
"""Where a question stands whose probability nobody knows."""


@dataclass(frozen=True, slots=True)
class Question:
    """Are these two one? `names`: what they are called, where anything is known of it."""

    unit: Unit
    ids: tuple[str, str]
    names: tuple[str | None, str | None]
    pair: Pair
    rule: str
    probability: float | None
    why: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        """Return the question as JSON."""
        one, other = (
            {"id": id_, "record": str(record), "name": name}
            for id_, record, name in zip(self.ids, self.pair, self.names, strict=True)
        )
        return {
            "unit": str(self.unit),
            "one": one,
            "other": other,
            "rule": self.rule,
            "probability": self.probability,
            "why": list(self.why),
        }


def questions(snapshot: Snapshot, decided: Sequence[Decided], limit: int | None = None) -> list[Question]:
    """Return the open questions, the most telling first; what was decided since the replay is answered."""
    answered = {
        (unit, pair)
        for unit in Unit
        for stands in [standing(row for row in decided if row.unit == unit)]
        for pair in (*stands.same, *stands.apart)
    }
    rows = sorted(snapshot.rows("reviews"), key=_place)
    open_ = [row for row in rows if (Unit(row["unit"]), _pair(row)) not in answered][:limit]
    names = _names(snapshot, open_)
    return [
        Question(
            Unit(row["unit"]),
            (row["id"], row["other_id"]),
            (names.get(row["id"]), names.get(row["other_id"])),
            _pair(row),
            row["rule"],
            row["probability"],
            tuple(json.loads(row["why"])),
        )
        for row in open_
    ]


def _place(row: Row) -> tuple[float, str, Pair]:
    likely = EVEN if row["probability"] is None else row["probability"]
    return abs(likely - EVEN), row["unit"], _pair(row)


def _pair(row: Row) -> Pair:
    return Pair(Record(row["source"], row["record"]), Record(row["other_source"], row["other_record"]))


def _names(snapshot: Snapshot, rows: Sequence[Row]) -> dict[str, str]:
    """Return id → name, of persons and accounts."""
    ids = sorted({id_ for row in rows for id_ in (row["id"], row["other_id"])})
    names = {
        row["id"]: str(row["value"])
        for row in snapshot.rows(
            "golden",
            columns=["id", "value"],
            where=[Where("unit", "==", "account"), Where("attribute", "==", "company.name"), Where("id", "in", ids)],
        )
    }
    people = snapshot.rows("names", columns=["person", "name"], where=[Where("person", "in", ids)])
    return names | {row["person"]: str(row["name"]) for row in people if row["name"] is not None}
