"""The demonstration: the sample company from nothing to a published snapshot, in one folder.

Input: the sample company and an empty folder. Every stage is skipped where its result is there already, so that a
second run is quick and a run that was killed is simply run again.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from detente.app.ports.sample import SampleCompany, SampleSize
from detente.app.ports.workspace import Workspace
from detente.core.errors import UsageError

EXPORTS = "exports"
"""The folder of the workspace in which the sample company's exports lie."""


class Stages(Protocol):
    """The stages of the way from exports to a snapshot, as the workspace runs them."""

    def published(self) -> bool:
        """Whether a snapshot serves."""

    def import_exports(self, mapping: str, folder: Path) -> None:
        """Import every file of a folder with the mapping at a path inside the workspace."""

    def replay(self) -> None:
        """Replay and publish."""


@dataclass(frozen=True, slots=True)
class Demo:
    """What the folder holds now; `made` is False where it was there already."""

    size: SampleSize
    made: bool


def demo(
    company: SampleCompany,
    workspace: Workspace,
    root: Path,
    size: SampleSize,
    stages: Stages,
    say: Callable[[str], None],
) -> Demo:
    """Bring the folder `root` to a published snapshot of the sample company, telling `say` what begins.

    What is there is kept, also where `size` asks for another one. `UsageError` if the folder is somebody's workspace.
    """
    if not workspace.exists():
        say("making the workspace")
        settings = f"[workspace]\nname = {json.dumps(company.name)}\n"
        workspace.create({"detente.toml": settings, **company.texts()})
    elif workspace.settings().name != company.name:
        raise UsageError(f"{root} is the workspace of {workspace.settings().name}: give another folder with --dir")
    found = company.made(root / EXPORTS)
    if found is None:
        say(f"making two systems' exports of {size.people:,} people")
        company.make(root / EXPORTS, size)
    if stages.published():
        return Demo(found or size, made=False)
    for name, mapping in company.exports().items():
        say(f"importing the {name} export")
        stages.import_exports(mapping, root / EXPORTS / name)
    say("replaying the agreement over every lead's history")
    stages.replay()
    return Demo(found or size, made=True)
