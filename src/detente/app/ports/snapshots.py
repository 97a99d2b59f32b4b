"""Port: published snapshots, as questions read them. Implemented by `engine.lake.Lake`.

A question opens the current snapshot once and asks everything of that one, so that its figures belong together. A
snapshot never changes; a later one does not disturb who reads. No SQL crosses this port: a question names a table,
columns, plain comparisons and an order. Instants are int64 microseconds UTC.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, Protocol

from detente.core.facts.fact import Fact

Row = Mapping[str, Any]
"""Column → value: int, float, bool, str, list of str, or None."""

Op = Literal["==", "!=", "<", "<=", ">", ">=", "in", "is null", "is not null"]


@dataclass(frozen=True, slots=True)
class Where:
    """One comparison of a column with a value (`in`: with a sequence of values; `is null`: with none)."""

    column: str
    op: Op
    value: Any = None


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table: its type is integer, number, text, boolean or `list of` one of them."""

    name: str
    type: str


@dataclass(frozen=True, slots=True)
class VersionInfo:
    """One version of the agreement that a snapshot was judged under. `effective` is an ISO date."""

    version: str
    effective: str
    hash: str


@dataclass(frozen=True, slots=True)
class SnapshotInfo:
    """What a snapshot holds: the contents of its manifest.

    `counts`: table → rows. `loads`: the loads whose facts are in it. `libraries`: name → version.
    """

    id: str
    content_hash: str
    as_of: int
    agreement: str
    versions: tuple[VersionInfo, ...]
    counts: Mapping[str, int]
    loads: tuple[str, ...] = ()
    libraries: Mapping[str, str] = field(default_factory=dict)


class Snapshot(Protocol):
    """One published snapshot, read only."""

    @property
    def info(self) -> SnapshotInfo:
        """What it holds."""

    def columns(self, table: str) -> tuple[Column, ...]:
        """Return the columns of a table. `UsageError` names the nearest table if there is none of that name."""

    def rows(
        self,
        table: str,
        *,
        columns: Sequence[str] = (),
        where: Sequence[Where] = (),
        order: Sequence[str] = (),
        limit: int | None = None,
        offset: int = 0,
    ) -> Iterator[Row]:
        """Yield the rows for which every comparison holds.

        `columns`: none given means all. `order`: column names, `-name` for descending, nulls last; without it, the
        canonical order of the table. `offset` rows are passed over first. An unknown table or column raises
        `UsageError` with the nearest known name.
        """

    def tally(self, table: str, column: str | None, where: Sequence[Where] = ()) -> Mapping[Any, int]:
        """Return how many of those rows have each value of a column; None: how many there are, under None."""

    def parquet(self, table: str) -> Path:
        """Return the file that holds the whole table."""

    def agreement_texts(self) -> Sequence[tuple[str, str]]:
        """Return the (file, text) pairs the snapshot was judged under, for `core.agreement.reader.read_timeline`."""

    def lead(self, ref: str) -> tuple[str, ...]:
        """Return the ids of the persons `ref` names.

        `ref` is a person's id (also one given earlier, that now leads to another), an e-mail address, or
        `source:record`. Empty: nobody; several: an address that is not anybody's own, such as info@.
        """

    def facts(self, person: str) -> Sequence[Fact]:
        """Return the facts of a person's timeline, in replay order."""


class Snapshots(Protocol):
    """The published snapshots of a workspace."""

    def current(self) -> Snapshot:
        """Open the current snapshot. `UsageError` with the remedy if none was published yet."""
