"""The line: the steps from landed facts to a published snapshot, in order. Implements the port `app.ports.line.Line`.

`STEPS` is the line. Running, planning, explaining and documenting walk that tuple; to change the order of the line is
to edit it. Each step gets the tables it says it reads and nothing else, gives the tables it says it writes, and no two
steps write the same table. No step reads a clock, a random number or the network.
"""

from __future__ import annotations

import platform
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pyarrow as pa

from detente.app.ports.identity import IdentityLog
from detente.app.ports.line import Progress, Published, StepInfo, StepRun
from detente.core.agreement.agreement import Timeline
from detente.core.errors import UsageError
from detente.core.identity.authority import NOBODYS, Authority
from detente.core.identity.mail import MailDomains
from detente.engine.duck import connected
from detente.engine.hashing import canonical
from detente.engine.health import HEALTH, health_tables
from detente.engine.identity import identity_tables
from detente.engine.kernel_home import KernelHome
from detente.engine.landed import finished_loads, landed_facts, landed_links, order_of_landing
from detente.engine.ledger import ledger
from detente.engine.ledger_closed import ClosedFolder
from detente.engine.matches import pairs_table
from detente.engine.profiles import golden_tables, profile_tables
from detente.engine.replaying import ROWS, Replay, with_account
from detente.engine.snapshot import SnapshotFolder
from detente.engine.timeline import assumed_table, history_tables, known_tables, timeline_table
from detente.engine.workers import Workers

Tables = Mapping[str, pa.Table]

PEOPLE = ("persons", "emails", "companies", "accounts", "redirects", "joins", "reviews")
"""Who is who."""

LEDGER = (
    *("periods", "figure_rows", "restatements", "closings", "closed_rows", "calendar", "volume", "targets"),
    *("incentives", "stays", "conversion", "outcomes", "time_in_stage", "speed", "channels", "channel_stages"),
    *("decisions", "reasons", "stage_counts", "stage_differences", "consent_breaks", "deals", "touches", "credit"),
    *("credit_rows", "credit_totals", "names", "sources", "meta"),
)
"""What each side owed and delivered."""

LIBRARIES = ("detente", "duckdb", "holidays", "llvmlite", "numba", "numpy", "pyarrow", "scipy", "tzdata")
"""Whose versions a snapshot records: what its figures rest on."""


@dataclass(frozen=True)
class Run:
    """One run of the line: what every step may know beside its tables."""

    root: Path
    agreement: Timeline
    texts: Sequence[tuple[str, str]]
    identity: IdentityLog
    as_of: int
    workers: Workers
    kernel: KernelHome | None
    authority: Authority
    progress: Progress
    mail: Sequence[Mapping[str, Any]] = ()
    notes: dict[str, str] = field(default_factory=dict)
    """By step: what is worth saying of it."""


@dataclass(frozen=True)
class Step:
    """One step: the tables it reads, the tables it alone writes, and what makes them."""

    name: str
    does: str
    reads: tuple[str, ...]
    writes: tuple[str, ...]
    build: Callable[[Run, Tables], Tables]


def _landed(run: Run, _: Tables) -> Tables:
    loads = finished_loads(run.root)
    if not loads:
        raise UsageError("nothing was imported into this workspace yet: run `detente import` first")
    return {
        "landed_facts": landed_facts(run.root, loads),
        "landed_links": landed_links(run.root, loads),
        "loads": order_of_landing(loads),
    }


def _facts(run: Run, tables: Tables) -> Tables:
    return known_tables(tables, run.as_of)


def _identity(run: Run, tables: Tables) -> Tables:
    return identity_tables(tables, run.identity, run.as_of, MailDomains().with_rows(run.mail).free)


def _profiles(_: Run, tables: Tables) -> Tables:
    return profile_tables(tables)


def _matches(run: Run, tables: Tables) -> Tables:
    return {"pairs": pairs_table(tables, run.identity, run.as_of, run.mail)}


def _golden(run: Run, tables: Tables) -> Tables:
    return golden_tables(tables, run.authority, run.as_of)


def _history(_: Run, tables: Tables) -> Tables:
    return history_tables(tables)


def _assumed(run: Run, tables: Tables) -> Tables:
    return {"assumed": assumed_table(run.workers, tables)}


def _timeline(_: Run, tables: Tables) -> Tables:
    return {"timeline": timeline_table(tables)}


def _replay(run: Run, tables: Tables) -> Tables:
    replay = Replay(run.workers, run.kernel)
    verdicts = replay.tables(tables["timeline"], partial(run.progress, "replay"))
    run.notes["replay"] = replay.note()
    return {name: with_account(table, tables["accounts"]) for name, table in verdicts.items()}


def _ledger(run: Run, tables: Tables) -> Tables:
    folder = ClosedFolder(run.root / "closed")
    with connected(tables) as con:
        found = ledger(con, run.agreement, run.as_of, folder.read(run.as_of))
    folder.append(found.new)
    return {name: canonical(table) for name, table in found.tables.items()}


def _health(run: Run, tables: Tables) -> Tables:
    return health_tables(tables, run.agreement, run.authority, run.as_of)


def _publish(run: Run, tables: Tables) -> Tables:
    head = {
        "as_of": run.as_of,
        "agreement": {
            "id": run.agreement.id,
            "versions": [
                {"version": each.version, "effective": each.effective.isoformat(), "hash": each.hash}
                for each in run.agreement.versions
            ],
        },
        "loads": tables["loads"].column("load_id").to_pylist(),
        "libraries": {"python": platform.python_version(), **{name: version(name) for name in LIBRARIES}},
    }
    published = {name: table for name, table in tables.items() if name != "loads"}
    info = SnapshotFolder(run.root / "snapshots").publish(published, head, run.texts)
    return {"published": pa.table({"id": [info.id]})}


STEPS = (
    Step(
        "landed",
        "reads the facts and links of every finished load",
        (),
        ("landed_facts", "landed_links", "loads"),
        _landed,
    ),
    Step(
        "facts",
        "keeps what was known by the instant of the run, each fact once, and sets aside what never counts",
        ("landed_facts", "landed_links", "loads"),
        ("facts", "links", "unused", "tombstones"),
        _facts,
    ),
    Step(
        "profiles",
        "puts what each record says of itself in one place",
        ("facts", "links"),
        ("profiles", "people", "firms"),
        _profiles,
    ),
    Step(
        "matches",
        "says which records are so alike that they may be one",
        ("people", "firms", "links"),
        ("pairs",),
        _matches,
    ),
    Step(
        "identity",
        "joins records to persons and accounts, which keep their ids",
        ("facts", "links", "people", "pairs"),
        PEOPLE,
        _identity,
    ),
    Step(
        "golden",
        "chooses among the values that records of one person or account hold, and notes where an owner is contradicted",
        ("profiles", "persons", "companies", "tombstones"),
        ("golden", "conflicts"),
        _golden,
    ),
    Step(
        "history",
        "gives each person their own facts, those of their accounts and those of their deals",
        ("facts", "unused", "persons", "companies", "accounts"),
        ("history", "contactless", "set_aside"),
        _history,
    ),
    Step(
        "assumed",
        "finds whose a deal is that names no contact",
        ("contactless", "history", "accounts"),
        ("assumed",),
        _assumed,
    ),
    Step(
        "timeline",
        "puts the facts of each person in the order of the replay",
        ("history", "contactless", "assumed"),
        ("timeline",),
        _timeline,
    ),
    Step(
        "replay",
        "lets the agreement decide on every person",
        ("timeline", "accounts"),
        tuple(ROWS),
        _replay,
    ),
    Step(
        "ledger",
        "counts what each side owed and delivered, the revenue cycle, credit and targets; freezes closed periods",
        ("timeline", "accounts", "golden", "entries", "clocks", "checks", "consents", "state"),
        LEDGER,
        _ledger,
    ),
    Step(
        "health",
        "measures how fresh, complete and consistent the facts are that figures rest on",
        ("facts", "unused", "persons", "companies", "tombstones", "timeline", "state"),
        HEALTH,
        _health,
    ),
    Step(
        "publish",
        "writes the snapshot and makes it the one that serves",
        (
            *("loads", "profiles", "pairs", *PEOPLE, "golden", "conflicts", "timeline", "set_aside", "tombstones"),
            *(*ROWS, *LEDGER, *HEALTH),
        ),
        ("published",),
        _publish,
    ),
)
"""The line."""


class Line:
    """The line over one workspace: `root` is its folder, `workers` how many processes or threads may replay.

    `kernel` is where the compiled replay lies; without one, the interpreter replays. `authority`: who owns which field.
    `mail`: what the workspace knows of mail domains.
    """

    def __init__(
        self,
        root: Path,
        workers: int,
        kernel: KernelHome | None = None,
        authority: Authority = NOBODYS,
        mail: Sequence[Mapping[str, Any]] = (),
    ) -> None:
        self._root = root
        self._workers = workers
        self._kernel = kernel
        self._authority = authority
        self._mail = mail

    def steps(self) -> Sequence[StepInfo]:
        """Return the steps in order."""
        return [StepInfo(step.name, step.does, step.reads, step.writes) for step in STEPS]

    def run(
        self,
        agreement: Timeline,
        texts: Sequence[tuple[str, str]],
        identity: IdentityLog,
        as_of: int,
        progress: Progress,
    ) -> Published:
        """Rebuild everything from the landed facts known by `as_of` and publish it."""
        tables: dict[str, pa.Table] = {}
        done: list[StepRun] = []
        with Workers(agreement, as_of, self._workers) as workers:
            run = Run(
                *(self._root, agreement, texts, identity, as_of, workers, self._kernel),
                *(self._authority, progress, self._mail),
            )
            for step in STEPS:
                started = time.perf_counter()
                written = step.build(run, {name: tables[name] for name in step.reads})
                if set(written) != set(step.writes):
                    raise RuntimeError(f"step {step.name} wrote {sorted(written)}, not {sorted(step.writes)}")
                tables.update(written)
                rows = sum(table.num_rows for table in written.values())
                done.append(StepRun(step.name, rows, time.perf_counter() - started, run.notes.get(step.name)))
                progress(step.name, rows, rows)
        published = tables["published"].column("id").to_pylist()[0]
        return Published(SnapshotFolder(self._root / "snapshots").info(published), tuple(done))
