"""Parquet files in which a row's place can be computed, so that a few rows are read without reading their neighbours.

The narrow columns of such a file are never null, plainly encoded, not compressed, and one page a row group: the values
of a row group then lie one after the other, at the end of its column chunk. Any reader of Parquet reads the files.
Columns of texts stand beside them, compressed, and are read by row group. Input: numpy arrays, and an Arrow table.
"""

from __future__ import annotations

import mmap
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from detente.core.errors import InputError

ROW_GROUP = 65_536
_LONGEST_PAGE_HEADER = 1_024
_PAGE = 1 << 24

Column = NDArray[Any]
Rows = NDArray[np.int64]


def write_plain(path: Path, columns: Mapping[str, Column], beside: pa.Table | None = None) -> None:
    """Write a file and bring it to the disk. `beside` has as many rows as the columns, and other names."""
    arrays = {name: pa.array(values) for name, values in columns.items()}
    fields = [pa.field(name, array.type, nullable=False) for name, array in arrays.items()]
    texts = [] if beside is None else beside.column_names
    table = pa.table(
        [*arrays.values(), *([] if beside is None else beside.columns)],
        schema=pa.schema([*fields, *([] if beside is None else beside.schema)]),
    )
    with path.open("wb") as file:
        pq.write_table(
            table,
            file,
            row_group_size=ROW_GROUP,
            use_dictionary=texts,
            compression=dict.fromkeys(arrays, "none") | dict.fromkeys(texts, "zstd"),
            data_page_size=_PAGE,
            max_rows_per_page=ROW_GROUP,
            write_statistics=texts,
        )
        file.flush()
        os.fsync(file.fileno())


class PlainFile:
    """A file that `write_plain` wrote, open for reading. Safe to share between threads."""

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            self._metadata = pq.read_metadata(path)
        except (OSError, pa.ArrowException) as error:
            raise damaged(path, error) from error
        self._schema = self._metadata.schema.to_arrow_schema()
        self._names = self._metadata.schema.names
        with path.open("rb") as file:
            self._bytes = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        self._views: dict[str, list[Column]] = {}

    @property
    def rows(self) -> int:
        """How many rows it has."""
        return int(self._metadata.num_rows)

    def whole(self, name: str) -> Column:
        """Return a whole column, as a copy."""
        return np.concatenate([self._dtype(name, 0), *self._chunks(name)])

    def some(self, name: str, first: int, end: int) -> Column:
        """Return the rows from `first` up to `end` of a column, as a copy."""
        chunks = self._chunks(name)
        parts = [
            chunks[n][max(0, first - n * ROW_GROUP) : max(0, end - n * ROW_GROUP)]
            for n in range(first // ROW_GROUP, -(-end // ROW_GROUP))
        ]
        return np.concatenate([self._dtype(name, 0), *parts])

    def at(self, name: str, rows: Rows | range) -> Column:
        """Return the given rows of a column; `rows` ascend, and may be there more than once."""
        if isinstance(rows, range):
            return self.some(name, rows.start, rows.stop)
        chunks = self._chunks(name)
        found = self._dtype(name, len(rows))
        edges = np.searchsorted(rows, np.arange(len(chunks) + 1) * ROW_GROUP)
        for n in np.flatnonzero(np.diff(edges)).tolist():
            here = slice(edges[n], edges[n + 1])
            found[here] = chunks[n][rows[here] - n * ROW_GROUP]
        return found

    def search(self, name: str, values: Column) -> Rows:
        """Return where ascending values belong in a column that ascends (the first row that is not less)."""
        chunks = self._chunks(name)
        last = np.array([chunk[-1] for chunk in chunks], values.dtype)
        chosen = np.searchsorted(last, values)
        found = np.full(len(values), self.rows, np.int64)
        for n in np.unique(chosen[chosen < len(chunks)]).tolist():
            here = chosen == n
            found[here] = n * ROW_GROUP + np.searchsorted(chunks[n], values[here])
        return found

    def beside(self, names: Sequence[str], rows: Rows) -> pa.Table:
        """Return the given rows of columns beside; `rows` ascend. Only the row groups they are in are read."""
        groups = np.unique(rows // ROW_GROUP)
        with pq.ParquetFile(self._path, metadata=self._metadata) as file:  # a reader is none that threads may share
            table = file.read_row_groups(groups.tolist(), columns=list(names), use_threads=False)
        return table.take(pa.array(rows % ROW_GROUP + np.searchsorted(groups, rows // ROW_GROUP) * ROW_GROUP))

    def _dtype(self, name: str, rows: int) -> Column:
        field = self._schema.field(name)
        return np.empty(rows, field.type.to_pandas_dtype())

    def _chunks(self, name: str) -> list[Column]:
        """Return a view of each row group's values."""
        if name not in self._views:
            groups = range(self._metadata.num_row_groups if self.rows else 0)
            self._views[name] = [self._view(group, name) for group in groups]
        return self._views[name]

    def _view(self, group: int, name: str) -> Column:
        chunk = self._metadata.row_group(group).column(self._names.index(name))
        dtype = np.dtype(self._schema.field(name).type.to_pandas_dtype())
        end, size = chunk.data_page_offset + chunk.total_compressed_size, chunk.num_values * dtype.itemsize
        plain = chunk.compression == "UNCOMPRESSED" and not chunk.has_dictionary_page
        if not plain or not 0 <= chunk.total_compressed_size - size < _LONGEST_PAGE_HEADER:
            raise damaged(self._path, f"column {name} is not one plain page a row group")
        return np.frombuffer(self._bytes, dtype, chunk.num_values, end - size)


def damaged(path: Path, reason: object) -> InputError:
    """Return the refusal of a file that cannot be read."""
    return InputError(f"{path.parent.name}/{path.name} cannot be read ({reason}): delete its folder; it is made anew")
