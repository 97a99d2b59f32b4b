"""What a sync lands, remembers and tells; what a run that ended anywhere leaves to the next one."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from detente.app.operations.sync_report import SourceReport, StreamReport
from detente.app.operations.sync_source import SyncPorts, SyncRequest, sync_source
from detente.app.ports.sources import ConfiguredSource
from detente.core.agreement.standard import STANDARD_KINDS
from detente.core.errors import Busy, InputError, SourceRefused, SourceUnready, UsageError
from detente.engine import spool
from detente.engine.landing import LandingZone
from detente.engine.lock import FileLock
from detente.engine.stream_folder import StreamsOfWorkspace
from detente.sources.files.exports import FileExports
from detente.sources.kit.connector import Cursor, Page, Row, Stream

NOW = 1_793_491_200_000_000  # 2026-11-01T00:00Z
MAPPING = """\
mapping: 1
source: crm
files:
  contacts:
    file: contacts.jsonl
    subject: person
    record: id
    deleted: {_deleted: "true"}
    facts:
      - enrich: {person.email: properties.email, person.title: properties.title}
        occurred_at: {column: changed, format: epoch_s}
"""


def contact(number: int, changed: int = 1_790_000_000, **properties: Any) -> Row:
    return {"id": str(number), "changed": changed, "properties": {"email": f"p{number}@harbour.example", **properties}}


@dataclass
class Crm:
    """A system with contacts, read two a page. `breaks_after`: pages until it does not answer any more."""

    rows: list[Row] = field(default_factory=list)
    breaks_after: int | None = None
    hidden: set[str] = field(default_factory=set)
    asked: list[Cursor] = field(default_factory=list)
    requests: int = 0
    latest: int | None = None
    skipped: set[str] = field(default_factory=set)

    def pages(self, cursor: Cursor) -> Iterator[Page]:
        self.asked.append(cursor)
        news = [row for row in self.rows if row["changed"] > cursor.get("changed", 0) and row["id"] not in self.skipped]
        for nth, start in enumerate(range(0, len(news), 2)):
            if self.breaks_after is not None and nth >= self.breaks_after:
                raise SourceUnready("GET https://crm.example/contacts: it answers 503, after 6 attempts")
            self.requests += 1
            some = news[start : start + 2]
            last = start + 2 >= len(news)
            yield Page(some, {"changed": max(row["changed"] for row in self.rows)} if last else None)

    def present(self) -> Iterator[str]:
        self.requests += 1
        yield from (row["id"] for row in self.rows if row["id"] not in self.hidden)


class Workspace:
    """A workspace that syncs a system."""

    def __init__(self, root: Path, crm: Crm) -> None:
        self.root = root
        self.crm = crm
        self.now = NOW
        self.slept = 0.0
        self.mapping = MAPPING
        self.columns: Sequence[str] = ("id", "properties.email", "properties.title", "changed")

    @property
    def streams(self) -> StreamsOfWorkspace:
        return StreamsOfWorkspace(self.root, lambda: self.now)

    def source(self, *streams: Stream) -> ConfiguredSource:
        one = Stream("contacts", "id", self.crm.pages, self.crm.present)
        return ConfiguredSource(
            name="crm",
            system="harbour",
            mapping_file="mappings/crm.yaml",
            mapping_text=self.mapping,
            warnings=(),
            columns={"contacts": self.columns},
            deletes=frozenset({"contacts"}),
            connect=lambda: streams or (one,),
            requests=lambda: self.crm.requests,
            latest=lambda: self.crm.latest,
            mask=lambda text: text.replace("s3cret-token", "•••"),
        )

    def sleep(self, seconds: float) -> None:
        self.slept += seconds

    def ports(self) -> SyncPorts:
        return SyncPorts(
            streams=self.streams,
            reader=FileExports(),
            landing=LandingZone(self.root, "0"),
            lock=FileLock(self.root / ".lock", lambda: self.now),
            clock=lambda: self.now,
            sleep=self.sleep,
            progress=lambda _: None,
        )

    def sync(self, *streams: Stream, **options: Any) -> SourceReport:
        self.now += 1_000_000
        return sync_source(self.source(*streams), SyncRequest(STANDARD_KINDS, **options), self.ports())

    def contacts(self, **options: Any) -> StreamReport:
        (report,) = self.sync(**options).streams
        return report

    def facts(self) -> list[tuple[str, str]]:
        rows = [row for file in self.root.glob("facts/*/facts-*.parquet") for row in pq.read_table(file).to_pylist()]
        return sorted((row["record"], json.loads(row["extra"])["person.email"]) for row in rows)

    def words(self) -> list[tuple[str, str]]:
        rows = [row for file in self.root.glob("facts/*/links-*.parquet") for row in pq.read_table(file).to_pylist()]
        return [
            (row["record"], row["relation"]) for row in sorted(rows, key=lambda row: (row["known_at"], row["record"]))
        ]


@pytest.fixture
def crm() -> Crm:
    return Crm([contact(number, 1_790_000_000 + number) for number in range(1, 6)])


@pytest.fixture
def workspace(tmp_path: Path, crm: Crm) -> Workspace:
    return Workspace(tmp_path, crm)


def everybody(*numbers: int) -> list[tuple[str, str]]:
    return [(str(number), f"p{number}@harbour.example") for number in numbers]


def test_rows_become_facts_and_the_cursor_is_kept(workspace: Workspace) -> None:
    report = workspace.contacts()
    assert (report.error, report.rows, report.requests) == (None, 5, 4)
    assert workspace.facts() == everybody(1, 2, 3, 4, 5)
    state = workspace.streams.state("crm", "contacts")
    assert (state.cursor, state.rows, state.requests, state.error) == ({"changed": 1_790_000_005}, 5, 4, None)
    assert (state.finished_at, state.lag(workspace.now + 7)) == (workspace.now, 7)


def test_the_next_run_reads_on_and_nothing_counts_twice(workspace: Workspace, crm: Crm) -> None:
    workspace.sync()
    crm.rows.append(contact(6, 1_790_000_006))
    report = workspace.contacts()
    assert crm.asked == [{}, {"changed": 1_790_000_005}]
    assert (report.rows, sum(part.facts for part in report.parts)) == (1, 1)
    assert workspace.contacts().rows == 0
    assert workspace.facts() == everybody(1, 2, 3, 4, 5, 6)


def test_full_reads_from_the_beginning_and_brings_nothing_twice(workspace: Workspace, crm: Crm) -> None:
    workspace.sync()
    crm.rows[0] = contact(1, 1_790_000_001, title="Boss")
    report = workspace.contacts(full=True)
    assert (report.rows, crm.asked[-1]) == (5, {})
    assert sum(part.facts for part in report.parts) == 1


def test_what_was_read_before_a_system_broke_off_is_landed(workspace: Workspace, crm: Crm) -> None:
    crm.breaks_after = 2
    report = workspace.contacts()
    assert report.error == "GET https://crm.example/contacts: it answers 503, after 6 attempts"
    assert workspace.facts() == everybody(1, 2, 3, 4)
    state = workspace.streams.state("crm", "contacts")
    assert (state.error, state.error_at, state.finished_at, state.cursor) == (report.error, workspace.now, None, {})
    crm.breaks_after = None
    assert workspace.contacts().error is None
    assert workspace.facts() == everybody(1, 2, 3, 4, 5)
    assert workspace.streams.state("crm", "contacts").error is None


def test_settings_that_prove_wrong_while_a_stream_is_read_end_that_stream_alone(workspace: Workspace) -> None:
    def pages(_: Cursor) -> Iterator[Page]:
        raise UsageError("url: mysql+pymysql needs a driver: pip install pymysql with s3cret-token")

    (report,) = workspace.sync(Stream("contacts", "id", pages)).streams
    assert report.error == "url: mysql+pymysql needs a driver: pip install pymysql with •••"
    assert workspace.streams.state("crm", "contacts").error == report.error


def test_many_rows_are_landed_part_by_part(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spool, "PART_ROWS", 2)
    report = workspace.contacts()
    assert [part.receipt.records for part in report.parts] == [2, 2, 1]
    assert not list(workspace.root.glob("landing/crm/.spool/contacts/*"))


class Killed(BaseException):
    """Stands for the end of the process: nothing after it runs."""


def killed_at(workspace: Workspace, monkeypatch: pytest.MonkeyPatch, what: type, method: str) -> None:
    """Sync until a method is called, and no further."""

    def killed(*_: object) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(what, method, killed)
        with pytest.raises(Killed):
            workspace.sync()


@pytest.mark.parametrize("where", ["seal", "import", "keep", "landed"])
def test_a_run_killed_around_landing_is_gone_on_with(
    workspace: Workspace, crm: Crm, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    target: tuple[type, str] = {
        "seal": (spool.RowSpool, "seal"),
        "import": (LandingZone, "begin"),
        "keep": (StreamsOfWorkspace, "keep"),
        "landed": (spool.RowSpool, "landed"),
    }[where]
    killed_at(workspace, monkeypatch, *target)
    crm.rows.append(contact(6, 1_790_000_006))
    report = workspace.contacts()
    assert report.error is None
    assert report.went_on == (where != "seal")
    assert workspace.facts() == everybody(1, 2, 3, 4, 5, 6)
    assert report.set_aside == ()


@pytest.mark.parametrize("damage", ["shorter", "seal", "cursor", "gone"])
def test_a_damaged_spool_is_set_aside_and_its_rows_are_read_again(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch, damage: str
) -> None:
    killed_at(workspace, monkeypatch, LandingZone, "begin")
    folder = workspace.root / "landing/crm/.spool/contacts"
    if damage == "seal":
        (folder / "sealed.json").write_text('{"rows": 5')
    elif damage == "cursor":
        seal = json.loads((folder / "sealed.json").read_bytes())
        (folder / "sealed.json").write_text(json.dumps(seal | {"cursor": 5}))
    elif damage == "gone":
        (folder / "contacts.jsonl").unlink()
    else:
        (folder / "contacts.jsonl").write_bytes((folder / "contacts.jsonl").read_bytes()[:-40])
    report = workspace.contacts()
    assert report.set_aside == ("landing/crm/set-aside/contacts-1",)
    assert (report.error, workspace.facts()) == (None, everybody(1, 2, 3, 4, 5))


def test_a_record_that_is_no_longer_listed_is_deleted_and_may_come_back(workspace: Workspace, crm: Crm) -> None:
    workspace.sync()
    crm.hidden = {"2"}
    assert workspace.contacts().deleted == 1
    assert workspace.contacts().deleted == 0
    crm.hidden = set()
    assert workspace.contacts().restored == 1
    crm.hidden = {"2"}
    assert workspace.contacts().deleted == 1
    assert workspace.words() == [("2", "deleted"), ("2", "restored"), ("2", "deleted")]


def test_a_listing_that_leaves_a_record_out_once_deletes_nothing(workspace: Workspace, crm: Crm) -> None:
    workspace.sync()
    listings = iter([["1", "2", "4", "5"], ["1", "2", "3", "4", "5"]])
    (report,) = workspace.sync(Stream("contacts", "id", crm.pages, lambda: iter(next(listings)))).streams
    assert (report.error, report.deleted, workspace.words()) == (None, 0, [])


@pytest.mark.parametrize("hidden", [{"1", "2", "3", "4", "5"}, {"1", "2", "3"}])
def test_a_listing_that_falls_short_deletes_nothing_unless_that_is_meant(
    workspace: Workspace, crm: Crm, hidden: set[str]
) -> None:
    workspace.sync()
    crm.hidden = hidden
    report = workspace.contacts()
    assert report.error is not None
    assert f"contacts: {len(hidden)} of 5 landed records are not listed any more" in report.error
    assert "`detente sync crm --stream contacts --full` says so" in report.error
    assert workspace.words() == []
    assert workspace.contacts(full=True).deleted == len(hidden)


def test_a_record_that_a_page_left_out_is_read_by_the_run_after_the_next(workspace: Workspace, crm: Crm) -> None:
    crm.skipped = {"3"}
    assert workspace.contacts().unread == ()
    crm.skipped = set()
    assert workspace.contacts().rows == 5
    assert workspace.facts() == everybody(1, 2, 3, 4, 5)
    assert workspace.contacts().rows == 0


def test_a_record_that_no_page_ever_has_is_told_and_not_looked_for_for_ever(workspace: Workspace, crm: Crm) -> None:
    crm.skipped = {"3"}
    workspace.sync()
    assert (workspace.contacts().unread, workspace.contacts().unread) == (("3",), ("3",))
    assert crm.asked == [{}, {"changed": 1_790_000_005}, {}, {"changed": 1_790_000_005}]


def test_what_a_system_whose_clock_goes_ahead_says_is_not_of_the_future(workspace: Workspace, crm: Crm) -> None:
    ahead = NOW // 1_000_000 + 600
    crm.rows, crm.latest = [contact(1, ahead), contact(2, ahead - 1), contact(3, 5_000)], ahead * 1_000_000
    report = workspace.contacts()
    assert sum(part.receipt.quarantined for part in report.parts) == 1, "the one of 1970"
    crm.hidden = {"1"}
    assert workspace.contacts().deleted == 1
    (word,) = [
        row for file in workspace.root.glob("facts/*/links-*.parquet") for row in pq.read_table(file).to_pylist()
    ]
    assert word["known_at"] == (ahead + 1) * 1_000_000


def test_a_change_of_shape_is_told_once_and_never_silent(workspace: Workspace, crm: Crm) -> None:
    workspace.columns = (*workspace.columns, "properties.titel")
    assert workspace.contacts().drift.unread == ("properties.title", "properties.titel")
    crm.rows = [{"id": "7", "changed": 1_790_000_007, "properties": {"email": 7, "title": None, "phone": "1"}}]
    crm.rows += [{"id": str(number), "changed": 1} for number in range(1, 6)]
    drift = workspace.contacts().drift
    assert drift.new == ("properties.phone", "properties.title")
    assert [(each.field, each.before, each.now) for each in drift.retyped] == [
        ("properties.email", ("text",), ("number",))
    ]
    assert drift.unread == ("properties.titel",)
    crm.rows = [{"id": "8", "changed": 1_790_000_008, "properties": {"phone": "1"}}, *crm.rows]
    assert workspace.contacts().drift.gone == ("properties.email",)
    assert not workspace.contacts().drift


def test_what_stands_in_the_place_of_a_row_and_is_none_is_quarantined(workspace: Workspace) -> None:
    rows: list[Any] = [contact(1), "x", None, 5, [contact(2)]]
    (report,) = workspace.sync(Stream("contacts", "id", lambda _: iter([Page(rows, {"changed": 1})]))).streams
    assert (report.error, report.rows) == (None, 5)
    assert [part.receipt.quarantined for part in report.parts] == [4]
    assert workspace.facts() == everybody(1)


def test_a_row_that_cannot_be_used_is_quarantined_and_the_stream_goes_on(workspace: Workspace, crm: Crm) -> None:
    crm.rows[1] = {"id": "\ud800", "changed": 1_790_000_002, "properties": {}}
    crm.rows[2] = contact(3, 1_790_000_003, note=float("nan"))
    report = workspace.contacts()
    by_class = {name for part in report.parts for name in part.receipt.by_class}
    assert (report.error, by_class) == (None, {"lone-surrogate", "json-number"})
    assert workspace.facts() == everybody(1, 4, 5)


def test_no_secret_is_landed_or_kept(workspace: Workspace, crm: Crm) -> None:
    crm.rows[0] = contact(1, 1_790_000_001, title="s3cret-token")

    def breaks() -> Iterator[str]:
        raise SourceUnready("no s3cret-token here")

    (report,) = workspace.sync(Stream("contacts", "id", crm.pages, breaks)).streams
    assert report.error == "no ••• here"
    kept = [file.read_bytes() for file in workspace.root.rglob("*") if file.is_file() and file.suffix != ".parquet"]
    assert not any(b"s3cret" in content for content in kept)
    landed = [pq.read_table(file).to_pylist() for file in workspace.root.rglob("*.parquet")]
    assert "s3cret" not in repr(landed)


def test_two_syncs_of_one_source_do_not_run_at_once(workspace: Workspace) -> None:
    with workspace.streams.reading("crm"), pytest.raises(Busy, match=r"`detente sync crm` .* is syncing crm"):
        workspace.sync()


def test_a_part_waits_for_another_writer_to_end(workspace: Workspace) -> None:
    with contextlib.ExitStack() as other:
        other.enter_context(FileLock(workspace.root / ".lock", lambda: NOW).hold("detente replay"))
        workspace.sleep = lambda _: other.close()  # type: ignore[method-assign]
        assert workspace.contacts().error is None
    assert workspace.facts() == everybody(1, 2, 3, 4, 5)


def test_what_cannot_wait_any_longer_is_landed_by_the_next_run(workspace: Workspace, crm: Crm) -> None:
    with (
        FileLock(workspace.root / ".lock", lambda: NOW).hold("detente replay"),
        pytest.raises(Busy, match="`detente replay`"),
    ):
        workspace.sync()
    assert workspace.slept == 600
    crm.rows.clear()
    report = workspace.contacts(full=True)
    assert (report.went_on, workspace.facts()) == (True, everybody(1, 2, 3, 4, 5))


def test_streams_that_nobody_maps_are_named_and_one_may_be_chosen(workspace: Workspace, crm: Crm) -> None:
    streams = (Stream("contacts", "id", crm.pages, None), Stream("notes", "id", crm.pages, None))
    report = workspace.sync(*streams)
    assert ([each.stream for each in report.streams], report.unmapped) == (["contacts"], ("notes",))
    assert "has no stream 'deals': it has contacts, notes" in str(workspace.sync(*streams, stream="deals").error)
    assert "does not speak of 'notes'" in str(workspace.sync(*streams, stream="notes").error)
    assert workspace.sync(*streams, stream="contacts").good


def test_a_mapping_that_would_not_see_deletions_is_refused(workspace: Workspace) -> None:
    workspace.columns = ("id",)
    source = workspace.source()
    blind = ConfiguredSource(**{**source.__dict__, "deletes": frozenset()})
    report = sync_source(blind, SyncRequest(STANDARD_KINDS), workspace.ports())
    assert 'add `deleted: {_deleted: "true"}` to it' in str(report.error)


def test_a_source_that_lets_nobody_in_is_the_last_error_of_all_its_streams(workspace: Workspace) -> None:
    def refuses() -> Sequence[Stream]:
        raise SourceRefused("401: it does not accept the s3cret-token", 401)

    closed = ConfiguredSource(**{**workspace.source().__dict__, "connect": refuses})
    report = sync_source(closed, SyncRequest(STANDARD_KINDS), workspace.ports())
    state = workspace.streams.state("crm", "contacts")
    assert report.error == state.error == "401: it does not accept the •••"
    assert (state.error_at, state.finished_at) == (workspace.now, None)
    assert workspace.contacts().error is None
    assert workspace.streams.state("crm", "contacts").error is None


@pytest.mark.parametrize(
    "damaged",
    [
        "{",
        "[]",
        "null",
        '{"source": "crm"}',
        '{"source": "crm", "stream": "contacts", "cursor": 5}',
        '{"source": "crm", "stream": "contacts", "finished_at": "now"}',
        '{"source": "crm", "stream": "contacts", "finished_at": 1e400}',
        '{"source": "crm", "stream": "contacts", "fields": {"id": 5}}',
    ],
)
def test_a_state_that_cannot_be_read_says_how_to_mend_it(workspace: Workspace, damaged: str) -> None:
    workspace.sync()
    (workspace.root / "landing/crm/contacts.cursor.json").write_text(damaged)
    with pytest.raises(InputError, match="remove it: the stream is then read from its beginning"):
        workspace.streams.states()


def test_every_stream_that_was_read_has_a_state(workspace: Workspace) -> None:
    workspace.sync()
    assert [(state.source, state.stream) for state in workspace.streams.states()] == [("crm", "contacts")]
