"""Writes export files row by row: CSV or JSON Lines, plain or gzipped, and keeps account of every record.

Duplicates and records that an import must set aside are put in on the way, and their lines remembered. The bytes
follow from the rows alone: no clock, no locale, no file name in the gzip header.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from .draws import Draws
from .facts import Value
from .layouts import Layout

SHARE_TWICE = 0.004


@dataclass(frozen=True)
class Bad:
    """A record to be set aside: its class, after which record it stands, and how a good row becomes it.

    `spoil` gets the fields of the row before, as texts, and returns the bytes of the record without line end.
    """

    quarantine: str
    after: int
    spoil: Callable[[list[str]], bytes]


@dataclass
class Account:
    """What is in one file: `quarantined` as (physical line, class); `facts` those of accepted records."""

    records: int = 0
    duplicates: int = 0
    facts: int = 0
    quarantined: list[tuple[int, str]] = field(default_factory=list)

    def summary(self) -> dict[str, object]:
        """Return the account as it is written into the truth."""
        accepted = self.records - self.duplicates - len(self.quarantined)
        return {
            "records": self.records,
            "accepted": accepted,
            "duplicates": self.duplicates,
            "quarantined": [{"line": line, "class": name} for line, name in self.quarantined],
            "facts": self.facts,
        }


def csv_line(fields: Sequence[str], delimiter: str) -> str:
    """Join fields as RFC 4180 says, quoting only where needed."""
    plain = delimiter.join(fields)
    if '"' not in plain and "\n" not in plain and plain.count(delimiter) == len(fields) - 1:
        return plain
    special = (delimiter, '"', "\n")
    return delimiter.join(
        '"' + text.replace('"', '""') + '"' if any(mark in text for mark in special) else text for text in fields
    )


class ExportFile:
    """One file of an export, in its layout."""

    def __init__(self, out: Path, layout: Layout, draws: Draws, bad: Sequence[Bad]) -> None:
        self.layout = layout
        self.draws = draws
        self.waiting = sorted(bad, key=lambda one: one.after)
        self.account = Account()
        self.json = layout.path.endswith(".jsonl")
        self.lines = 0
        path = out / layout.path
        path.parent.mkdir(parents=True, exist_ok=True)
        self.raw: BinaryIO = path.open("wb")
        self.out: BinaryIO | gzip.GzipFile = self.raw
        if path.suffix == ".gz":
            self.out = gzip.GzipFile(filename="", mode="wb", compresslevel=6, fileobj=self.raw, mtime=0)
        if not self.json:
            self._put(layout.mark + csv_line(layout.columns, layout.delimiter).encode())

    def write(self, *fields: Value | None, facts: int = 1, twice: bool = False) -> None:
        """Write a record that carries so many facts; now and then, or if `twice`, it is exported a second time."""
        texts = [_text(value) for value in fields]
        line = self._line(fields, texts)
        self._record(line)
        self.account.facts += facts
        if self.draws.chance(SHARE_TWICE) or twice:
            self.account.duplicates += 1
            self._record(line)
        while self.waiting and self.waiting[0].after <= self.account.records:
            bad = self.waiting.pop(0)
            self.account.quarantined.append((self.lines + 1, bad.quarantine))
            self._record(bad.spoil(texts))

    def close(self) -> None:
        """Finish the file."""
        self.out.close()
        self.raw.close()

    def _line(self, fields: Sequence[Value | None], texts: Sequence[str]) -> bytes:
        if not self.json:
            return csv_line(texts, self.layout.delimiter).encode()
        row: dict[str, object] = {}
        for name, value in zip(self.layout.columns, fields, strict=True):
            outer, dot, inner = name.partition(".")
            row[outer] = {inner: value} if dot else value
        return json.dumps(row, ensure_ascii=False, separators=(",", ":")).encode()

    def _record(self, line: bytes) -> None:
        self.account.records += 1
        self._put(line)

    def _put(self, line: bytes) -> None:
        self.out.write(line + self.layout.end)
        self.lines += 1 + line.count(b"\n")


def _text(value: Value | None) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)
