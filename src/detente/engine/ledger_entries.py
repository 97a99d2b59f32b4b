"""Stage entries in the order they were made, each with when and whereto the lead left.

Input: the `entries` of a replay, or the entries of single leads replayed as known at a closing. Entries of one instant
follow each other by the stage they left (`previous`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from operator import itemgetter

import duckdb
import pyarrow as pa

from detente.core.replay.rows import Entry
from detente.engine.ledger_models import columns

SCHEMA = columns(
    "view:int person:text seq:int stage:text occurred_at:int left_at:int next_stage:text version:text grade:text"
)

_Made = tuple[str, str, int, str | None, str, str | None]
"""(person, stage, occurred_at, previous, version, grade)"""

_BATCH = 200_000


def settled_entries(con: duckdb.DuckDBPyConnection) -> pa.Table:
    """Return the entries known now, as view 0."""
    query = "select person, stage, occurred_at, previous, version, grade from entries order by person, occurred_at, n"
    made = con.execute(query)
    parts: list[pa.RecordBatch] = []
    for batch in _batches(_by_lead(_fetched(made))):
        parts.extend(pa.Table.from_pylist(batch, schema=SCHEMA).to_batches())
    return pa.Table.from_batches(parts, schema=SCHEMA)


def entries_of(view: int, person: str, entries: Sequence[Entry]) -> Iterator[dict[str, object]]:
    """Yield the rows of one lead's replay, whose entries come in order."""
    made = [(person, e.stage, e.occurred_at, e.previous, e.version, e.grade) for e in entries]
    yield from _rows(view, made)


def _fetched(made: duckdb.DuckDBPyConnection) -> Iterator[_Made]:
    while rows := made.fetchmany(_BATCH):
        yield from rows


def _by_lead(made: Iterable[_Made]) -> Iterator[dict[str, object]]:
    for _, lead in groupby(made, key=itemgetter(0)):
        ordered: list[_Made] = []
        for _, instant in groupby(lead, key=itemgetter(2)):
            ordered.extend(_chained(list(instant), ordered[-1][1] if ordered else None))
        yield from _rows(0, ordered)


def _chained(instant: list[_Made], stage: str | None) -> list[_Made]:
    """Order the entries of one instant: each left the stage that the one before it entered."""
    if len(instant) == 1:
        return instant
    rest, chain = list(instant), []
    while rest:
        following = next((made for made in rest if made[3] == stage), rest[0])
        rest.remove(following)
        chain.append(following)
        stage = following[1]
    return chain


def _rows(view: int, made: Sequence[_Made]) -> Iterator[dict[str, object]]:
    for seq, (person, stage, occurred_at, _, version, grade) in enumerate(made):
        following = made[seq + 1] if seq + 1 < len(made) else None
        yield {
            "view": view,
            "person": person,
            "seq": seq,
            "stage": stage,
            "occurred_at": occurred_at,
            "left_at": None if following is None else following[2],
            "next_stage": None if following is None else following[1],
            "version": version,
            "grade": grade,
        }


def _batches(rows: Iterator[dict[str, object]]) -> Iterator[list[dict[str, object]]]:
    batch: list[dict[str, object]] = []
    for row in rows:
        batch.append(row)
        if len(batch) == _BATCH:
            yield batch
            batch = []
    if batch:
        yield batch
