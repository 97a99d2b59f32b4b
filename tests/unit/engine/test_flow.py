"""The line as a whole: from landed facts to a snapshot that answers."""

from __future__ import annotations

from pathlib import Path

import pytest

from detente.app.operations.replay_workspace import ReplayPorts, replay_workspace
from detente.app.ports.snapshots import SnapshotInfo, Where
from detente.core.agreement.reader import read_timeline
from detente.core.errors import AgreementError, Busy, InputError, UsageError
from detente.engine import workers
from detente.engine.agreements import AgreementFolder
from detente.engine.flow import STEPS, Line
from detente.engine.lake import Lake, ParquetSnapshot
from detente.engine.lock import FileLock
from detente.engine.projecting import SnapshotRows
from detente.store.identity_log import open_identity_log
from detente.store.projection import open_projection

LATER = 1_790_000_000_000_000
START = 1_780_000_000_000_000
HOUR = 3_600_000_000


@pytest.fixture(scope="module")
def publish(agreement, texts):
    """Return what runs the line over the landed facts and opens the snapshot."""

    def run(landed, as_of: int = LATER, processes: int = 1) -> ParquetSnapshot:
        log = open_identity_log(landed.root / "detente.db")
        Line(landed.root, processes).run(agreement, texts, log, as_of, lambda *_: None)
        return Lake(landed.root / "snapshots").current()

    return run


@pytest.fixture(scope="module")
def harbour(kept, fact, link, email):
    """Ann asks for a demo and buys; Bo, at the same company, asks later; the deals name no contact."""
    deal = {"subject": "deal", "account": "c1"}
    kept.load(
        email("crm:1", "ann@harbour.example"),
        email("web:7", "ann@harbour.example"),
        email("crm:2", "bo@harbour.example"),
        link("crm:1", "account", "crm:c1"),
        link("crm:2", "account", "crm:c1"),
        fact("form_submit", 10, "web:7", {"form": "demo", "channel": "organic"}, source_id="f1"),
        fact("touch", 11, "crm:1", {"channel": "call", "direction": "out", "automated": False}, source_id="t1"),
        fact("deal_open", 20, None, {"deal": "d1", "amount": 900.0}, source_id="d1:open", **deal),
        fact("form_submit", 30, "crm:2", {"form": "demo", "channel": "organic"}, source_id="f2"),
        fact("deal_won", 40, None, {"deal": "d1", "amount": 900.0}, source_id="d1:won", **deal),
        fact("deal_open", 41, None, {"deal": "d2", "amount": 50.0}, source_id="d2:open", **deal),
        fact("deal_open", 5, None, {"deal": "d0"}, source_id="d0:open", **deal),
    )
    return kept


@pytest.fixture(scope="module")
def snapshot(harbour, publish) -> ParquetSnapshot:
    return publish(harbour)


def stages(snapshot: ParquetSnapshot, person: str) -> list[tuple[str, float]]:
    rows = snapshot.rows("entries", where=[Where("person", "==", person)], order=["occurred_at"])
    return [(row["stage"], (row["occurred_at"] - START) / HOUR) for row in rows]


def test_every_person_is_replayed_over_all_of_their_facts(snapshot: ParquetSnapshot) -> None:
    (ann,) = snapshot.lead("ann@harbour.example")
    assert stages(snapshot, ann) == [("Lead", 0), ("MQL", 10), ("Opportunity", 20), ("Customer", 40)]
    (clock,) = snapshot.rows("clocks", where=[Where("person", "==", ann)])
    assert (clock["duty"], clock["status"], clock["used_us"]) == ("sla.speed", "met", HOUR)
    (state,) = snapshot.rows("state", where=[Where("person", "==", ann)])
    (account,) = {row["account"] for row in snapshot.rows("accounts")}
    assert (state["stage"], state["account"]) == ("Customer", account)


def test_a_deal_without_contact_goes_to_who_was_handed_over_last_before_it(snapshot: ParquetSnapshot) -> None:
    (ann,), (bo,) = snapshot.lead("ann@harbour.example"), snapshot.lead("bo@harbour.example")
    rows = snapshot.rows("timeline", where=[Where("subject", "==", "deal")], order=["occurred_at"])
    found = [(row["deal"], row["person"], row["assumed"]) for row in rows]
    assert found == [("d0", None, False), ("d1", ann, True), ("d1", ann, True), ("d2", bo, True)]


def test_a_deal_of_nobody_still_counts_as_money(snapshot: ParquetSnapshot) -> None:
    assert sorted(row["deal"] for row in snapshot.rows("deals")) == ["d0", "d1", "d2"]


def test_a_lead_is_found_by_id_by_record_and_by_address(snapshot: ParquetSnapshot) -> None:
    (ann,) = snapshot.lead("crm:1")
    assert snapshot.lead("web:7") == snapshot.lead(" ANN@harbour.example") == snapshot.lead(ann) == (ann,)
    assert snapshot.lead("crm:99") == snapshot.lead("nobody") == ()


def test_an_id_given_earlier_leads_to_the_person_it_became(landed, publish, fact, link) -> None:
    landed.load(fact("touch", 0, "crm:1"), fact("touch", 0, "web:7"))
    young = publish(landed).lead("web:7")[0]
    landed.load(link("crm:1", "same_as", "web:7"))
    snapshot = publish(landed)
    assert snapshot.lead(young) == snapshot.lead("crm:1") == snapshot.lead("web:7") != (young,)


def test_an_address_that_several_people_share_names_them_all(landed, publish, email) -> None:
    landed.load(email("crm:1", "info@harbour.example"), email("crm:2", "info@harbour.example"))
    assert len(publish(landed).lead("info@harbour.example")) == 2


def test_the_facts_of_a_lead_are_read_back_as_they_were(snapshot: ParquetSnapshot) -> None:
    facts = snapshot.facts(snapshot.lead("crm:1")[0])
    assert [(fact.kind, fact.source_id) for fact in facts][2:] == [
        ("form_submit", "f1"),
        ("touch", "t1"),
        ("deal_open", "d1:open"),
        ("deal_won", "d1:won"),
    ]
    assert facts[3].payload == {"channel": "call", "direction": "out", "automated": False}
    assert facts[0].payload == {"person.email": "ann@harbour.example"}


def test_as_of_earlier_only_what_was_known_then_counts(harbour, publish) -> None:
    snapshot = publish(harbour, as_of=START + 12 * HOUR)
    assert stages(snapshot, snapshot.lead("web:7")[0]) == [("Lead", 0), ("MQL", 10)]
    assert stages(snapshot, snapshot.lead("crm:2")[0]) == [("Lead", 0)]
    assert [row["deal"] for row in snapshot.rows("deals")] == ["d0"]


def test_a_rebuild_publishes_the_same_snapshot(harbour, snapshot: ParquetSnapshot, publish) -> None:
    (harbour.root / "detente.db").unlink()
    assert publish(harbour).info == snapshot.info


def test_the_number_of_processes_does_not_change_the_snapshot(
    harbour, snapshot: ParquetSnapshot, publish, monkeypatch
) -> None:
    monkeypatch.setattr(workers, "SMALL", 0)
    monkeypatch.setattr(workers, "PIECE", 2)
    assert publish(harbour, processes=2).info == snapshot.info


def test_before_the_first_import_the_remedy_is_named(landed, publish) -> None:
    with pytest.raises(UsageError, match="run `detente import` first"):
        publish(landed)


def test_a_workspace_without_facts_gives_an_empty_snapshot(landed, publish) -> None:
    landed.load()
    assert publish(landed).info.counts["state"] == 0


def test_a_load_without_a_receipt_never_happened(landed, publish, fact) -> None:
    landed.load(fact("touch", 0, "crm:1"))
    lost = landed.load(fact("touch", 0, "crm:2"))
    (landed.root / "landing" / "loads" / f"{lost}.json").unlink()
    assert [row["record"] for row in publish(landed).rows("persons")] == ["1"]


def test_facts_that_are_gone_are_missed(landed, publish, fact) -> None:
    load = landed.load(fact("touch", 0, "crm:1"))
    (landed.root / "facts" / load / "facts-00000.parquet").unlink()
    with pytest.raises(InputError, match=r"0 of 1 facts of export-1.csv are there: put the folder back"):
        publish(landed)


def test_facts_that_are_cut_off_are_named_with_a_remedy(landed, publish, fact) -> None:
    load = landed.load(fact("touch", 0, "crm:1"))
    facts = landed.root / "facts" / load / "facts-00000.parquet"
    facts.write_bytes(facts.read_bytes()[:100])
    with pytest.raises(InputError, match=r"facts of export-1.csv cannot be read .*put the folder back"):
        publish(landed)


def test_a_receipt_that_cannot_be_read_is_named_with_a_remedy(landed, publish, fact) -> None:
    load = landed.load(fact("touch", 0, "crm:1"))
    (landed.root / "landing" / "loads" / f"{load}.json").write_text("{")
    with pytest.raises(InputError, match=r"load-1.json: the receipt .* import the file again"):
        publish(landed)


def test_every_table_has_one_writer_and_is_read_after_it_was_written() -> None:
    written: set[str] = set()
    for step in STEPS:
        assert set(step.reads) <= written, step.name
        assert not written & set(step.writes), step.name
        written |= set(step.writes)


def test_the_steps_of_a_run_are_those_of_the_line(harbour, agreement, texts) -> None:
    line, seen = Line(harbour.root, 1), []
    log = open_identity_log(harbour.root / "detente.db")
    published = line.run(agreement, texts, log, LATER, lambda step, done, total: seen.append((step, done == total)))
    names = [step.name for step in line.steps()]
    assert [step.name for step in published.steps] == names
    assert [step for step, done in dict.fromkeys(seen) if done] == names


# --- the use case -----------------------------------------------------------------------------------------------


def replay(root: Path) -> SnapshotInfo:
    ports = ReplayPorts(
        agreements=AgreementFolder(root / "agreements"),
        line=Line(root, 1),
        snapshots=SnapshotRows(root / "snapshots"),
        identity=open_identity_log(root / "detente.db"),
        projection=open_projection(root / "detente.db"),
        lock=FileLock(root / ".lock", lambda: 0),
    )
    return replay_workspace(ports, LATER, lambda *_: None).snapshot


@pytest.fixture
def workspace(landed, fact, texts) -> Path:
    landed.load(fact("touch", 0, "crm:1"))
    (landed.root / "agreements").mkdir()
    (landed.root / texts[0][0]).write_text(texts[0][1])
    return landed.root


def test_a_replay_publishes_what_the_workspace_holds(workspace: Path, texts) -> None:
    info = replay(workspace)
    assert (info.agreement, [version.version for version in info.versions]) == ("harbour/revenue", ["1.0.0"])
    assert Lake(workspace / "snapshots").current().info == info
    assert read_timeline(Lake(workspace / "snapshots").current().agreement_texts())[0] == read_timeline(texts)[0]


def test_a_refused_agreement_leaves_what_is_published_alone(workspace: Path) -> None:
    info = replay(workspace)
    (workspace / "agreements" / "revenue.yaml").write_text("agreement: harbour/revenue\nlanguage: 7\n")
    with pytest.raises(AgreementError):
        replay(workspace)
    assert Lake(workspace / "snapshots").current().info == info


def test_a_replay_beside_another_writer_is_told_so(workspace: Path) -> None:
    with FileLock(workspace / ".lock", lambda: 0).hold("detente import"), pytest.raises(Busy, match="detente import"):
        replay(workspace)


def test_a_workspace_without_agreement_is_told_what_to_do(workspace: Path) -> None:
    (workspace / "agreements" / "revenue.yaml").unlink()
    with pytest.raises(UsageError, match=r"there is no agreement in .*detente init"):
        replay(workspace)


def test_an_agreement_that_is_not_utf_8_is_refused(workspace: Path) -> None:
    (workspace / "agreements" / "revenue.yaml").write_bytes("agreement: café".encode("latin-1"))
    with pytest.raises(InputError, match=r"revenue.yaml: not UTF-8 at byte 14"):
        replay(workspace)
