"""Data health of a workspace: what the snapshot rests on, what lies beside it, and what needs somebody."""

from __future__ import annotations

import io
import re
from datetime import UTC
from pathlib import Path

import pytest
from rich.console import Console

from detente import bootstrap
from detente.app.operations.receive_event import Outcome
from detente.app.ports.sources import StreamState
from detente.app.queries.conflicts import as_json as conflicts_as_json
from detente.app.queries.conflicts import conflicts
from detente.app.queries.health import Beside, as_json, health
from detente.app.queries.health_words import MEANINGS
from detente.app.queries.lead_json import as_json as lead_as_json
from detente.app.queries.lead_story import lead_story
from detente.cli.show.conflicts import show as show_conflicts
from detente.cli.show.health import WHAT_BECAME, show
from detente.cli.show.lead import show as show_lead
from detente.core.errors import AuthorityError, UsageError
from detente.engine.stream_folder import StreamsOfWorkspace

AS_OF = "2025-06-10 12:00"
CRM = """\
mapping: 1
source: crm
timezone: UTC
files:
  contacts:
    file: contacts.csv
    subject: person
    record: id
    facts:
      - enrich: {person.email: {column: email, as: email}, person.title: title, person.name: name}
        occurred_at: at
  calls:
    file: calls.csv
    subject: person
    record: id
    facts:
      - {kind: touch, occurred_at: at, source_id: call}
  deals:
    file: deals.csv
    subject: deal
    record: id
    contacts: contact
    deleted: {gone: "*"}
    deleted_at: gone
    facts:
      - {kind: deal_open, occurred_at: at, source_id: id}
"""
WEB = """\
mapping: 1
source: web
timezone: UTC
files:
  people:
    file: people.csv
    subject: person
    record: id
    same_as: {crm: crm}
    facts:
      - enrich: {person.title: title}
        occurred_at: at
  mails:
    file: mails.csv
    subject: person
    record: id
    facts:
      - {kind: email_click, occurred_at: at, source_id: event, payload: {automated: machine, url: link}}
"""
CALLS = "".join(f"c1,k{day},2025-0{4 + day // 28}-{day % 28 + 1:02d} 09:00\n" for day in range(56))
FILES = {
    "contacts.csv": "id,email,title,name,at\nc1,ann@acme.example,Director,Ann Lee,2025-01-01\n"
    "c2,not an address,Manager,Bo,2025-01-01\n",
    "calls.csv": "id,call,at\n" + CALLS,
    "deals.csv": "id,contact,at,gone\nd1,c1,2025-05-01,\nd1,c1,2025-05-01,2025-05-20\n",
    "people.csv": "id,crm,title,at\nw1,c1,Head of Sales,2025-03-01\nw2,c1,Head of Sales,2025-03-01\n",
    "mails.csv": "id,event,machine,link,at\nw1,m1,true,/a,2025-06-01 10:00\nw1,m2,false,/a,2025-06-01 11:00\n",
}


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace of two sources that hold the same person, with something of everything."""
    root = tmp_path_factory.mktemp("health") / "ours"
    bootstrap.init(root, "Ours", "UTC", "EUR")
    exports = root / "exports"
    exports.mkdir()
    for name, text in FILES.items():
        (exports / name).write_text(text, "utf-8")
    for name, mapping in (("crm", CRM), ("web", WEB)):
        (root / "mappings" / f"{name}.yaml").write_text(mapping, "utf-8")
        bootstrap.import_files(root, Path(f"mappings/{name}.yaml"), [exports], lambda _: None)
    (root / "authority.yaml").write_text("authority: 1\nattributes: {person.title: {owner: crm}}\n", "utf-8")
    streams = StreamsOfWorkspace(root, bootstrap.clock)
    streams.keep(StreamState("crm", "contacts", rows=7, finished_at=bootstrap.clock()))
    streams.keep(StreamState("crm", "deals", error="refused", error_at=bootstrap.clock()))
    bootstrap.replay(root, AS_OF, lambda *_: None)
    return root


@pytest.fixture(scope="module")
def found(workspace: Path):
    return bootstrap.health(workspace)


def rows(found, part: str, *names: str):
    return [tuple(row[name] for name in names) for row in found.section(part).rows]


def test_every_part_is_there_in_the_order_of_its_meanings(found) -> None:
    assert [section.name for section in found.sections] == list(MEANINGS)


def test_what_became_of_every_record_is_told_by_source(found) -> None:
    names = ("source", "records", "accepted", "duplicate", "quarantined", "open", "mended")
    assert rows(found, "intake", *names) == [("crm", 60, 59, 0, 1, 1, 0), ("web", 4, 4, 0, 0, 0, 0)]
    assert found.section("intake").n == 64


def test_a_source_that_is_silent_against_its_habit_is_late(found) -> None:
    assert rows(found, "sources", "source", "late", "facts") == [("crm", True, 57), ("web", None, 3)]


def test_what_machines_did_is_counted_and_does_not_count(found) -> None:
    assert rows(found, "mail", "kind", "events", "machine", "flag") == [("email_click", 2, 1, 1)]


def test_facts_that_do_not_count_are_counted_by_their_reason(found) -> None:
    assert set(rows(found, "set_aside", "why", "facts")) == {("machine", 1), ("deleted", 1)}
    assert "of a deal that is deleted at its source" in printed(show, found)


def test_a_leads_story_tells_what_a_machine_did_in_its_name(workspace: Path) -> None:
    story = lead_story(bootstrap.snapshot(workspace), "crm:c1")
    assert [(made["kind"], made["source"], made["sign"]) for made in lead_as_json(story)["machine"]] == [
        ("email_click", "web", "flag")
    ]
    assert "m1" not in {fact.source_id for fact in story.facts.values()}
    assert "Left out: 1 open or click by machines (its source says so: 1)." in printed(show_lead, story)
    assert lead_story(bootstrap.snapshot(workspace), "crm:c1", "2025-06-01 09:00").machine == ()


def test_the_state_of_each_stream_is_told(found) -> None:
    assert rows(found, "syncs", "stream", "rows", "error") == [("contacts", 7, None), ("deals", 0, "refused")]


def test_a_person_held_twice_by_one_system_is_a_duplicate_there(found) -> None:
    assert rows(found, "duplicates", "source", "unit", "records", "duplicates") == [
        ("crm", "person", 1, 0), ("web", "person", 2, 1)
    ]  # fmt: skip


def test_what_needs_somebody_is_said_with_what_to_do(found) -> None:
    assert found.attention == (
        ("sources", "crm is late: silent for 13 d 3 h, usually for 1 d at most"),
        ("syncs", "crm deals was not read to its end: refused"),
        ("intake", "1 record of crm set aside: `detente quarantine`"),
        ("conflicts", "1 contradiction for a person to decide: `detente conflicts`"),
    )


def test_each_figure_has_its_definition_its_n_and_its_instant(found) -> None:
    told = as_json(found)
    assert told["schema"] == "detente.health/1"
    for part in told["parts"]:
        assert part["definition"]
        assert part["n_counts"]
        assert part["n"] >= 0
        assert part["as_of"] == (
            "2025-06-10T12:00:00+00:00" if part["part"] not in {"syncs", "events", "intake"} else told["now"]
        )
    (crm, _) = next(part["rows"] for part in told["parts"] if part["part"] == "sources")
    assert (crm["silent_seconds"], crm["known_at"]) == (13 * 86_400 + 3 * 3_600, "2025-05-28T09:00:00+00:00")


def test_a_contradiction_keeps_both_values(workspace: Path) -> None:
    (told,) = conflicts_as_json(conflicts(bootstrap.snapshot(workspace)))["conflicts"]
    assert (told["name"], told["attribute"], told["verdict"]) == ("Ann Lee", "person.title", "owner")
    assert told["held"]["value"] == "Director"
    assert told["other"]["value"] == "Head of Sales"
    assert told["other"]["since"] == "2025-03-01T00:00:00+00:00"
    assert conflicts(bootstrap.snapshot(workspace), "person.phone").rows == []


def printed(show_it, found) -> str:
    out = io.StringIO()
    show_it(Console(file=out, width=100, highlight=False), found)
    return out.getvalue()


def test_a_terminal_of_100_columns_shows_all_of_it(workspace: Path, found) -> None:
    text = printed(show, found) + printed(show_conflicts, conflicts(bootstrap.snapshot(workspace)))
    assert max(map(len, text.splitlines())) <= 100
    for section in found.sections:
        assert section.meaning.title in text
    assert "Head of Sales" in text


def test_a_wrong_authority_is_refused_with_its_place_and_the_old_snapshot_serves(workspace: Path) -> None:
    before = bootstrap.current_snapshot(workspace)
    right = (workspace / "authority.yaml").read_text("utf-8")
    (workspace / "authority.yaml").write_text("authority: 1\nattributes: {title: {owner: crm}}\n", "utf-8")
    with pytest.raises(AuthorityError, match=r"authority.yaml:2:14: 'title' is no attribute path"):
        bootstrap.replay(workspace, AS_OF, lambda *_: None)
    (workspace / "authority.yaml").write_text(right, "utf-8")
    assert bootstrap.current_snapshot(workspace) == before


def test_before_the_first_replay_it_tells_what_came_in(tmp_path: Path) -> None:
    bootstrap.init(tmp_path / "new", "New", "UTC", "EUR")
    found = bootstrap.health(tmp_path / "new")
    assert found.snapshot is None
    assert [section.name for section in found.sections] == ["syncs", "events", "intake"]
    assert "Nothing was replayed yet" in printed(show, found)
    with pytest.raises(UsageError):
        conflicts(bootstrap.snapshot(tmp_path / "new"))


def test_what_became_of_events_that_systems_send_is_told() -> None:
    beside = Beside([], [], [], 0, UTC, {("form", Outcome.KEPT): 12, ("", Outcome.NO_SUCH_SOURCE): 3})
    text = printed(show, health(None, beside))
    assert "n = 15 (deliveries that were kept or refused)" in text
    assert re.search(r"form +kept +12\n +– +no such source +3\n", text)
    assert {each.value for each in Outcome} - {Outcome.KNOWN} == set(WHAT_BECAME)
