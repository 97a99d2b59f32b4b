"""A Parquet file sorted by one column of texts, in which the rows of one value are sought, not scanned.

The statistics of the row groups say which may hold the value; only those are read. Input: a table of a snapshot, sorted
by the column as texts are compared (nulls last).
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq


class ClusteredFile:
    """A file sorted by `by`. Threads may share it, as they may not a reader: each search has its own."""

    def __init__(self, path: Path, by: str) -> None:
        self._path = path
        self._by = by
        self._metadata = metadata = pq.read_metadata(path)
        place = metadata.schema.names.index(by)
        statistics = [metadata.row_group(n).column(place).statistics for n in range(metadata.num_row_groups)]
        known = [each for each in statistics if each is not None and each.has_min_max]  # without: nothing but nulls
        self._least, self._most = [each.min for each in known], [each.max for each in known]

    def rows(self, value: str, columns: Sequence[str]) -> pa.Table:
        """Return the rows in which `by` has a value, in their order."""
        group = bisect_left(self._most, value)
        with pq.ParquetFile(self._path, metadata=self._metadata) as file:
            parts = [file.schema_arrow.empty_table().select(columns)]
            while group < len(self._least) and self._least[group] <= value:
                found = pc.equal(file.read_row_group(group, [self._by], use_threads=False).column(self._by), value)
                here = pc.indices_nonzero(found)
                if len(here):
                    table = file.read_row_group(group, list(columns), use_threads=False)
                    parts.append(table.slice(here[0].as_py(), len(here)))
                group += 1
        return pa.concat_tables(parts)
