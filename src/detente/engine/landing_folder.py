"""The files of one load, and how they are written: under another name first, then renamed.

Input: the workspace's folder, and what identifies the load.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

_STATE = "state.json"
_SAMPLE = 4_096


@dataclass(frozen=True, slots=True)
class LoadFolder:
    """Where the files of one load stand."""

    root: Path
    source: str
    stream: str
    load_id: str

    @property
    def rows(self) -> Path:
        """The folder of the rows as received."""
        return self.root / "landing" / self.source / self.stream / self.load_id

    @property
    def facts(self) -> Path:
        """The folder of facts and links."""
        return self.root / "facts" / self.load_id

    @property
    def quarantine(self) -> Path:
        """The file of records set aside."""
        return self.root / "quarantine" / f"{self.load_id}.parquet"

    @property
    def receipt(self) -> Path:
        """The receipt, which makes the load count."""
        return loads_folder(self.root) / f"{self.load_id}.json"

    @property
    def partial(self) -> Path:
        """The folder of a load under way: its state, and what is set aside so far."""
        return loads_folder(self.root) / f"{self.load_id}.partial"

    def state(self) -> dict[str, Any] | None:
        """Return how far the load is; None if it was not begun, or not one part is whole."""
        return read_state(self.partial)

    def write_state(self, state: Mapping[str, Any]) -> None:
        """Say how far the load is."""
        write_json(self.partial / _STATE, state)

    def parts(self) -> tuple[list[Path], list[Path]]:
        """Return the files of facts and of links."""
        return sorted(self.facts.glob("facts-*.parquet")), sorted(self.facts.glob("links-*.parquet"))

    def keep_parts(self, parts: int) -> None:
        """Remove the files of parts that were not whole when the load was killed."""
        for folder in (self.rows, self.facts, self.partial):
            for path in folder.glob("*.parquet"):
                if int(path.stem.rpartition("-")[2]) >= parts:
                    path.unlink()

    def discard(self) -> None:
        """Remove everything of a load that does not count."""
        for folder in (self.partial, self.rows, self.facts):
            shutil.rmtree(folder, ignore_errors=True)
        self.quarantine.unlink(missing_ok=True)

    def sync(self) -> None:
        """Have the operating system write every file of the load to disk, before the receipt counts on them."""
        for path in (*self.rows.glob("*"), *self.facts.glob("*"), self.quarantine):
            if path.exists():
                _sync(path)


def loads_folder(root: Path) -> Path:
    """Return the folder of the receipts."""
    return root / "landing" / "loads"


def read_state(partial: Path) -> dict[str, Any] | None:
    """Return the state in the folder of a load under way."""
    path = partial / _STATE
    if not path.is_file():
        return None
    state: dict[str, Any] = json.loads(path.read_bytes())
    return state


def write_json(path: Path, content: Mapping[str, Any]) -> None:
    """Write a JSON file, in one step and for good."""
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_name(f".{path.name}.new")
    new.write_text(json.dumps(content, indent=1), encoding="ascii")
    _sync(new)
    new.replace(path)


def write_table(path: Path, table: pa.Table) -> None:
    """Write a Parquet file, in one step."""
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_name(f".{path.name}.new")
    pq.write_table(table, new, compression="zstd", write_statistics=False, use_dictionary=_repeating(table))
    new.replace(path)


def _repeating(table: pa.Table) -> list[str]:
    """Return the columns whose values repeat: a dictionary of the others would only cost time."""
    sample = table.slice(0, _SAMPLE)
    return [name for name in table.column_names if 2 * pc.count_distinct(sample[name]).as_py() < sample.num_rows]


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
