"""Syncs with a system that answers badly, in seeded scenarios, and compares the end with that of a good day.

    python bench/faults_bench.py --scenarios 200 [--seed 1] [--json]

A scenario reads a few hundred contacts, then what changed and what was deleted, in three ways of paging, with one to
three faults among those of `upstream.py`, a clock ten minutes ahead or behind, or a thousand records of one instant.
What ends with an error is run again, as a schedule would. It is right if what is landed in the end is what it is
without faults, within half as many requests again.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from dlt.sources.helpers.rest_client.auth import OAuth2ClientCredentials
from dlt.sources.helpers.rest_client.paginators import JSONResponseCursorPaginator
from upstream import LISTING, SECOND, TRANSPORT, Upstream

from detente.app.operations.sync_report import SourceReport
from detente.app.operations.sync_source import SyncPorts, SyncRequest, sync_source
from detente.app.ports.sources import ConfiguredSource
from detente.core.agreement.standard import STANDARD_KINDS
from detente.engine.landing import LandingZone
from detente.engine.lock import FileLock
from detente.engine.stream_folder import StreamsOfWorkspace
from detente.sources.configured import Surroundings, configured
from detente.sources.files.exports import FileExports
from detente.sources.kit.connector import Stream
from detente.sources.kit.keyset import Keyset, Place
from detente.sources.kit.patience import Budget, Moments
from detente.sources.kit.web import Client, Web

STYLES = ("cursor", "offset", "changed")
HOUR = 3_600 * SECOND
MOST_REQUESTS = 1.5
_PATIENCE = Budget(attempts=6, waiting=600, connect=5.0, answer=0.25)
_RUNS = 8
"""How often a run that ended with an error is tried again."""

MAPPING = """\
mapping: 1
source: harbour
files:
  contacts:
    file: contacts.jsonl
    subject: person
    record: id
    deleted: {_deleted: "true"}
    facts:
      - enrich: {person.email: properties.email, person.title: properties.title}
        occurred_at: {column: modified, format: epoch_us}
"""
_AUTH = """\
auth: {type: oauth2_client_credentials, access_token_url: "BASE/token", client_id: detente}
"""
STREAMS = {
    "cursor": """\
  contacts:
    path: /cursor
    key: id
    data_selector: results
    params: {since: "{since}"}
    incremental: {cursor_path: modified_ms, format: epoch_ms, overlap: 300}
    paginator: {type: cursor, cursor_path: after, cursor_param: after}
    deletions: true
""",
    "offset": """\
  contacts:
    path: /offset
    key: id
    data_selector: results
    paginator: {type: offset, limit: 20, total_path: total}
    deletions: true
""",
}
STREAMS["changed"] = STREAMS["cursor"]


@dataclass(frozen=True)
class Scenario:
    """One day: how pages are asked for, how many records there are, and what goes wrong at which request."""

    seed: int
    style: str
    records: int
    at_one_instant: int
    skew: int
    plan: dict[int, str]

    @classmethod
    def of(cls, seed: int) -> Scenario:
        """Return the scenario of a seed."""
        chance = random.Random(seed)
        style = STYLES[seed % len(STYLES)]
        records = chance.randint(160, 320)
        faults = chance.sample([*TRANSPORT, *LISTING], chance.randint(1, 3))
        within = 24 if style == "changed" else 70
        plan = {chance.randint(2, within): fault for fault in faults}
        one_instant = 1_000 if seed % 10 == 0 else chance.choice([0, 50])
        return cls(seed, style, records, one_instant, chance.choice([0, 0, 600, -600]), plan)


@dataclass
class Day:
    """What became of a scenario: requests, errors on the way, and digests of what is landed in the end."""

    requests: int = 0
    runs: int = 0
    errors: list[str] = field(default_factory=list)
    unfinished: bool = False
    facts: str = ""
    state: str = ""
    disturbed: list[list[tuple[str, int]]] = field(default_factory=list)
    met: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Outcome:
    """A scenario with faults beside the same without. `same`: what is landed in the end."""

    seed: int
    style: str
    faults: list[str]
    same: bool
    ratio: float
    runs: int
    errors: list[str]

    @property
    def good(self) -> bool:
        """Whether it ended as it should, within its requests."""
        return self.same and self.ratio <= MOST_REQUESTS


class Installation:
    """A workspace that syncs the system, with a clock of its own."""

    def __init__(self, root: Path, base: str, scenario: Scenario, upstream: Upstream) -> None:
        self._root = root
        self._scenario = scenario
        self._upstream = upstream
        self._base = base
        auth = _AUTH.replace("BASE", base) if upstream.needs_token else ""
        (root / "harbour.yaml").write_text(f"rest: 1\nbase_url: {base}\n{auth}streams:\n{STREAMS[scenario.style]}")
        (root / "mapping.yaml").write_text(MAPPING)

    def sync(self) -> SourceReport:
        """Sync once, as a process of its own would."""
        ports = SyncPorts(
            streams=StreamsOfWorkspace(self._root, self._clock),
            reader=FileExports(),
            landing=LandingZone(self._root, "0"),
            lock=FileLock(self._root / ".lock", self._clock),
            clock=self._clock,
            sleep=lambda _: None,
            progress=lambda _: None,
        )
        return sync_source(self._source(), SyncRequest(STANDARD_KINDS), ports)

    def _clock(self) -> int:
        return self._upstream.now - self._scenario.skew * SECOND

    def _source(self) -> ConfiguredSource:
        waited = [0.0]

        def sleep(seconds: float) -> None:
            waited[0] += seconds

        moments = Moments(lambda: waited[0] + time.monotonic(), sleep, random.Random(self._scenario.seed).random)
        env = {"DETENTE_HARBOUR_CLIENT_SECRET": "harbour-client-secret"}
        around = Surroundings(self._root, env, STANDARD_KINDS, moments, _no_inbox, _PATIENCE)
        table = {"system": "rest", "description": "harbour.yaml", "mapping": "mapping.yaml"}
        source = configured({"harbour": table}, "harbour", around)
        if self._scenario.style != "changed":
            return source
        web = Web(moments, _PATIENCE)
        auth = OAuth2ClientCredentials(access_token_url=f"{self._base}/token", client_id="d", client_secret="harbour-s")
        client = web.client(self._base, auth=auth if self._upstream.needs_token else None)
        stream = Stream("contacts", "id", partial(_changed, client), partial(_ids, client))
        return replace(source, connect=lambda: [stream], requests=lambda: web.requests, latest=lambda: web.latest)


def _no_inbox() -> Any:  # noqa: ANN401
    raise AssertionError("nobody sends events here")


def _changed(client: Client, cursor: Any) -> Iterator[Any]:  # noqa: ANN401
    """Read the contacts by keyset."""

    def fetch(place: Place) -> Sequence[dict[str, Any]]:
        asked = {"modified": place.modified, "id": place.id}
        rows: list[dict[str, Any]] = client.post("/changed", json=asked).json()["results"]
        return rows

    keyset = Keyset("contacts", modified=lambda row: int(row["modified"]), id=lambda row: row["id"])
    return keyset.by_modified(fetch, cursor)


def _ids(client: Client) -> Iterator[str]:
    paginator = JSONResponseCursorPaginator(cursor_path="after", cursor_param="after")
    for page in client.paginate("/ids", paginator=paginator, data_selector="results"):
        yield from map(str, page)


def live(scenario: Scenario, disturbed: Sequence[Sequence[tuple[str, int]]] | None, root: Path) -> Day:
    """Live through a scenario; `disturbed` (None: faults make it) is what happens to records at the end of each act."""
    chance = random.Random(scenario.seed + 1)
    upstream = Upstream(plan={} if disturbed is not None else dict(scenario.plan))
    upstream.needs_token = "expire" in scenario.plan.values()
    for number in range(scenario.records):
        upstream.put(number, f"title {chance.randint(0, 9)}", at=upstream.now - chance.randint(1, 10**6) * SECOND)
    for number in range(scenario.records, scenario.records + scenario.at_one_instant):
        upstream.put(number, "title", at=upstream.now - HOUR)
    day = Day()
    with upstream.serving() as base:
        here = Installation(root, base, scenario, upstream)
        for act in (_nothing, _change, _delete, _nothing):
            upstream.now += HOUR
            act(upstream, chance)
            for _ in range(2):  # what one run did not see is there for the next
                _run(here, day)
            if disturbed is None:
                day.disturbed.append(list(upstream.disturbed))
                upstream.disturbed.clear()
            else:
                for fault, number in disturbed[len(day.disturbed)]:
                    upstream.disturb(fault, number)
                day.disturbed.append([])
    day.requests, day.met = upstream.requests, upstream.met
    day.facts, day.state = digests(root)
    return day


def _run(here: Installation, day: Day) -> None:
    """Sync until it goes well."""
    for _ in range(_RUNS):
        day.runs += 1
        report = here.sync()
        errors = [each for each in (report.error, *(stream.error for stream in report.streams)) if each]
        day.errors += errors
        if not errors:
            return
    day.unfinished = True


def _nothing(_: Upstream, __: random.Random) -> None:
    """Let time pass."""


def _change(upstream: Upstream, chance: random.Random) -> None:
    there = sorted(upstream.records)
    for number in chance.sample(there, 20):
        upstream.touch(number)
    for number in range(5_000, 5_000 + 8):
        upstream.put(number, "new")


def _delete(upstream: Upstream, chance: random.Random) -> None:
    for number in chance.sample(range(5_000, 5_000 + 8), 4):
        upstream.records.pop(number, None)
    for number in chance.sample(sorted(upstream.records), 10):
        del upstream.records[number]


def digests(root: Path) -> tuple[str, str]:
    """Return digests of every fact, and of what they come to: the latest values of each record, and which are gone."""
    facts = _rows(root, "facts-*.parquet")
    every = sorted((row["fact_id"], row["record"], row["occurred_at"], row["known_at"], row["extra"]) for row in facts)
    latest = {row["record"]: row["extra"] for row in sorted(facts, key=lambda row: (row["occurred_at"], row["extra"]))}
    words = sorted(_rows(root, "links-*.parquet"), key=lambda row: row["known_at"])
    gone = {row["record"]: row["relation"] for row in words}
    deleted = sorted(record for record, relation in gone.items() if relation == "deleted")
    values = sorted((record, extra) for record, extra in latest.items() if record not in deleted)
    return _digest([every, deleted]), _digest([values, deleted])


def _rows(root: Path, pattern: str) -> list[dict[str, Any]]:
    tables = [pq.read_table(path) for path in sorted(root.glob(f"facts/*/{pattern}"))]
    return pa.concat_tables(tables).to_pylist() if tables else []


def _digest(what: object) -> str:
    return hashlib.sha256(json.dumps(what).encode()).hexdigest()[:16]


def outcome(scenario: Scenario) -> Outcome:
    """Live through a scenario with its faults, then without, and compare."""
    with tempfile.TemporaryDirectory() as bad, tempfile.TemporaryDirectory() as good:
        faulty = live(scenario, None, Path(bad))
        clean = live(scenario, faulty.disturbed, Path(good))
    moved = any(faulty.disturbed)
    same = faulty.state == clean.state and (moved or faulty.facts == clean.facts) and not faulty.unfinished
    ratio = faulty.requests / clean.requests
    return Outcome(scenario.seed, scenario.style, faulty.met, same, ratio, faulty.runs, faulty.errors + clean.errors)


def main() -> None:
    """Read the arguments, live through the scenarios, and print what became of them."""
    parser = argparse.ArgumentParser(description="Sync with a system that answers badly.")
    parser.add_argument("--scenarios", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1, help="the seed of the first scenario; the others count up")
    parser.add_argument("--json", action="store_true")
    chosen = parser.parse_args()
    outcomes = [outcome(Scenario.of(seed)) for seed in range(chosen.seed, chosen.seed + chosen.scenarios)]
    bad = [each for each in outcomes if not each.good]
    if chosen.json:
        print(json.dumps({"seed": chosen.seed, "outcomes": [asdict(each) for each in outcomes]}, indent=1))
    else:
        met = Counter(fault for each in outcomes for fault in each.faults)
        ratios = sorted(each.ratio for each in outcomes)
        print(f"{len(outcomes)} scenarios from seed {chosen.seed}; faults met: {met.total()}")
        print(", ".join(f"{name} {number}" for name, number in sorted(met.items())))
        print(f"ended as without faults: {sum(each.same for each in outcomes)} of {len(outcomes)}")
        print(f"requests: {ratios[len(ratios) // 2]:.2f} x in the middle, {ratios[-1]:.2f} x at most")
        print(f"runs that ended with an error and were run again: {sum(len(each.errors) for each in outcomes)}")
        for each in bad:
            print(each)
    sys.exit(1 if bad else 0)


if __name__ == "__main__":
    main()
