"""What every reader yields: records as rows of text, and those that are no rows. Input of the mapping's application."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Protocol

import pyarrow as pa

from detente.app.ports.exports import Position
from detente.sources.files.classes import Quarantined

LINE, OFFSET = "_line", "_offset"
"""The columns added to the rows as received: physical line (the row, in Parquet) and byte offset (null in Parquet)."""


@dataclass(frozen=True, slots=True)
class Rows:
    """Some consecutive records of a file.

    `table`: every column as text, then `_line` and `_offset`. `bad`: those that could not be read, in order.
    `records` is counted apart from the parser: it must be the sum of both. `raw` gives the bytes of a row by its index.
    `for_spreadsheets`: texts may carry the apostrophe that keeps a spreadsheet from running them.
    """

    table: pa.Table
    bad: list[Quarantined]
    records: int
    end: Position
    bytes_read: int
    raw: Callable[[int], bytes]
    for_spreadsheets: bool = False


class Reader(Protocol):
    """Reads the records of one file."""

    @property
    def columns(self) -> tuple[str, ...] | None:
        """The columns of the file, if it names them once for all records."""

    def read(self, start: Position) -> Iterator[Rows]:
        """Yield the records from a position on: the beginning, or the end of rows read earlier.

        `InputError` if the file breaks off, or exceeds a limit.
        """


def landed_name(name: str) -> str:
    """Return the name a column of the file lands under: with an underscore more where one of that name is added."""
    return f"_{name}" if name in (LINE, OFFSET, "_load", "_row") else name
