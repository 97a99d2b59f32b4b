"""The folder in which a linker keeps what it found: tables as Parquet files, and a manifest that says which count.

Input: tables of `linker_store`. All of it is derived. A file that the manifest does not name does not count, and the
manifest is replaced whole: killed at any moment, the folder holds what it held before or what came after.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq

_MANIFEST = "linked.json"


class Kept(NamedTuple):
    """`key`: what it was made with and by; `usual`: the region by which numbers are read.

    `records`: how many there are; `files`: by table, the names of the files that hold it.
    """

    key: str
    usual: str
    records: int
    files: Mapping[str, list[str]]


def read(folder: Path) -> Kept | None:
    """Return what counts in the folder, or None if there is nothing, or not all of it."""
    try:
        kept = Kept(**json.loads((folder / _MANIFEST).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None
    return kept if all((folder / name).is_file() for names in kept.files.values() for name in names) else None


def write(folder: Path, before: Kept | None, kept: Kept, tables: Mapping[str, pa.Table]) -> None:
    """Add the tables to the files of `kept`, make it count, and take away what counts no more.

    `before` is what counts until then: none of its files is written over.
    """
    folder.mkdir(parents=True, exist_ok=True)
    taken = {name for names in before.files.values() for name in names} if before else set()
    files: dict[str, list[str]] = {table: list(names) for table, names in kept.files.items()}
    for table, rows in tables.items():
        name = next(name for n in range(len(taken) + 1) if (name := f"{table}-{n}.parquet") not in taken)
        pq.write_table(rows, folder / name, compression="zstd")
        files.setdefault(table, []).append(name)
    _replace(folder / _MANIFEST, kept._replace(files=files)._asdict())
    for name in taken.difference(*files.values()):
        (folder / name).unlink(missing_ok=True)


def _replace(path: Path, content: Mapping[str, Any]) -> None:
    beside = path.with_suffix(".new")
    beside.write_text(json.dumps(content), encoding="utf-8")
    beside.replace(path)
