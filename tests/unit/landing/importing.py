"""Imports files into a workspace, for tests, and reads back what was landed."""

from __future__ import annotations

import contextlib
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from detente.app.operations.import_files import ImportReport, ImportRequest, import_files
from detente.app.ports.landing import ImportProgress
from detente.core.agreement.standard import STANDARD_KINDS
from detente.engine.landing import LandingZone
from detente.sources.files.exports import FileExports
from detente.sources.files.limits import DEFAULT, Limits

NOW = 1_793_491_200_000_000  # 2026-11-01T00:00Z


def limits(**changes: int) -> Limits:
    """Return the limits of an import with some of them lowered."""
    return replace(DEFAULT, **changes)


def silent(_: ImportProgress) -> None:
    """Tell nobody."""


class NoLock:
    """Tests have no other writers."""

    @contextlib.contextmanager
    def hold(self, command: str):  # noqa: ARG002
        yield


class Workspace:
    """A folder to import into."""

    def __init__(self, root: Path, kinds=STANDARD_KINDS) -> None:
        self.root = root
        self.kinds = kinds

    def imports(self, *paths, mapping: str, now: int = NOW, limits: Limits = DEFAULT, progress=silent) -> ImportReport:
        return import_files(
            ImportRequest(tuple(map(str, paths)), mapping, "mapping.yaml", self.kinds),
            reader=FileExports(limits),
            landing=LandingZone(self.root, "0"),
            lock=NoLock(),
            clock=lambda: now,
            progress=progress,
        )

    def facts(self, *columns):
        return self._rows("facts/*/facts-*.parquet", columns)

    def links(self, *columns):
        return self._rows("facts/*/links-*.parquet", columns)

    def quarantine(self, *columns):
        return self._rows("quarantine/*.parquet", columns)

    def landed(self, *columns):
        return self._rows("landing/*/*/*/part-*.parquet", columns)

    def _rows(self, pattern, columns):
        tables = [pq.read_table(path) for path in sorted(self.root.glob(pattern))]
        table = pa.concat_tables(tables, promote_options="default") if tables else pa.table({})
        rows = table.to_pylist()
        return [tuple(row[name] for name in columns) for row in rows] if columns else rows

    def content(self):
        """Return everything that was landed, without the order of files and parts."""
        return [sorted(map(repr, rows)) for rows in (self.facts(), self.links(), self.quarantine(), self.landed())]
