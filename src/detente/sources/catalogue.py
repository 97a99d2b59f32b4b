"""What connectors there are, those that come with the program and those of a workspace.

Input: the registry, and the folder of a workspace. What a connector reads is the first sentence of its package, of its
`source.py` where it is a workspace's own.
"""

from __future__ import annotations

import sys
from pathlib import Path

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
    return ConnectorInfo(system, _about(found), tuple(_settings(found)))


def _about(found: Connector) -> str:
    module = SYSTEMS.get(found.system, found.connect.__module__)
    text = (sys.modules[module].__doc__ or "").strip().partition("\n\n")[0]
    return " ".join(text.split()).partition(". ")[0].rstrip(".")


def _settings(found: Connector) -> list[SettingInfo]:
    return [
        SettingInfo(name, field.description or "", field.is_required(), is_secret(field.annotation))
        for name, field in found.settings.model_fields.items()
    ]
