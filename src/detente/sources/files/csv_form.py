"""How a CSV file is written: encoding, delimiter and header, checked against the columns that the mapping names.

Input: the first bytes of a candidate file and what the mapping declares about its format.
"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import PurePosixPath

from detente.app.ports.exports import Position
from detente.core.errors import InputError
from detente.sources.files.careful import CarefulReader, Record
from detente.sources.files.decoding import Utf8Stream
from detente.sources.files.detecting import (
    HEAD,
    Encoding,
    check_encoding_and_delimiter,
    delimiter_of,
    encoding_of,
)
from detente.sources.files.limits import Limits
from detente.sources.files.opening import Candidate, Uncompressed
from detente.sources.files.rows import landed_name

_LINE_END = re.compile(rb"[\r\n]")


@dataclass(frozen=True, slots=True)
class Declared:
    """What the mapping says of a file's format; None is detected."""

    type: str | None = None
    encoding: str | None = None
    delimiter: str | None = None


@dataclass(frozen=True, slots=True)
class CsvForm:
    """How a CSV file is written: its encoding, delimiter, the names in its header, and where the records begin."""

    encoding: Encoding
    delimiter: str
    names: tuple[str, ...]
    first: Position


def csv_form(candidate: Candidate, declared: Declared, mapped: Collection[str], limits: Limits) -> CsvForm:
    """Return the form of a CSV file.

    `InputError` naming the columns where the header lacks one that is mapped, has one twice, or one without a name.
    """
    with Uncompressed(candidate, limits) as file:
        encoding = encoding_of(file.read(HEAD), declared.encoding)
    with Uncompressed(candidate, limits) as file:
        file.skip(encoding.mark)
        stream = Utf8Stream(file, encoding.name)
        text, final = b"", False
        while not final and (len(text) < HEAD or (len(text) < limits.line and not _LINE_END.search(text))):
            more = stream.read(HEAD)
            text, final = text + more, not more
    blank = len(text) - len(text.lstrip(b"\r\n"))
    delimiter = declared.delimiter or _by_name(candidate) or delimiter_of(text[blank:], final, mapped, limits)
    check_encoding_and_delimiter(encoding.name, delimiter)
    found = CarefulReader((), delimiter, limits).header(text, blank, final) if text[blank:] else None
    if found is None:
        raise InputError(f"{candidate.name}: {_no_header(text, blank)}")
    record, names = found
    names = [name.strip() for name in names]
    _check_header(candidate.name, record, names, mapped, limits)
    before = text[: record.end]
    first = Position(encoding.mark + stream.size(before), len(before.splitlines()))
    return CsvForm(encoding, delimiter, tuple(names), first)


def header_line(form: CsvForm) -> str:
    """Return the header as a line of such a file."""
    line = io.StringIO()
    csv.writer(line, delimiter=form.delimiter, lineterminator="").writerow(form.names)
    return line.getvalue()


def _by_name(candidate: Candidate) -> str | None:
    return "\t" if PurePosixPath(candidate.inner_name).suffix.lower() in (".tsv", ".tab") else None


def _no_header(text: bytes, blank: int) -> str:
    if not text[blank:]:
        return "is empty: it has not even a header; export it again"
    return "its first line is over the limit: it is no CSV with a header"


def _check_header(file: str, record: Record, names: list[str], mapped: Collection[str], limits: Limits) -> None:
    if record.trouble is not None:
        where = f" (column {record.trouble.column})" if record.trouble.column else ""
        raise InputError(f"{file}: the header cannot be read{where}: {record.trouble.message}")
    if len(names) > limits.columns:
        raise InputError(f"{file}: has {len(names):,} columns; the limit is {limits.columns:,}")
    unnamed = [str(index) for index, name in enumerate(names, 1) if not name]
    if unnamed:
        raise InputError(f"{file}: the header has no name for column {', '.join(unnamed)}: name every column once")
    twice = [name for name, count in Counter(map(landed_name, names)).items() if count > 1]
    if twice:
        raise InputError(f"{file}: the header names {', '.join(map(repr, twice))} more than once: rename or remove one")
    check_columns(file, names, mapped)


def check_columns(file: str, names: Collection[str], mapped: Collection[str]) -> None:
    """Raise `InputError` naming the columns that the mapping needs and the file lacks."""
    missing = [column for column in mapped if column not in names]
    if missing:
        needed = ", ".join(_nearest(column, names) for column in missing)
        raise InputError(f"{file}: has no column {needed}: correct the mapping, or export the file with it")


def _nearest(name: str, names: Collection[str]) -> str:
    near = get_close_matches(name, names, 1)
    return f"{name!r} (nearest is {near[0]!r})" if near else repr(name)
