"""Reads JSON Lines: one object a line, every value as the text it was written as, nested objects by dotted names.

Input: a candidate file and its encoding. Blank lines are no records. Numbers stay exactly as written.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import partial
from typing import Any

import pyarrow as pa

from detente.app.ports.exports import Position
from detente.core.errors import InputError
from detente.sources.files.classes import Class, Quarantined, Trouble
from detente.sources.files.decoding import Utf8Stream
from detente.sources.files.detecting import Encoding
from detente.sources.files.limits import Limits
from detente.sources.files.opening import Candidate, Uncompressed
from detente.sources.files.rows import LINE, OFFSET, Rows, landed_name

_OPENING = re.compile(rb"[\[{]")
_NESTING = re.compile(rb'\\.|["\[{\]}]', re.DOTALL)
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


class _Written(str):
    """A number as it was written."""

    __slots__ = ()


class _Refused(Exception):
    """A record that is no row, and why."""

    def __init__(self, why: Class, message: str, column: str | None = None) -> None:
        super().__init__(message)
        self.trouble = Trouble(why, message, column)


class JsonReader:
    """Reads the records of one JSON Lines file."""

    columns = None

    def __init__(self, candidate: Candidate, encoding: Encoding, limits: Limits) -> None:
        self._candidate = candidate
        self._encoding = encoding
        self._limits = limits

    def read(self, start: Position) -> Iterator[Rows]:
        """Yield the records from a position on."""
        if start.offset == 0:
            start = Position(self._encoding.mark, 0)
        with Uncompressed(self._candidate, self._limits) as file:
            file.skip(start.offset)
            stream = Utf8Stream(file, self._encoding.name)
            batch = _Batch(start)
            for line, ended in self._lines(stream):
                self._take(line, stream, batch)
                batch.end = Position(batch.end.offset + ended, batch.end.line + 1)
                if batch.records >= self._limits.rows:
                    yield self._rows(batch, file.bytes_read)
                    batch = _Batch(batch.end)
            if batch.end != batch.start:
                yield self._rows(batch, file.bytes_read)

    def _rows(self, batch: _Batch, bytes_read: int) -> Rows:
        rows = batch.rows(bytes_read)
        if rows.table.num_columns > self._limits.columns:
            what = f"has over {self._limits.columns:,} different keys, the limit"
            raise InputError(f"{self._candidate.name}: {what}: are values written as keys?")
        return rows

    def _lines(self, stream: Utf8Stream) -> Iterator[tuple[bytes, int]]:
        """Yield each line with its size in the file; of a line over the limit only its beginning."""
        rest, skipped = b"", 0
        while chunk := stream.read(self._limits.chunk):
            *lines, rest = (rest + chunk).split(b"\n")
            for line in lines:
                yield line, skipped + stream.size(line + b"\n")
                skipped = 0
            if len(rest) > 2 * self._limits.line:
                kept = rest[: self._limits.line + 1]
                skipped += stream.size(rest) - stream.size(kept)
                rest = kept
        if rest:
            yield rest, skipped + stream.size(rest)

    def _take(self, line: bytes, stream: Utf8Stream, batch: _Batch) -> None:
        if not line.strip():
            return
        batch.records += 1
        raw = stream.original(line.rstrip(b"\r"))[: self._limits.raw]
        try:
            row = read_object(line, self._limits)
        except _Refused as refused:
            batch.bad.append(Quarantined(batch.end.line + 1, batch.end.offset, refused.trouble, raw))
        else:
            batch.add(row, raw)


class _Batch:
    """The records between two positions."""

    def __init__(self, start: Position) -> None:
        self.start = self.end = start
        self.records = 0
        self.bad: list[Quarantined] = []
        self._rows: list[dict[str, str]] = []
        self._places: list[Position] = []
        self._raws: list[bytes] = []

    def add(self, row: dict[str, str], raw: bytes) -> None:
        """Add a row at the current position."""
        self._rows.append(row)
        self._places.append(self.end)
        self._raws.append(raw)

    def rows(self, bytes_read: int) -> Rows:
        """Return everything that was added; the columns are those of any record, in order of appearance."""
        names = list(dict.fromkeys(name for row in self._rows for name in row))
        columns = [pa.array([row.get(name) for row in self._rows], pa.string()) for name in names]
        lines = pa.array([place.line + 1 for place in self._places], pa.int64())
        offsets = pa.array([place.offset for place in self._places], pa.int64())
        table = pa.table([*columns, lines, offsets], names=[*map(landed_name, names), LINE, OFFSET])
        return Rows(table, self.bad, self.records, self.end, bytes_read, partial(_raw, self._raws))


def _raw(raws: list[bytes], row: int) -> bytes:
    return raws[row]


def read_object(line: bytes, limits: Limits) -> dict[str, str]:
    """Return one JSON object as column → text; nulls are left out. `_Refused` with the class of what is wrong."""
    if len(line) > limits.line:
        raise _Refused(Class.LONG_LINE, f"the line is over {limits.line:,} bytes, the limit")
    try:
        text = line.decode()
    except UnicodeDecodeError as error:
        there = line[error.start : error.start + 4].hex(" ")
        raise _Refused(Class.INVALID_ENCODING, f"bytes {there} are no text in the file's encoding") from error
    if "\0" in text:
        raise _Refused(Class.NUL, "holds a NUL byte")
    _check_depth(line, limits.json_depth)
    try:
        value = _DECODER.decode(text)
    except json.JSONDecodeError as error:
        raise _Refused(Class.JSON_SYNTAX, f"is no JSON: {error.msg} at character {error.pos + 1}") from error
    if not isinstance(value, dict):
        raise _Refused(Class.JSON_NOT_OBJECT, "is no object: every line is one {…}")
    row: dict[str, str] = {}
    _flatten(value, "", row)
    for column, written in row.items():
        _check_text(column, written, limits)
    return row


def names_in(head: bytes, encoding: str, limits: Limits) -> set[str] | None:
    """Return the names in the whole lines of a file's beginning; None if it is one document over many lines."""
    lines = head.decode(encoding, "replace").split("\n")
    if lines[0].lstrip().startswith("[") or lines[0].strip() == "{":
        return None
    names: set[str] = set()
    for line in lines:
        try:
            names |= set(read_object(line.encode(), limits))
        except _Refused:
            continue
    return names


def _check_text(column: str, written: str, limits: Limits) -> None:
    if written.isascii() and written.isprintable() and len(written) <= limits.field:
        return
    if len(written) > limits.field:
        size = f"{len(written):,} characters; the limit is {limits.field:,}"
        raise _Refused(Class.LONG_FIELD, f"the value is {size}", column)
    control = _CONTROL.search(written)
    if control is not None:
        why = Class.NUL if control.group() == "\0" else Class.CONTROL_CHARACTER
        raise _Refused(why, f"holds the control character 0x{ord(control.group()):02x}", column)
    if any("\ud800" <= character <= "\udfff" for character in written):
        raise _Refused(Class.LONE_SURROGATE, "holds half a surrogate pair (\\ud800 to \\udfff alone)", column)


def _check_depth(line: bytes, most: int) -> None:
    if len(_OPENING.findall(line)) <= most:
        return
    depth, quoted = 0, False
    for token in _NESTING.findall(line):
        if token == b'"':
            quoted = not quoted
        elif not quoted:
            depth += (token in (b"[", b"{")) - (token in (b"]", b"}"))
        if depth > most:
            raise _Refused(Class.JSON_DEPTH, f"is nested over {most} levels, the limit")


def _flatten(value: dict[str, Any], prefix: str, row: dict[str, str]) -> None:
    for key, inner in value.items():
        name = prefix + key
        if isinstance(inner, dict):
            _flatten(inner, f"{name}.", row)
        elif inner is not None:
            if name in row:
                raise _Refused(Class.JSON_DUPLICATE_KEY, f"{name!r} is there twice: once with a dot, once nested", name)
            row[name] = inner if isinstance(inner, str) else _as_json(inner)


def _as_json(value: Any) -> str:  # noqa: ANN401  any JSON value
    """Return a value as JSON text, numbers as they were written."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, _Written):
        return str(value)
    if isinstance(value, list):
        return f"[{','.join(map(_as_json, value))}]"
    if isinstance(value, dict):
        inner = (f"{json.dumps(key, ensure_ascii=False)}:{_as_json(item)}" for key, item in value.items())
        return f"{{{','.join(inner)}}}"
    return json.dumps(value, ensure_ascii=False)


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise _Refused(Class.JSON_DUPLICATE_KEY, f"has the key {key!r} twice", key)
        found[key] = value
    return found


def _finite(written: str) -> _Written:
    if float(written) in (float("inf"), float("-inf")):
        raise _Refused(Class.JSON_NUMBER, f"the number {written} is beyond double precision")
    return _Written(written)


def _no_constant(name: str) -> Any:  # noqa: ANN401  never returns
    raise _Refused(Class.JSON_NUMBER, f"{name} is no JSON number")


_DECODER = json.JSONDecoder(
    object_pairs_hook=_unique, parse_float=_finite, parse_int=_Written, parse_constant=_no_constant
)
