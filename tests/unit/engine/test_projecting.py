"""What a snapshot says to the lists of daily work: names, where everybody stands, and the clocks that run."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from detente.app.ports.projection import LeadRow, OpenClock
from detente.core.errors import InputError
from detente.engine.flow import Line
from detente.engine.projecting import SnapshotRows
from detente.store.identity_log import open_identity_log

START = 1_780_000_000_000_000
HOUR = 3_600_000_000
AS_OF = START + 60 * HOUR


@pytest.fixture
def projected(landed, agreement, texts) -> Any:
    """Return what lands rows and gives the leads and the running clocks of the snapshot of them."""

    def run(*rows: Any) -> tuple[dict[str, LeadRow], list[OpenClock]]:
        landed.load(*rows)
        log = open_identity_log(landed.root / "detente.db")
        published = Line(landed.root, 1).run(agreement, texts, log, AS_OF, lambda *_: None)
        found = SnapshotRows(landed.root / "snapshots").rows_of(published.snapshot.id)
        assert (found.snapshot, found.as_of) == (published.snapshot.id, AS_OF)
        leads = list(found.leads())
        assert [lead.person for lead in leads] == sorted(lead.person for lead in leads)
        return {lead.name: lead for lead in leads}, list(found.clocks())

    return run


def test_a_lead_is_listed_under_the_latest_name_told(projected, fact) -> None:
    leads, _ = projected(
        fact("enrich", 1, "crm:1", {"person.name": "Ann Kuhl", "person.title": "VP", "company.name": "Isar"}),
        fact("enrich", 3, "crm:1", {"person.name": "Ann Kühl-Weber", "person.email": "Ann@Isar.example"}),
        fact(
            "enrich", 2, "crm:1", {"person.name": "Ann Weber", "person.email": "old@isar.example", "person.title": " "}
        ),
    )
    (ann,) = leads.values()
    assert (ann.name, ann.known_as, ann.title, ann.company) == ("Ann Kühl-Weber", "name", "VP", "Isar")
    assert (ann.email, ann.name_key) == ("Ann@Isar.example", "ann kuhl-weber")
    assert ann.search == "ann kuhl-weber\nisar\nann@isar.example\nold@isar.example"


def test_without_a_name_an_address_stands_for_it_and_without_one_the_record(projected, fact, email) -> None:
    leads, _ = projected(
        email("crm:1", "ann@isar.example"),
        fact("touch", 1, "crm:2", {"direction": "out"}),
        fact("touch", 1, "web:9", {"direction": "out"}),
        fact("enrich", 1, "web:9", {"company.domain": "nord.example"}),
    )
    assert {(lead.name, lead.known_as, lead.company) for lead in leads.values()} == {
        ("ann@isar.example", "email", None),
        ("crm:2", "record", None),
        ("web:9", "record", "nord.example"),
    }


def test_a_name_is_sorted_by_its_first_200_signs(projected, fact) -> None:
    leads, _ = projected(fact("enrich", 1, "crm:1", {"person.name": "Ann " * 500}))
    (ann,) = leads.values()
    assert len(ann.name_key) == 200
    assert len(ann.search) > 1_900


def test_a_clock_is_listed_until_it_is_stopped_or_the_lead_has_moved_on_past_its_due(projected, fact, email) -> None:
    form = {"form": "demo", "channel": "organic"}
    leads, clocks = projected(
        email("crm:1", "ann@isar.example"),
        email("crm:2", "bo@isar.example"),
        email("crm:3", "cy@isar.example"),
        fact("form_submit", 10, "crm:1", form, source_id="1"),
        fact("form_submit", 10, "crm:2", form, source_id="2"),
        fact("touch", 10.5, "crm:2", {"channel": "call", "direction": "out", "automated": False}, source_id="3"),
        fact("form_submit", 59.9, "crm:3", form, source_id="4"),
        email("crm:4", "di@isar.example"),
        fact("form_submit", 10, "crm:4", form, source_id="5"),
        fact("deal_open", 20, "crm:4", {"deal": "d1"}, source_id="6", subject="deal"),
    )
    by_person = {lead.person: lead for lead in leads.values()}
    running = {(by_person[clock.person].name, clock.duty, clock.status) for clock in clocks}
    assert running == {("ann@isar.example", "sla.speed", "broken"), ("cy@isar.example", "sla.speed", "open")}
    assert by_person[leads["di@isar.example"].person].stage == "Opportunity", "past due, and moved on since"
    for lead in leads.values():
        theirs = [clock.due_at for clock in clocks if clock.person == lead.person]
        assert lead.due_at == min(theirs, default=None)
    assert {(clock.owes, clock.owed_to) for clock in clocks} == {("sales", "marketing")}


def test_a_snapshot_that_is_gone_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        SnapshotRows(tmp_path / "snapshots").rows_of("20260101T000000Z-000000000000")
