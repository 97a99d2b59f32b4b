"""What was known when a period closed, of the leads about which something was learned later.

A lead all of whose facts up to the closing were known by then stood as the replay of today says. Any other lead is
replayed as of the closing, over the facts known by it. Input: the timeline, and the closing instants. Output: the
tables `late`, `entries_then` and `instances_then` by closing.
"""

from __future__ import annotations

from collections.abc import Iterable

import pyarrow as pa

from detente.core.agreement.agreement import Timeline
from detente.core.replay.interpreter import replay
from detente.core.replay.rows import LeadResult
from detente.engine.histories import histories
from detente.engine.ledger_entries import SCHEMA as ENTRIES
from detente.engine.ledger_entries import entries_of
from detente.engine.ledger_models import Models, columns, rows_of
from detente.engine.ledger_owed import SETTLED, Owed

_INSTANCES = columns("view:int person:text duty:text version:text counts_at:int item:int status:text")


def replay_late(models: Models, timeline: Timeline, owed: Iterable[Owed]) -> None:
    """Register `late`, `entries_then` and `instances_then` for the closings among the owed figures.

    Deals are counted from their facts, so that a closing of deals alone asks for no replay.
    """
    cuts = {row.cut: row.cut_at for row in owed if row.cut != SETTLED and row.part != "deals"}
    rows = [{"cut": cut, "cut_at": at} for cut, at in sorted(cuts.items())]
    models.register("cuts", pa.Table.from_pylist(rows, schema=columns("cut:int cut_at:int")))
    late = rows_of(models.keep("late"))
    closings: dict[str, list[tuple[int, int]]] = {}
    for row in late:
        closings.setdefault(row["person"], []).append((row["cut"], row["cut_at"]))
    entries: list[dict[str, object]] = []
    instances: list[dict[str, object]] = []
    for person, facts in histories(models.run("late_facts")):
        for cut, at in closings[person]:
            if any(fact.known_at <= at for fact in facts):
                result = replay(timeline, facts, at)
                entries.extend(entries_of(cut, person, result.entries))
                instances.extend(_instances_of(cut, person, result))
    models.register("entries_then", pa.Table.from_pylist(entries, schema=ENTRIES))
    models.register("instances_then", pa.Table.from_pylist(instances, schema=_INSTANCES))


def _instances_of(cut: int, person: str, result: LeadResult) -> Iterable[dict[str, object]]:
    for clock in result.clocks:
        yield {
            "view": cut,
            "person": person,
            "duty": clock.duty,
            "version": clock.version,
            "counts_at": clock.due_at,
            "item": clock.entered_at,
            "status": str(clock.status),
        }
    for check in result.checks:
        yield {
            "view": cut,
            "person": person,
            "duty": check.duty,
            "version": check.version,
            "counts_at": check.at,
            "item": check.at,
            "status": str(check.status),
        }
