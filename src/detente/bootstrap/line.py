"""Wires what goes down the line: a new workspace, imports and what they set aside, the replay, the demonstration."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import detente
from detente.bootstrap import outside

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from detente.app.operations.demo import Demo
    from detente.app.operations.import_files import ImportReport
    from detente.app.operations.import_files import Progress as ImportTold
    from detente.app.operations.replay_workspace import ReplayReport
    from detente.app.operations.retry_quarantine import RetryReport
    from detente.app.ports.line import Progress
    from detente.app.ports.quarantine import SetAside

SAMPLE_SEED = 7
"""The seed of the sample company's chances: the demonstration shows everybody the same company."""


def init(root: Path, name: str, timezone: str, currency: str) -> tuple[str, ...]:
    """Make a workspace at `root` and return the paths of its texts."""
    from detente.app.operations.init_workspace import NewWorkspace, init_workspace
    from detente.engine.workspace import WorkspaceFolder

    new = NewWorkspace(name, timezone, currency, outside.today(timezone))
    files = init_workspace(WorkspaceFolder(root), new)
    outside.kernel().start()
    return files


def import_files(root: Path, mapping: Path, paths: Sequence[Path], progress: ImportTold) -> ImportReport:
    """Import files through a mapping: a path as given, or else inside the workspace."""
    from detente.app.operations.import_files import ImportRequest
    from detente.app.operations.import_files import import_files as operation
    from detente.engine.landing import LandingZone
    from detente.engine.lock import FileLock
    from detente.sources.files.exports import FileExports

    outside.settings(root)
    file = mapping if mapping.exists() else root / mapping
    request = ImportRequest(tuple(map(str, paths)), outside.mapping_text(file, mapping), str(file), outside.kinds(root))
    return operation(
        request,
        reader=FileExports(),
        landing=LandingZone(root, detente.__version__),
        lock=FileLock(root / ".lock", outside.clock),
        clock=outside.clock,
        progress=progress,
    )


def quarantined(root: Path) -> Iterator[SetAside]:
    """Yield the records that imports set aside."""
    from detente.engine.quarantine import QuarantineFolder

    outside.settings(root)
    return QuarantineFolder(root).records()


def mending_file(root: Path, records: Sequence[SetAside]) -> bytes:
    """Return the file in which open records of one file are mended."""
    from detente.app.operations.retry_quarantine import mending_file as operation
    from detente.engine.quarantine import QuarantineFolder

    return operation(QuarantineFolder(root), records)


def retry_quarantine(root: Path, mended_file: str | None, progress: ImportTold) -> RetryReport:
    """Retry what was set aside: every open record, or those in a mended file."""
    from detente.app.operations.import_files import import_files as operation
    from detente.app.operations.retry_quarantine import RetryPorts, retry
    from detente.engine.landing import LandingZone
    from detente.engine.lock import FileLock
    from detente.engine.quarantine import QuarantineFolder
    from detente.sources.configured import mapping_now
    from detente.sources.files.exports import FileExports

    tables = outside.settings(root).sources
    landing, lock = LandingZone(root, detente.__version__), FileLock(root / ".lock", outside.clock)
    ports = RetryPorts(
        quarantine=QuarantineFolder(root),
        import_files=lambda request: operation(
            request, reader=FileExports(), landing=landing, lock=lock, clock=outside.clock, progress=progress
        ),
        mapping_now=lambda receipt: mapping_now(tables, receipt, root),
        kinds=outside.kinds(root),
    )
    return retry(ports, mended_file)


def replay(root: Path, as_of: str | None, progress: Progress) -> ReplayReport:
    """Replay the workspace as of an instant as written (None: now) and publish the snapshot."""
    from detente.app.operations.replay_workspace import ReplayPorts, replay_workspace
    from detente.app.queries.agreement_in import instant_in
    from detente.engine.agreements import AgreementFolder
    from detente.engine.flow import Line
    from detente.engine.lock import FileLock
    from detente.engine.projecting import SnapshotRows
    from detente.engine.workspace import WorkspaceFolder
    from detente.store.identity_log import open_identity_log
    from detente.store.projection import open_projection

    database, workspace = outside.kept_database(root), WorkspaceFolder(root)
    kernel = outside.kernel()
    kernel.start()
    return replay_workspace(
        ReplayPorts(
            agreements=AgreementFolder(root / "agreements"),
            line=Line(root, outside.processors(), kernel, workspace.authority(), workspace.settings().mail),
            snapshots=SnapshotRows(root / "snapshots"),
            identity=open_identity_log(database),
            projection=open_projection(database),
            lock=FileLock(root / ".lock", outside.clock),
        ),
        as_of=outside.clock() if as_of is None else instant_in(outside.agreement(root), as_of, "--as-of"),
        progress=progress,
    )


@dataclass(frozen=True)
class DemoTold:
    """Whom the stages of the demonstration tell how far they are."""

    import_files: ImportTold
    replay: Progress


def demo(root: Path, people: int, say: Callable[[str], None], told: DemoTold) -> Demo:
    """Make the sample company in `root`, up to its snapshot; its history ends today."""
    from detente.app.operations.demo import demo as operation
    from detente.app.ports.sample import SampleSize
    from detente.engine.workspace import WorkspaceFolder
    from detente.sources.sample_company import Northwind

    outside.kernel().start()
    company = Northwind()
    size = SampleSize(outside.today(company.timezone), people, SAMPLE_SEED)
    return operation(company, WorkspaceFolder(root), root, size, _Stages(root, told), say)


@dataclass(frozen=True)
class _Stages:
    """The stages of the demonstration, run in a workspace."""

    root: Path
    told: DemoTold

    def published(self) -> bool:
        """Whether a snapshot serves."""
        return (self.root / "snapshots" / "CURRENT").is_file()

    def import_exports(self, mapping: str, folder: Path) -> None:
        """Import every file of a folder."""
        import_files(self.root, self.root / mapping, [folder], self.told.import_files)

    def replay(self) -> None:
        """Replay and publish."""
        replay(self.root, None, self.told.replay)
