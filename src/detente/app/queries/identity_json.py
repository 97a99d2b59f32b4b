"""A decision about two records as JSON, the same wherever it is shown."""

from __future__ import annotations

from typing import Any

from detente.core.identity.decisions import Decided


def decision_json(row: Decided) -> dict[str, Any]:
    """Return a decision as JSON."""
    return {
        "n": row.seq,
        "unit": str(row.unit),
        "verb": str(row.verb),
        "record": str(row.pair.one),
        "other": str(row.pair.other),
        "by": row.by,
        "at": row.at,
        "note": row.note,
        "undoes": row.undoes,
    }
