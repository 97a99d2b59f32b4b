"""Published snapshots on disk: written whole beside the one that serves, then made current in one step.

    snapshots/<id>/*.parquet        one file a table
    snapshots/<id>/agreement.json   the texts it was judged under, as [[file, text], …]
    snapshots/<id>/manifest.json    what it holds; written last
    snapshots/CURRENT               the id of the one that serves; replaced atomically

The id is made of the instant it is as of and a hash of its manifest, so that the same input publishes the same
folder. What a killed run left behind has a name that begins with a dot, and is swept by the next run. Input: the
tables at the end of the line. The caller holds the writer lock; readers need none.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from detente.app.ports.snapshots import SnapshotInfo, VersionInfo
from detente.core.calendars.instants import moment_of
from detente.core.errors import InputError, UsageError
from detente.engine.hashing import content_hash, plain, table_hash

FORMAT = 1
"""Of the folder and its manifest."""

KEPT = 3
"""How many snapshots stay, so that whoever reads an older one can finish."""

ROW_GROUP = 65_536

CLUSTERED = {"timeline": 8_192}
"""Tables in which one person's rows are sought, with the rows of a group: that many are read to find them."""

_CURRENT = "CURRENT"
_MANIFEST = "manifest.json"
_TEXTS = "agreement.json"
_ID = re.compile(r"[0-9]{8}T[0-9]{6}Z-[0-9a-f]{12}")
_NO_POINTER = "snapshots/CURRENT cannot be read ({}): run `detente replay` to publish anew"


class SnapshotFolder:
    """The folder `<workspace>/snapshots`."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def current(self) -> str:
        """Return the id of the one that serves. UsageError if none was published yet, InputError if it is damaged."""
        try:
            named = (self.path / _CURRENT).read_text(encoding="ascii").strip()
        except FileNotFoundError:
            raise UsageError("nothing has been published in this workspace yet: run `detente replay` first") from None
        except (OSError, ValueError) as error:
            raise InputError(_NO_POINTER.format(_said(error))) from error
        if not _ID.fullmatch(named):
            raise InputError(_NO_POINTER.format("it names no snapshot"))
        return named

    def info(self, snapshot_id: str) -> SnapshotInfo:
        """Return what a snapshot holds. `InputError` if its manifest is not the one that was published."""
        manifest = self._manifest(snapshot_id)
        try:
            return _info(manifest)
        except (KeyError, TypeError, AttributeError) as error:
            raise unreadable(snapshot_id, error) from error

    def table(self, snapshot_id: str, table: str) -> Path:
        """Return the file of a table."""
        return self.path / snapshot_id / f"{table}.parquet"

    def texts(self, snapshot_id: str) -> Sequence[tuple[str, str]]:
        """Return the agreement texts a snapshot was judged under, as they were published."""
        named = self._manifest(snapshot_id).get("texts")
        try:
            texts = [(file, text) for file, text in json.loads((self.path / snapshot_id / _TEXTS).read_bytes())]
            if _named_texts(texts) != named:
                raise ValueError("the agreement in it was changed")
        except (OSError, ValueError, TypeError, AttributeError, RecursionError) as error:
            raise unreadable(snapshot_id, error) from error
        return texts

    def _manifest(self, snapshot_id: str) -> dict[str, Any]:
        """Return the manifest of a snapshot, which its id is made of."""
        try:
            manifest: dict[str, Any] = json.loads((self.path / snapshot_id / _MANIFEST).read_bytes())
            body = {name: value for name, value in manifest.items() if name != "id"}
            if manifest["id"] != snapshot_id or _id(body) != snapshot_id:
                raise ValueError("its manifest was changed")
        except (OSError, ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError) as error:
            raise unreadable(snapshot_id, error) from error
        return manifest

    def publish(
        self, tables: Mapping[str, pa.Table], head: Mapping[str, Any], texts: Sequence[tuple[str, str]]
    ) -> SnapshotInfo:
        """Write a snapshot and make it current; then remove old ones.

        `tables` are written as they are ordered. `head` gives the manifest's `as_of`, `agreement`, `loads` and
        `libraries`. Killed at any point, the snapshot that was current stays so, or the new one is, whole.
        """
        self.path.mkdir(exist_ok=True)
        self._sweep()
        tables = {name: plain(table) for name, table in tables.items()}
        manifest = _manifest(tables, head, texts)
        folder = self.path / manifest["id"]
        if folder.exists() and not _is_whole(folder, manifest, texts):
            _remove(folder)
        if folder.exists():
            os.utime(folder)  # published before; it counts as the newest again
        else:
            self._write(folder, tables, manifest, texts)
        _replace(self.path / _CURRENT, manifest["id"].encode())
        self._collect(keep=manifest["id"])
        return _info(manifest)

    def _write(
        self,
        folder: Path,
        tables: Mapping[str, pa.Table],
        manifest: Mapping[str, Any],
        texts: Sequence[tuple[str, str]],
    ) -> None:
        building = self.path / f".building-{folder.name}"
        building.mkdir()
        for name, table in tables.items():
            with (building / f"{name}.parquet").open("wb") as file:
                pq.write_table(table, file, compression="zstd", row_group_size=CLUSTERED.get(name, ROW_GROUP))
                file.flush()
                os.fsync(file.fileno())
        _write(building / _TEXTS, _texts_bytes(texts))
        _write(building / _MANIFEST, _manifest_bytes(manifest))
        _sync(building)
        building.rename(folder)
        _sync(self.path)

    def _sweep(self) -> None:
        """Remove what killed runs left behind."""
        for left in self.path.glob(".*"):
            if left.is_dir():
                shutil.rmtree(left)
            else:
                left.unlink()

    def _collect(self, keep: str) -> None:
        """Remove all but the newest snapshots."""
        old = [path for path in self.path.iterdir() if path.is_dir() and path.name != keep]
        for path in sorted(old, key=lambda path: path.stat().st_mtime_ns, reverse=True)[KEPT - 1 :]:
            _remove(path)


def unreadable(snapshot_id: str, error: Exception) -> InputError:
    """Return the refusal of a snapshot that is damaged."""
    said = _said(error)
    return InputError(f"snapshot {snapshot_id} cannot be read ({said}): run `detente replay` to publish it anew")


def _said(error: Exception) -> str:
    """Return what went wrong, without the path: what is said may stand on a page."""
    return (error.strerror if isinstance(error, OSError) else None) or " ".join(str(error).split())


def _remove(folder: Path) -> None:
    """Remove a snapshot: renamed first, so that what is left of it never looks whole."""
    doomed = folder.with_name(f".removed-{folder.name}")
    folder.rename(doomed)
    shutil.rmtree(doomed)


def _is_whole(folder: Path, manifest: Mapping[str, Any], texts: Sequence[tuple[str, str]]) -> bool:
    """Whether a snapshot published before still has everything that was written."""
    try:
        return (
            (folder / _MANIFEST).read_bytes() == _manifest_bytes(manifest)
            and (folder / _TEXTS).read_bytes() == _texts_bytes(texts)
            and all(
                table_hash(pq.read_table(folder / f"{name}.parquet")) == table["hash"]
                for name, table in manifest["tables"].items()
            )
        )
    except (OSError, pa.ArrowException):
        return False


def _manifest_bytes(manifest: Mapping[str, Any]) -> bytes:
    return json.dumps(manifest, ensure_ascii=False, indent=1).encode()


def _texts_bytes(texts: Sequence[tuple[str, str]]) -> bytes:
    return json.dumps(list(texts), ensure_ascii=False).encode()


def _manifest(
    tables: Mapping[str, pa.Table], head: Mapping[str, Any], texts: Sequence[tuple[str, str]]
) -> dict[str, Any]:
    with ThreadPoolExecutor() as threads:  # Arrow and hashlib let go of Python while they work
        hashes = dict(zip(tables, threads.map(table_hash, tables.values()), strict=True))
    body = {
        "format": FORMAT,
        "content_hash": content_hash(hashes),
        **head,
        "texts": _named_texts(texts),
        "tables": {name: {"rows": tables[name].num_rows, "hash": hashes[name]} for name in sorted(tables)},
    }
    return {"id": _id(body), **body}


def _id(body: Mapping[str, Any]) -> str:
    """Return the id of a snapshot: the instant it is as of, and a hash of everything its manifest says."""
    named = hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()[:12]
    instant = moment_of(body["as_of"])
    return f"{instant:%Y%m%dT%H%M%SZ}-{named}"


def _named_texts(texts: Sequence[tuple[str, str]]) -> list[dict[str, str]]:
    return [{"file": file, "sha256": hashlib.sha256(text.encode()).hexdigest()} for file, text in texts]


def _info(manifest: Mapping[str, Any]) -> SnapshotInfo:
    return SnapshotInfo(
        id=manifest["id"],
        content_hash=manifest["content_hash"],
        as_of=manifest["as_of"],
        agreement=manifest["agreement"]["id"],
        versions=tuple(VersionInfo(**version) for version in manifest["agreement"]["versions"]),
        counts={name: table["rows"] for name, table in manifest["tables"].items()},
        loads=tuple(manifest["loads"]),
        libraries=manifest["libraries"],
    )


def _replace(path: Path, content: bytes) -> None:
    """Give a file new content in one step: whoever reads finds the old or the new."""
    beside = path.with_name(f".{path.name}")
    _write(beside, content)
    beside.replace(path)
    _sync(path.parent)


def _write(path: Path, content: bytes) -> None:
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
