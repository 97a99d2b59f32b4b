"""What connectors there are, those that come with the program and those of a workspace.

Input: the registry, and the folder of a workspace. What a connector reads is the first sentence of its package, of its
`source.py` where it is a workspace's own.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from detente.app.ports.connectors import ConnectorInfo, SettingInfo
from detente.core.errors import UsageError
from detente.sources.kit.settings import is_secret
from detente.sources.registry import SYSTEMS, Connector, connector, own_connectors


def connectors(root: Path) -> tuple[ConnectorInfo, ...]:
    """Return the connectors, a workspace's own last."""
    return tuple(_told(system, root) for system in (*sorted(SYSTEMS), *own_connectors(root)))


def _told(system: str, root: Path) -> ConnectorInfo:
    try:
        found = connector(system, system, root)
    except UsageError as error:
        return ConnectorInfo(system, "", trouble=str(error))
    return ConnectorInfo(system, _about(found), tuple(_settings(found.settings)))


def _about(found: Connector) -> str:
    module = SYSTEMS.get(found.system, found.connect.__module__)
    text = (sys.modules[module].__doc__ or "").strip().partition("\n\n")[0]
    return " ".join(text.split()).partition(". ")[0].rstrip(".")


def _settings(model: type[BaseModel], before: str = "") -> Iterator[SettingInfo]:
    """Yield the settings of a model, and behind each those of the tables that it holds by names of one's choice."""
    for name, field in model.model_fields.items():
        secret = is_secret(field.annotation)
        yield SettingInfo(f"{before}{name}", field.description or "", field.is_required(), secret, _default(field))
        for inner in get_args(field.annotation):
            if isinstance(inner, type) and issubclass(inner, BaseModel):
                yield from _settings(inner, f"{before}{name}.{name.removesuffix('s').upper()}.")


def _default(field: FieldInfo) -> str | None:
    """Return a default as one would write it; None where it is to have none, or nothing."""
    value = None if field.is_required() else field.get_default(call_default_factory=True)
    return None if value in (None, (), [], {}) else json.dumps(value, default=str)
