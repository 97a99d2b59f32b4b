"""From paths to uncompressed bytes: folders, gzip, members of a zip, and the guard against compression bombs.

Input: paths as they were given. Nothing is ever unpacked to disk.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, cast

from detente.app.ports.exports import Refused
from detente.core.errors import InputError, UsageError
from detente.sources.files.limits import GB, MB, Limits

_BROKEN = (OSError, zipfile.BadZipFile, EOFError, zlib.error, NotImplementedError)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A file, or one member of a zip. `name` is what people see: archive.zip/member for members."""

    path: Path
    name: str
    member: str | None = None

    @property
    def inner_name(self) -> str:
        """The name without the compression: what patterns and types go by."""
        name = Path(self.member or self.path.name).name
        return name[:-3] if self.member is None and name.lower().endswith(".gz") else name


def find(paths: list[str], limits: Limits) -> Iterator[Candidate | Refused]:
    """Yield the files under the paths in a fixed order; an archive that cannot be opened is refused.

    `UsageError` if a path does not exist.
    """
    for given in paths:
        path = Path(given)
        if not path.exists():
            raise UsageError(f"{given}: no such file or folder")
        inside = [path] if path.is_file() else sorted(p for p in path.rglob("*") if p.is_file())
        for file in inside:
            if any(part.startswith(".") for part in file.relative_to(path).parts):
                continue
            shown = file.name if path.is_file() else file.relative_to(path).as_posix()
            if file.suffix.lower() == ".zip":
                try:
                    yield from _members(file, shown, limits)
                except InputError as error:
                    yield Refused(shown, str(error))
            else:
                yield Candidate(file, shown)


def _members(path: Path, shown: str, limits: Limits) -> list[Candidate]:
    try:
        with zipfile.ZipFile(path) as archive:
            members = [info for info in archive.infolist() if not info.is_dir()]
    except _BROKEN as error:
        raise InputError(f"{shown}: cannot be opened as a zip ({error}): export or copy it again") from error
    if len(members) > limits.members:
        raise InputError(
            f"{shown}: has {len(members):,} members; the limit is {limits.members:,}: unpack it and give the folder"
        )
    for info in members:
        if info.flag_bits & 1:
            raise InputError(f"{shown}: {info.filename} is encrypted: unpack it first")
        check_size(f"{shown}/{info.filename}", info.file_size, info.compress_size, limits)
    names = [info.filename for info in members if not _is_hidden(info.filename)]
    for name, times in Counter(names).items():
        if times > 1:
            raise InputError(f"{shown}: has {times} members named {name}: only the last could be read; zip it again")
    return [Candidate(path, f"{shown}/{name}", name) for name in names]


def _is_hidden(member: str) -> bool:
    """Whether a member is what systems add unasked; `./a.csv` is a plain file, and so is `../a.csv`."""
    parts = PurePosixPath(member).parts
    return any(part == "__MACOSX" or (part.startswith(".") and part != "..") for part in parts)


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file as it was given."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


class Uncompressed(io.RawIOBase):
    """The uncompressed bytes of a candidate, read forward. Use as a context manager.

    `InputError` once they exceed the stated limits, or break off.
    """

    def __init__(self, candidate: Candidate, limits: Limits) -> None:
        self._name = candidate.name
        self._limits = limits
        self._total = 0
        self._file: IO[bytes] = candidate.path.open("rb")
        self._archive = zipfile.ZipFile(self._file) if candidate.member is not None else None
        self._compressed = True
        if self._archive is not None:
            self._inner: IO[bytes] = self._archive.open(candidate.member or "")
        elif candidate.path.suffix.lower() == ".gz":
            self._inner = cast(IO[bytes], gzip.GzipFile(fileobj=self._file))
        else:
            self._inner = self._file
            self._compressed = False

    @property
    def bytes_read(self) -> int:
        """How far into the given file reading is."""
        return self._file.tell()

    def read(self, size: int = -1) -> bytes:
        """Return up to `size` bytes, fewer only at the end."""
        try:
            data = self._inner.read(size)
        except _BROKEN as error:
            raise InputError(
                f"{self._name}: breaks off or is damaged after {self._total:,} bytes ({error}): export or copy it again"
            ) from error
        self._total += len(data)
        if self._compressed:
            check_size(self._name, self._total, self._file.tell(), self._limits)
        return data

    def skip(self, size: int) -> None:
        """Go forward: the bytes before a position that was reached earlier."""
        if not self._compressed:
            self._file.seek(size, io.SEEK_CUR)
            return
        while size > 0 and (data := self.read(min(size, self._limits.chunk))):
            size -= len(data)

    def close(self) -> None:
        """Close the file and what wraps it."""
        self._inner.close()
        if self._archive is not None:
            self._archive.close()
        self._file.close()
        super().close()


def check_size(name: str, unpacked: int, packed: int, limits: Limits) -> None:
    """Raise `InputError` for what unpacks to more than the limits allow."""
    if unpacked > limits.unpacked:
        raise InputError(f"{name}: unpacks to more than {limits.unpacked / GB:.0f} GB, the limit: split the export")
    if unpacked > limits.ratio_from and unpacked > limits.ratio * packed:
        size = f"unpacks to more than {limits.ratio} times its size ({unpacked / MB:,.0f} MB)"
        remedy = "only damaged or hostile archives do: if it is right, unpack it yourself and give the unpacked file"
        raise InputError(f"{name}: {size}; {remedy}")
