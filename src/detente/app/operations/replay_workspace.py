"""Replay: bring the workspace's snapshot up to date with its facts and its agreement.

Input: the agreement texts, the landed facts and the identity log, each through its port. First the snapshot is
published, then the lists of daily work are made from it. `bootstrap` wires the ports:

    replay_workspace(
        ReplayPorts(
            agreements=AgreementFolder(root / "agreements"),        # engine.agreements
            line=Line(root, workers=2),                             # engine.flow
            snapshots=SnapshotRows(root / "snapshots"),             # engine.projecting
            identity=open_identity_log(root / "detente.db"),        # store.identity_log
            projection=open_projection(root / "detente.db"),        # store.projection
            lock=FileLock(root / ".lock", clock),                   # engine.lock; clock() -> int64 µs UTC
        ),
        as_of=as_of or clock(),
        progress=lambda step, done, total: ...,
    )
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from detente.app.ports.agreements import Agreements
from detente.app.ports.identity import IdentityLog
from detente.app.ports.line import Line, Progress, StepRun
from detente.app.ports.lock import WriterLock
from detente.app.ports.projection import Projectable, Projection
from detente.app.ports.snapshots import SnapshotInfo
from detente.core.agreement.reader import read_timeline
from detente.core.errors import AgreementError


@dataclass(frozen=True, slots=True)
class ReplayPorts:
    """What a replay reads and writes of one workspace."""

    agreements: Agreements
    line: Line
    snapshots: Projectable
    identity: IdentityLog
    projection: Projection
    lock: WriterLock


@dataclass(frozen=True, slots=True)
class ReplayReport:
    """What a replay published, and what each step of the line did."""

    snapshot: SnapshotInfo
    steps: tuple[StepRun, ...]

    def as_json(self) -> dict[str, Any]:
        """Return the documented shape `detente.replay/1`."""
        info = self.snapshot
        versions = [{"version": v.version, "effective": v.effective, "hash": v.hash} for v in info.versions]
        return {
            "schema": "detente.replay/1",
            "snapshot": {
                "id": info.id,
                "content_hash": info.content_hash,
                "as_of": info.as_of,
                "agreement": {"id": info.agreement, "versions": versions},
                "counts": dict(info.counts),
                "loads": list(info.loads),
                "libraries": dict(info.libraries),
            },
            "steps": [
                {"name": s.name, "rows": s.rows, "seconds": round(s.seconds, 3), "note": s.note} for s in self.steps
            ],
        }


def replay_workspace(ports: ReplayPorts, as_of: int, progress: Progress) -> ReplayReport:
    """Replay everything known by `as_of` (microseconds UTC), publish the snapshot and make the lists from it.

    `AgreementError` with all problems if the agreement is refused; `Busy` if someone else writes; `UsageError` if
    there is nothing to replay. In each case the snapshot published before still serves. The lists follow the snapshot:
    killed between the two, they are of the one before and say so, and the next replay makes them anew.
    """
    texts = ports.agreements.texts()
    agreement, problems = read_timeline(texts)
    if agreement is None:
        raise AgreementError(problems)
    with ports.lock.hold("detente replay"):
        published = ports.line.run(agreement, texts, ports.identity, as_of, progress)
        listed = ports.projection.publish(ports.snapshots.rows_of(published.snapshot.id))
    progress(listed.name, listed.rows, listed.rows)
    return ReplayReport(published.snapshot, (*published.steps, listed))
