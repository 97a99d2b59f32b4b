"""The file in which records that were set aside are mended: as they came, each with the id of its case in front.

Input: how the file they came in was read (the receipt's `reading`), and the records. In CSV the id is a column before
all others, so that it stays readable whatever is wrong further on; in JSON Lines it is a key before all others. A
mended file goes the way of every file; what it brings is known by the id. Records of Parquet are mended as JSON Lines.

The bytes are those that came. Such a file is for mending and not for a spreadsheet, which would run what looks like a
formula, and change numbers and dates on the way.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

CASE = "_set_aside"
"""The column with the id of the case."""

RAW_KEPT = 64 * 1024
"""Bytes of a record that quarantine keeps: of one this long the rest is not here."""

_ID = rb"[0-9a-f]{16}:[0-9]+"
_IN_CSV = re.compile(rb'\A"?(' + _ID + rb')"?[^\w"]')
_IN_JSON = re.compile(rb'"_set_aside"\s*:\s*"(' + _ID + rb')"\s*,?\s*')
_IN_FRONT = re.compile(rb'\A\{"_set_aside":"' + _ID + rb'"\} ')


@dataclass(frozen=True, slots=True)
class Form:
    """How records are written: `type` is csv or jsonl; `header` the first line of CSV, as text."""

    type: str
    encoding: str
    delimiter: str = ","
    header: str = ""

    @classmethod
    def of(cls, reading: Mapping[str, str]) -> Form:
        """Return the form in which records of a file that was read so are mended. UTF-16 is mended as UTF-8."""
        if reading["type"] == "parquet":
            return cls("jsonl", "utf-8")
        encoding = reading["encoding"].partition(" ")[0]
        mended_as = "utf-8" if encoding.startswith(("utf-16", "utf-32")) else encoding
        return cls(reading["type"], mended_as, reading.get("delimiter", ","), reading.get("header", ""))


def to_mend(reading: Mapping[str, str], records: Iterable[tuple[str, bytes]]) -> bytes:
    """Return the file in which these records are mended: (id of the case, bytes as they came)."""
    form = Form.of(reading)
    came_in = reading.get("encoding", "utf-8").partition(" ")[0]
    lines = []
    mended_before = form.type == "csv" and form.header.startswith(f"{CASE}{form.delimiter}")
    if form.type == "csv":
        lines.append((form.header if mended_before else f"{CASE}{form.delimiter}{form.header}").encode(form.encoding))
    for case, raw in records:
        line = raw.rstrip(b"\r\n")
        if mended_before:  # the column is there, with a case that is none
            line = line.partition(form.delimiter.encode(came_in))[2]
        elif form.type == "jsonl":
            line = without_case(line)
        if came_in != form.encoding and reading["type"] != "parquet":
            line = line.decode(came_in, "replace").encode(form.encoding)
        lines.append(_with_case(form, case, line))
    return b"".join(line + b"\n" for line in lines)


def _with_case(form: Form, case: str, line: bytes) -> bytes:
    if form.type == "csv":
        return f"{case}{form.delimiter}".encode() + line
    inside = line.lstrip()
    key = f'"{CASE}":"{case}"'.encode()
    if not inside.startswith(b"{"):
        return b"{" + key + b"} " + line
    rest = inside[1:]
    return b"{" + key + (b"" if rest.lstrip().startswith(b"}") else b",") + rest


def case_of(raw: bytes) -> str | None:
    """Return the id of the case that a record of a mended file is about; None if it does not say."""
    found = _IN_CSV.search(raw) or _IN_JSON.search(raw)
    return found[1].decode() if found else None


def without_case(raw: bytes) -> bytes:
    """Return a record of a mended file without the id of its case."""
    if _IN_FRONT.search(raw):
        return _IN_FRONT.sub(b"", raw, count=1)
    return _IN_CSV.sub(b"", raw, count=1) if _IN_CSV.search(raw) else _IN_JSON.sub(b"", raw, count=1)
