"""What a snapshot says to the projection: where everybody stands, and the clocks that run. Implements the port
`app.ports.projection.Projectable`.

Input: the tables of one published snapshot and the agreement texts in it, which say who owes what. Names are told by
`projected_leads.sql`, what runs by `running_clocks.sql`; texts are folded here as questions fold them.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from detente.app.folding import folded
from detente.app.ports.projection import LeadRow, OpenClock
from detente.app.queries.agreement_in import agreement_in
from detente.engine.duck import connect, statement
from detente.engine.lake import ParquetSnapshot
from detente.engine.snapshot import SnapshotFolder

BATCH = 10_000
"""Rows fetched at a time."""

KEY = 200
"""Signs of a name by which it is sorted: an index holds no text of any length."""

_NAME, _COMPANY = LeadRow._fields.index("name"), LeadRow._fields.index("company")
_READ = ("state", "clocks", "names", "emails", "persons")
_DUTIES = pa.schema([(name, pa.string()) for name in ("duty", "version", "owes", "owed_to")])


class SnapshotRows:
    """The snapshots in `<workspace>/snapshots`."""

    def __init__(self, folder: Path) -> None:
        self._folder = SnapshotFolder(folder)

    def rows_of(self, snapshot: str) -> RowsOfSnapshot:
        """Return what the snapshot with this id says; InputError where it is no longer there."""
        return RowsOfSnapshot(ParquetSnapshot(self._folder, snapshot))


class RowsOfSnapshot:
    """The rows of one snapshot. What it says of each method is said in the port."""

    def __init__(self, snapshot: ParquetSnapshot) -> None:
        self._snapshot = snapshot
        self._con = connect()
        for table in _READ:
            self._con.read_parquet(str(snapshot.parquet(table))).create_view(table)
        self._con.register("duties", _duties(snapshot))
        self._con.execute(f"CREATE TABLE running AS {statement('running_clocks')}")

    @property
    def snapshot(self) -> str:
        """The id of the snapshot."""
        return self._snapshot.info.id

    @property
    def as_of(self) -> int:
        """Its instant."""
        return self._snapshot.info.as_of

    def leads(self) -> Iterator[LeadRow]:
        """Yield a row for every person, by person."""
        for row in self._fetch(statement("projected_leads")):
            *plain, addresses = row
            name, company = folded(row[_NAME]), folded(row[_COMPANY] or "")
            yield LeadRow._make((*plain, name[:KEY], "\n".join((name, company, folded(addresses)))))

    def clocks(self) -> Iterator[OpenClock]:
        """Yield every clock that runs, by person."""
        return map(OpenClock._make, self._fetch("SELECT * FROM running"))

    def _fetch(self, sql: str) -> Iterator[tuple[Any, ...]]:
        cursor: duckdb.DuckDBPyConnection = self._con.cursor().execute(sql)
        while batch := cursor.fetchmany(BATCH):
            yield from batch


def _duties(snapshot: ParquetSnapshot) -> pa.Table:
    """Return who owes each duty to whom, by version."""
    rows = [
        {"duty": duty.id, "version": agreement.version, "owes": duty.owes, "owed_to": duty.to}
        for agreement in agreement_in(snapshot.agreement_texts()).versions
        for duty in agreement.duties
    ]
    return pa.Table.from_pylist(rows, schema=_DUTIES)
