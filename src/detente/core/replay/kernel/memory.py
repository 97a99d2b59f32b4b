"""Memory for a replay: a program with its shapes and calendars as one array, a lead's state, the sections of results.

Input: a compiled program, the shapes of the facts, and the span of time they cover.
"""

from __future__ import annotations

from detente.core.calendars.instants import instant_of, moment_of

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import MAXYEAR, UTC, datetime
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from detente.core.agreement.agreement import CalendarClause
from detente.core.agreement.expressions import DAY
from detente.core.replay import layout as at
from detente.core.replay.duties import calendar_of
from detente.core.replay.program import Program
from detente.core.replay.shapes import ShapeTable
from detente.core.replay.tables import LimitReached

Int = NDArray[np.int64]
Float = NDArray[np.float64]

POINTS_TO_RETURN_TO = 64


@dataclass(frozen=True)
class Code:
    """A program, shapes and calendars: Q and C, read only, shared by every thread."""

    program: Program
    q: Int
    c: Float


def lay_out(program: Program, shapes: ShapeTable, first: int, last: int) -> Code:
    """Join a program, its shapes and its calendars for facts between two instants."""
    data = [*program.data, *shapes.data]
    for header, offset in shapes.header.items():
        data[header] = offset
    tables = [_calendar(clause, _year(first), _year(last), program.largest_target_us) for clause in program.calendars]
    rows = len(data) + len(tables) * at.CALENDAR_W
    data[at.H_CALENDARS] = len(data)
    pieces: list[Int] = []
    for table in tables:
        data += [len(table.starts), rows, rows + len(table.starts), rows + 2 * len(table.starts), table.full_day_us]
        pieces += [table.starts, table.ends, table.before]
        rows += 3 * len(table.starts) + 1
    q = np.concatenate([np.array(data, np.int64), *pieces])
    return Code(program, q, np.array([*program.tables.constants, *shapes.constants, 0.0]))


@dataclass(frozen=True)
class _CalendarTable:
    starts: Int
    ends: Int
    before: Int
    full_day_us: int


@lru_cache(maxsize=64)
def _calendar(clause: CalendarClause, first: int, last: int, target_us: int) -> _CalendarTable:
    """Tabulate a calendar from the year before the first fact until the largest target surely fits."""
    calendar = calendar_of(clause)
    horizon = last + 1
    if horizon >= MAXYEAR:
        raise LimitReached("a fact lies at the end of the years there are")
    starts, ends, before = calendar.table(first - 1, horizon)
    while before[-1] - _open_until(before, starts, last) < target_us:
        horizon += 1 + target_us // (200 * DAY)
        if horizon >= MAXYEAR:
            raise LimitReached(f"the longest target may fall due after the year {MAXYEAR - 1}; write a shorter one")
        starts, ends, before = calendar.table(first - 1, horizon)
    return _CalendarTable(
        np.array(starts, np.int64), np.array(ends, np.int64), np.array(before, np.int64), calendar.full_day_us
    )


def _open_until(before: Sequence[int], starts: Sequence[int], year: int) -> int:
    """Return the open time before the end of a year."""
    end = instant_of(datetime(year + 1, 1, 2, tzinfo=UTC))
    return before[sum(start < end for start in starts)]


def _year(instant: int) -> int:
    return moment_of(instant).year


@dataclass
class Room:
    """The memory of one thread: S, F and L twice, what a lead begins with, and O with its float view G."""

    q: Int  # the code, with this room's offsets in its header
    state: tuple[Int, Float, NDArray[np.int32]]
    other: tuple[Int, Float, NDArray[np.int32]]
    beginning: tuple[Int, Float]
    o: Int
    bounds: list[int]

    @property
    def g(self) -> Float:
        """O as floats."""
        return self.o.view(np.float64)

    def section(self, section: int) -> Int:
        """Return the rows written to a section."""
        width = at.ROW_WIDTHS[section]
        rows = self.o[self.bounds[section] : self.state[0][at.S_OUT + section]]
        return rows.reshape(-1, width)

    def clear(self) -> None:
        """Begin all sections anew."""
        for section in range(at.SECTIONS):
            self.state[0][at.S_OUT + section] = self.bounds[section]


@dataclass(frozen=True)
class Sizes:
    """How much room there is: facts of the largest lead, re-entry dates at once, rows by section."""

    facts: int
    queue: int = 64
    rows: tuple[int, ...] = (1024,) * at.SECTIONS


def make_room(code: Code, sizes: Sizes) -> Room:
    """Allocate the memory of one thread."""
    program, q = code.program, code.q.copy()
    queue_end = q[at.H_AT_QUEUE] + sizes.queue
    q[at.H_QUEUE_CAP], q[at.H_PERSIST], q[at.H_SNAPS] = sizes.queue, queue_end, POINTS_TO_RETURN_TO
    for header in (at.H_AT_STACK, at.H_AT_CALLS, at.H_AT_LOOPS):
        q[header] += queue_end
    q[at.H_AT_HASH] = queue_end + program.state_size
    values = 1 << max(1, (2 * sizes.facts).bit_length()) if program.hash_tables else 1
    q[at.H_HASH_MASK] = values - 1
    q[at.H_AT_SNAPS] = q[at.H_AT_HASH] + program.hash_tables * values
    q[at.H_AT_LEVELS] = q[at.H_AT_SNAPS] + POINTS_TO_RETURN_TO * (queue_end - at.S_KEPT)
    size = int(q[at.H_AT_LEVELS]) + 2 * sizes.facts + 1
    lists = (int(q[at.H_LISTS_N]) + 1) * max(1, sizes.facts)
    states = [(np.zeros(size, np.int64), np.zeros(size), np.zeros(lists, np.int32)) for _ in range(2)]
    bounds = [0]
    for width, rows in zip(at.ROW_WIDTHS, sizes.rows, strict=True):
        bounds.append(bounds[-1] + width * (rows + 1))  # one spare row
    s = states[0][0]
    for section, (width, start) in enumerate(zip(at.ROW_WIDTHS, bounds, strict=False)):
        s[at.S_OUT + section], s[at.S_LIMIT + section] = start, bounds[section + 1] - width
    s[at.S_CAP] = max(1, sizes.facts)
    beginning = _beginning(program, q, int(queue_end))
    return Room(q, states[0], states[1], beginning, np.zeros(bounds[-1], np.int64), bounds)


def _beginning(program: Program, q: Int, size: int) -> tuple[Int, Float]:
    """Return a lead before its first fact."""
    s, f = np.zeros(size, np.int64), np.zeros(size)
    for place in (at.S_NOW, at.S_RESET, at.S_LAST_EVENT, at.S_LAST_FACT, at.S_FIRST_FACT, at.S_MAX_KNOWN):
        s[place] = at.NEVER
    for place in (at.S_STAGE, at.S_CRM, at.S_ASSIGN, at.S_HANDOVER, at.S_HANDOVER_TO, at.S_ARM, at.S_LAST_GRADE):
        s[place] = -1
    s[at.S_TICK] = s[at.S_VALUES_TICK] = 1
    s[q[at.H_AT_ENTERED] : q[at.H_AT_LEAF]] = at.NEVER
    s[q[at.H_AT_LEAF] : q[at.H_AT_SLOT]] = program.unknown_leaves
    s[q[at.H_AT_SUM] : q[at.H_AT_CHECKS]] = -1
    return s, f
