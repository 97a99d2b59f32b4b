"""Sync: read what came or changed in another system, land it, and only then remember how far it was read.

Input: sources and what is kept of their streams, through ports; `bootstrap` wires them. Rows go through a spool into
the import that lands files: read at least once, they count exactly once. Killed anywhere, the next run lands what was
sealed and reads on from the last cursor. The workspace's lock is held only while a part is landed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

from detente.app.drift import Drift, Observed
from detente.app.operations.import_files import ImportRequest, import_files
from detente.app.operations.sync_report import SourceReport, StreamReport
from detente.app.ports.exports import ExportReader
from detente.app.ports.landing import Imported, Landing
from detente.app.ports.lock import WriterLock
from detente.app.ports.sources import (
    DELETED,
    DELETED_AT,
    ConfiguredSource,
    LandedIds,
    Row,
    SourceStream,
    Spool,
    Spooled,
    StreamFolder,
    StreamState,
)
from detente.app.waiting import WaitingLock
from detente.core.agreement.agreement import Kind
from detente.core.calendars.instants import moment_of
from detente.core.errors import Busy, DetenteError, InputError, SourceRefused

MOST_DELETED = 0.5
"""The share of a stream's records that may be found deleted at once; more is more likely a listing that fell short."""

MOST_UNREAD = 10_000
"""Ids of which no row came, up to which they are looked for again; more are another listing than that of the pages."""

_SECOND = 1_000_000


@dataclass(frozen=True)
class SyncPorts:
    """What a sync works with. `clock` returns microseconds UTC, `sleep` takes seconds."""

    streams: StreamFolder
    reader: ExportReader
    landing: Landing
    lock: WriterLock
    clock: Callable[[], int]
    sleep: Callable[[float], None]
    progress: Callable[[SyncProgress], None]


@dataclass(frozen=True, slots=True)
class SyncProgress:
    """How far a sync is: rows read so far of one stream."""

    source: str
    stream: str
    rows: int


@dataclass(frozen=True)
class SyncRequest:
    """What to sync: one stream or all; `full` reads them from the beginning, and takes any number of deletions."""

    kinds: Mapping[str, Kind]
    stream: str | None = None
    full: bool = False


def sync_source(source: ConfiguredSource, request: SyncRequest, ports: SyncPorts) -> SourceReport:
    """Sync one source: every stream that its mapping speaks of, each by itself.

    What keeps a stream from being read is in the report, and the others go on. `Busy` if another process syncs this
    source or keeps writing in the workspace.
    """
    report = SourceReport(source.name, source.system, warnings=tuple(source.warnings))
    with ports.streams.reading(source.name):
        try:
            streams = source.connect()
            _check(source, streams, request.stream)
        except DetenteError as error:
            message = source.mask(str(error))
            for name in source.columns if request.stream is None else ():
                state = ports.streams.state(source.name, name)
                ports.streams.keep(replace(state, error=message, error_at=ports.clock()))
            return replace(report, error=message)
        chosen = [stream for stream in streams if stream.name in source.columns]
        done = tuple(
            _StreamRun(source, stream, request, ports).run()
            for stream in chosen
            if request.stream in (None, stream.name)
        )
    unmapped = tuple(stream.name for stream in streams if stream.name not in source.columns)
    return replace(report, streams=done, unmapped=unmapped)


def _check(source: ConfiguredSource, streams: Sequence[SourceStream], wanted: str | None) -> None:
    """Refuse a stream that is not there, and a mapping that would not see what is deleted."""
    names = [stream.name for stream in streams]
    if wanted is not None and wanted not in names:
        raise SourceRefused(f"{source.name} has no stream '{wanted}': it has {', '.join(names)}")
    if wanted is not None and wanted not in source.columns:
        raise SourceRefused(f"{source.mapping_file} does not speak of '{wanted}': add it under `files`")
    for stream in streams:
        if stream.present is not None and stream.name in source.columns and stream.name not in source.deletes:
            raise SourceRefused(
                f"{source.mapping_file}: {stream.name} would not see which records are deleted: add "
                f'`deleted: {{{DELETED}: "true"}}` to it'
            )


class _StreamRun:
    """The sync of one stream."""

    def __init__(self, source: ConfiguredSource, stream: SourceStream, request: SyncRequest, ports: SyncPorts) -> None:
        self._source = source
        self._stream = stream
        self._request = request
        self._ports = ports
        self._state = ports.streams.state(source.name, stream.name)
        self._spool: Spool = ports.streams.spool(source.name, stream.name, source.mask)
        self._observed = Observed()
        self._parts: list[Imported] = []
        self._asked = source.requests()
        self._report = StreamReport(stream.name)

    def run(self) -> StreamReport:
        """Read and land what there is; an error ends this stream alone. `Busy` if another process keeps writing."""
        try:
            self._go_on()
            self._read(whole=self._request.full)
            self._compare()
        except Busy:
            raise
        except DetenteError as error:
            message = self._source.mask(str(error))
            self._keep(replace(self._state, error=message, error_at=self._ports.clock()))
            return self._told(Drift(), message)
        known, rows = self._state.fields, self._state.field_rows
        drift = self._observed.drift(known, rows, self._source.columns[self._stream.name])
        self._keep(
            replace(
                self._state,
                finished_at=self._ports.clock(),
                fields=self._observed.with_known(known),
                field_rows=rows + self._observed.rows,
                error=None,
                error_at=None,
            )
        )
        return self._told(drift, None)

    def _go_on(self) -> None:
        """Land what a run that was killed had sealed; what cannot be landed is set aside, and read again."""
        left = self._spool.pending()
        if left is None:
            return
        self._report = replace(self._report, went_on=True)
        with suppress(InputError):
            self._land(left)

    def _read(self, *, whole: bool) -> None:
        """Read the pages, and land a part whenever the spool is full."""
        cursor = {} if whole else self._state.cursor
        latest = cursor
        try:
            for page in self._stream.pages(cursor):
                self._spool.add(page.rows)
                self._observed.add(page.rows)
                self._report = replace(self._report, rows=self._report.rows + len(page.rows))
                self._ports.progress(SyncProgress(self._source.name, self._stream.name, self._report.rows))
                latest = latest if page.cursor is None else page.cursor
                if self._spool.full:
                    self._land(self._spool.seal(latest))
        finally:  # what was read before the system broke off need not be read again
            if self._spool.rows:
                self._land(self._spool.seal(latest))
        if latest != self._state.cursor:
            self._keep(replace(self._state, cursor=latest))

    def _compare(self) -> None:
        """Compare the ids that are landed with those that are there, and land a row for each that went or came back."""
        landed = self._landed_ids()
        if self._stream.present is None or not (landed.alive or landed.gone):
            return
        there = frozenset(self._stream.present())
        landed = self._catch_up(there, landed)
        missing = landed.alive - there
        self._check_missing(len(missing), len(landed.alive))
        if missing:  # a listing may leave out what moves while it is read: asked twice, it seldom does so twice
            missing -= frozenset(self._stream.present())
        back = landed.gone & there
        at = moment_of(self._now()).isoformat()
        words = [*((id_, True) for id_ in sorted(missing)), *((id_, False) for id_ in sorted(back))]
        if words:
            self._spool.add([_word(self._stream.key, id_, gone, at) for id_, gone in words])
            self._land(self._spool.seal(self._state.cursor))
        self._report = replace(self._report, deleted=len(missing), restored=len(back))

    def _catch_up(self, there: frozenset[str], landed: LandedIds) -> LandedIds:
        """Read everything once more where ids are listed for the second time of which no page brought a row.

        Those of which none comes then either are not looked for again.
        """
        unread = there - landed.alive - landed.gone
        given_up = unread & frozenset(self._state.given_up)
        if unread & frozenset(self._state.unread) - given_up and len(unread) <= MOST_UNREAD:
            self._read(whole=True)
            landed = self._landed_ids()
            unread = given_up = there - landed.alive - landed.gone
        self._report = replace(self._report, unread=tuple(sorted(given_up)))
        kept = tuple(sorted(unread)) if len(unread) <= MOST_UNREAD else ()
        self._keep(replace(self._state, unread=kept, given_up=tuple(sorted(given_up))))
        return landed

    def _landed_ids(self) -> LandedIds:
        return self._ports.streams.landed_ids(self._source.name, self._stream.name, self._stream.key)

    def _now(self) -> int:
        """Return the present by the clock that is ahead: ours, or the system's, whose rows are not of the future."""
        return max(self._ports.clock(), (self._source.latest() or 0) + _SECOND)

    def _check_missing(self, missing: int, landed: int) -> None:
        if missing > landed * MOST_DELETED and not self._request.full:
            command = f"detente sync {self._source.name} --stream {self._stream.name} --full"
            raise SourceRefused(
                f"{self._stream.name}: {missing:,} of {landed:,} landed records are not listed any more. Nothing was "
                f"deleted here, since a listing that falls short looks the same: if they are gone, `{command}` says so"
            )

    def _land(self, sealed: Spooled) -> None:
        """Land what is sealed, then keep its cursor, then let go of it: in this order nothing is lost or stuck."""
        source, ports = self._source, self._ports
        report = import_files(
            ImportRequest((sealed.path,), source.mapping_text, source.mapping_file, self._request.kinds),
            reader=ports.reader,
            landing=ports.landing,
            lock=WaitingLock(ports.lock, f"detente sync {source.name}", ports.sleep),
            clock=self._now,
            progress=lambda _: None,
        )
        if report.refused:
            where = self._spool.set_aside(report.refused[0].message)
            raise InputError(f"{report.refused[0].message}; the rows lie in {where}, and will be read again")
        self._parts.extend(report.files)
        self._keep(replace(self._state, cursor=sealed.cursor, rows=self._state.rows + sealed.rows))
        self._spool.landed()

    def _keep(self, state: StreamState) -> None:
        asked = self._source.requests()
        self._state = replace(state, requests=state.requests + asked - self._asked)
        self._report = replace(self._report, requests=self._report.requests + asked - self._asked)
        self._asked = asked
        self._ports.streams.keep(self._state)

    def _told(self, drift: Drift, error: str | None) -> StreamReport:
        aside = tuple(self._spool.taken_aside())
        return replace(self._report, parts=tuple(self._parts), drift=drift, set_aside=aside, error=error)


def _word(key: str, id_: str, gone: bool, at: str) -> Row:
    """Return the row that says a record is gone, or there again; its id stands where the stream's rows have it."""
    row: dict[str, Any] = {DELETED: gone, DELETED_AT: at}
    *outer, last = key.split(".")
    inner = row
    for name in outer:
        inner = inner.setdefault(name, {})
    inner[last] = id_
    return row
