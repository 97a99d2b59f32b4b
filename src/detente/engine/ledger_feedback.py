"""What marketing needs to hear back: quality by channel, reasons, stages here and in the CRM, consent.

Input: delivered leads and their quality (`figure_rows`), decisions of the timeline, states and consent rows of the
replay. Tables `channels`, `channel_stages`, `decisions`, `reasons`, `stage_counts`, `stage_differences` and
`consent_breaks`, all as known now; and what people and systems are called: `names`, `sources`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import Any

import pyarrow as pa

from detente.core.agreement.agreement import Timeline
from detente.core.evidence.intervals import FLOOR, wilson
from detente.engine.ledger_models import Models, columns, rows_of
from detente.engine.ledger_owed import SETTLED, Owed, counted_stage

CHANNELS = columns(
    "period:text kind:text duty:text channel:text delivered:int pending:int n:int accepted:int share:num low:num "
    "high:num too_few:bool as_of:int"
)
CHANNEL_STAGES = columns("period:text kind:text duty:text channel:text stage:text leads:int as_of:int")
DECISIONS = columns(
    "person:text fact:text at:int decision:text reason:text points_at:text listed:bool channel:text version:text"
)
REASONS = columns(
    "period:text kind:text decision:text reason:text points_at:text listed:bool channel:text decisions:int leads:int "
    "as_of:int"
)
STAGE_COUNTS = columns("stage:text leads:int as_of:int")
STAGE_DIFFERENCES = columns("stage:text crm_stage:text same:bool leads:int as_of:int")
CONSENT_BREAKS = columns("period:text kind:text rule:text channel:text touches:int leads:int as_of:int")
NAMES = columns("person:text name:text named:bool title:text email:text company:text")
SOURCES = columns("source:text facts:int latest_at:int known_at:int")

_FOREVER = 2**62


def register_feedback(models: Models, frame: Iterable[Owed], timeline: Timeline) -> None:
    """Register what these models read beside the replay."""
    deliveries: dict[tuple[str, str], Owed] = {}
    for owed in frame:  # where a volume duty judges quality, its channels are those of the leads so judged
        if owed.cut == SETTLED and owed.part in ("count", "quality"):
            deliveries[owed.period.name, owed.figure] = owed
    rows = [
        {
            "o": owed.id,
            "kind": owed.period.kind,
            "period": owed.period.name,
            "duty": owed.figure,
            "part": owed.part,
            "stage": counted_stage(owed),
        }
        for owed in deliveries.values()
    ]
    schema = columns("o:int kind:text period:text duty:text part:text stage:text")
    models.register("channel_owed", pa.Table.from_pylist(rows, schema=schema))
    models.register("versions", _versions(timeline))
    models.register("reason_list", _reasons(timeline))
    for model in ("first_channels", "since", "decisions"):
        models.keep(model)


def _versions(timeline: Timeline) -> pa.Table:
    starts = [-_FOREVER, *(version.effective_at for version in timeline.versions[1:]), _FOREVER]
    rows = [
        {"version": version.version, "start_at": start, "end_at": end}
        for version, (start, end) in zip(timeline.versions, pairwise(starts), strict=True)
    ]
    return pa.Table.from_pylist(rows, schema=columns("version:text start_at:int end_at:int"))


def _reasons(timeline: Timeline) -> pa.Table:
    rows = [
        {"version": version.version, "decision": decision, "reason": reason, "points_at": clause.points_at}
        for version in timeline.versions
        for decision, clauses in version.dispositions.items()
        for reason, clause in clauses.items()
    ]
    return pa.Table.from_pylist(rows, schema=columns("version:text decision:text reason:text points_at:text"))


def channel_rows(models: Models) -> Iterator[dict[str, Any]]:
    """Yield the rows of `channels`: delivered = n + pending where the duty judges quality."""
    for row in rows_of(models.run("channel_quality")):
        n = row["accepted"] + row.pop("not_accepted")
        interval = wilson(row["accepted"], n) or (None, None)
        yield row | {
            "n": n,
            "share": row["accepted"] / n if n else None,
            "low": interval[0],
            "high": interval[1],
            "too_few": n < FLOOR,
        }


def feedback_tables(models: Models, as_of: int) -> dict[str, pa.Table]:
    """Return all tables of this page."""
    found = {
        "channels": (CHANNELS, list(channel_rows(models))),
        "channel_stages": (CHANNEL_STAGES, rows_of(models.run("channel_stages"))),
        "reasons": (REASONS, rows_of(models.run("reasons"))),
        "stage_counts": (STAGE_COUNTS, rows_of(models.run("stage_counts"))),
        "stage_differences": (STAGE_DIFFERENCES, rows_of(models.run("stage_differences"))),
        "consent_breaks": (CONSENT_BREAKS, rows_of(models.run("consent_breaks"))),
    }
    counted = {
        name: pa.Table.from_pylist([row | {"as_of": as_of} for row in rows], schema=schema)
        for name, (schema, rows) in found.items()
    }
    return {
        **counted,
        "decisions": models.table("decisions").select(DECISIONS.names).cast(DECISIONS),
        "names": models.run("names").cast(NAMES),
        "sources": models.run("sources").cast(SOURCES),
    }
