"""Replay: bring the workspace's snapshot up to date with its facts and its agreement.

Input: the agreement texts, the landed facts and the identity log, each through its port. `bootstrap` wires them:

    replay_workspace(
        agreements=AgreementFolder(root / "agreements"),            # engine.agreements
        line=Line(root, workers=2),                                 # engine.flow
        identity=open_identity_log(root / "detente.db"),            # store.identity_log
        lock=FileLock(root / ".lock", clock),                       # engine.lock; clock() -> int64 µs UTC
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
from detente.app.ports.snapshots import SnapshotInfo
from detente.core.agreement.reader import read_timeline
from detente.core.errors import AgreementError


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


def replay_workspace(
    *,
    agreements: Agreements,
    line: Line,
    identity: IdentityLog,
    lock: WriterLock,
    as_of: int,
    progress: Progress,
) -> ReplayReport:
    """Replay everything known by `as_of` (microseconds UTC) and publish the snapshot.

    `AgreementError` with all problems if the agreement is refused; `Busy` if someone else writes; `UsageError` if
    there is nothing to replay. In each case the snapshot published before still serves.
    """
    texts = agreements.texts()
    agreement, problems = read_timeline(texts)
    if agreement is None:
        raise AgreementError(problems)
    with lock.hold("detente replay"):
        published = line.run(agreement, texts, identity, as_of, progress)
    return ReplayReport(published.snapshot, published.steps)
