"""Port: the folder that is a workspace. Implemented by `engine.workspace.WorkspaceFolder`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class Settings:
    """What `detente.toml` says. `database`: the URL of the database, where it is not the file in the folder.

    `sources`: name → the table `[sources.NAME]`: its `system`, and what the connector of that needs. `mail`: what is
    known of mail domains beside the common ones, a row a table `[mail."DOMAIN"]`, as `core.identity.mail` reads them.
    """

    name: str
    currency: str | None = None
    database: str | None = None
    sources: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    mail: tuple[Mapping[str, Any], ...] = ()


class Workspace(Protocol):
    """One company's folder."""

    def exists(self) -> bool:
        """Whether the folder is a workspace."""

    def settings(self) -> Settings:
        """Return what the workspace says of itself; `UsageError` with the remedy if this folder is no workspace."""

    def create(self, files: Mapping[str, str]) -> None:
        """Make the folder a workspace that holds these texts (path inside it → text), all of them or none.

        `UsageError` if it is a workspace already, or if a file of that name is there: nothing is ever overwritten.
        """

    def add(self, files: Mapping[str, str]) -> None:
        """Write these texts into the folder, all of them or none; `UsageError` if a file of that name is there."""
