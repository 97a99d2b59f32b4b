"""The records that imports set aside: implements the port `app.ports.quarantine.Quarantine`.

Input: `<workspace>/quarantine/<load_id>.parquet`, as the landing zone writes them.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from detente.app.ports.quarantine import SetAside

_COLUMNS = ("run", "file", "line", "offset", "class", "column", "message", "raw")


class QuarantineFolder:
    """The folder `<workspace>/quarantine`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def records(self) -> Iterator[SetAside]:
        """Yield the records of every finished load, by file, load and line."""
        files = sorted(self._folder.glob("*.parquet")) if self._folder.is_dir() else []
        if not files:
            return
        table = pa.concat_tables([pq.read_table(file, columns=list(_COLUMNS)) for file in files])
        table = table.sort_by([(name, "ascending") for name in ("file", "run", "line")])
        for batch in table.to_batches(max_chunksize=10_000):
            for row in batch.to_pylist():
                yield SetAside(*(row[name] for name in _COLUMNS))
