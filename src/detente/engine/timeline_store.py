"""The timeline store: every lead's facts, clustered so that one lead is a seek and a few are a few seeks.

Facts lie in buckets by a hash of the person, sorted by lead and then in replay order; later arrivals are small deltas
beside them, merged when somebody reads the leads they touched. A lead is a number: in the base by order of its key,
then by arrival. Input: a manifest and the folders it names. The store is derived: it can be deleted and made anew.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from detente.core.errors import DetenteError
from detente.engine.plain_columns import PlainFile
from detente.engine.store_facts import TEXTS, Bucket, Run, merged
from detente.engine.store_manifest import Manifest
from detente.engine.store_words import bucket_edges, keys_of

Int = NDArray[np.int64]
Short = NDArray[np.int32]

UNKNOWN = -1
"""In place of the number of a person who is not in the store."""


@dataclass(frozen=True)
class StoredDelta:
    """The files of one delta. Its new leads are numbered from `first_new`."""

    folder: Path
    first_new: int

    @cached_property
    def touched(self) -> PlainFile:
        """By lead it touched: `lead`, and where its facts here begin and how many they are (`first`, `count`)."""
        return PlainFile(self.folder / "touched.parquet")

    @cached_property
    def leads(self) -> Short:
        """The leads it touched."""
        return self.touched.whole("lead")

    @cached_property
    def new(self) -> PlainFile:
        """By new lead: `key`, `check` and the person."""
        return PlainFile(self.folder / "new.parquet")

    @cached_property
    def facts(self) -> PlainFile:
        """Its facts."""
        return PlainFile(self.folder / "facts.parquet")


class TimelineStore:
    """The facts a manifest stands for."""

    def __init__(self, path: Path, manifest: Manifest, is_event: NDArray[np.bool_]) -> None:
        self.manifest = manifest
        self._base = path / manifest.base
        self._is_event = is_event
        self._leads = PlainFile(self._base / "leads.parquet")
        self._facts: dict[int, PlainFile] = {}
        self.deltas: list[StoredDelta] = []
        first = manifest.base_leads
        for delta in manifest.deltas:
            self.deltas.append(StoredDelta(path / delta.folder, first))
            first += delta.new

    def numbers(self, persons: Sequence[str]) -> tuple[Int, Int, Short]:
        """Return each person's key, the bits that tell persons apart, and number (`UNKNOWN` for a new one)."""
        keys, checks = keys_of(persons)
        found = np.full(len(keys), UNKNOWN, np.int32)
        order = np.argsort(keys)
        places = self._leads.search("key", keys[order])
        inside = np.flatnonzero(places < self._leads.rows)
        same = inside[self._leads.at("key", places[inside]) == keys[order][inside]]
        self._is_same(self._leads.at("check", places[same]), checks[order[same]])
        found[order[same]] = places[same]
        if len(self._new_keys[0]):
            known, numbers, theirs = self._new_keys
            places = np.minimum(np.searchsorted(known, keys), len(known) - 1)
            here = np.flatnonzero(known[places] == keys)
            self._is_same(theirs[places[here]], checks[here])
            found[here] = numbers[places[here]]
        return keys, checks, found

    def bucket(self, number: int) -> Short:
        """Return the leads of a bucket, those of the base first."""
        first, end = self.manifest.starts[number : number + 2]
        edges = bucket_edges(self.manifest.buckets)
        new = [
            delta.first_new + np.flatnonzero(np.searchsorted(edges, delta.new.whole("key"), "right") - 1 == number)
            for delta in self.deltas
        ]
        return np.concatenate([np.arange(first, end), *new]).astype(np.int32)

    def read(self, leads: Short, *more: Run) -> Run:
        """Return the facts of leads, which ascend, merged with `more`."""
        base = self._of_base(leads[leads < self.manifest.base_leads])
        deltas = [run for run in (self._of_delta(delta, leads) for delta in self.deltas) if len(run.t)]
        return merged([base, *deltas, *more], self._is_event)

    def as_bucket(self, leads: Short, run: Run) -> Bucket:
        """Return leads and all their facts as a bucket of a new base: by key."""
        keys, checks, persons = self._who(leads)
        by_key = np.argsort(keys)
        sizes = counts(leads, run.lead)
        ends = np.append(0, np.cumsum(sizes[by_key])).astype(np.int64)
        starts = np.cumsum(sizes) - sizes
        rows = ranges(starts[by_key], sizes[by_key])
        texts = run.texts(np.arange(len(run.t))).take(pa.array(rows))
        return Bucket(
            keys[by_key], checks[by_key], persons.take(pa.array(by_key)), ends, run.t[rows], run.known[rows],
            run.shape[rows], run.columns[:, rows], texts,
        )  # fmt: skip

    def persons(self, leads: Short) -> pa.Array:
        """Return who leads are; `leads` ascend."""
        return self._who(leads)[2]

    def keys(self, leads: Short) -> Int:
        """Return the keys of leads, which ascend."""
        return self._who(leads)[0]

    def let_go(self, number: int) -> None:
        """Close the file of a bucket, which is read through."""
        self._facts.pop(number, None)

    def _who(self, leads: Short) -> tuple[Int, Int, pa.Array]:
        keys, checks, persons = [], [], []
        for file, first in self._files_of_leads():
            rows = leads[(leads >= first) & (leads < first + file.rows)].astype(np.int64) - first
            keys.append(file.at("key", rows))
            checks.append(file.at("check", rows))
            persons.append(file.beside(["person"], rows).column("person").combine_chunks())
        return np.concatenate(keys), np.concatenate(checks), pa.concat_arrays(persons)

    def _files_of_leads(self) -> Iterator[tuple[PlainFile, int]]:
        yield self._leads, 0
        for delta in self.deltas:
            yield delta.new, delta.first_new

    def _of_base(self, leads: Short) -> Run:
        all_between = len(leads) > 0 and leads[-1] - leads[0] == len(leads) - 1
        places = range(int(leads[0]), int(leads[-1]) + 1) if all_between else leads.astype(np.int64)
        first, count = (self._leads.at(name, places) for name in ("first", "count"))
        buckets = np.searchsorted(self.manifest.starts, leads, "right") - 1
        edges = np.flatnonzero(np.diff(buckets, prepend=-1, append=-1))
        parts = [
            (int(buckets[start]), spans(first[start:end], count[start:end], all_between))
            for start, end in zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True)
        ]

        def column(name: str) -> NDArray[Any]:
            return _joined([self._bucket_file(bucket).at(name, rows) for bucket, rows in parts], name)

        return self._run(np.repeat(leads, count), column, _Beside([(self._bucket_file(b), rows) for b, rows in parts]))

    def _of_delta(self, delta: StoredDelta, leads: Short) -> Run:
        places = np.flatnonzero(among(delta.leads, leads))
        first, count = (delta.touched.at(name, places) for name in ("first", "count"))
        rows = ranges(first, count)
        lead = np.repeat(delta.leads[places], count)
        return self._run(lead, lambda name: delta.facts.at(name, rows), _Beside([(delta.facts, rows)]))

    def _run(self, lead: Short, column: Any, beside: _Beside) -> Run:  # noqa: ANN401  name → array
        values = [column(f"value_{n}") for n in range(self.manifest.columns)]
        columns = np.concatenate([np.empty(0), *values]) if len(values) != 1 else values[0]
        columns = columns.reshape(len(values), len(lead))
        return Run(lead, column("t"), column("known"), column("shape"), columns, beside)

    def _bucket_file(self, number: int) -> PlainFile:
        if number not in self._facts:
            self._facts[number] = PlainFile(self._base / f"facts-{number:03d}.parquet")
        return self._facts[number]

    @cached_property
    def _new_keys(self) -> tuple[Int, Short, Int]:
        """The keys of leads that came after the base, sorted; their numbers, and the bits that tell persons apart."""
        files = [(delta.new, delta.first_new) for delta in self.deltas]
        keys = np.concatenate([np.empty(0, np.int64), *(file.whole("key") for file, _ in files)])
        checks = np.concatenate([np.empty(0, np.int64), *(file.whole("check") for file, _ in files)])
        order = np.argsort(keys)
        return keys[order], (self.manifest.base_leads + order).astype(np.int32), checks[order]

    @staticmethod
    def _is_same(one: Int, other: Int) -> None:
        if (one != other).any():
            raise DetenteError("the ids of two persons have the same hash: give one of them another id")


class _Beside:
    """The texts of rows of several files, one after the other."""

    def __init__(self, parts: list[tuple[PlainFile, Int | range]]) -> None:
        self._parts = parts

    def __call__(self, rows: Int) -> pa.Table:
        found, start = [], 0
        for file, places in self._parts:
            here = rows[(rows >= start) & (rows < start + len(places))] - start
            if len(here):
                found.append(file.beside(TEXTS, here + places.start if isinstance(places, range) else places[here]))
            start += len(places)
        return pa.concat_tables(found) if found else pa.table({name: pa.array([], pa.string()) for name in TEXTS})


def among(values: Short, sorted_: Short) -> NDArray[np.bool_]:
    """Return which values are among sorted ones."""
    if not len(sorted_):
        return np.zeros(len(values), bool)
    places = np.minimum(np.searchsorted(sorted_, values), len(sorted_) - 1)
    return np.asarray(sorted_[places] == values, bool)


def spans(first: Int, count: Int, all_between: bool) -> Int | range:
    """Return the rows of leads of one bucket; `all_between`: they follow one another without a gap."""
    return range(int(first[0]), int(first[-1] + count[-1])) if all_between else ranges(first, count)


def ranges(first: Int, count: Int) -> Int:
    """Return `first`, `first + 1`, … for each range, one after the other."""
    starts = np.cumsum(count) - count
    return np.repeat(first - starts, count) + np.arange(int(count.sum()))


def counts(leads: Short, lead: Short) -> Int:
    """Return how many rows each of the leads, which ascend, has in a sorted column."""
    return np.searchsorted(lead, leads, "right") - np.searchsorted(lead, leads)


def _joined(parts: list[NDArray[Any]], name: str) -> NDArray[Any]:
    kinds = {"t": np.int64, "known": np.int64, "shape": np.int32}
    return np.concatenate(parts) if parts else np.empty(0, kinds.get(name, np.float64))
