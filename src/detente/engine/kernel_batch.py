"""The replay of many leads by the compiled kernel: pieces of leads, shared by threads, to the published tables.

Input: rows of the timeline, clustered by person and in replay order. What the kernel refuses, leads with a number it
cannot hold exactly, is left to the caller. Importing this module does not load the compiler.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from detente.core.replay.program import Program
from detente.core.replay.shapes import shape_table
from detente.core.replay.tables import LimitReached
from detente.engine.kernel_facts import EncodedFacts, encoded
from detente.engine.kernel_rows import Words

if TYPE_CHECKING:
    from detente.core.replay.kernel.memory import Code

PIECE = 50_000
"""Facts of a piece, about."""

INEXACT = "a number has more digits than the compiled replay can hold; write it as text, in quotes"


@dataclass(frozen=True)
class Judged:
    """What came of a run of leads: their tables, or the rows of those that another replay has to judge, and why."""

    tables: tuple[Mapping[str, pa.Table], ...] = ()
    refused: pa.Table | None = None
    why: str = ""


def judged(program: Program, timeline: pa.Table, as_of: int, threads: int) -> Iterator[Judged]:
    """Replay everybody in the rows; yield what came of each piece, in order."""
    from detente.core.replay.kernel.memory import lay_out

    facts = encoded(program, timeline, as_of)
    first = min(as_of, int(facts.t.min(initial=as_of)))
    code = lay_out(program, shape_table(facts.book), first, as_of)
    words = Words(facts, timeline)

    def judge(bounds: tuple[int, int]) -> Judged:
        first, end = bounds
        rows = timeline.slice(facts.starts[first], facts.starts[end] - facts.starts[first])
        if first in facts.inexact:
            return Judged(refused=rows, why=INEXACT)
        try:
            return Judged(tuple(_replayed(code, facts, words, bounds, as_of)))
        except LimitReached as error:
            return Judged(refused=rows, why=str(error))

    with ThreadPoolExecutor(threads) as pool:
        yield from pool.map(judge, _pieces(facts))


def _pieces(facts: EncodedFacts) -> Iterator[tuple[int, int]]:
    """Yield runs of leads of about a piece's facts; leads with a number that is not exact stand alone."""
    leads = len(facts.persons)
    edges = np.flatnonzero(np.diff(facts.ends[1:] // PIECE, prepend=0)) + 1
    alone = np.concatenate([facts.inexact, facts.inexact + 1])
    bounds = np.unique(np.concatenate([[0, leads], edges, alone])).tolist()
    yield from pairwise(bounds)


def _replayed(
    code: Code, facts: EncodedFacts, words: Words, bounds: tuple[int, int], as_of: int
) -> Iterator[Mapping[str, pa.Table]]:
    from detente.core.replay.kernel.replay import LeadFacts, replay_many

    first, end = bounds
    ends = facts.ends[first : end + 1]
    here = slice(int(ends[0]), int(ends[-1]))
    arrays = LeadFacts(
        ends - ends[0], facts.t[here], facts.known[here], facts.shape[here],
        np.ascontiguousarray(facts.columns[:, here]), np.full(end - first, -1, np.int64),
    )  # fmt: skip
    for found in replay_many(code, arrays, as_of):
        yield words.tables(found, first, here.start)
