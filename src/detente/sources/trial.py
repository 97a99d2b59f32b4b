"""Tries a connector without a workspace: what its streams give, and what its mapping makes of that.

Input: the folder of a connector and the settings of a source, secrets as plain texts. For tests of connectors, one's
own above all: `Trial(folder, {"url": …, "token": …}).sync()` twice is a first sync and the one after it. Nothing is
waited for between attempts.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from detente.app.ports.exports import Position
from detente.core.agreement.agreement import Kind
from detente.core.agreement.standard import STANDARD_KINDS
from detente.sources.files.exports import FileExports
from detente.sources.kit.connector import Cursor, Row, Stream
from detente.sources.kit.patience import Moments
from detente.sources.kit.web import Web
from detente.sources.registry import own_connector

_LATER = 1 << 62
"""When everything is landed: no fact of a trial lies in the future."""


@dataclass(frozen=True)
class Tried:
    """What one sync of a stream gave: the rows, their facts and links (blank columns left out), what was set aside.

    `present`: the ids that exist now, sorted; None where the stream does not tell.
    """

    rows: list[Row] = field(default_factory=list)
    facts: list[dict[str, Any]] = field(default_factory=list)
    links: list[dict[str, Any]] = field(default_factory=list)
    set_aside: list[dict[str, Any]] = field(default_factory=list)
    present: list[str] | None = None


class Trial:
    """One source of a connector, from its first sync on."""

    def __init__(self, folder: Path, settings: Mapping[str, Any], kinds: Mapping[str, Kind] = STANDARD_KINDS) -> None:
        found = own_connector(folder)
        self._web = Web(Moments(lambda: 0.0, lambda _: None, lambda: 0.5))
        self._streams = found.connect(found.settings.model_validate(settings), self._web)
        self._mapping = found.mapping
        self._kinds = kinds
        self._cursors: dict[str, Cursor] = {}

    def sync(self) -> dict[str, Tried]:
        """Read what came or changed since the last time, each stream by its name."""
        return {stream.name: self._tried(stream) for stream in self._streams}

    def _tried(self, stream: Stream) -> Tried:
        rows: list[Row] = []
        for page in stream.pages(self._cursors.get(stream.name, {})):
            rows += page.rows
            if page.cursor is not None:
                self._cursors[stream.name] = json.loads(json.dumps(page.cursor))  # as it is kept
        tried = Tried(rows, present=sorted(stream.present()) if stream.present else None)
        if rows:
            self._map(stream.name, tried)
        return tried

    def _map(self, stream: str, tried: Tried) -> None:
        """Read the rows through the mapping, as an import does."""
        with TemporaryDirectory() as folder:
            file = Path(folder) / f"{stream}.jsonl"
            file.write_text("".join(f"{json.dumps(row)}\n" for row in tried.rows), encoding="utf-8")
            text = self._mapping.read_text(encoding="utf-8")
            exports = FileExports().open([str(file)], text, str(self._mapping), self._kinds)
            for export in exports.files:
                for batch in export.batches(Position(), _LATER):
                    tried.facts.extend(_told(batch.facts))
                    tried.links.extend(_told(batch.links))
                    tried.set_aside.extend(_told(batch.quarantine))


def _told(table: Any) -> list[dict[str, Any]]:  # noqa: ANN401  an arrow table
    """Return the rows of a table without blanks, and without what is of use to landing alone."""
    rows: list[dict[str, Any]] = table.to_pylist()
    return [
        {name: value for name, value in row.items() if value is not None and name not in {"_row", "fact_id"}}
        for row in rows
    ]
