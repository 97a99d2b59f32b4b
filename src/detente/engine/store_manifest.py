"""What a timeline store holds, and how it comes into force: folders written beside, then one manifest replaced.

    timeline/manifest.json       which folders count; replaced atomically, last
    timeline/base-<n>/           facts by bucket, and the leads
    timeline/delta-<n>/          facts that came later, the leads they touched, and what those led to
    timeline/results-<n>/        what a whole replay led to, by bucket

A folder that the manifest does not name is what a killed run left behind; the next writer sweeps it. Input: the folder
of the store. The caller holds the writer lock.
"""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from detente.core.errors import InputError

FORMAT = 1
_NAME = "manifest.json"


@dataclass(frozen=True)
class Delta:
    """Facts of later arrivals: how many leads they touched, how many facts they are, and how many leads are new."""

    folder: str
    touched: int
    facts: int
    new: int


@dataclass(frozen=True)
class Manifest:
    """What counts.

    `starts`: by bucket, its first lead, and how many there are at the end. `results` hold what was found with the first
    `covers` deltas; each later delta brings its own. `shapes` and `texts` are the words behind the numbers.
    """

    agreement: str
    base: str
    starts: tuple[int, ...]
    facts: int
    earliest: int
    columns: int
    shapes: tuple[Any, ...]
    texts: tuple[str, ...]
    as_of: int | None = None
    results: str | None = None
    covers: int = 0
    deltas: tuple[Delta, ...] = ()
    serial: int = 1

    @property
    def base_leads(self) -> int:
        """How many leads the base has."""
        return self.starts[-1]

    @property
    def leads(self) -> int:
        """How many leads there are."""
        return self.base_leads + sum(delta.new for delta in self.deltas)

    @property
    def buckets(self) -> int:
        """How many buckets there are."""
        return len(self.starts) - 1

    @property
    def folders(self) -> frozenset[str]:
        """The folders that count."""
        return frozenset({self.base, *(delta.folder for delta in self.deltas), *filter(None, [self.results])})


class StoreFolder:
    """The folder of a store."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def read(self) -> Manifest | None:
        """Return what counts; None where nothing was stored yet. `InputError` where the manifest is damaged."""
        try:
            content = json.loads((self.path / _NAME).read_bytes())
        except FileNotFoundError:
            return None
        except ValueError as error:
            raise self._unreadable(error) from error
        try:
            if content.pop("format") != FORMAT:
                return None  # written by another version: it is derived, and made anew
            deltas = tuple(Delta(**delta) for delta in content.pop("deltas"))
            manifest = Manifest(**content, deltas=deltas)
            return replace(manifest, starts=tuple(manifest.starts), shapes=tuple(map(tuple, manifest.shapes)))
        except (AttributeError, KeyError, TypeError) as error:
            raise self._unreadable(error) from error

    def new(self, kind: str, serial: int) -> Path:
        """Make a folder to write to. What is in it counts when a manifest names it."""
        made = self.path / f"{kind}-{serial}"
        if made.exists():
            shutil.rmtree(made)  # left by a run that was killed before it counted
        made.mkdir(parents=True)
        return made

    def commit(self, manifest: Manifest) -> None:
        """Let a manifest count from now on, then remove what no longer does."""
        for name in manifest.folders:
            sync(self.path / name)
        beside = self.path / f".{_NAME}"
        with beside.open("wb") as file:
            file.write(json.dumps({"format": FORMAT, **asdict(manifest)}, ensure_ascii=False).encode())
            file.flush()
            os.fsync(file.fileno())
        beside.replace(self.path / _NAME)
        sync(self.path)
        self.sweep(manifest)

    def sweep(self, manifest: Manifest | None) -> None:
        """Remove what does not count."""
        kept = frozenset[str]() if manifest is None else manifest.folders
        for left in self.path.iterdir():
            if left.is_dir() and left.name not in kept:
                shutil.rmtree(left)
            elif left.name == f".{_NAME}":
                left.unlink()

    def _unreadable(self, error: Exception) -> InputError:
        return InputError(f"{self.path}: its manifest cannot be read ({error}): delete this folder; it is made anew")


def sync(folder: Path) -> None:
    """Bring the names in a folder to the disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
