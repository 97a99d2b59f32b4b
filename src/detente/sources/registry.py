"""The systems that can be connected, by the name that `system = "…"` of a source gives.

Input: the folders of `sources`. A connector is a folder with `source.py`, which has `Settings` and `connect`, and
`mapping.yaml`; one line here makes it known.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
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


def connector(system: str, where: str) -> Connector:
    """Return the connector of a system; `UsageError` if there is none, `where` saying who asked for it."""
    package = SYSTEMS.get(system)
    if package is None:
        near = difflib.get_close_matches(system, SYSTEMS, 1)
        hint = f"did you mean '{near[0]}'?" if near else f"there are {', '.join(sorted(SYSTEMS))}"
        raise UsageError(f"{where}: there is no connector for '{system}': {hint}")
    source = import_module(f"{package}.source")
    folder = Path(str(import_module(package).__file__)).parent
    return Connector(system, source.Settings, source.connect, folder / "mapping.yaml")
