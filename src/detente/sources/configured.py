"""The sources that a workspace names in detente.toml, ready to be read: gives `app.ports.sources.ConfiguredSource`.

Input: the tables `[sources.NAME]`, the environment for their secrets, and the connectors. The facts of a source carry
its name, so that two accounts of one system are two sources: a connector's own mapping is read with that name in it.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatch
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel

from detente.app.ports.inbox import Inbox
from detente.app.ports.landing import Receipt
from detente.app.ports.sources import ConfiguredSource
from detente.core.agreement.agreement import Kind
from detente.core.errors import DetenteError, SourceRefused, UsageError
from detente.sources.files.mapping_reader import mapping_text, read_mapping
from detente.sources.kit.connector import Cursor, Page, Stream, field_of
from detente.sources.kit.patience import BUDGET, Budget, Moments
from detente.sources.kit.settings import read_settings, secrets_of
from detente.sources.kit.web import Web
from detente.sources.registry import FROM_INBOX, Connector, connector

T = TypeVar("T")

_SOURCE = re.compile(r"^source:.*$", re.MULTILINE)


@dataclass(frozen=True)
class Surroundings:
    """What sources are read in: the workspace's folder, the environment, the kinds known, and the outside.

    `inbox` opens the events that other systems sent.
    """

    root: Path
    env: Mapping[str, str]
    kinds: Mapping[str, Kind]
    moments: Moments
    inbox: Callable[[], Inbox]
    budget: Budget = BUDGET


def configured(tables: Mapping[str, Mapping[str, Any]], name: str, surroundings: Surroundings) -> ConfiguredSource:
    """Return one source. `UsageError` or `MappingError` if what the workspace says of it cannot be used."""
    if name not in tables:
        near = difflib.get_close_matches(name, tables, 1)
        hint = f"did you mean '{near[0]}'?" if near else f"it names {', '.join(sorted(tables)) or 'none yet'}"
        raise UsageError(f"detente.toml names no source '{name}': {hint}")
    table = tables[name]
    found = connector(table["system"], f"[sources.{name}] system", surroundings.root)
    settings = read_settings(name, table, found.settings, surroundings.env, surroundings.root)
    file, text = _mapping(name, table.get("mapping"), found, surroundings.root)
    mapping, warnings = read_mapping(text, file, surroundings.kinds)
    if mapping.source != name:
        raise UsageError(f"{file}: it is the mapping of '{mapping.source}': write `source: {name}`")
    web = Web(surroundings.moments, surroundings.budget)
    web.secrets.hide(*secrets_of(settings))
    specs = {spec.stream: spec for spec in mapping.files if fnmatch(f"{spec.stream}.jsonl", spec.pattern)}
    return ConfiguredSource(
        name=name,
        system=found.system,
        mapping_file=file,
        mapping_text=text,
        warnings=tuple(map(str, warnings)),
        columns={stream: spec.columns() for stream, spec in specs.items()},
        deletes=frozenset(stream for stream, spec in specs.items() if spec.deleted is not None),
        connect=partial(_connect, found, partial(_streams, found, settings, web, name, surroundings), web),
        requests=lambda: web.requests,
        latest=lambda: web.latest,
        mask=web.secrets.mask,
    )


def mapping_now(tables: Mapping[str, Mapping[str, Any]], receipt: Receipt, root: Path) -> tuple[str, str]:
    """Return the text and the name of a load's mapping as it is now; as it was, where there is none any more.

    It is that of a source, which may be the connector's own, or a file: where it was, or in the workspace.
    """
    name, then = receipt.source, receipt.mapping_file
    if name in tables:
        found = connector(tables[name]["system"], f"[sources.{name}] system", root)
        file, text = _mapping(name, tables[name].get("mapping"), found, root)
        if file == then:
            return text, then
    places = (Path(then), root / then, root / Path(then).parent.name / Path(then).name)
    place = next((each for each in places if each.is_file()), None)
    return (receipt.mapping_text if place is None else mapping_text(place)), then


def _mapping(name: str, own: object, found: Connector, root: Path) -> tuple[str, str]:
    """Return the name and text of a source's mapping: the workspace's where it names one, else the connector's."""
    if own is None and not found.mapping.is_file():
        raise UsageError(
            f'[sources.{name}] names no mapping, and {found.system} has none of its own: write mapping = "mappings/'
            f'{name}.yaml"'
        )
    path = found.mapping if own is None else root / str(own)
    if not path.is_file():
        raise UsageError(f"[sources.{name}] mapping: there is no file {own} in the workspace: check the path")
    text = mapping_text(path)
    if own is None:
        return f"{found.system}/mapping.yaml", _SOURCE.sub(f"source: {name}", text, count=1)
    return str(own), text


def _streams(
    found: Connector, settings: BaseModel, web: Web, name: str, surroundings: Surroundings
) -> Sequence[Stream]:
    """Return the streams of a source, as its connector gives them."""
    if found.system in FROM_INBOX:
        return found.connect(settings, web, partial(surroundings.inbox().events, name))
    return found.connect(settings, web)


def _connect(found: Connector, streams_of: Callable[[], Sequence[Stream]], web: Web) -> Sequence[Stream]:
    """Return the streams of a source, whose answers are what they should be or end in a `SourceError`."""
    try:
        streams = streams_of()
    except DetenteError:
        raise
    except Exception as error:
        raise _unexpected(found.system, web, error) from error
    return [_checked(stream, found.system, web) for stream in streams]


def _checked(stream: Stream, system: str, web: Web) -> Stream:
    what = f"{system}, {stream.name}"
    present = stream.present
    return replace(
        stream,
        pages=lambda cursor: _pages(stream, cursor, what, web),
        present=None if present is None else lambda: _expected(present(), what, web),
    )


def _pages(stream: Stream, cursor: Cursor, what: str, web: Web) -> Iterator[Page]:
    """Yield the pages of a stream. Where ids are compared, every row must have one."""
    for page in _expected(stream.pages(cursor), what, web):
        if stream.present is not None and any(field_of(row, stream.key) is None for row in page.rows):
            raise SourceRefused(f"{what}: a row has no '{stream.key}', by which deleted records are found")
        yield page


def _expected(items: Iterator[T], what: str, web: Web) -> Iterator[T]:
    """Yield items; whatever a connector stumbles over in an answer becomes an error that says where."""
    try:
        yield from items
    except DetenteError:
        raise
    except Exception as error:
        raise _unexpected(what, web, error) from error


def _unexpected(what: str, web: Web, error: Exception) -> SourceRefused:
    said = web.secrets.mask(f"{type(error).__name__}: {error}")
    return SourceRefused(
        f"{what}: the system answers what the connector does not expect ({said}): check the version that the README of "
        "the connector names; if that is right, please report this"
    )
