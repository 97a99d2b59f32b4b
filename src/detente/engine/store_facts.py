"""Facts of leads as arrays, in the order of the replay: cut into buckets, written as a base, and merged.

The order is by lead, instant, attribute values before events, source, source id and fact id (specification §4). The
last three are texts, which stand beside the numbers and are looked at only where all before them is equal.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from detente.core.errors import DetenteError
from detente.core.replay.layout import FOREVER
from detente.engine.plain_columns import write_plain
from detente.engine.store_words import bucket_edges, keys_of

Int = NDArray[np.int64]
Short = NDArray[np.int32]

TEXTS = ("source", "source_id", "fact_id")
"""What stands beside the numbers of a fact."""


FACTS_A_BUCKET = 320_000
"""With fewer in a bucket, its files take as long to be opened and closed as to be filled (0.7 ms each)."""

MOST_BUCKETS = 128
"""What a replay needs of memory grows with the facts of a bucket: above some fifty millions, with them all."""


@dataclass(frozen=True)
class Arrivals:
    """Facts that arrive, in any order, each once. Instants in microseconds; `shape` numbers a shape of `Words.book`.

    `columns` has one row for each column of values too many for shapes. `texts` has the columns of `TEXTS`.
    """

    persons: pa.Array
    t: Int
    known: Int
    shape: Short
    columns: NDArray[np.float64]
    texts: pa.Table


@dataclass(frozen=True)
class Run:
    """Facts sorted by lead and in replay order within each. `texts` gives those of some of its rows, which ascend."""

    lead: Short
    t: Int
    known: Int
    shape: Short
    columns: NDArray[np.float64]
    texts: Callable[[Int], pa.Table]


@dataclass(frozen=True)
class Bucket:
    """The leads of a bucket, by key, and their facts; facts of lead `n` are the rows from `ends[n]` up to the next."""

    keys: Int
    checks: Int
    persons: pa.Array
    ends: Int
    t: Int
    known: Int
    shape: Short
    columns: NDArray[np.float64]
    texts: pa.Table


def numbers_of(run: Run | Bucket) -> dict[str, NDArray[Any]]:
    """Return the columns that are written plainly."""
    values = {f"value_{n}": column for n, column in enumerate(run.columns)}
    return {"t": run.t, "known": run.known, "shape": run.shape, **values}


@dataclass
class BaseWriter:
    """Writes the buckets of a base, one after the other."""

    folder: Path
    starts: list[int] = field(default_factory=lambda: [0])
    facts: int = 0
    earliest: int = FOREVER
    _leads: list[Bucket] = field(default_factory=list)

    def add(self, bucket: Bucket) -> None:
        """Write the next bucket."""
        sizes = np.diff(bucket.ends)
        lead = np.repeat(np.arange(self.starts[-1], self.starts[-1] + len(sizes), dtype=np.int32), sizes)
        path = self.folder / f"facts-{len(self.starts) - 1:03d}.parquet"
        write_plain(path, {"lead": lead, **numbers_of(bucket)}, bucket.texts)
        self._leads.append(_without_facts(bucket))
        self.starts.append(self.starts[-1] + len(sizes))
        self.facts += len(bucket.t)
        if len(bucket.t):
            self.earliest = min(self.earliest, int(bucket.t.min()))

    def finish(self) -> None:
        """Write the leads of all buckets."""
        keys = np.concatenate([bucket.keys for bucket in self._leads])
        if (np.diff(keys) == 0).any():
            raise DetenteError("the ids of two persons have the same hash: give one of them another id")
        columns = {
            "key": keys,
            "check": np.concatenate([bucket.checks for bucket in self._leads]),
            "first": np.concatenate([bucket.ends[:-1] for bucket in self._leads]),
            "count": np.concatenate([np.diff(bucket.ends) for bucket in self._leads]),
        }
        persons = pa.chunked_array([bucket.persons for bucket in self._leads], pa.string())
        write_plain(self.folder / "leads.parquet", columns, pa.table({"person": persons}))


def _without_facts(bucket: Bucket) -> Bucket:
    none = np.empty(0, np.int64)
    nothing = (none, none, none.astype(np.int32), bucket.columns[:, :0], bucket.texts.slice(0, 0))
    return Bucket(bucket.keys, bucket.checks, bucket.persons, bucket.ends, *nothing)


def bucket_count(facts: int) -> int:
    """Return how many buckets suit so many facts: a power of two, at most `MOST_BUCKETS`."""
    return min(MOST_BUCKETS, 1 << (facts // FACTS_A_BUCKET).bit_length())


def buckets_of(arrivals: Arrivals, is_event: NDArray[np.bool_], count: int) -> Iterator[Bucket]:
    """Sort facts into buckets, of which there are `count`, a power of two."""
    coded = arrivals.persons.dictionary_encode()
    keys, checks = keys_of(coded.dictionary.to_pylist())
    by_key = np.argsort(keys)
    lead = np.empty(len(keys), np.int32)
    lead[by_key] = np.arange(len(keys), dtype=np.int32)
    run = sorted_run(arrivals, lead[_indices(coded)], is_event)
    starts = np.append(np.searchsorted(keys[by_key], bucket_edges(count)), len(keys))
    ends = np.append(0, np.cumsum(np.bincount(run.lead, minlength=len(keys)))).astype(np.int64)
    texts = run.texts(np.arange(len(run.t)))
    for first, end in zip(starts[:-1].tolist(), starts[1:].tolist(), strict=True):
        leads, facts = by_key[first:end], slice(int(ends[first]), int(ends[end]))
        yield Bucket(
            keys[leads], checks[leads], coded.dictionary.take(pa.array(leads)), ends[first : end + 1] - ends[first],
            run.t[facts], run.known[facts], run.shape[facts], run.columns[:, facts],
            texts.slice(facts.start, facts.stop - facts.start),
        )  # fmt: skip


def sorted_run(arrivals: Arrivals, lead: Short, is_event: NDArray[np.bool_]) -> Run:
    """Return arrivals whose leads are known, in replay order."""
    by = {"lead": lead, "t": arrivals.t, "event": is_event[arrivals.shape]}
    table = pa.table({**by, **{name: pc.fill_null(arrivals.texts.column(name), "") for name in TEXTS}})
    order = pc.sort_indices(table, sort_keys=[(name, "ascending") for name in table.column_names])
    at = order.to_numpy()
    texts = arrivals.texts.select(TEXTS).take(order)
    return Run(
        lead[at], arrivals.t[at], arrivals.known[at], arrivals.shape[at], arrivals.columns[:, at],
        lambda rows: texts.take(pa.array(rows)),
    )  # fmt: skip


def merged(runs: Sequence[Run], is_event: NDArray[np.bool_]) -> Run:
    """Return the facts of several runs as one."""
    if len(runs) == 1:
        return runs[0]
    lead, t, shape = (np.concatenate([getattr(run, name) for run in runs]) for name in ("lead", "t", "shape"))
    came_from = np.repeat(np.arange(len(runs)), [len(run.t) for run in runs])
    event = is_event[shape]
    order = np.lexsort((event, t, lead))
    equal = [values[order][1:] == values[order][:-1] for values in (lead, t, event)]
    tied = equal[0] & equal[1] & equal[2]
    if (tied & (came_from[order][1:] != came_from[order][:-1])).any():
        order = _by_texts(order, tied, lambda rows: _texts_of(runs, rows))
    columns = np.concatenate([run.columns for run in runs], axis=1)[:, order]
    known = np.concatenate([run.known for run in runs])[order]
    return Run(lead[order], t[order], known, shape[order], columns, lambda rows: _texts_of(runs, order[rows]))


def _by_texts(order: Int, tied: NDArray[np.bool_], texts: Callable[[Int], pa.Table]) -> Int:
    """Put rows whose lead, instant and sort are equal into the order of their texts."""
    follows = np.append(False, tied)
    places = np.flatnonzero(follows | np.append(tied, False))
    group = np.cumsum(~follows)[places]
    found = texts(order[places])
    words = [found.column(name).to_pylist() for name in TEXTS]
    sorted_ = sorted(range(len(places)), key=lambda n: (group[n], *(column[n] or "" for column in words)))
    settled = order.copy()
    settled[places] = order[places][sorted_]
    return settled


def _texts_of(runs: Iterable[Run], rows: Int) -> pa.Table:
    """Return the texts of rows of several runs, counted through; in the order asked for."""
    parts, asked, start = [], [], 0
    for run in runs:
        here = np.flatnonzero((rows >= start) & (rows < start + len(run.t)))
        here = here[np.argsort(rows[here])]
        parts.append(run.texts(rows[here] - start).select(TEXTS).cast(_TEXTS))
        asked.append(here)
        start += len(run.t)
    back = np.argsort(np.concatenate(asked))
    return pa.concat_tables(parts).take(pa.array(back))


_TEXTS = pa.schema([(name, pa.string()) for name in TEXTS])


def _indices(coded: pa.DictionaryArray) -> NDArray[np.int32]:
    return np.asarray(coded.indices.to_numpy(zero_copy_only=False), np.int32)
