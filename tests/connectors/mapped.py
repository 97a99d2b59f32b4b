"""Rows of a connector through its own mapping, as a sync lands them: facts, links, and what is set aside."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from detente.app.ports.exports import Position
from detente.core.agreement.standard import STANDARD_KINDS
from detente.sources.files.exports import FileExports
from detente.sources.kit.connector import Cursor, Row, Stream
from detente.sources.kit.patience import Moments
from detente.sources.kit.web import Web

LANDED_AT = 1_767_225_600_000_000  # 2026-01-01
SOURCES = Path(__file__).resolve().parents[2] / "src" / "detente" / "sources"


class Mapped:
    """What files mean by a mapping."""

    def __init__(self, paths: Sequence[Path], mapping: Path) -> None:
        exports = FileExports().open([str(path) for path in paths], mapping.read_text(), mapping.name, STANDARD_KINDS)
        assert not exports.refused, exports.refused
        self.facts: list[dict[str, Any]] = []
        self.links: list[dict[str, Any]] = []
        self.quarantine: list[dict[str, Any]] = []
        self.records: Counter[str] = Counter()
        self.unmapped = exports.unmapped
        for export in exports.files:
            for batch in export.batches(Position(), LANDED_AT):
                self.records[export.info.stream] += batch.records
                assert batch.records == batch.raw.num_rows + sum(
                    row["_row"] is None for row in batch.quarantine.to_pylist()
                )
                self.facts += batch.facts.to_pylist()
                self.links += batch.links.to_pylist()
                self.quarantine += [{**row, "stream": export.info.stream} for row in batch.quarantine.to_pylist()]

    def of(self, kind: str) -> list[dict[str, Any]]:
        """Return the facts of a kind in the order of time, payload values in `extra` told by their names."""
        found = [fact for fact in self.facts if fact["kind"] == kind]
        return [
            {name: value for name, value in {**fact, **json.loads(fact["extra"] or "{}")}.items() if value is not None}
            for fact in sorted(found, key=lambda fact: (fact["occurred_at"], fact["fact_id"]))
        ]

    def related(self, relation: str) -> set[tuple[str, str]]:
        """Return the pairs of records that a relation links."""
        return {(link["record"], link["other_record"]) for link in self.links if link["relation"] == relation}

    @property
    def set_aside(self) -> Counter[tuple[str, str]]:
        """How many records of each stream were set aside, and of which class."""
        return Counter((row["stream"], row["class"]) for row in self.quarantine)


def spooled(folder: Path, rows: dict[str, Iterable[Row]]) -> list[Path]:
    """Write rows as a sync spools them, and return the files."""
    paths = []
    for stream, found in rows.items():
        path = folder / f"{stream}.jsonl"
        path.write_text("".join(f"{json.dumps(row)}\n" for row in found))
        paths.append(path)
    return paths


def web() -> Web:
    """Return a way to systems on this machine that waits for nothing."""
    return Web(Moments(lambda: 0.0, lambda _: None, lambda: 0.5))


def read(stream: Stream, cursor: Cursor | None = None) -> tuple[list[Row], Cursor]:
    """Return all rows since a cursor, and the cursor behind them."""
    rows: list[Row] = []
    latest = dict(cursor or {})
    for page in stream.pages(latest):
        rows += page.rows
        latest = latest if page.cursor is None else dict(page.cursor)
    return rows, latest
