"""Replay facts through the kernel: many leads from arrays, or one from facts, as the rows of `replay.rows`.

Input: a compiled program, and facts as arrays sorted by lead and then in replay order (`LeadFacts`). Results that do
not fit their room are replayed again with more, so nothing overflows.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from detente.core.replay import layout as at
from detente.core.replay.kernel.batch import replay_leads
from detente.core.replay.kernel.memory import Code, Float, Int, Room, Sizes, make_room
from detente.core.replay.tables import LimitReached

MOST_ROWS = 1 << 16
"""Rows of a section before results are handed out."""


@dataclass(frozen=True)
class LeadFacts:
    """Facts of many leads. `ends` has one item more than there are leads; `given` is a shape of attributes or -1."""

    ends: Int
    t: Int
    known: Int
    shape: NDArray[np.int32]
    columns: Float  # one row a column of values too many for shapes, each as long as `t`
    given: Int

    @property
    def leads(self) -> int:
        """How many leads there are."""
        return len(self.ends) - 1


@dataclass(frozen=True)
class Tables:
    """Results of a run of leads: rows of int64, by section (`layout`); scores are floats in the same places."""

    sections: tuple[Int, ...]

    def floats(self, section: int, column: int) -> Float:
        """Return a column that holds floats."""
        return self.sections[section].view(np.float64)[:, column]

    def of_lead(self, lead: int) -> Tables:
        """Return the rows of one lead; the first column of every section names it."""
        return Tables(tuple(rows[rows[:, 0] == lead] for rows in self.sections))


def replay_many(code: Code, facts: LeadFacts, as_of: int, refused: list[int] | None = None) -> Iterator[Tables]:
    """Replay leads in order; yield their results piece by piece, each piece a run of whole leads.

    A lead with a number or a sum that cannot be held as it is written has no rows: it is appended to `refused`, for
    the interpreter; LimitReached without such a list.
    """
    largest = int(np.diff(facts.ends).max(initial=0))
    sizes = Sizes(largest, rows=tuple(min(MOST_ROWS, 16 + 4 * (len(facts.t) + facts.leads)) for _ in at.ROW_WIDTHS))
    room, lead = make_room(code, sizes), 0
    while True:
        state = room.state[0]
        state[at.S_AS_OF], state[at.S_FACTS], state[at.S_STATUS] = as_of, len(facts.t), 0
        lead = run(code, room, facts, lead)
        if state[at.S_STATUS] == at.NOT_EXACT:
            if refused is None:
                raise LimitReached(
                    f"lead {lead} has a number, or a sum of numbers, that the compiled replay cannot hold: it adds at "
                    "most four decimals, up to a hundred billion; round it, or write it as text, in quotes"
                )
            refused.append(lead)
            lead += 1
            continue
        yield Tables(tuple(room.section(section).copy() for section in range(at.SECTIONS)))
        if lead == facts.leads:
            return
        alone = state[at.S_OUT + at.STATES] == room.bounds[at.STATES]
        if state[at.S_STATUS] == at.QUEUE_FULL or alone:  # not even one lead fits: widen
            sizes = _wider(sizes, int(state[at.S_STATUS]))
            room = make_room(code, sizes)
        room.clear()


def run(code: Code, room: Room, facts: LeadFacts, first: int) -> int:
    """Replay from a lead on, into a room; return the first lead for which it was too small, else how many there are."""
    return int(
        replay_leads(
            first, facts.leads, facts.ends, facts.given,
            room.q, code.c, facts.t, facts.known, facts.shape, facts.columns.reshape(-1), *room.state, room.o, room.g,
            *room.other, *room.beginning,
        )
    )  # fmt: skip


def _wider(sizes: Sizes, status: int) -> Sizes:
    if status == at.QUEUE_FULL:
        return Sizes(sizes.facts, 4 * sizes.queue, sizes.rows)
    section = status - at.FULL
    rows = tuple(4 * each if n == section else each for n, each in enumerate(sizes.rows))
    return Sizes(sizes.facts, sizes.queue, rows)
