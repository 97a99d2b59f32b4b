"""Port: other systems, and what is kept of each of their streams between two runs.

`sources.configured` implements the systems, `engine.stream_folder` what is kept. A connector's own words for pages and
streams are `sources.kit.connector`, which these protocols describe. The caller of `StreamFolder` is the only one that
syncs the source.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any, Protocol

Cursor = Mapping[str, Any]
Row = Mapping[str, Any]

DELETED, DELETED_AT = "_deleted", "_deleted_at"
"""The fields of a row by which a sync says that a record is gone (true) or there again (false), and since when."""


class SourcePage(Protocol):
    """Some rows, and the cursor that holds once they are landed (None: the one before still holds)."""

    @property
    def rows(self) -> Sequence[Row]:
        """The rows as the system gave them."""

    @property
    def cursor(self) -> Cursor | None:
        """How far the stream is read then."""


class SourceStream(Protocol):
    """One stream: what came or changed since a cursor, and, where deletions leave no trace, the ids there are."""

    @property
    def name(self) -> str:
        """The stream of the mapping."""

    @property
    def key(self) -> str:
        """The field of a row, dotted where nested, that holds the system's own id."""

    @property
    def pages(self) -> Callable[[Cursor], Iterator[SourcePage]]:
        """Read the pages since a cursor. `SourceError` if the system cannot be read."""

    @property
    def present(self) -> Callable[[], Iterator[str]] | None:
        """Read the ids of all rows that exist now."""


@dataclass(frozen=True)
class ConfiguredSource:
    """One source of the workspace, ready to be read.

    `connect` gives its streams, and may already ask the system. `columns`: stream → the fields its mapping reads;
    a stream that is not there is not read. `deletes`: the streams whose mapping knows deleted records. `requests`
    counts the requests made so far; `latest` is the system's own time at its latest answer (microseconds UTC, None
    where it does not say); `mask` takes secrets out of a text.
    """

    name: str
    system: str
    mapping_file: str
    mapping_text: str
    warnings: Sequence[str]
    columns: Mapping[str, Sequence[str]]
    deletes: frozenset[str]
    connect: Callable[[], Sequence[SourceStream]]
    requests: Callable[[], int]
    latest: Callable[[], int | None]
    mask: Callable[[str], str]


@dataclass(frozen=True, slots=True)
class FieldSeen:
    """A field of a stream's rows: in how many of them it was, and the types of its values (`null` too)."""

    rows: int
    types: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class StreamState:
    """What is kept of one stream between two runs. Instants are microseconds UTC, None: never.

    `rows` and `requests` are those of all runs; `fields` those of `field_rows` rows up to the last finished run.
    `unread`: ids that were listed, but in no page so far; `given_up`: those that all pages together did not bring.
    `error` is what the last run ended with, None if it finished.
    """

    source: str
    stream: str
    cursor: Cursor = field(default_factory=dict)
    finished_at: int | None = None
    rows: int = 0
    requests: int = 0
    field_rows: int = 0
    fields: Mapping[str, FieldSeen] = field(default_factory=dict)
    unread: tuple[str, ...] = ()
    given_up: tuple[str, ...] = ()
    error: str | None = None
    error_at: int | None = None

    def lag(self, now: int) -> int | None:
        """Return for how many microseconds nothing was read to its end."""
        return None if self.finished_at is None else now - self.finished_at


@dataclass(frozen=True, slots=True)
class Spooled:
    """Rows that lie ready to be landed: the file, how many there are, and the cursor that holds once they are."""

    path: str
    rows: int
    cursor: Cursor


class Spool(Protocol):
    """The rows of one stream between the system and the landing zone."""

    @property
    def rows(self) -> int:
        """How many rows were added since the last sealing."""

    @property
    def full(self) -> bool:
        """Whether it is time to land them."""

    def pending(self) -> Spooled | None:
        """Return what a run that was killed left sealed. What is damaged is set aside, and left out."""

    def add(self, rows: Sequence[Row]) -> None:
        """Take in rows."""

    def seal(self, cursor: Cursor) -> Spooled:
        """Close the file, for good: it is landed whatever happens to this run."""

    def landed(self) -> None:
        """Remove what was sealed, since its rows are landed and its cursor is kept."""

    def set_aside(self, why: str) -> str:
        """Take what was sealed out of the way, so that the stream goes on; return where it lies."""

    def taken_aside(self) -> Sequence[str]:
        """Return what was set aside since this spool was opened."""


@dataclass(frozen=True, slots=True)
class LandedIds:
    """The ids that were landed of a stream: `alive`, and `gone` whose last row says that they are deleted."""

    alive: frozenset[str]
    gone: frozenset[str]


class StreamFolder(Protocol):
    """What a workspace keeps of its streams."""

    def states(self) -> Sequence[StreamState]:
        """Return the state of every stream that was ever read, by source and stream."""

    def state(self, source: str, stream: str) -> StreamState:
        """Return the state of one stream; of a new one, where nothing is kept."""

    def keep(self, state: StreamState) -> None:
        """Keep a state, in one step."""

    def spool(self, source: str, stream: str, mask: Callable[[str], str]) -> Spool:
        """Open the spool of a stream; `mask` takes secrets out of what is written."""

    def landed_ids(self, source: str, stream: str, key: str) -> LandedIds:
        """Return the ids that finished loads brought, by the field that holds them."""

    def reading(self, source: str) -> AbstractContextManager[None]:
        """Keep others from syncing this source while in the context. `Busy`, naming who does."""
