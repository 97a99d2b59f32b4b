"""Reads the records of CSV and its kin: in whole buffers where nothing is odd, with care where something is.

Input: a candidate file, its encoding and delimiter. Where `framing` accepts a buffer, pyarrow parses it; where it does
not, `careful` reads a stretch record by record, and then the fast way is tried again.
"""

from __future__ import annotations

from collections.abc import Iterator

import pyarrow as pa
from pyarrow import csv

from detente.app.ports.exports import Position
from detente.sources.files.careful import CarefulReader
from detente.sources.files.classes import Class, Trouble
from detente.sources.files.csv_batch import CsvBatch
from detente.sources.files.csv_form import CsvForm
from detente.sources.files.decoding import Utf8Stream
from detente.sources.files.framing import Frame, frame
from detente.sources.files.limits import KB, Limits
from detente.sources.files.opening import Candidate, Uncompressed
from detente.sources.files.rows import Rows, landed_name

_CAREFUL_STRETCH = 64 * KB


class CsvReader:
    """Reads the records of one CSV file."""

    def __init__(self, candidate: Candidate, form: CsvForm, limits: Limits) -> None:
        self._candidate = candidate
        self._form = form
        self._limits = limits
        self._careful = CarefulReader(form.names, form.delimiter, limits)
        self._names = [landed_name(name) for name in form.names]

    @property
    def columns(self) -> tuple[str, ...]:
        """The names in the header."""
        return self._form.names

    def read(self, start: Position) -> Iterator[Rows]:
        """Yield the records from a position on (the beginning: after the header)."""
        start = max(start, self._form.first, key=lambda position: position.offset)
        with Uncompressed(self._candidate, self._limits) as file:
            file.skip(start.offset)
            stream = Utf8Stream(file, self._form.encoding.name)
            batch = CsvBatch(self._names, stream, start)
            buffer, final = b"", False
            while not final:
                chunk = stream.read(self._limits.chunk)
                final = not chunk
                buffer = self._take(buffer + chunk, final, batch)
                if batch.records >= self._limits.rows and not batch.inside_long_line:
                    yield batch.rows(file.bytes_read, self._limits.raw)
                    batch = CsvBatch(self._names, stream, batch.end)
            if batch.end != batch.start:
                yield batch.rows(file.bytes_read, self._limits.raw)

    def _take(self, buffer: bytes, final: bool, batch: CsvBatch) -> bytes:
        """Take the records of a buffer; return what is left for the next one."""
        at = 0
        while at < len(buffer):
            rest = buffer[at:] if at else buffer
            framed = None if batch.inside_long_line else self._frame(rest)
            table = self._parse(rest, framed) if framed is not None else None
            if framed is not None and table is not None:
                batch.add_frame(rest, framed, table)
                at += framed.end
                continue
            stopped = self._take_carefully(buffer, at, final, batch)
            if stopped == at or batch.inside_long_line:
                return buffer[stopped:]
            at = stopped
        return b""

    def _frame(self, buffer: bytes) -> Frame | None:
        return frame(buffer, ord(self._form.delimiter), len(self._form.names), self._limits)

    def _parse(self, buffer: bytes, framed: Frame) -> pa.Table | None:
        """Parse framed records; None if a byte is no UTF-8, or if the parser finds another number of records."""
        if not len(framed.starts):
            return pa.table({name: pa.array([], pa.string()) for name in self._names})
        try:
            table = csv.read_csv(
                pa.BufferReader(pa.py_buffer(buffer)[: framed.end]),
                csv.ReadOptions(column_names=self._names, block_size=framed.end + 1, use_threads=False),
                csv.ParseOptions(delimiter=self._form.delimiter, newlines_in_values=True),
                csv.ConvertOptions(column_types=dict.fromkeys(self._names, pa.string()), strings_can_be_null=False),
            )
        except pa.ArrowInvalid:
            return None
        return table if table.num_rows == len(framed.starts) else None

    def _take_carefully(self, buffer: bytes, at: int, final: bool, batch: CsvBatch) -> int:
        """Take records one by one for a stretch; return where it stopped: at once if more bytes are needed."""
        stretch = at + _CAREFUL_STRETCH
        while at < min(stretch, len(buffer)):
            record = None if batch.inside_long_line else self._careful.read(buffer, at, final)
            size = record.end - at if record is not None else len(buffer) - at
            if batch.inside_long_line or size > self._limits.line:
                at = self._skip_line(buffer, at, final, batch)
                if batch.inside_long_line:
                    break
            elif record is None:
                break
            else:
                batch.add_record(buffer, at, record)
                at = record.end
        return at

    def _skip_line(self, buffer: bytes, at: int, final: bool, batch: CsvBatch) -> int:
        """Set a line over the limit aside, and skip what of it is in this buffer; return where that ends."""
        end = self._careful.line_end(buffer, at, final)
        if not batch.inside_long_line:
            message = f"the line is over {self._limits.line:,} bytes, the limit"
            batch.add_bad(buffer[at : at + self._limits.raw], Trouble(Class.LONG_LINE, message))
        batch.inside_long_line = end is None
        stop = end if end is not None else len(buffer.removesuffix(b"\r"))
        batch.advance(buffer[at:stop], lines=0 if end is None else 1)
        return stop
