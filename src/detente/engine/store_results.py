"""What the kernel found, as columns of numbers: one row a row of `core.replay.rows`, with the lead before it.

A row that names a fact says which of its lead's facts it is, counted from 0 in the order of the replay. Instants that
are not there are `NEVER`, other numbers -1. Input: the kernel's tables of a run of leads.

A clock that nothing has stopped or voided runs on: how long it has run, and whether it is broken, depend on the moment
one looks, without any fact. `settled` says it for any later one; nothing else in these rows moves between a lead's
facts and its `next` instants (but see `Words.moves_by_itself`).
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from detente.core.replay import layout as at

if TYPE_CHECKING:
    from detente.core.replay.kernel.memory import Code
    from detente.core.replay.kernel.replay import Tables

Int = NDArray[np.int64]
Columns = Mapping[str, NDArray[Any]]

CODE, INSTANT, NUMBER, FACT = "code", "instant", "number", "fact"
_TYPES = {CODE: np.int32, INSTANT: np.int64, NUMBER: np.float64, FACT: np.int32}

RESULTS: Mapping[str, tuple[int, tuple[tuple[str, int, str], ...]]] = {
    "entries": (
        at.ENTRIES,
        (
            ("stage", at.E_STAGE, CODE), ("n", at.E_N, CODE), ("occurred_at", at.E_OCCURRED, INSTANT),
            ("known_at", at.E_KNOWN, INSTANT), ("version", at.E_VERSION, CODE), ("recorded", at.E_RECORDED, CODE),
            ("previous", at.E_PREVIOUS, CODE), ("arm", at.E_ARM, CODE), ("nonconforming", at.E_FLAGS, CODE),
            ("hinges", at.E_HINGES, CODE), ("score", at.E_SCORE, NUMBER), ("grade", at.E_GRADE, CODE),
            ("decision", at.E_DECISION, FACT),
        ),
    ),
    "clocks": (
        at.CLOCKS,
        (
            ("duty", at.D_DUTY, CODE), ("n", at.D_N, CODE), ("status", at.D_STATUS, CODE), ("early", at.D_EARLY, CODE),
            ("version", at.D_VERSION, CODE), ("start_stage", at.D_STAGE, CODE), ("entry_n", at.D_ENTRY_N, CODE),
            ("entered_at", at.D_ENTERED, INSTANT), ("started_at", at.D_STARTED, INSTANT), ("target", at.D_TARGET, CODE),
            ("target_us", at.D_TARGET_US, INSTANT), ("calendar", at.D_CALENDAR, CODE), ("route", at.D_ROUTE, CODE),
            ("owner", at.D_OWNER, CODE), ("due_at", at.D_DUE, INSTANT), ("stopped_at", at.D_STOPPED, INSTANT),
            ("stop_fact", at.D_STOP_FACT, FACT), ("stop_stage", at.D_STOP_STAGE, CODE),
            ("voided_at", at.D_VOIDED, INSTANT), ("used_us", at.D_USED, INSTANT), ("elapsed_us", at.D_ELAPSED, INSTANT),
        ),
    ),
    "checks": (
        at.CHECKS,
        (
            ("duty", 1, CODE), ("n", 2, CODE), ("met", 3, CODE), ("at", 4, INSTANT), ("version", 5, CODE),
            ("stage", 6, CODE), ("fact", 7, FACT),
        ),
    ),
    "consents": (
        at.CONSENTS,
        (("rule", 1, CODE), ("at", 2, INSTANT), ("version", 3, CODE), ("fact", 4, FACT), ("word", 5, CODE)),
    ),
    "scores": (at.SCORES, (("at", 1, INSTANT), ("grade", 2, CODE), ("score", 3, NUMBER))),
    "state": (
        at.STATES,
        (
            ("stage", at.Z_STAGE, CODE), ("entered_at", at.Z_ENTERED, INSTANT), ("furthest", at.Z_FURTHEST, CODE),
            ("score", at.Z_SCORE, NUMBER), ("grade", at.Z_GRADE, CODE), ("persona", at.Z_PERSONA, CODE),
            ("owner", at.Z_OWNER, CODE), ("arm", at.Z_ARM, CODE), ("hinges", at.Z_HINGES, CODE),
            ("crm", at.Z_CRM, FACT), ("first_at", at.Z_FIRST, INSTANT), ("last_event_at", at.Z_LAST_EVENT, INSTANT),
            ("next", at.Z_NEXT, INSTANT),
        ),
    ),
}  # fmt: skip
"""Table → its section, and its columns: name, place in the kernel's row, what it holds."""


def result_columns(pieces: Iterable[Tables], leads: NDArray[np.int32], ends: Int) -> dict[str, Columns]:
    """Return the rows of all pieces, by table; `leads` are those replayed, `ends` where the facts of each begin."""
    found: dict[str, list[Columns]] = {name: [] for name in RESULTS}
    for piece in pieces:  # each is let go before the next one is made
        for name, (section, columns) in RESULTS.items():
            rows = piece.sections[section]
            kept = {column: _column(rows, place, holds, ends) for column, place, holds in columns}
            found[name].append({"lead": leads[rows[:, 0]]} | kept)
    return {name: _joined(parts) for name, parts in found.items()}


def _joined(parts: list[Columns]) -> Columns:
    return parts[0] if len(parts) == 1 else {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


def _column(rows: Int, place: int, holds: str, ends: Int) -> NDArray[Any]:
    values = rows[:, place]
    if holds == NUMBER:
        return rows.view(np.float64)[:, place].copy()
    if holds == FACT:
        values = np.where(values >= 0, values - ends[rows[:, 0]], -1)
    return np.asarray(values, _TYPES[holds])


def write_results(path: Path, name: str, columns: Columns) -> None:
    """Write one table and bring it to the disk: what is small is packed, nothing is looked for by statistics."""
    small = {"lead", *(column for column, _, holds in RESULTS[name][1] if holds != INSTANT)}
    arrays = [pa.array(values) for values in columns.values()]
    fields = [pa.field(column, array.type, nullable=False) for column, array in zip(columns, arrays, strict=True)]
    with path.open("wb") as file:
        pq.write_table(
            pa.Table.from_arrays(arrays, schema=pa.schema(fields)),
            file,
            use_dictionary=False,
            compression={column: "lz4" if column in small else "none" for column in columns},
            write_statistics=False,
            store_schema=False,
        )
        file.flush()
        os.fsync(file.fileno())


def settled(clocks: Mapping[str, NDArray[Any]], code: Code, as_of: int) -> dict[str, NDArray[Any]]:
    """Return the rows of clocks as they stand at `as_of`: those that nothing has stopped have run on until then."""
    runs = np.flatnonzero((clocks["stopped_at"] == at.NEVER) & (clocks["voided_at"] == at.NEVER))
    found = {name: values.copy() for name, values in clocks.items()}
    elapsed = np.maximum(0, as_of - clocks["started_at"][runs])
    used = elapsed.copy()
    for number in np.unique(clocks["calendar"][runs]):
        if number >= 0:
            here = clocks["calendar"][runs] == number
            used[here] = _open_between(code, int(number), clocks["started_at"][runs][here], as_of)
    found["elapsed_us"][runs], found["used_us"][runs] = elapsed, used
    found["status"][runs] = np.where(used > clocks["target_us"][runs], at.BROKEN, at.OPEN)
    return found


def _open_between(code: Code, calendar: int, starts: Int, end: int) -> Int:
    """Return the open time between instants, from the calendar's tables in the kernel's own memory."""
    row = int(code.q[at.H_CALENDARS]) + calendar * at.CALENDAR_W
    number, opens, closes, before = code.q[row : row + 4].tolist()
    begin, finish = code.q[opens : opens + number], code.q[closes : closes + number]
    earlier = code.q[before : before + number + 1]

    def open_until(instants: Int) -> Int:
        k = np.searchsorted(begin, instants, "right")
        within = np.minimum(instants, finish[k - 1]) - begin[k - 1]
        return np.where(k > 0, earlier[k - 1] + within, np.int64(0))

    return np.asarray(np.maximum(0, open_until(np.full(1, end, np.int64)) - open_until(starts)), np.int64)
