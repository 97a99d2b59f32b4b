"""The account of a sync, in a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.console import Console

from detente.app import figures
from detente.app.drift import Drift
from detente.app.operations.sync_report import SourceReport, StreamReport
from detente.cli.show.tables import heading, line, table

_COLUMNS = ("Source", "Stream", ">Requests", ">Rows", ">New", ">Known", ">Quarantined", ">Deleted", ">Facts")


def show(console: Console, reports: Sequence[SourceReport]) -> None:
    """Print the account of every stream, then what is worth a look."""
    if not reports:
        line(console, "detente.toml names no source yet: write a table [sources.NAME] with its system")
        return
    rows = [_row(report.source, stream) for report in reports for stream in report.streams]
    if rows:
        heading(console, "Synced", first=True)
        table(console, _COLUMNS, rows)
    _part(console, "Not read to the end", "what was landed counts", _errors(reports))
    _part(console, "Gone on with", "an earlier sync had been interrupted", _gone_on(reports))
    _part(console, "Set aside", "damaged by an interruption, and read again", _set_aside(reports))
    _part(console, "Listed, but not landed", "no row of them came that could be used", _unread(reports))
    _part(console, "Changed shape", "", _drifts(reports))
    _part(console, "Left out", "the mapping does not speak of them", _unmapped(reports))


def _row(source: str, stream: StreamReport) -> tuple[str, ...]:
    told = stream.as_json()
    numbers = (told[name] for name in ("requests", "rows", "accepted", "duplicate", "quarantined", "deleted", "facts"))
    return source, stream.stream, *map(figures.count, numbers)


def _part(console: Console, title: str, aside: str, lines: Iterator[str]) -> None:
    for nth, text in enumerate(lines):
        if nth == 0:
            heading(console, title, aside)
        line(console, text)


def _errors(reports: Sequence[SourceReport]) -> Iterator[str]:
    for report in reports:
        if report.error:
            yield f"{report.source}: {report.error}"
        for stream in report.streams:
            if stream.error:
                yield f"{report.source} {stream.stream}: {stream.error.removeprefix(f'{stream.stream}: ')}"


def _gone_on(reports: Sequence[SourceReport]) -> Iterator[str]:
    for report in reports:
        yield from (f"{report.source} {stream.stream}" for stream in report.streams if stream.went_on)


def _set_aside(reports: Sequence[SourceReport]) -> Iterator[str]:
    for report in reports:
        yield from (f"{place}" for stream in report.streams for place in stream.set_aside)


def _unread(reports: Sequence[SourceReport]) -> Iterator[str]:
    for report in reports:
        for stream in report.streams:
            if stream.unread:
                yield f"{report.source} {stream.stream}: {figures.count(len(stream.unread))}, first {stream.unread[0]}"


def _drifts(reports: Sequence[SourceReport]) -> Iterator[str]:
    for report in reports:
        for stream in report.streams:
            yield from (f"{report.source} {stream.stream}: {text}" for text in _said(stream.drift))


def _said(drift: Drift) -> Iterator[str]:
    """Say each kind of drift in one line."""
    if drift.new:
        yield f"new fields: {', '.join(drift.new)}"
    if drift.gone:
        yield f"fields that no row has any more: {', '.join(drift.gone)}"
    for each in drift.retyped:
        yield f"{each.field} was {' or '.join(each.before)}, and now is {' or '.join(each.now)}"
    if drift.unread:
        yield f"the mapping reads what no row ever had: {', '.join(drift.unread)}"


def _unmapped(reports: Sequence[SourceReport]) -> Iterator[str]:
    yield from (f"{report.source}: {', '.join(report.unmapped)}" for report in reports if report.unmapped)
