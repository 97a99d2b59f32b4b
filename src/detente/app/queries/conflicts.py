"""Where systems contradict each other about fields that somebody owns: both values, for a person to decide.

Input: the current snapshot's table `conflicts`, and what its persons are called.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from detente.app.ports.snapshots import Row, Snapshot, Where
from detente.app.queries.agreement_in import agreement_in, zone_of
from detente.core.calendars.instants import moment_of
from detente.core.errors import UsageError


@dataclass(frozen=True)
class Conflicts:
    """The conflicts of a snapshot by unit, id and attribute; rows as the table has them, with `name`."""

    snapshot: str
    as_of: int
    zone: ZoneInfo
    rows: Sequence[Row]


def conflicts(snapshot: Snapshot, attribute: str | None = None) -> Conflicts:
    """Return the conflicts, of one attribute where one is named.

    `UsageError` for a snapshot that was made before they were noted.
    """
    if "conflicts" not in snapshot.info.counts:
        raise UsageError("the snapshot was made before contradictions were noted: run `detente replay`")
    where = [] if attribute is None else [Where("attribute", "==", attribute)]
    rows = list(snapshot.rows("conflicts", where=where, order=["unit", "id", "attribute", "other_source"]))
    persons = sorted({row["id"] for row in rows if row["unit"] == "person"})
    named = snapshot.rows("names", columns=["person", "name"], where=[Where("person", "in", persons)])
    names = {row["person"]: row["name"] for row in named}
    told = [{**row, "name": names.get(row["id"])} for row in rows]
    return Conflicts(snapshot.info.id, snapshot.info.as_of, zone_of(agreement_in(snapshot.agreement_texts())), told)


def as_json(found: Conflicts) -> dict[str, Any]:
    """Return the documented shape `detente.conflicts/1`."""

    def local(instant: int) -> str:
        return moment_of(instant).astimezone(found.zone).isoformat()

    def held(row: Row, prefix: str) -> dict[str, Any]:
        told = {name: row[prefix + name] for name in ("value", "source", "record")}
        return told | {name: local(row[prefix + name]) for name in ("since", "known_at")}

    return {
        "schema": "detente.conflicts/1",
        "snapshot": found.snapshot,
        "as_of": local(found.as_of),
        "conflicts": [
            {
                "unit": row["unit"],
                "id": row["id"],
                "name": row["name"],
                "attribute": row["attribute"],
                "verdict": row["verdict"],
                "why": row["why"],
                "held": held(row, ""),
                "other": held(row, "other_"),
            }
            for row in found.rows
        ],
    }
