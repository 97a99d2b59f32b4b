"""Reads a file the way an import does, for tests."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from detente.app.ports.exports import Position
from detente.sources.files.classes import Quarantined
from detente.sources.files.csv_form import Declared, csv_form
from detente.sources.files.csv_rows import CsvReader
from detente.sources.files.limits import DEFAULT, Limits
from detente.sources.files.opening import Candidate


@dataclass
class Reading:
    """Everything a reader yields for one file."""

    columns: tuple[str, ...]
    rows: list[tuple[str, ...]]
    places: list[tuple[int, int]]
    raws: list[bytes]
    bad: list[Quarantined]
    records: int
    end: Position


def limits(**changes: int) -> Limits:
    return replace(DEFAULT, **changes)


def read_csv(
    path: Path, bounds: Limits = DEFAULT, declared: Declared | None = None, start: Position = Position()
) -> Reading:
    candidate = Candidate(path, path.name)
    form = csv_form(candidate, declared or Declared(), (), bounds)
    return collect(CsvReader(candidate, form, bounds), start, form.names)


def collect(reader, start, columns):
    reading = Reading(columns, [], [], [], [], 0, start)
    for rows in reader.read(start):
        table = rows.table.to_pydict()
        lines, offsets = table.pop("_line"), table.pop("_offset")
        reading.rows += list(zip(*table.values(), strict=True))
        reading.places += list(zip(lines, offsets, strict=True))
        reading.raws += [rows.raw(index) for index in range(rows.table.num_rows)]
        reading.bad += rows.bad
        reading.records += rows.records
        reading.end = rows.end
    assert reading.records == len(reading.rows) + len(reading.bad)
    return reading
