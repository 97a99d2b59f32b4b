"""Which of the given files are agreements, and which of them are versions of one.

Input: paths from the command line. A file is one text. In a folder every `*.yaml` (and `*.yml`) that looks like an
agreement is one, texts of one folder with the same `agreement:` id are one timeline, folders inside are taken in turn;
folders called `errors` hold texts that are meant to be refused and are left out. A workspace stands for its agreements.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from detente.core.errors import AgreementError, Problem, UsageError

AGREEMENTS = "agreements"
WORKSPACE_FILE = "detente.toml"
LARGEST = 4_000_000
"""Bytes of the largest text that is read: a page that people sign is never this long."""

_SUFFIXES = (".yaml", ".yml")
_LEFT_OUT = "errors"
_LOOKS_LIKE = re.compile(r"^(agreement|language|parties|stages|sla)\s*:", re.MULTILINE)
_ID = re.compile(r"^agreement\s*:[ \t]*(?P<quote>['\"]?)(?P<id>[^\s'\"#]+)(?P=quote)", re.MULTILINE)


@dataclass(frozen=True)
class Source:
    """One agreement as found: the (file, text) of each of its versions, and what could not even be read as text."""

    name: str
    texts: tuple[tuple[str, str], ...]
    unreadable: tuple[Problem, ...] = ()


def find_agreements(paths: Sequence[Path], workspace: Path) -> list[Source]:
    """Return every agreement under `paths`, or of the workspace where none is given.

    Raises UsageError where there is nothing to read.
    """
    if not paths and not (workspace / WORKSPACE_FILE).is_file():
        raise UsageError(
            f"{workspace} is no workspace (it has no {WORKSPACE_FILE}): name the agreement's file or folder, "
            "or give the workspace with --dir"
        )
    return [source for path in paths or [workspace] for source in _under(path)]


def one_agreement(path: Path | None, workspace: Path) -> Source:
    """Return the one agreement at `path`, or of the workspace; raises UsageError for none or several."""
    found = find_agreements([path] if path else [], workspace)
    if len(found) > 1:
        names = ", ".join(source.name for source in found[:5])
        raise UsageError(f"{path or workspace} holds {len(found)} agreements ({names}): name the file of one")
    return found[0]


def read_text(path: Path) -> str:
    """Return a text file's content; raises AgreementError where it is no UTF-8 text."""
    raw = _bytes(path)
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise AgreementError([_not_text(path, raw, error.start)]) from None


def _under(path: Path) -> list[Source]:
    if (path / WORKSPACE_FILE).is_file():
        path = path / AGREEMENTS
    if not path.exists():
        raise UsageError(f"{path}: there is no such file or folder: check the path")
    if not path.is_dir():
        return list(_grouped([path]))
    found = [source for folder in _folders(path) for source in _grouped(_texts_in(folder))]
    if not found:
        raise UsageError(f"{path}: there is no agreement in this folder (a text ends in .yaml and says `agreement:`)")
    return found


def _folders(top: Path) -> Iterator[Path]:
    for folder, inside, _ in os.walk(top):
        inside[:] = sorted(name for name in inside if name != _LEFT_OUT and not name.startswith("."))
        yield Path(folder)


def _texts_in(folder: Path) -> list[Path]:
    files = (path for path in folder.iterdir() if path.suffix in _SUFFIXES and path.is_file())
    return sorted(path for path in files if _LOOKS_LIKE.search(_bytes(path).decode("utf-8", "replace")))


def _grouped(files: Iterable[Path]) -> Iterator[Source]:
    """Yield one source an agreement id, in the order of the files; a text without an id stands alone."""
    groups: dict[str, list[tuple[str, str]]] = {}
    for path in files:
        try:
            text = read_text(path)
        except AgreementError as error:
            yield Source(str(path), (), error.problems)
            continue
        named = _ID.search(text)
        groups.setdefault(named["id"] if named else f"{path}", []).append((str(path), text))
    for name, texts in groups.items():
        yield Source(name, tuple(texts))


def _bytes(path: Path) -> bytes:
    with path.open("rb") as file:
        raw = file.read(LARGEST + 1)
    if len(raw) > LARGEST:
        raise AgreementError([Problem(str(path), 1, 1, _TOO_LARGE)])
    return raw


_TOO_LARGE = (
    f"this file is larger than {LARGEST // 1_000_000} MB: an agreement is a text of a few pages, name another file"
)


def _not_text(path: Path, raw: bytes, start: int) -> Problem:
    line = raw.count(b"\n", 0, start) + 1
    column = len(raw[raw.rfind(b"\n", 0, start) + 1 : start].decode("utf-8", "replace")) + 1
    return Problem(str(path), line, column, f"byte 0x{raw[start]:02x} is not UTF-8: save the file as UTF-8 text")
