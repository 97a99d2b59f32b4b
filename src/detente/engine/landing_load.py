"""One load under way: it lands batches as parts, and keeps the account of every record.

Input: batches in the order of the file. The state, which says how many parts are whole, is written after the files of
its part; a part whose state was not written is written again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from detente.app.ports.exports import Batch, ExportInfo, Position
from detente.app.ports.landing import Receipt
from detente.core.errors import InputError
from detente.core.facts.schema import QUARANTINE_COLUMNS
from detente.engine.landing_folder import LoadFolder, write_table
from detente.engine.landing_known import Judged, Known, Mask

_TYPES = {"string": pa.string(), "int64": pa.int64(), "binary": pa.binary()}
_QUARANTINE = pa.schema([(column.name, _TYPES[column.type]) for column in QUARANTINE_COLUMNS])


@dataclass(frozen=True, slots=True)
class Account:
    """The account of a load so far; the words are those of the receipt."""

    parts: int = 0
    records: int = 0
    accepted: int = 0
    duplicate: int = 0
    quarantined: int = 0
    facts: int = 0
    links: int = 0
    without_facts: int = 0
    conflicting: int = 0
    by_class: Mapping[str, int] = field(default_factory=dict)

    def plus(self, other: Account) -> Account:
        """Return the account with that of one more part."""
        mine, more = asdict(self), asdict(other)
        by_class = dict(Counter(mine.pop("by_class")) + Counter(more.pop("by_class")))
        return Account(**{key: mine[key] + more[key] for key in mine}, by_class=dict(sorted(by_class.items())))


@dataclass(frozen=True, slots=True)
class Stand:
    """How far a load is: since when, after which other loads of its source, up to where, and its account."""

    started_at: int
    others: tuple[str, ...]
    position: Position
    account: Account

    def as_json(self, info: ExportInfo) -> dict[str, Any]:
        """Return the state as it is kept, with what tells whose it is."""
        return {"file": info.file, "source": info.source, "stream": info.stream, **asdict(self)}

    @classmethod
    def from_json(cls, state: Mapping[str, Any]) -> Stand:
        """Return the state that was kept."""
        position, account = Position(**state["position"]), Account(**state["account"])
        return cls(state["started_at"], tuple(state["others"]), position, account)


class LoadUnderWay:
    """A load that is being written. `settle` writes the receipt for its final state."""

    def __init__(
        self,
        info: ExportInfo,
        folder: LoadFolder,
        known: Known,
        stand: Stand,
        settle: Callable[[Stand, int], Receipt],
    ) -> None:
        self._info = info
        self._folder = folder
        self._known = known
        self._stand = stand
        self._settle = settle

    @property
    def load_id(self) -> str:
        """Its id, made of what it brings."""
        return self._folder.load_id

    @property
    def started_at(self) -> int:
        """When it was first begun."""
        return self._stand.started_at

    @property
    def position(self) -> Position:
        """Where to go on."""
        return self._stand.position

    @property
    def records(self) -> int:
        """How many records are landed already."""
        return self._stand.account.records

    def write(self, batch: Batch) -> None:
        """Land one part: its files first, then the state that counts them."""
        part = f"{self._stand.account.parts:05d}"
        facts = self._known.judge_facts(batch.facts)
        new_links = self._known.judge_links(batch.links)
        account = _account(batch, facts, new_links)
        self._write(self._folder.rows / f"part-{part}.parquet", batch.raw, "_load")
        self._write_derived("facts", part, _only(batch.facts, facts.new))
        self._write_derived("links", part, _only(batch.links, new_links))
        if batch.quarantine.num_rows:
            write_table(self._folder.partial / f"quarantine-{part}.parquet", batch.quarantine)
        total = self._stand.account.plus(account)
        self._stand = replace(self._stand, position=batch.end, account=total)
        self._folder.write_state(self._stand.as_json(self._info))

    def finish(self, finished_at: int) -> Receipt:
        """Check the account and write the receipt. `InputError` if a record is not accounted for."""
        account = self._stand.account
        found = account.accepted + account.duplicate + account.quarantined
        if found != account.records or sum(account.by_class.values()) != account.quarantined:
            self.discard()
            count = f"{account.records:,} records were counted, but {found:,} are accounted for"
            raise InputError(f"{self._info.file}: {count}; nothing of it was imported: please report this")
        self._write_quarantine()
        self._folder.sync()
        return self._settle(self._stand, finished_at)

    def discard(self) -> None:
        """Remove what was landed of a load that cannot be finished."""
        self._folder.discard()

    def _write_derived(self, what: str, part: str, table: pa.Table) -> None:
        if table.num_rows:
            self._write(self._folder.facts / f"{what}-{part}.parquet", table.drop_columns(["_row"]), "load_id")

    def _write(self, path: Path, table: pa.Table, load_column: str) -> None:
        if table.num_rows:
            load = pa.repeat(pa.scalar(self.load_id, pa.string()), table.num_rows)
            write_table(path, table.append_column(load_column, load))

    def _write_quarantine(self) -> None:
        files = sorted(self._folder.partial.glob("quarantine-*.parquet"))
        if not files:
            return
        rows = pa.concat_tables([pq.read_table(file) for file in files])
        told = {"run": self.load_id, "file": self._info.file, "file_sha256": self._info.sha256}
        columns = [
            pa.repeat(pa.scalar(told[name]), rows.num_rows) if name in told else rows[name]
            for name in _QUARANTINE.names
        ]
        write_table(self._folder.quarantine, pa.table(columns, schema=_QUARANTINE))


def _only(table: pa.Table, chosen: Mask) -> pa.Table:
    return table if chosen.all() else table.filter(pa.array(chosen))


def _account(batch: Batch, facts: Judged, new_links: Mask) -> Account:
    """Return the account of one part: a record is a duplicate if it gives facts or links, and all are known.

    What is accepted is counted by the rows that are there, so that the account can differ from the count of records.
    """
    good = np.ones(batch.raw.num_rows, dtype=np.bool_)
    good[batch.quarantine["_row"].drop_null().to_numpy()] = False
    gives, brings = np.zeros_like(good), np.zeros_like(good)
    for table, new in ((batch.facts, facts.new), (batch.links, new_links)):
        row = table["_row"].to_numpy()
        gives[row] = True
        brings[row[new]] = True
    duplicate = int((gives & ~brings).sum())
    return Account(
        parts=1,
        records=batch.records,
        accepted=int(good.sum()) - duplicate,
        duplicate=duplicate,
        quarantined=batch.quarantine.num_rows,
        facts=int(facts.new.sum()),
        links=int(new_links.sum()),
        without_facts=int((good & ~gives).sum()),
        conflicting=int(facts.conflicting.sum()),
        by_class=dict(Counter(batch.quarantine["class"].to_pylist())),
    )
