"""Which periods does the record have, that a scoreboard can be shown of? Input: a snapshot's calendar."""

from __future__ import annotations

from dataclasses import dataclass

from detente.app.ports.snapshots import Snapshot, Where

SHOWN = ("quarter", "month")
"""Kinds of period in which both sides look back; weeks are asked for by name."""


@dataclass(frozen=True, slots=True)
class PeriodChoice:
    """A period by name (`2026Q4`, `2026-11`), its kind, and its state: running, over or closed."""

    name: str
    kind: str
    state: str


def periods(snapshot: Snapshot) -> tuple[PeriodChoice, ...]:
    """Return the quarters and months of the record, the youngest of each kind first, quarters before months."""
    rows = snapshot.rows(
        "calendar", columns=["period", "kind", "state"], where=[Where("kind", "in", SHOWN)], order=["-start_at"]
    )
    found = [PeriodChoice(row["period"], row["kind"], row["state"]) for row in rows]
    return tuple(sorted(found, key=lambda each: SHOWN.index(each.kind)))
