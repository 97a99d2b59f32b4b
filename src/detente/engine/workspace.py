"""The folder that is a workspace: its settings, and making a new one.

Input: a folder's path. `detente.toml` makes a folder a workspace and is written last, so that a folder is either a
whole workspace or none.
"""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import Any

from detente.app.ports.workspace import Settings
from detente.core.errors import InputError, UsageError
from detente.core.identity.authority import NOBODYS, Authority
from detente.core.identity.authority_reader import read_authority

SETTINGS_FILE = "detente.toml"
AUTHORITY_FILE = "authority.yaml"
_SOURCE_NAME = re.compile(r"[a-z0-9][a-z0-9_-]*")
_TABLES = {"workspace": ("name", "currency"), "database": ("url",)}
"""The tables of the settings, and the keys of each."""
_SOURCES = "sources"
"""The table of tables that name the systems to sync; what each may hold, its connector knows."""
_MAIL = "mail"
_MAIL_KINDS = ("free mail", "company")
"""The table of tables about mail domains, and what a domain may be."""


class WorkspaceFolder:
    """One company's folder. Implements `app.ports.workspace.Workspace`."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def exists(self) -> bool:
        """Whether the folder is a workspace."""
        return (self._root / SETTINGS_FILE).is_file()

    def settings(self) -> Settings:
        """Return what `detente.toml` says; see the port for errors."""
        file = self._root / SETTINGS_FILE
        if not file.is_file():
            raise UsageError(
                f"{self._root} is no workspace: it has no {SETTINGS_FILE}. `detente init {self._root}` makes one; "
                "--dir names another folder"
            )
        try:
            content = tomllib.loads(file.read_text(encoding="utf-8"))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise UsageError(f"{file}: not a TOML text: {error}") from None
        return _settings(file, content)

    def authority(self) -> Authority:
        """Return who owns which field; without an authority.yaml, nobody. `AuthorityError` with every problem of it."""
        file = self._root / AUTHORITY_FILE
        if not file.is_file():
            return NOBODYS
        try:
            return read_authority(file.read_text(encoding="utf-8-sig"), str(file))
        except UnicodeDecodeError as error:
            raise InputError(f"{file}: not UTF-8 at byte {error.start}: save it as UTF-8 text") from None

    def create(self, files: Mapping[str, str]) -> None:
        """Write the texts, the settings last; see the port for errors."""
        if (self._root / SETTINGS_FILE).exists():
            raise UsageError(f"{self._root} is a workspace already: choose another folder, or go on in this one")
        self.add(files)

    def add(self, files: Mapping[str, str]) -> None:
        """Write the texts, the settings last; see the port for errors."""
        taken = [path for path in files if (self._root / path).exists()]
        if taken:
            raise UsageError(
                f"{self._root} holds {', '.join(taken)} already, and nothing is overwritten: choose another folder, or "
                "another name"
            )
        written: list[Path] = []
        try:
            for path in sorted(files, key=lambda name: name == SETTINGS_FILE):
                target = self._root / path
                target.parent.mkdir(parents=True, exist_ok=True)
                written.append(target)
                target.write_text(files[path], encoding="utf-8", newline="\n")
        except BaseException:
            for target in written:
                target.unlink(missing_ok=True)
            raise


def _settings(file: Path, content: Mapping[str, Any]) -> Settings:
    if "workspace" not in content:
        raise UsageError(f'{file}: there is no [workspace] table: write [workspace] and under it name = "…"')
    _known(content, (*_TABLES, _SOURCES, _MAIL), f"{file}: there is no table")
    for table, keys in _TABLES.items():
        _texts(file, table, content.get(table, {}), keys)
    workspace, database = content["workspace"], content.get("database", {})
    if "name" not in workspace:
        raise UsageError(f'{file}: [workspace] has no name: write name = "…"')
    sources, mail = _sources(file, content), _mail(file, content)
    return Settings(workspace["name"], workspace.get("currency"), database.get("url"), sources, mail)


def _sources(file: Path, content: Mapping[str, Any]) -> Mapping[str, Mapping[str, Any]]:
    """Return the tables of sources; refuse what is none, or names no system."""
    sources = content.get(_SOURCES, {})
    if not isinstance(sources, dict) or not all(isinstance(table, dict) for table in sources.values()):
        raise UsageError(f"{file}: {_SOURCES} holds tables: write [sources.NAME] on a line of its own")
    for name, table in sources.items():
        if not _SOURCE_NAME.fullmatch(name):
            raise UsageError(f"{file}: [sources.{name}]: a source is named with small letters, digits, _ and -")
        if not isinstance(table.get("system"), str):
            raise UsageError(f'{file}: [sources.{name}] names no system: write system = "…", such as hubspot')
    return sources


def _mail(file: Path, content: Mapping[str, Any]) -> tuple[Mapping[str, Any], ...]:
    """Return a row a mail domain; refuse what is none."""
    domains = content.get(_MAIL, {})
    if not isinstance(domains, dict) or not all(isinstance(table, dict) for table in domains.values()):
        raise UsageError(f'{file}: {_MAIL} holds tables: write [mail."example.com"] on a line of its own')
    for domain, table in domains.items():
        where = f'{file}: [mail."{domain}"]'
        if any(isinstance(value, dict) for value in table.values()):
            raise UsageError(f'{where}: a domain holds dots, so it stands in quotes: [mail."example.com"]')
        _known(table, ("kind", "dots_ignored", "plus_tag_ignored"), f"{where} has no key")
        if table.get("kind", _MAIL_KINDS[0]) not in _MAIL_KINDS:
            raise UsageError(f'{where}: kind must be "{_MAIL_KINDS[0]}" or "{_MAIL_KINDS[1]}"')
        if not all(isinstance(value, bool) for key, value in table.items() if key != "kind"):
            raise UsageError(f"{where}: dots_ignored and plus_tag_ignored are true or false")
    return tuple({"domain": domain, **table} for domain, table in sorted(domains.items()))


def _texts(file: Path, table: str, content: object, keys: Collection[str]) -> None:
    """Refuse a table that holds anything but texts under known keys."""
    if not isinstance(content, dict):
        raise UsageError(f"{file}: {table} must be a table: write [{table}] on a line of its own")
    _known(content, keys, f"{file}: [{table}] has no key")
    for key, value in content.items():
        if not isinstance(value, str) or not value.strip():
            raise UsageError(f'{file}: {key} must be a text: {key} = "…"')


def _known(names: Iterable[str], known: Collection[str], what: str) -> None:
    for name in names:
        if name not in known:
            near = difflib.get_close_matches(name, known, 1)
            hint = f"did you mean '{near[0]}'?" if near else f"it may be {' or '.join(known)}"
            raise UsageError(f"{what} '{name}': {hint}")
