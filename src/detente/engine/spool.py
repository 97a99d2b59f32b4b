"""Rows between another system and the landing zone: implements the port `app.ports.sources.Spool`.

    .spool/<stream>/<stream>.jsonl   the rows, one JSON object a line
    .spool/<stream>/sealed.json      written when they are whole: how many, how long, and the cursor that holds then

Without `sealed.json` the rows are those of a run that was killed while it read: they are read again. With it they are
landed, whatever became of the run. What does not agree with its seal is set aside, never landed and never in the way.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping, Sequence
from itertools import count
from pathlib import Path
from typing import Any

from detente.app.ports.sources import Cursor, Spooled
from detente.engine.landing_folder import write_json

PART_ROWS = 50_000
PART_BYTES = 64_000_000
"""What a part holds at most before it is landed; it ends with the page that goes beyond."""


class RowSpool:
    """The spool of one stream, in the folder of its source; `mask` takes secrets out of what is written."""

    def __init__(self, source: Path, stream: str, mask: Callable[[str], str]) -> None:
        self._source = source
        self._stream = stream
        self._mask = mask
        self._folder = source / ".spool" / stream
        self._bytes = 0
        self._aside: list[str] = []
        self.rows = 0

    @property
    def full(self) -> bool:
        """Whether it is time to land the rows."""
        return self.rows >= PART_ROWS or self._bytes >= PART_BYTES

    def pending(self) -> Spooled | None:
        """Return what a run that was killed left sealed. What is damaged is set aside, and left out."""
        if not self._seal.exists():
            self._rows.unlink(missing_ok=True)
            return None
        try:
            told = json.loads(self._seal.read_bytes())
            whole = self._rows.stat().st_size == told["bytes"]
            sealed = Spooled(str(self._rows), int(told["rows"]), dict(told["cursor"]))
        except (OSError, ValueError, KeyError, TypeError) as error:
            self.set_aside(f"its seal cannot be read: {error}")
            return None
        if not whole:
            self.set_aside("its rows are not those that were sealed")
            return None
        return sealed

    def add(self, rows: Sequence[Mapping[str, Any]]) -> None:
        """Take in rows."""
        if not rows:
            return
        block = b"".join(_line(row, self._mask) for row in rows)
        self._folder.mkdir(parents=True, exist_ok=True)
        with self._rows.open("ab" if self.rows else "wb") as file:
            file.write(block)
        self.rows += len(rows)
        self._bytes += len(block)

    def seal(self, cursor: Cursor) -> Spooled:
        """Close the file, for good: it is landed whatever happens to this run."""
        with self._rows.open("ab") as file:
            os.fsync(file.fileno())
        write_json(self._seal, {"rows": self.rows, "bytes": self._bytes, "cursor": cursor})
        sealed = Spooled(str(self._rows), self.rows, cursor)
        self.rows = self._bytes = 0
        return sealed

    def landed(self) -> None:
        """Remove what was sealed; without its seal, a file that is left counts for nothing."""
        self._seal.unlink(missing_ok=True)
        self._rows.unlink(missing_ok=True)

    def set_aside(self, why: str) -> str:
        """Take what was sealed out of the way, with the reason beside it; return where it lies."""
        places = (self._source / "set-aside" / f"{self._stream}-{number}" for number in count(1))
        place = next(each for each in places if not each.exists())
        place.parent.mkdir(parents=True, exist_ok=True)
        (self._folder / "why.txt").write_text(f"{self._mask(why)}\n", encoding="utf-8")
        self._folder.rename(place)
        self._aside.append(place.relative_to(self._source.parent.parent).as_posix())
        return self._aside[-1]

    def taken_aside(self) -> Sequence[str]:
        """Return what was set aside since this spool was opened."""
        return self._aside

    @property
    def _rows(self) -> Path:
        return self._folder / f"{self._stream}.jsonl"

    @property
    def _seal(self) -> Path:
        return self._folder / "sealed.json"


def _line(row: Mapping[str, Any], mask: Callable[[str], str]) -> bytes:
    """Return a row as a line of JSON; what UTF-8 has no bytes for is escaped, and set aside when it is landed."""
    text = mask(json.dumps(row, ensure_ascii=False, separators=(",", ":")))
    try:
        return text.encode() + b"\n"
    except UnicodeEncodeError:
        return mask(json.dumps(row, separators=(",", ":"))).encode() + b"\n"
