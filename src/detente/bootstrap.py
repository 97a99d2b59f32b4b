"""The only file that wires adapters to ports, and the only one that reads the clock.

Input: the folder of a workspace, as the command line got it. Each function opens what one use case needs and nothing
else; libraries that are slow to load are imported where they are used, so that `detente --help` stays quick.
"""

from __future__ import annotations

import os
import random
import time
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import detente

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from detente.app.operations.decide_identity import Decider, DecisionReport
    from detente.app.operations.demo import Demo
    from detente.app.operations.import_files import ImportReport
    from detente.app.operations.import_files import Progress as ImportTold
    from detente.app.operations.receive_event import Outcome
    from detente.app.operations.replay_workspace import ReplayReport
    from detente.app.operations.retry_quarantine import RetryReport
    from detente.app.operations.sync_report import SourceReport
    from detente.app.operations.sync_source import SyncProgress
    from detente.app.ports.connectors import ConnectorInfo
    from detente.app.ports.identity import PeoplesDecisions
    from detente.app.ports.inbox import Delivery, Inbox
    from detente.app.ports.landing import Receipt
    from detente.app.ports.line import Progress
    from detente.app.ports.lists import Lists
    from detente.app.ports.quarantine import SetAside
    from detente.app.ports.replays import QuickReplay
    from detente.app.ports.snapshots import Snapshot
    from detente.app.ports.workspace import Settings
    from detente.app.queries.board import Scoreboard
    from detente.app.queries.explain_identity import IdentityExplanation, Judgement
    from detente.app.queries.health import Health
    from detente.app.queries.identity_review import Question
    from detente.core.agreement.agreement import Kind, Timeline
    from detente.engine.kernel_home import KernelHome


DATABASE_URL = "DETENTE_DATABASE_URL"
"""Names the workspace's database, over what `detente.toml` says: for a password that no file should hold."""

SAMPLE_SEED = 7
"""The seed of the sample company's chances: the demonstration shows everybody the same company."""


def clock() -> int:
    """Return the present instant in microseconds UTC."""
    return time.time_ns() // 1_000


def today(timezone: str) -> date:
    """Return the present day in a zone."""
    return datetime.fromtimestamp(clock() / 1_000_000, UTC).astimezone(ZoneInfo(timezone)).date()


def init(root: Path, name: str, timezone: str, currency: str) -> tuple[str, ...]:
    """Make a workspace at `root` and return the paths of its texts."""
    from detente.app.operations.init_workspace import NewWorkspace, init_workspace
    from detente.engine.workspace import WorkspaceFolder

    new = NewWorkspace(name, timezone, currency, today(timezone))
    files = init_workspace(WorkspaceFolder(root), new)
    _kernel().start()
    return files


def import_files(root: Path, mapping: Path, paths: Sequence[Path], progress: ImportTold) -> ImportReport:
    """Import files through a mapping: a path as given, or else inside the workspace."""
    from detente.app.operations.import_files import ImportRequest
    from detente.app.operations.import_files import import_files as operation
    from detente.engine.landing import LandingZone
    from detente.engine.lock import FileLock
    from detente.sources.files.exports import FileExports

    _settings(root)
    file = mapping if mapping.exists() else root / mapping
    request = ImportRequest(tuple(map(str, paths)), _text(file, mapping), str(file), _kinds(root))
    return operation(
        request,
        reader=FileExports(),
        landing=LandingZone(root, detente.__version__),
        lock=FileLock(root / ".lock", clock),
        clock=clock,
        progress=progress,
    )


def sync(root: Path, names: Sequence[str], wanted: SyncWanted) -> Iterator[SourceReport]:
    """Sync sources (none named: all), and yield the report of each. What a source's table lacks is told first."""
    from detente.app.operations.sync_source import SyncPorts, SyncRequest, sync_source
    from detente.engine.landing import LandingZone
    from detente.engine.lock import FileLock
    from detente.engine.stream_folder import StreamsOfWorkspace
    from detente.sources.configured import Surroundings, configured
    from detente.sources.files.exports import FileExports
    from detente.sources.kit.patience import Moments

    tables, kinds = _settings(root).sources, _kinds(root)
    moments = Moments(time.monotonic, time.sleep, random.random)
    surroundings = Surroundings(root, os.environ, kinds, moments, lambda: _inbox(root))
    sources = [configured(tables, name, surroundings) for name in names or sorted(tables)]
    ports = SyncPorts(
        streams=StreamsOfWorkspace(root, clock),
        reader=FileExports(),
        landing=LandingZone(root, detente.__version__),
        lock=FileLock(root / ".lock", clock),
        clock=clock,
        sleep=time.sleep,
        progress=wanted.progress,
    )
    request = SyncRequest(kinds, wanted.stream, wanted.full)
    return (sync_source(source, request, ports) for source in sources)


def connectors(root: Path) -> Sequence[ConnectorInfo]:
    """Return the connectors there are, with those of the workspace, where the folder is one."""
    from detente.sources.catalogue import connectors as found

    return found(root)


def sources_by_system(root: Path) -> Mapping[str, Sequence[str]]:
    """Return the sources that the workspace names, by their system; none where the folder is no workspace."""
    from detente.engine.workspace import WorkspaceFolder

    tables = _settings(root).sources if WorkspaceFolder(root).exists() else {}
    systems = sorted({table["system"] for table in tables.values()})
    return {system: sorted(name for name in tables if tables[name]["system"] == system) for system in systems}


def new_connector(root: Path, name: str) -> Sequence[str]:
    """Begin a connector of the workspace's own, and return the paths of its texts."""
    from detente.engine.workspace import WorkspaceFolder
    from detente.sources.scaffold import new_connector as texts

    _settings(root)
    files = texts(name)
    WorkspaceFolder(root).add(files)
    return tuple(files)


def takes_events(root: Path) -> bool:
    """Whether the workspace names a source that sends events."""
    from detente.sources.registry import FROM_INBOX

    return any(table["system"] in FROM_INBOX for table in _settings(root).sources.values())


def receive_event(root: Path, delivery: Delivery) -> Outcome:
    """Keep an event that another system sends to the workspace that `open_for_screens` opened, or say why not."""
    from detente.app.operations.receive_event import receive_event as operation
    from detente.sources.webhook.gate import gate_of
    from detente.store.inbox import DatabaseInbox

    gate = gate_of(_settings(root).sources, delivery.source, os.environ, root)
    return operation(delivery, gate, DatabaseInbox(), clock())


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

    database = _database(root)
    kernel = _kernel()
    kernel.start()
    return replay_workspace(
        ReplayPorts(
            agreements=AgreementFolder(root / "agreements"),
            line=Line(root, processors(), kernel, WorkspaceFolder(root).authority()),
            snapshots=SnapshotRows(root / "snapshots"),
            identity=open_identity_log(database),
            projection=open_projection(database),
            lock=FileLock(root / ".lock", clock),
        ),
        as_of=clock() if as_of is None else instant_in(_agreement(root), as_of, "--as-of"),
        progress=progress,
    )


def snapshot(root: Path) -> Snapshot:
    """Open the current snapshot."""
    from detente.engine.lake import Lake

    _settings(root)
    return Lake(root / "snapshots").current()


def current_snapshot(root: Path) -> str:
    """Return the id of the snapshot that serves, without opening it."""
    from detente.engine.snapshot import SnapshotFolder

    return SnapshotFolder(root / "snapshots").current()


def workspace_name(root: Path) -> str:
    """Return the company's name, as the workspace's settings give it."""
    from detente.engine.workspace import WorkspaceFolder

    return WorkspaceFolder(root).settings().name


def open_for_screens(root: Path, web_settings: Mapping[str, Any]) -> None:
    """Open the application database for a process of screens, whose Django settings are given."""
    from detente.store.database import open_database

    open_database(_database(root), web_settings)


def lists() -> Lists:
    """Return the lists of daily work of the workspace that `open_for_screens` opened."""
    from detente.store.lists import DatabaseLists

    return DatabaseLists()


def quick_replay() -> QuickReplay:
    """Return what replays a lead with a long history."""
    from detente.engine.kernel_lead import LeadReplay

    return LeadReplay(_kernel())


def demo(root: Path, people: int, say: Callable[[str], None], told: DemoTold) -> Demo:
    """Make the sample company in `root`, up to its snapshot; its history ends today."""
    from detente.app.operations.demo import demo as operation
    from detente.app.ports.sample import SampleSize
    from detente.engine.workspace import WorkspaceFolder
    from detente.sources.sample_company import Northwind

    _kernel().start()
    company = Northwind()
    size = SampleSize(today(company.timezone), people, SAMPLE_SEED)
    return operation(company, WorkspaceFolder(root), root, size, _Stages(root, told), say)


@dataclass(frozen=True)
class SyncWanted:
    """How sources are to be synced, and whom that tells how far it is."""

    progress: Callable[[SyncProgress], None]
    stream: str | None = None
    full: bool = False


@dataclass(frozen=True)
class DemoTold:
    """Whom the stages of the demonstration tell how far they are."""

    import_files: ImportTold
    replay: Progress


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


def board(root: Path, period: str | None) -> Scoreboard:
    """Return the scoreboard of a period (None: the quarter of the snapshot's instant)."""
    from detente.app.queries.scoreboard import scoreboard

    return scoreboard(snapshot(root), period)


def health(root: Path) -> Health:
    """Return the health of the workspace's data: of what the current snapshot rests on, and of what came in since."""
    from detente.app.queries.agreement_in import zone_of
    from detente.app.queries.health import Beside
    from detente.app.queries.health import health as query
    from detente.engine.landing import receipts_in
    from detente.engine.quarantine import QuarantineFolder
    from detente.engine.stream_folder import StreamsOfWorkspace

    published = (root / "snapshots" / "CURRENT").is_file()
    beside = Beside(
        receipts=receipts_in(root),
        set_aside=QuarantineFolder(root).records(),
        streams=StreamsOfWorkspace(root, clock).states(),
        now=clock(),
        zone=zone_of(_agreement(root)),
        deliveries=_inbox(root).counts() if takes_events(root) else {},
    )
    return query(snapshot(root) if published else None, beside)


def quarantined(root: Path) -> Iterator[SetAside]:
    """Yield the records that imports set aside."""
    from detente.engine.quarantine import QuarantineFolder

    _settings(root)
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
    from detente.sources.configured import mapping_of
    from detente.sources.files.exports import FileExports

    def mapping_now(receipt: Receipt) -> tuple[str, str]:
        if receipt.source in tables and (synced := mapping_of(tables, receipt.source, root))[0] == receipt.mapping_file:
            return synced[1], synced[0]
        given = Path(receipt.mapping_file)
        files = (given, root / given, root / given.parent.name / given.name)
        file = next((each for each in files if each.is_file()), None)
        return (receipt.mapping_text if file is None else _text(file, file)), receipt.mapping_file

    tables = _settings(root).sources
    landing, lock = LandingZone(root, detente.__version__), FileLock(root / ".lock", clock)
    ports = RetryPorts(
        quarantine=QuarantineFolder(root),
        import_files=lambda request: operation(
            request, reader=FileExports(), landing=landing, lock=lock, clock=clock, progress=progress
        ),
        mapping_now=mapping_now,
        kinds=_kinds(root),
    )
    return retry(ports, mended_file)


def identity_explained(root: Path, ref: str, other: str) -> IdentityExplanation:
    """Return why two persons or accounts are one, or are not."""
    from detente.app.queries.explain_identity import explain_identity

    return explain_identity(snapshot(root), _decisions(root).decided(), ref, other)


def merge_identities(root: Path, refs: Sequence[str], note: str) -> DecisionReport:
    """Decide that all that is named is one."""
    from detente.app.operations.decide_identity import merge

    return merge(_decider(root, note), refs)


def split_identities(root: Path, refs: Sequence[str], note: str) -> DecisionReport:
    """Decide who is not one."""
    from detente.app.operations.decide_identity import split

    return split(_decider(root, note), refs)


def undo_identity(root: Path, number: int, note: str) -> DecisionReport:
    """Take a decision back."""
    from detente.app.operations.decide_identity import undo

    return undo(_decider(root, note), number)


def identity_questions(root: Path, limit: int) -> list[Question]:
    """Return who may be one, the likeliest first."""
    from detente.app.queries.identity_review import questions

    return questions(snapshot(root), _decisions(root).decided(), limit)


def answer_identity(root: Path, question: Question, *, same: bool) -> DecisionReport:
    """Answer a question of the review queue."""
    from detente.app.operations.decide_identity import answer

    return answer(_decider(root, ""), question.unit, question.pair, same=same)


def identity_decisions(root: Path) -> Sequence[Judgement]:
    """Return what people decided, oldest first, and what of it stands."""
    from detente.app.queries.explain_identity import judgements

    found, as_of = _decisions(root).decided(), snapshot(root).info.as_of
    return judgements(found, as_of)


def _decisions(root: Path) -> PeoplesDecisions:
    """Return where people's decisions about records are kept."""
    from detente.store.identity_log import open_identity_log

    return open_identity_log(_database(root))


def _decider(root: Path, note: str) -> Decider:
    """Return who decides now: the user of this machine who started the program."""
    from getpass import getuser

    from detente.app.operations.decide_identity import Decider

    try:
        by = getuser()
    except (KeyError, OSError):  # nobody's name is known, as in some containers
        by = f"user {os.getuid()}"
    return Decider(snapshot(root), _decisions(root), by, clock(), note)


def _settings(root: Path) -> Settings:
    """Return what a workspace says of itself; refuse a folder that is none."""
    from detente.engine.workspace import WorkspaceFolder

    return WorkspaceFolder(root).settings()


def _inbox(root: Path) -> Inbox:
    """Open the events that other systems sent to this workspace."""
    from detente.store.database import open_database

    open_database(_database(root))
    from detente.store.inbox import DatabaseInbox  # its tables are known once the database is open

    return DatabaseInbox()


def _database(root: Path) -> Path | str:
    """Return the URL of the workspace's PostgreSQL database if one is named, else the path of its SQLite file."""
    named = _settings(root).database
    return os.environ.get(DATABASE_URL) or named or root / "detente.db"


def _kinds(root: Path) -> Mapping[str, Kind]:
    """Return the kinds of fact that any version of the workspace's agreement knows."""
    return {name: kind for version in _agreement(root).versions for name, kind in version.kinds.items()}


def _text(file: Path, given: Path) -> str:
    """Return the text of a mapping."""
    from detente.core.errors import InputError, UsageError

    if not file.is_file():
        raise UsageError(f"--mapping: there is no file {given}, here or in the workspace: check the path")
    try:
        return file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(f"{file}: not UTF-8 at byte {error.start}: save the mapping as UTF-8 text") from None


def _kernel() -> KernelHome:
    """Return where the compiled replay lies: in this user's cache, or below `DETENTE_CACHE_DIR`."""
    from detente.engine.kernel_home import KernelHome

    given, base = os.environ.get("DETENTE_CACHE_DIR"), os.environ.get("XDG_CACHE_HOME")
    cache = Path(given) if given else (Path(base) if base else Path.home() / ".cache") / "detente"
    return KernelHome(cache / "kernel")


def processors() -> int:
    """Return how many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _agreement(root: Path) -> Timeline:
    from detente.app.queries.agreement_in import agreement_in
    from detente.engine.agreements import AgreementFolder

    return agreement_in(AgreementFolder(root / "agreements").texts())
