"""The systems that can be connected, by the name that `system = "…"` of a source gives.

Input: the folders of `sources`. A connector is a folder with `source.py`, which has `Settings` and `connect`, and
`mapping.yaml`; one line here makes it known. A workspace may have connectors of its own, in its folder `connectors`:
what stands there is run as it is, for whoever syncs the workspace.
"""

from __future__ import annotations

import difflib
import re
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from importlib import import_module
from pathlib import Path
from traceback import extract_tb
from types import ModuleType
from typing import TYPE_CHECKING

from detente.core.errors import UsageError
from detente.sources.kit.connector import Stream

if TYPE_CHECKING:
    from pydantic import BaseModel

SYSTEMS = {
    "hubspot": "detente.sources.hubspot",
    "odoo": "detente.sources.odoo",
    "rest": "detente.sources.rest",
    "salesforce": "detente.sources.salesforce",
    "sql": "detente.sources.sql",
    "tryton": "detente.sources.tryton",
    "webhook": "detente.sources.webhook",
}
"""System → the package of its connector."""

OWN = "connectors/"
"""The folder of a workspace's own connectors, with which `system` names one."""

_OWN = re.compile(OWN + r"[a-z][a-z0-9_]*")

FROM_INBOX = frozenset({"webhook"})
"""Systems that nobody asks, since they send: their `connect` also takes the events that were kept for the source."""


@dataclass(frozen=True, slots=True)
class Connector:
    """One system's connector: `mapping` is the file that says what its fields mean.

    `connect(settings, web)` gives the streams; see `FROM_INBOX` for the exception.
    """

    system: str
    settings: type[BaseModel]
    connect: Callable[..., Sequence[Stream]]
    mapping: Path


def connector(system: str, where: str, root: Path) -> Connector:
    """Return the connector of a system, a workspace's own where it is named `connectors/NAME`.

    `UsageError` if there is none, `where` saying who asked for it.
    """
    package = SYSTEMS.get(system)
    if package is not None:
        return _connector(system, import_module(f"{package}.source"), _folder(package))
    if _OWN.fullmatch(system) and (root / system / "source.py").is_file():
        return own_connector(root / system)
    if system.startswith(OWN):
        raise UsageError(
            f"{where}: there is no {system}/source.py in the workspace: `detente connect new NAME` makes one, with a "
            "name of small letters, digits and _"
        )
    near = difflib.get_close_matches(system, SYSTEMS, 1)
    hint = (
        f"did you mean '{near[0]}'?" if near else f"there are {', '.join(sorted(SYSTEMS))}, and {OWN}NAME for your own"
    )
    raise UsageError(f"{where}: there is no connector for '{system}': {hint}")


def own_connector(folder: Path) -> Connector:
    """Load a connector from a folder, whose modules may import one another (`from .parts import …`).

    `UsageError` where it cannot be run, or lacks what a connector has.
    """
    name = f"detente_own_{sha256(str(folder.resolve()).encode()).hexdigest()[:12]}"
    package = ModuleType(name)
    package.__path__ = [str(folder)]
    for loaded in [each for each in sys.modules if each == name or each.startswith(f"{name}.")]:
        del sys.modules[loaded]
    sys.modules[name] = package
    try:
        source = import_module(f"{name}.source")
    except Exception as error:
        place = extract_tb(error.__traceback__)[-1]
        file, line = (
            (error.filename, error.lineno) if isinstance(error, SyntaxError) else (place.filename, place.lineno)
        )
        raise UsageError(f"{file}:{line}: the connector cannot be loaded: {type(error).__name__}: {error}") from error
    missing = [each for each in ("Settings", "connect") if not callable(getattr(source, each, None))]
    if missing:
        raise UsageError(f"{folder / 'source.py'} has no {' and no '.join(missing)}: a connector has both")
    return _connector(f"{OWN}{folder.name}", source, folder)


def own_connectors(root: Path) -> list[str]:
    """Return the connectors of a workspace, as `system` names them."""
    return sorted(f"{OWN}{file.parent.name}" for file in (root / OWN).glob("*/source.py"))


def _folder(package: str) -> Path:
    return Path(str(import_module(package).__file__)).parent


def _connector(system: str, source: ModuleType, folder: Path) -> Connector:
    return Connector(system, source.Settings, source.connect, folder / "mapping.yaml")
