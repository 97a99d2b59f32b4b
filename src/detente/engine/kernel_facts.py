"""From rows of the timeline to the arrays the kernel walks: leads, instants, shapes, and values too many for shapes.

Input: a table with `person` and the fact columns, clustered by person and in replay order, each numbered fact once a
person. What `core.replay.history` does with facts one by one is done here with columns: facts not usable or not known
yet, and blanks, are left out; facts without an id of their own count once; a decision whose reason `sets` a kind is
followed by a fact of that kind.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import groupby

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from detente.core.agreement.agreement import Timeline
from detente.core.facts.fact import ENRICH, SKEW_US
from detente.core.facts.schema import PAYLOAD_COLUMNS
from detente.core.facts.validity import EARLIEST_US
from detente.core.replay.history import history
from detente.core.replay.program import Program
from detente.core.replay.shapes import ShapeBook
from detente.engine.histories import facts as facts_of
from detente.engine.kernel_payloads import payloads_of

Int = NDArray[np.int64]
Bools = NDArray[np.bool_]

SECOND_US = 1_000_000


@dataclass(frozen=True)
class EncodedFacts:
    """Facts as arrays, sorted by lead and in replay order. Lead `n` has the facts from `ends[n]` up to the next.

    Instants in microseconds. `shape` numbers the shapes of `book`; `columns` has one row for each value too many for
    shapes. `row` is the row of the table a fact stands in, and `follows` whether it is not there itself but was set by
    the fact there; the rows of lead `n` begin at `starts[n]`. `inexact` are the leads with a number that a double
    cannot hold.
    """

    book: ShapeBook
    persons: pa.Array
    starts: Int
    ends: Int
    t: Int
    known: Int
    shape: NDArray[np.int32]
    columns: NDArray[np.float64]
    row: Int
    follows: Bools
    inexact: Int


def encoded(program: Program, table: pa.Table, as_of: int) -> EncodedFacts:
    """Return the facts known at `as_of`. Every row has a person."""
    book = ShapeBook(program)
    people = pc.run_end_encode(table.column("person").combine_chunks())
    starts = np.append(0, people.run_ends.to_numpy()).astype(np.int64)
    counts = np.diff(starts)
    lead = np.repeat(np.arange(len(counts), dtype=np.int64), counts)
    rows = _used(program.timeline, table, lead, as_of)
    payloads = payloads_of(book, table if len(rows) == table.num_rows else table.take(pa.array(rows)))
    t, known = (_numbers(table.column(name))[rows] for name in ("occurred_at", "known_at"))
    facts = EncodedFacts(
        book=book,
        persons=people.values,
        starts=starts,
        ends=np.append(0, np.cumsum(np.bincount(lead[rows], minlength=len(counts)))).astype(np.int64),
        t=t,
        known=known,
        shape=payloads.shape,
        columns=payloads.columns,
        row=rows,
        follows=np.zeros(len(rows), bool),
        inexact=np.unique(lead[rows][payloads.inexact]),
    )
    return _with_consequences(facts)


def _used(timeline: Timeline, table: pa.Table, lead: Int, as_of: int) -> Int:
    """Return the rows of the facts that the replay uses."""
    occurred, known = _numbers(table.column("occurred_at")), _numbers(table.column("known_at"))
    usable = (occurred >= EARLIEST_US) & (occurred <= known + SKEW_US) & (occurred <= as_of) & (known <= as_of)
    kinds = table.column("kind").combine_chunks().dictionary_encode()
    usable &= ~(_mask(pc.equal(table.column("kind"), ENRICH)) & _blank(table))
    kind = _numbers(kinds.indices)
    unnumbered = usable & _mask(pc.equal(pc.fill_null(table.column("source_id"), ""), ""))
    alike = _alike(lead, occurred // SECOND_US, kind, np.flatnonzero(unnumbered))
    usable[_repeated(timeline, table, lead, alike)] = False
    return np.flatnonzero(usable)


def _blank(table: pa.Table) -> Bools:
    """Return which rows have no value at all."""
    blank = _mask(pc.is_in(pc.fill_null(table.column("extra"), ""), pa.array(["", "{}"])))
    for column in PAYLOAD_COLUMNS:
        blank &= _mask(table.column(column.name).is_null())
    return blank


def _alike(lead: Int, second: Int, kind: Int, rows: Int) -> Int:
    """Return those of the rows of which there are several of one lead, second and kind."""
    if not len(rows):
        return rows
    here = (lead[rows], second[rows])
    moments = np.cumsum(np.append(False, (np.diff(here[0]) != 0) | (np.diff(here[1]) != 0)))
    codes = pa.array(moments * (int(kind.max()) + 1) + kind[rows]).dictionary_encode().indices.to_numpy()
    several: Bools = np.bincount(codes)[codes] > 1
    return rows[several]


def _repeated(timeline: Timeline, table: pa.Table, lead: Int, rows: Int) -> Int:
    """Return which of the rows, sorted by lead, say again what another one says."""
    if not len(rows):
        return rows
    facts = facts_of(table.take(pa.array(rows)))
    kept: set[tuple[int, str]] = set()
    pairs = zip(lead[rows].tolist(), facts, strict=True)
    for number, group in groupby(pairs, key=lambda pair: pair[0]):
        same = [fact for _, fact in group]
        once, _ = history(timeline, same, max(max(fact.known_at, fact.occurred_at) for fact in same))
        kept.update((number, fact.id) for fact in once)
    again = [(number, fact.id) not in kept for number, fact in zip(lead[rows].tolist(), facts, strict=True)]
    return np.compress(again, rows)


def _with_consequences(facts: EncodedFacts) -> EncodedFacts:
    """Return the facts with those that a decision's reason sets, each right after its decision."""
    sets = np.array(facts.book.consequences(), np.int32)
    if not (sets >= 0).any():
        return facts
    starts = [version.effective_at for version in facts.book.program.timeline.versions[1:]]
    follower = sets[np.searchsorted(np.array(starts, np.int64), facts.t, "right"), facts.shape]
    after = np.flatnonzero(follower >= 0)
    number = np.repeat(np.arange(len(facts.t)), np.where(follower >= 0, 2, 1))
    added = np.append(False, number[1:] == number[:-1])
    return replace(
        facts,
        ends=facts.ends + np.searchsorted(after, facts.ends),
        t=facts.t[number],
        known=facts.known[number],
        shape=np.where(added, follower[number], facts.shape[number]).astype(np.int32),
        columns=facts.columns[:, number],
        row=facts.row[number],
        follows=added,
    )


def _numbers(column: pa.ChunkedArray | pa.Array) -> Int:
    return np.asarray(column.to_numpy(), np.int64)


def _mask(column: pa.ChunkedArray | pa.Array) -> Bools:
    return np.asarray(column.to_numpy(zero_copy_only=False), bool)
