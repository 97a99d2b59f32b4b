"""One CSV record at a time, slowly and exactly: where it ends, what its fields are, or what is wrong with it.

Input: the bytes of a file as UTF-8, from the beginning of a record. The grammar is RFC 4180 (CR, LF and CRLF end a
line), and nothing beyond it: a quote opens a field only at its beginning, and only a separator may follow the closing
one. What breaks it costs one record:

- A quoted field that never closes within the limits costs the line it opens on, and reading goes on with the next
  line. So does one that closes on a later line where no quote could close: there the opening quote was the bad one.
- Any other stray quote costs the record it stands in.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from detente.sources.files.classes import Class, Trouble
from detente.sources.files.limits import Limits

QUOTE, CR, LF = 0x22, 0x0D, 0x0A
_LINE_END = re.compile(rb"\r\n|\r|\n")
_CONTROL = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class Record:
    """A record: `end` is the position behind its line end, `lines` how many line ends it holds.

    `fields` where it can be read, else `trouble`; a blank line, which is no record, has neither.
    """

    end: int
    lines: int
    fields: list[str] | None = None
    trouble: Trouble | None = None


@dataclass(slots=True)
class _Scan:
    """What scanning found: the raw fields up to `end`, and the first trouble with quotes."""

    fields: list[bytes]
    end: int
    trouble: Trouble | None = None
    opening_line_only: bool = False


class _MoreBytesNeeded(Exception):
    """The buffer ends before this can be decided."""


class CarefulReader:
    """Reads records out of a buffer. `final` says that the file ends where the buffer ends."""

    def __init__(self, names: tuple[str, ...], delimiter: str, limits: Limits) -> None:
        self._names = names
        self._delimiter = delimiter.encode()
        self._separator = re.compile(b"[" + re.escape(self._delimiter) + rb"\r\n]")
        self._limits = limits

    def read(self, buffer: bytes, at: int, final: bool) -> Record | None:
        """Return the record that begins at `at`, or None if more bytes are needed to tell (never if `final`)."""
        try:
            return self._read(buffer, at, final)
        except _MoreBytesNeeded:
            return None

    def header(self, buffer: bytes, at: int, final: bool) -> tuple[Record, list[str]] | None:
        """Return the record at `at` with its fields, whatever their number; None if more bytes are needed."""
        try:
            scan = self._scan(buffer, at, final)
        except _MoreBytesNeeded:
            return None
        record = self._settle(buffer, at, scan)
        return record, record.fields or []

    def _read(self, buffer: bytes, at: int, final: bool) -> Record:
        if buffer[at] in (CR, LF):
            return Record(_after_line_end(buffer, at, final), 1)
        scan = self._scan(buffer, at, final)
        count, expected = len(scan.fields), len(self._names)
        if scan.opening_line_only:
            return Record(self._opening_line(buffer, at, final), 1, trouble=scan.trouble)
        if scan.trouble is None and count != expected:
            opening_line = self._opening_line(buffer, at, final)
            if opening_line < scan.end and self._is_whole(buffer, opening_line, final):
                trouble = self._unterminated(self._multiline_field(scan.fields), "the next line is a whole record")
                return Record(opening_line, 1, trouble=trouble)
            why = Class.TOO_MANY_FIELDS if count > expected else Class.TOO_FEW_FIELDS
            trouble = Trouble(why, f"has {count} fields where the header names {expected}")
            return Record(scan.end, _lines(buffer, at, scan.end), trouble=trouble)
        return self._settle(buffer, at, scan)

    def _settle(self, buffer: bytes, at: int, scan: _Scan) -> Record:
        """Decode the fields, or name what is wrong inside them."""
        lines = _lines(buffer, at, scan.end)
        if scan.trouble is not None:
            return Record(scan.end, lines, trouble=scan.trouble)
        fields: list[str] | None
        try:
            fields = [field.decode() for field in scan.fields]
        except UnicodeDecodeError:
            fields = None
        if fields is None or scan.end - at > self._limits.field or _CONTROL.search(buffer, at, scan.end):
            trouble = next(filter(None, map(self._inside, range(len(scan.fields)), scan.fields)), None)
            if trouble is not None:
                return Record(scan.end, lines, trouble=trouble)
        return Record(scan.end, lines, fields=fields)

    def _inside(self, index: int, field: bytes) -> Trouble | None:
        """Return what is wrong with the text of one field."""
        column = self._column(index)
        if len(field) > self._limits.field:
            size = f"{len(field):,} bytes; the limit is {self._limits.field:,}"
            return Trouble(Class.LONG_FIELD, f"the field is {size}", column)
        try:
            field.decode()
        except UnicodeDecodeError as error:
            there = f"bytes {field[error.start : error.start + 4].hex(' ')} are no text in the file's encoding"
            return Trouble(Class.INVALID_ENCODING, f"{there}; if the whole file is so, declare format.encoding", column)
        control = _CONTROL.search(field)
        if control is None:
            return None
        if control.group() == b"\0":
            return Trouble(Class.NUL, "holds a NUL byte", column)
        return Trouble(Class.CONTROL_CHARACTER, f"holds the control character 0x{control.group().hex()}", column)

    def _scan(self, buffer: bytes, at: int, final: bool) -> _Scan:
        """Walk the fields of the record; the first stray or unterminated quote decides how it ends."""
        scan = _Scan([], at)
        start = at
        while True:
            after = start
            if buffer[start : start + 1] == b'"':
                closing = self._closing(buffer, start, final)
                if closing is None:
                    self._judge_unterminated(scan, "runs over the limit or to the end of the file")
                    return scan
                after = closing + 1
            end = self._separator_after(buffer, after, final)
            if after > start and end == after:
                scan.fields.append(buffer[start + 1 : after - 1].replace(b'""', b'"'))
            else:
                scan.fields.append(buffer[start:end])
                if (after > start or buffer.find(b'"', start, end) >= 0) and not self._stray(scan, buffer, at, after):
                    return scan
            if buffer[end : end + 1] != self._delimiter:
                scan.end = _after_line_end(buffer, end, final)
                return scan
            start = end + 1

    def _stray(self, scan: _Scan, buffer: bytes, at: int, after: int) -> bool:
        """Note a stray quote; return whether the record goes on behind it."""
        if _LINE_END.search(buffer, at, after):
            self._judge_unterminated(scan, "closes where no quote can close")
            return False
        if scan.trouble is None:
            message = "a quote inside an unquoted field, or text behind a closing quote; quotes in text are doubled"
            scan.trouble = Trouble(Class.STRAY_QUOTE, message, self._column(len(scan.fields) - 1))
        return True

    def _judge_unterminated(self, scan: _Scan, how: str) -> None:
        scan.opening_line_only = True
        if scan.trouble is None:
            scan.trouble = self._unterminated(self._multiline_field(scan.fields), how)

    def _unterminated(self, index: int, how: str) -> Trouble:
        message = f"a quoted field opens here and {how}: only this line is set aside, the next one is read as a record"
        return Trouble(Class.UNTERMINATED_QUOTE, message, self._column(index))

    def _multiline_field(self, fields: list[bytes]) -> int:
        """Return which field runs over several lines: the first that does, else the one after the last."""
        return next((i for i, field in enumerate(fields) if _LINE_END.search(field)), len(fields))

    def _closing(self, buffer: bytes, start: int, final: bool) -> int | None:
        """Return where the quoted field that opens at `start` closes, or None if it is judged unterminated."""
        first, limit = start + 1, start + 1 + self._limits.quoted_field
        found, search = -1, first
        while (quote := buffer.find(b'"', search, limit + 1)) >= 0:
            if quote + 1 == len(buffer) and not final:
                break
            if buffer[quote + 1 : quote + 2] != b'"':
                found = quote
                break
            search = quote + 2
        end = found if found >= 0 else min(limit, len(buffer))
        if end - first >= self._limits.quoted_lines and _lines(buffer, first, end) >= self._limits.quoted_lines:
            return None
        if found < 0 and len(buffer) <= limit + 1 and not final:
            raise _MoreBytesNeeded
        return found if found >= 0 else None

    def _separator_after(self, buffer: bytes, at: int, final: bool) -> int:
        match = self._separator.search(buffer, at)
        if match is not None:
            return match.start()
        if not final:
            raise _MoreBytesNeeded
        return len(buffer)

    def line_end(self, buffer: bytes, at: int, final: bool) -> int | None:
        """Return the position behind the physical line at `at`, or None if more bytes are needed to tell."""
        try:
            return self._opening_line(buffer, at, final)
        except _MoreBytesNeeded:
            return None

    def _opening_line(self, buffer: bytes, at: int, final: bool) -> int:
        match = _LINE_END.search(buffer, at)
        if match is None:
            if not final:
                raise _MoreBytesNeeded
            return len(buffer)
        return _after_line_end(buffer, match.start(), final)

    def _is_whole(self, buffer: bytes, at: int, final: bool) -> bool:
        """Return whether the line at `at` is by itself a record as the header names it."""
        scan = self._scan(buffer, at, final)
        whole = scan.trouble is None and len(scan.fields) == len(self._names)
        return whole and scan.end == self._opening_line(buffer, at, final)

    def _column(self, index: int) -> str | None:
        return self._names[index] if index < len(self._names) else None


def _after_line_end(buffer: bytes, at: int, final: bool) -> int:
    """Return the position behind the line end at `at`; CRLF is one."""
    if buffer[at : at + 1] != b"\r":
        return min(at + 1, len(buffer))
    if at + 1 == len(buffer) and not final:
        raise _MoreBytesNeeded
    return at + 2 if buffer[at + 1 : at + 2] == b"\n" else at + 1


def _lines(buffer: bytes, start: int, end: int) -> int:
    """Return how many line ends there are in a stretch."""
    newlines = buffer.count(b"\n", start, end)
    if buffer.find(b"\r", start, end) < 0:
        return newlines
    return newlines + buffer.count(b"\r", start, end) - buffer.count(b"\r\n", start, end)
