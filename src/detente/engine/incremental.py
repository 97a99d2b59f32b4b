"""Incremental replay: what new facts touch, and whose next instant has come, is replayed; all other results are kept.

    store = ReplayStore.build(folder, words, arrivals, buckets)   # or ReplayStore.open(folder, agreement)
    store.replay_all(as_of, threads=2)
    store.arrive(arrivals, as_of)                                 # later facts, or none and a later instant

A lead's results follow from its facts, the agreement and the instant. So a lead needs replaying if it has new facts or
if the instant at which it may change by itself has come; clocks that run on are settled when they are read
(`store_results.settled`). An agreement whose states may differ between such instants (`Words.moves_by_itself`) is
replayed over everybody whenever the instant moves. The line does not use it yet: docs/decisions/0013-timeline-store.md
says when it will pay. Input: facts known by `as_of`, each once.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from detente.core.agreement.agreement import Timeline
from detente.engine.plain_columns import write_plain
from detente.engine.store_facts import TEXTS, Arrivals, BaseWriter, Bucket, Run, numbers_of, sorted_run
from detente.engine.store_kept import KeptResults, write_due
from detente.engine.store_manifest import Delta, Manifest, StoreFolder
from detente.engine.store_results import RESULTS, Columns, result_columns, settled, write_results
from detente.engine.store_words import Words
from detente.engine.timeline_store import UNKNOWN, TimelineStore, counts

if TYPE_CHECKING:
    from detente.core.replay.kernel.memory import Code
    from detente.core.replay.kernel.replay import LeadFacts

Int = NDArray[np.int64]
Short = NDArray[np.int32]

MOST_DELTAS = 32
"""Deltas beside a base before they are worked into a new one: each costs a few files at every arrival."""

DELTAS_SHARE = 10
"""Deltas are worked in when they hold a tenth as many facts as the base."""


@dataclass(frozen=True)
class Arrived:
    """What an arrival led to: leads replayed, of them those whose instant had come, and leads there are."""

    replayed: int
    due: int
    leads: int


class ReplayStore:
    """A timeline store with the results of its replay. The caller holds the writer lock.

    After an error it is to be opened anew: what it holds in memory may be ahead of what counts on the disk.
    """

    def __init__(self, folder: StoreFolder, words: Words, manifest: Manifest) -> None:
        self._folder = folder
        self.words = words
        self.manifest = manifest

    @classmethod
    def open(cls, path: Path, agreement: Timeline) -> ReplayStore | None:
        """Open a store; None where there is none for this agreement."""
        folder = StoreFolder(path)
        manifest = folder.read()
        if manifest is None:
            return None
        words = Words(agreement, manifest.shapes, manifest.texts)
        return cls(folder, words, manifest) if words.hash == manifest.agreement else None

    @classmethod
    def build(cls, path: Path, words: Words, buckets: Iterable[Bucket], columns: int) -> ReplayStore:
        """Make a store anew, in place of one that may be there. `buckets` are a power of two (`buckets_of`)."""
        folder = StoreFolder(path)
        path.mkdir(parents=True, exist_ok=True)
        there = folder.read()
        serial = 1 if there is None else there.serial + 1
        writer = BaseWriter(folder.new("base", serial))
        for bucket in buckets:
            writer.add(bucket)
        writer.finish()
        manifest = Manifest(
            agreement=words.hash, base=writer.folder.name, starts=tuple(writer.starts), facts=writer.facts,
            earliest=writer.earliest, columns=columns, shapes=words.shapes, texts=words.texts, serial=serial,
        )  # fmt: skip
        folder.commit(manifest)
        return cls(folder, words, manifest)

    # --- replaying ------------------------------------------------------------------------------------------------

    def replay_all(self, as_of: int, threads: int = 1) -> None:
        """Replay everybody."""
        serial = self.manifest.serial + 1
        folder = self._folder.new("results", serial)
        store, code = self.timeline(), self._code(as_of)

        def replay(number: int) -> tuple[Short, Int]:
            leads = store.bucket(number)
            found = _replayed(code, leads, store.read(leads), as_of)
            store.let_go(number)
            for name, columns in found.items():
                write_results(folder / f"{name}-{number:03d}.parquet", name, columns)
            return found["state"]["lead"], found["state"]["next"]

        with ThreadPoolExecutor(threads) as pool:
            parts = list(pool.map(replay, range(self.manifest.buckets)))
        write_due(folder, *(np.concatenate(column) for column in zip(*parts, strict=True)))
        self._commit(as_of, results=folder.name, covers=len(self.manifest.deltas), serial=serial)

    def arrive(self, arrivals: Arrivals | None, as_of: int, threads: int = 1) -> Arrived:
        """Take in new facts, and replay whom they touch and whose instant has come."""
        manifest, store = self.manifest, self.timeline()
        if manifest.as_of is None or as_of < manifest.as_of:
            raise ValueError("an arrival comes after a replay, as of a later instant")
        new, run = _New.of(store, _none(manifest.columns) if arrivals is None else arrivals, self.words)
        moves = as_of > manifest.as_of and self.words.moves_by_itself()
        due = np.empty(0, np.int32) if moves else self._kept(store).due(as_of)
        touched = np.unique(np.concatenate([due, run.lead]))
        delta = Delta(f"delta-{manifest.serial + 1}", len(touched), len(run.t), len(new.keys))
        folder = self._folder.new("delta", manifest.serial + 1)
        self._write_delta(folder, touched, new, run)
        earliest = int(run.t.min(initial=manifest.earliest))
        self.manifest = replace(
            manifest, deltas=(*manifest.deltas, delta), earliest=earliest, serial=manifest.serial + 1
        )
        if moves:
            self.replay_all(as_of, threads)
        else:
            found = _replayed(self._code(as_of), touched, store.read(touched, run), as_of)
            for name, columns in found.items():
                write_results(folder / f"{name}.parquet", name, columns)
            write_due(folder, found["state"]["lead"], found["state"]["next"])
            self._commit(as_of)
        if self._deltas_are_many():
            self.compact()
        return Arrived(self.manifest.leads if moves else len(touched), len(due), self.manifest.leads)

    # --- reading --------------------------------------------------------------------------------------------------

    def timeline(self) -> TimelineStore:
        """Return the facts as they are now."""
        return TimelineStore(self._folder.path, self.manifest, self.words.is_event())

    def results(self, name: str, number: int) -> dict[str, NDArray[Any]]:
        """Return a table of results for a bucket's leads, sorted by lead, as of the store's instant."""
        store = self.timeline()
        found = self._kept(store).of(name, number, store.bucket(number))
        assert self.manifest.as_of is not None  # noqa: S101  there are results
        return settled(found, self._code(self.manifest.as_of), self.manifest.as_of) if name == "clocks" else found

    # --- compaction -----------------------------------------------------------------------------------------------

    def compact(self) -> None:
        """Work the deltas into a new base, facts and results, bucket by bucket."""
        manifest, store = self.manifest, self.timeline()
        kept, serial = self._kept(store), manifest.serial + 1
        writer = BaseWriter(self._folder.new("base", serial))
        results = self._folder.new("results", serial)
        due: list[tuple[Short, Int]] = []
        for number in range(manifest.buckets):
            leads = store.bucket(number)
            bucket = store.as_bucket(leads, store.read(leads))
            place = np.empty(len(leads), np.int32)  # by lead, as `leads` has them: where it stands in the new base
            place[np.argsort(store.keys(leads))] = writer.starts[-1] + np.arange(len(leads))
            writer.add(bucket)
            for name in RESULTS:
                columns = kept.of(name, number, leads)
                moved = place[np.searchsorted(leads, columns["lead"])]
                order = np.argsort(moved, kind="stable")
                columns = {"lead": moved} | {column: columns[column] for column in columns if column != "lead"}
                columns = {column: values[order] for column, values in columns.items()}
                write_results(results / f"{name}-{number:03d}.parquet", name, columns)
                if name == "state":
                    due.append((columns["lead"], columns["next"]))
            store.let_go(number)
        writer.finish()
        write_due(results, *(np.concatenate(column) for column in zip(*due, strict=True)))
        assert manifest.as_of is not None  # noqa: S101  there are results
        self._commit(
            manifest.as_of, base=writer.folder.name, starts=tuple(writer.starts), facts=writer.facts, deltas=(),
            results=results.name, covers=0, serial=serial,
        )  # fmt: skip

    def _deltas_are_many(self) -> bool:
        deltas = self.manifest.deltas
        return len(deltas) > MOST_DELTAS or DELTAS_SHARE * sum(delta.facts for delta in deltas) > self.manifest.facts

    # --- below ----------------------------------------------------------------------------------------------------

    def _code(self, as_of: int) -> Code:
        return self.words.code(min(self.manifest.earliest, as_of), as_of)

    def _kept(self, store: TimelineStore) -> KeptResults:
        assert self.manifest.results is not None  # noqa: S101  the caller knows that there are results
        later = store.deltas[self.manifest.covers :]
        return KeptResults(self._folder.path / self.manifest.results, later)

    def _write_delta(self, folder: Path, touched: Short, new: _New, run: Run) -> None:
        count = counts(touched, run.lead)
        where = {"lead": touched, "first": np.cumsum(count) - count, "count": count}
        write_plain(folder / "touched.parquet", where)
        write_plain(folder / "new.parquet", {"key": new.keys, "check": new.checks}, pa.table({"person": new.persons}))
        texts = run.texts(np.arange(len(run.t)))
        write_plain(folder / "facts.parquet", {"lead": run.lead, **numbers_of(run)}, texts)

    def _commit(self, as_of: int, **changes: Any) -> None:  # noqa: ANN401  fields of the manifest
        words = {"shapes": self.words.shapes, "texts": self.words.texts}
        changes = {"as_of": as_of, **words, **changes}
        self.manifest = replace(self.manifest, **changes)
        self._folder.commit(self.manifest)


@dataclass(frozen=True)
class _New:
    """The persons an arrival is the first to name, in the order of their numbers."""

    keys: Int
    checks: Int
    persons: pa.Array

    @classmethod
    def of(cls, store: TimelineStore, arrivals: Arrivals, words: Words) -> tuple[_New, Run]:
        """Return the new persons and the arrivals with their leads, sorted."""
        coded = arrivals.persons.dictionary_encode()
        keys, checks, numbers = store.numbers(coded.dictionary.to_pylist())
        new = np.flatnonzero(numbers == UNKNOWN)
        numbers[new] = store.manifest.leads + np.arange(len(new))
        lead = numbers[coded.indices.to_numpy(zero_copy_only=False)]
        run = sorted_run(arrivals, lead, words.is_event())
        return cls(keys[new], checks[new], coded.dictionary.take(pa.array(new)).cast(pa.string())), run


def _none(columns: int) -> Arrivals:
    """Return no arrivals: only the instant moves."""
    none, texts = np.empty(0, np.int64), pa.table({name: pa.array([], pa.string()) for name in TEXTS})
    return Arrivals(pa.array([], pa.string()), none, none, none.astype(np.int32), np.zeros((columns, 0)), texts)


def lead_facts(leads: Short, run: Run) -> LeadFacts:
    """Return the facts of leads, which are all that are in the run, as the kernel takes them."""
    from detente.core.replay.kernel.replay import LeadFacts

    ends = np.append(np.searchsorted(run.lead, leads), len(run.lead))
    return LeadFacts(ends, run.t, run.known, run.shape, run.columns, np.full(len(leads), -1, np.int64))


def _replayed(code: Code, leads: Short, run: Run, as_of: int) -> Mapping[str, Columns]:
    from detente.core.replay.kernel.replay import replay_many

    facts = lead_facts(leads, run)
    return result_columns(replay_many(code, facts, as_of), leads, facts.ends)
