"""The health of the data that figures rest on, as tables of the snapshot: the step `health` of the line.

Input: the facts known by the instant of the run, who is who, the timeline, where each lead stands, and which attributes
the agreement in force reads. What each figure means: `app.queries.health_words`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

import pyarrow as pa

from detente.core.agreement.agreement import Timeline
from detente.core.agreement.attributes_read import attributes_read, hinged_on
from detente.core.identity.authority import Authority
from detente.engine.duck import model

MODELS: Mapping[str, tuple[str, ...]] = {
    "freshness": ("facts",),
    "field_health": ("timeline", "state", "reads"),
    "unknowns": ("timeline", "state", "hinged"),
    "duplicates": ("persons", "companies", "tombstones"),
    "machine_share": ("facts", "unused"),
    "consent_coverage": ("timeline", "state"),
}
"""Each table of this step, which is made by the model of its name, and what that reads."""

HEALTH = tuple(MODELS)

_TEXT = pa.string()
_READS = pa.schema([("attribute", _TEXT), ("clauses", pa.list_(_TEXT)), ("max_age", pa.int64())])
_HINGED = pa.schema([("attribute", _TEXT), ("stage", _TEXT)])


def health_tables(
    tables: Mapping[str, pa.Table], agreement: Timeline, authority: Authority, as_of: int
) -> dict[str, pa.Table]:
    """Return the tables of `MODELS`; their columns are told in docs/reference/tables.md."""
    in_force = agreement.in_force(as_of)
    clauses: defaultdict[str, list[str]] = defaultdict(list)
    for attribute, clause in attributes_read(in_force):
        clauses[attribute].append(clause)
    reads = [
        {
            "attribute": attribute,
            "clauses": by,
            "max_age": owned.max_age if (owned := authority.of(attribute)) else None,
        }
        for attribute, by in sorted(clauses.items())
    ]
    hinged = [{"attribute": attribute, "stage": stage} for attribute, stage in hinged_on(in_force)]
    given = {
        **tables,
        "run": pa.table({"as_of": pa.array([as_of], pa.int64())}),
        "reads": pa.Table.from_pylist(reads, schema=_READS),
        "hinged": pa.Table.from_pylist(hinged, schema=_HINGED),
    }
    return {name: model(name, {each: given[each] for each in (*read, "run")}) for name, read in MODELS.items()}
