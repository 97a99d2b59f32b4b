"""Port: the exports of other systems, read through a mapping. Implemented by `sources.files.exports.FileExports`.

An export yields batches. Each accounts for every physical record it covers: a row that could be read is in `raw`, any
other only in `quarantine`. Tables cross this port as pyarrow tables, which app hands on without looking inside.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from detente.core.agreement.agreement import Kind
from detente.core.errors import Problem


@dataclass(frozen=True, slots=True)
class Position:
    """Where reading stands: bytes of the uncompressed file (rows in Parquet) and physical lines before it."""

    offset: int = 0
    line: int = 0


@dataclass(frozen=True, slots=True)
class Batch:
    """Some consecutive records of one file, mapped.

    `raw`: one row per record that could be read, every column as text, and `_line`, `_offset`.
    `facts`, `links`: `_row` (index into `raw`) and the columns of `core.facts.schema`, without `load_id`.
    `quarantine`: `_row` (null if it could not be read), line, offset, class, column, message, raw of each set aside.
    `records`: how many physical records there were, counted apart from the parser.
    """

    raw: Any
    facts: Any
    links: Any
    quarantine: Any
    records: int
    end: Position
    bytes_read: int  # of the file as it was given, compressed or not


@dataclass(frozen=True, slots=True)
class ExportInfo:
    """What identifies an export: the same info means the same facts.

    `reading` tells how the file is read (type, encoding, delimiter); `rules` is a hash of everything else that the
    outcome rests on: the mapping's text and the kinds known.
    """

    file: str
    sha256: str
    size: int
    source: str
    stream: str
    mapping_file: str
    mapping_text: str
    rules: str
    member: str = ""  # of a zip; sha256 and size are the zip's
    reading: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Again:
    """A file of records that were set aside before, whatever its name: their stream, and how they are written."""

    stream: str
    type: str
    encoding: str


AGAIN = "again"
"""The word of `reading` by which the receipt of such a file is known."""


class Export(Protocol):
    """One file, or one member of a zip, that a mapping speaks of."""

    @property
    def info(self) -> ExportInfo:
        """What identifies it."""

    def batches(self, start: Position, landed_at: int) -> Iterator[Batch]:
        """Yield the records from `start` on. `landed_at` (microseconds UTC) is the future's beginning.

        `InputError` if the file breaks off or exceeds a stated limit.
        """


@dataclass(frozen=True, slots=True)
class Refused:
    """A file that cannot be read at all, and why."""

    file: str
    message: str


@dataclass(frozen=True, slots=True)
class Exports:
    """The files found under the paths given. `unmapped`: files no pattern of the mapping matches."""

    files: tuple[Export, ...]
    refused: tuple[Refused, ...]
    unmapped: tuple[str, ...]
    warnings: tuple[Problem, ...]


class ExportReader(Protocol):
    """Opens exports."""

    def open(
        self,
        paths: Sequence[str],
        mapping_text: str,
        mapping_file: str,
        kinds: Mapping[str, Kind],
        again: Again | None = None,
    ) -> Exports:
        """Return the exports under the paths (files and folders); with `again`, whatever their names.

        `MappingError` with every problem of the mapping; `UsageError` if a path does not exist or nothing matches.
        """
