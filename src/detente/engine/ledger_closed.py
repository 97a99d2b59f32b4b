"""The figures of closed periods, frozen once and never rewritten: the folder `closed/` of a workspace.

Each run that closes something adds one batch: a folder of Parquet files, written beside and renamed, so that a batch
is there as a whole or not at all. Decision: docs/decisions/0009-closed-periods.md.
"""

from __future__ import annotations

import shutil
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from detente.engine.ledger_models import columns, rows_of
from detente.engine.ledger_owed import Key

CLOSINGS = columns("period:text kind:text figure:text part:text closes_at:int")
CLOSED_ROWS = columns(
    "kind:text period:text closes_at:int figure:text part:text subject:text item:int counts_at:int version:text "
    "status:text cents:int stage:text"
)

_PARTIAL = ".partial"


@dataclass(frozen=True)
class Closed:
    """Frozen tables by name: `closings` says which figures, `closed_rows` what they rest on, the rest are the figures.

    Every table has `closes_at`.
    """

    tables: Mapping[str, pa.Table]

    @property
    def keys(self) -> Collection[Key]:
        """The figures frozen."""
        return {(row["period"], row["figure"], row["part"]) for row in rows_of(self.rows("closings", CLOSINGS))}

    def rows(self, name: str, schema: pa.Schema) -> pa.Table:
        """Return the frozen rows of a table in today's columns; a column that was not there then is null."""
        table = self.tables.get(name, schema.empty_table())
        there = [
            table.column(field.name).cast(field.type)
            if field.name in table.column_names
            else pa.nulls(table.num_rows, field.type)
            for field in schema
        ]
        return pa.Table.from_arrays(there, schema=schema)


class ClosedFolder:
    """The frozen batches under one folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def read(self, as_of: int) -> Closed:
        """Return what was closed by an instant."""
        parts: dict[str, list[pa.Table]] = {}
        for batch in self._batches():
            for file in sorted(batch.glob("*.parquet")):
                parts.setdefault(file.stem, []).append(pq.read_table(file))
        tables = {name: pa.concat_tables(tables, promote_options="default") for name, tables in parts.items()}
        return Closed({name: table.filter(pc.field("closes_at") <= as_of) for name, table in tables.items()})

    def append(self, new: Closed) -> None:
        """Add what a run closed; killed anywhere, either all of it is there or nothing."""
        if not new.keys:
            return
        batch = self._folder / f"{len(self._batches()) + 1:06}"
        partial = batch.with_suffix(_PARTIAL)
        shutil.rmtree(partial, ignore_errors=True)
        partial.mkdir(parents=True)
        for name, table in new.tables.items():
            pq.write_table(table, partial / f"{name}.parquet", compression="zstd")
        partial.rename(batch)

    def _batches(self) -> list[Path]:
        if not self._folder.is_dir():
            return []
        return sorted(path for path in self._folder.iterdir() if path.is_dir() and path.suffix != _PARTIAL)
