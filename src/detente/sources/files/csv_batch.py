"""Gathers the records of a CSV file, parsed at once or one by one, into rows with their lines, offsets and bytes.

Input: what `csv_rows` finds, in the order of the file.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from functools import partial

import numpy as np
import pyarrow as pa

from detente.app.ports.exports import Position
from detente.sources.files.careful import Record
from detente.sources.files.classes import Quarantined, Trouble
from detente.sources.files.decoding import Utf8Stream
from detente.sources.files.framing import Frame, Positions
from detente.sources.files.rows import LINE, OFFSET, Rows


@dataclass(frozen=True, slots=True)
class _Extent:
    """Where the rows from `first_row` on stand in a buffer."""

    first_row: int
    buffer: bytes
    starts: Positions
    ends: Positions


class CsvBatch:
    """The records between two positions of a file."""

    def __init__(self, names: list[str], stream: Utf8Stream, start: Position) -> None:
        self.start = self.end = start
        self.records = 0
        self.inside_long_line = False
        self._names = names
        self._stream = stream
        self._bad: list[Quarantined] = []
        self._tables: list[pa.Table] = []
        self._extents: list[_Extent] = []
        self._rows = 0
        self._careful: list[list[str]] = []
        self._careful_places: list[tuple[int, int, int, int]] = []  # start and end in the buffer, line, offset
        self._careful_buffer = b""

    def add_frame(self, buffer: bytes, framed: Frame, table: pa.Table) -> None:
        """Add the framed records at the beginning of a buffer, as the parser read them."""
        self._settle_careful()
        lines = self.end.line + 1 + framed.lines
        offsets = self.end.offset + self._stream.offsets(buffer, framed.starts)
        self._add(table, lines, offsets, _Extent(self._rows, buffer, framed.starts, _ends(framed)))
        self.records += len(framed.starts)
        self.advance(buffer[: framed.end], framed.total_lines)

    def add_record(self, buffer: bytes, at: int, record: Record) -> None:
        """Add one record that was read with care, or step over a blank line."""
        text = buffer[at : record.end]
        if record.fields is not None:
            if self._careful_buffer is not buffer:
                self._settle_careful()
                self._careful_buffer = buffer
            self._careful.append(record.fields)
            self._careful_places.append((at, record.end, self.end.line + 1, self.end.offset))
            self.records += 1
        elif record.trouble is not None:
            self.add_bad(text, record.trouble)
        self.advance(text, record.lines)

    def add_bad(self, text: bytes, trouble: Trouble) -> None:
        """Set the record at the current position aside."""
        raw = self._stream.original(text.rstrip(b"\r\n"))
        self._bad.append(Quarantined(self.end.line + 1, self.end.offset, trouble, raw))
        self.records += 1

    def advance(self, text: bytes, lines: int) -> None:
        """Go on behind this stretch of the file."""
        self.end = Position(self.end.offset + self._stream.size(text), self.end.line + lines)

    def rows(self, bytes_read: int, raw_limit: int) -> Rows:
        """Return everything that was added."""
        self._settle_careful()
        empty = pa.table({name: pa.array([], pa.string()) for name in self._names})
        placed = {LINE: pa.array([], pa.int64()), OFFSET: pa.array([], pa.int64())}
        table = pa.concat_tables(self._tables) if self._tables else pa.table({**_columns(empty), **placed})
        bad = [Quarantined(b.line, b.offset, b.trouble, b.raw[:raw_limit]) for b in self._bad]
        raw = partial(_raw, self._extents, self._stream, raw_limit)
        return Rows(table, bad, self.records, self.end, bytes_read, raw, for_spreadsheets=True)

    def _settle_careful(self) -> None:
        """Turn the records read with care into a table, before others follow."""
        if not self._careful:
            return
        columns = [pa.array(column, pa.string()) for column in zip(*self._careful, strict=True)]
        starts, ends, lines, offsets = np.array(self._careful_places, dtype=np.int64).T
        extent = _Extent(self._rows, self._careful_buffer, starts, ends)
        self._add(pa.table(columns, names=self._names), lines, offsets, extent)
        self._careful, self._careful_places = [], []

    def _add(self, table: pa.Table, lines: Positions, offsets: Positions, extent: _Extent) -> None:
        placed = {LINE: pa.array(lines, pa.int64()), OFFSET: pa.array(offsets, pa.int64())}
        self._tables.append(pa.table({**_columns(table), **placed}))
        self._extents.append(extent)
        self._rows += table.num_rows


def _columns(table: pa.Table) -> dict[str, pa.ChunkedArray]:
    return dict(zip(table.column_names, table.columns, strict=True))


def _ends(framed: Frame) -> Positions:
    return np.append(framed.starts[1:], framed.end)[: len(framed.starts)]


def _raw(extents: list[_Extent], stream: Utf8Stream, limit: int, row: int) -> bytes:
    """Return the bytes of the file that a row was read from, at most `limit`."""
    extent = extents[bisect_right(extents, row, key=lambda e: e.first_row) - 1]
    at = row - extent.first_row
    text = extent.buffer[extent.starts[at] : extent.ends[at]].rstrip(b"\r\n")
    return stream.original(text)[:limit]
