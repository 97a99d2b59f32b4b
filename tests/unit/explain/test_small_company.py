"""Figures of a small company, worked out by hand: closed and settled, two versions, deals that no rule explains."""

from __future__ import annotations

from pathlib import Path

import pyarrow.parquet as pq
import pytest
from small_company import AGREEMENT, NOTHING, Company, changed

from detente.app.ports.snapshots import Snapshot
from detente.app.queries.board import DutyLine, Figure
from detente.app.queries.explain_figure import explain_figure, figure_rows
from detente.app.queries.explain_links import credit_ref, figure_ref
from detente.app.queries.explain_ref import FigureRef, parse_figure
from detente.app.queries.explain_shape import Explanation, Row
from detente.app.queries.explain_text import rate_words
from detente.app.queries.scoreboard import scoreboard
from detente.core.errors import InputError
from detente.engine.lake import Lake
from detente.engine.ledger_closed import Closed
from detente.engine.snapshot import SnapshotFolder

OCTOBER = FigureRef("duty", ("sla.speed", "instances"), "2026-10")


class Told:
    """A published company, asked in short."""

    def __init__(self, company: Company, as_of: str, folder: Path, closed: Closed = NOTHING) -> None:
        self.company = company
        self.snapshot: Snapshot = company.snapshot(as_of, folder, closed)

    def explain(self, figure: str | FigureRef, period: str | None = None, rows: str | None = None) -> Explanation:
        ref = parse_figure(figure, period) if isinstance(figure, str) else figure
        return explain_figure(self.snapshot, self.company.timeline, ref, rows)

    def rows(self, figure: str | FigureRef, period: str | None = None, rows: str | None = None) -> list[Row]:
        ref = parse_figure(figure, period) if isinstance(figure, str) else figure
        return list(figure_rows(self.snapshot, self.company.timeline, ref, rows))

    def who(self, *asked: str | FigureRef | None) -> list[tuple[str, str]]:
        return sorted((row.subject, row.verdict) for row in self.rows(*asked))

    def counts(self, *asked: str | FigureRef | None) -> dict[str, float]:
        return {count.key: count.number for _, count in self.explain(*asked).finding.counts()}


def october() -> Company:
    """Ann was called in time and bought; so was Bob, which became known on 20 November; Cem was sent back."""
    company = Company()
    company.mql("ann", "2026-10-05T10:00", company__employees=300, person__name="Ann Ode", company__name="Ode Ltd")
    company.mql("bob", "2026-10-05T10:00", channel="email")
    company.mql("cem", "2026-10-05T10:00", channel="email")
    company.called("ann", "2026-10-05T11:00")
    company.called("bob", "2026-10-05T12:00", known="2026-11-20T12:00")
    company.happened("cem", "2026-10-07T12:00", "lead_recycle", reason="ugly")
    company.happened("ann", "2026-10-06T11:00", "lead_accept")
    company.happened("ann", "2026-10-07T11:00", "lead_qualify")
    company.happened("ann", "2026-10-08T11:00", "deal_open", deal="d1", amount=6_000.0)
    company.happened("ann", "2026-11-02T11:00", "deal_won", deal="d1", amount=7_000.0)
    company.happened("ann", "2026-11-03T11:00", "crm_stage", stage="Opportunity")
    return company


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Told:
    return Told(october(), "2026-11-25T12:00", tmp_path_factory.mktemp("told"))


def test_a_closed_figure_opens_what_was_known_when_it_closed(told: Told) -> None:
    found = told.explain(OCTOBER)
    assert (found.finding.value, found.finding.closed, found.finding.state) == ("1 of 3", True, "closed")
    assert told.who(OCTOBER) == [("ann", "met"), ("bob", "broken"), ("cem", "broken")]
    assert found.sums == ("3 = 1 + 2",)
    assert [(also.words, also.value) for also in found.finding.also] == [("as known today", "2 of 3")]


def test_beside_it_stands_the_same_as_known_today(told: Told) -> None:
    today = told.explain(OCTOBER).finding.also[0].ref
    assert told.who(today) == [("ann", "met"), ("bob", "met"), ("cem", "broken")]
    assert told.explain(today).finding.also[0].words == "as closed"
    assert told.explain(today).finding.ref == today


def test_the_rows_that_later_knowledge_changed_are_named(told: Told) -> None:
    assert told.counts(OCTOBER)["restated"] == 1
    (row,) = told.rows(OCTOBER, None, "restated")
    assert (row.subject, row.verdict, row.detail) == ("bob", "changed", "broken at the closing, met today")


def test_quality_says_where_the_others_stood_when_they_were_judged(told: Told) -> None:
    figure = "duty/sla.volume/quality"
    assert told.counts(figure, "2026Q4") == {
        "all": 3,
        "pending": 0,
        "judged": 3,
        "met": 1,
        "in Recycled": 1,
        "in MQL": 1,
    }
    assert told.who(figure, "2026Q4") == [("ann", "in time"), ("bob", "MQL"), ("cem", "Recycled")]
    assert told.explain(figure, "2026Q4").sums == ("3 = 1 + 1 + 1",)


def test_value_is_made_of_the_grades_at_entry(told: Told) -> None:
    assert told.counts("duty/sla.volume/value", "2026Q4") == {"all": 18_000, "grade A": 9_000, "grade B": 9_000}
    assert told.explain("duty/sla.volume/value", "2026Q4").sums == ("€18,000 = €9,000 + €9,000",)
    assert sorted(row.amount or 0 for row in told.rows("duty/sla.volume/value", "2026Q4")) == [4_500, 4_500, 9_000]


def test_a_row_has_the_latest_name_and_without_one_the_address(told: Told) -> None:
    found = {row.subject: (row.name, row.company) for row in told.rows("duty/sla.volume/count", "2026Q4")}
    assert found["ann"] == ("Ann Ode", "Ode Ltd")
    assert found["bob"] == ("bob@example.test", None)


def test_a_target_opens_the_deals_it_counts_by_their_first_contact(told: Told) -> None:
    (row,) = told.rows("target/joint/revenue", "2026Q4")
    assert (row.subject, row.person, row.name, row.amount) == ("crm/d1", "ann", "Ann Ode", 7_000)
    assert told.who("target/sales/won", "2026Q4") == [("crm/d1", "marketing")]
    assert told.who("target/marketing/MQL", "2026Q4") == [("ann", "grade A"), ("bob", "grade B"), ("cem", "grade B")]


def test_pay_adds_up_from_figures_that_open(told: Told) -> None:
    found = told.explain("pay/marketing", "2026Q4").finding
    assert found.tree.number == pytest.approx(0.5 * 0.3 + 0.5 * 0.35)
    assert [count.leads_to for count in found.tree.parts] == [
        FigureRef("target", ("marketing", "MQL"), "2026Q4"),
        FigureRef("target", ("joint", "revenue"), "2026Q4"),
    ]
    speed = told.explain("pay/sales", "2026Q4").finding.tree.parts[1].leads_to
    assert speed == FigureRef("duty", ("sla.speed", "pay"), "2026Q4")
    assert told.who(speed) == [("ann", "met"), ("bob", "met"), ("cem", "broken")]


def test_a_reason_nobody_agreed_on_opens_its_decision(told: Told) -> None:
    (row,) = told.rows(FigureRef("reason", ("recycle", "ugly", None), "2026Q4"))
    assert (row.subject, row.verdict, row.detail) == ("cem", "recycle", "ugly, email")


def test_a_channel_opens_those_it_brought_and_how_far_they_have_come(told: Told) -> None:
    figure = FigureRef("channel", ("sla.volume", "organic"), "2026Q4")
    assert told.who(figure) == [("ann", "in time")]
    assert told.counts(figure)["reached Customer"] == 1
    assert told.who(FigureRef("channel", ("sla.volume", "email"), "2026Q4"), None, "judged") == [
        ("bob", "MQL"),
        ("cem", "Recycled"),
    ]


def test_the_crm_is_compared_lead_by_lead(told: Told) -> None:
    (row,) = told.rows(FigureRef("difference", ("Customer", "Opportunity")))
    assert (row.subject, row.verdict, row.detail) == ("ann", "Customer", "the CRM says Opportunity")


def test_too_few_to_say_shows_counts_and_no_percentage(told: Told) -> None:
    rate = told.explain(OCTOBER).finding.rate
    assert rate is not None
    assert rate_words(rate) == "1 of 3: too few to say · agreed: 90 %"


def test_every_figure_says_up_to_when_each_system_has_told_anything(told: Told) -> None:
    (source,) = told.explain(OCTOBER).sources
    assert source.source == "crm"
    assert source.known_at == max(fact.known_at for _, _, fact in told.company.facts)


def test_a_month_without_clocks_of_its_own_leads_to_the_latest_within_the_quarter(told: Told) -> None:
    assert told.explain("duty/sla.speed/instances").finding.ref.period == "2026-11"
    assert told.explain("duty/sla.speed/instances", "2026Q4").finding.ref.period == "2026-11"
    assert told.explain("duty/sla.volume/count", "2026-10").finding.ref.period == "2026Q4"


def test_a_deal_that_no_rule_was_agreed_for_stands_as_unexplained(tmp_path: Path) -> None:
    bare = AGREEMENT[: AGREEMENT.index("credit:\n")] + AGREEMENT[AGREEMENT.index("consent:\n") :]
    credited = changed(("version: 1.0.0", "version: 2.0.0"), ("effective: 2026-01-01", "effective: 2026-10-10"))
    company = Company((bare, credited))
    for name, day in (("ann", "05"), ("bob", "15")):
        company.mql(name, f"2026-10-{day}T10:00")
        company.happened(name, f"2026-10-{day}T11:00", "lead_qualify")
        company.happened(name, f"2026-10-{day}T12:00", "deal_open", deal=name, amount=1_000.0)
    told = Told(company, "2026-10-20T12:00", tmp_path)
    panel = next(each for each in scoreboard(told.snapshot, "2026-10").credit if each.measure == "pipeline")
    assert {share.team: share.amount for share in panel.teams} == {"marketing": 1_000, "unexplained": 1_000}
    assert told.who(credit_ref(panel)) == [("crm/ann", "all"), ("crm/bob", "marketing")]
    assert [row.subject for row in told.rows(credit_ref(panel, panel.book, "unexplained"))] == ["crm/ann"]
    assert [row.subject for row in told.rows(credit_ref(panel, panel.book, "marketing", "organic"))] == ["crm/bob"]


def test_versions_are_told_where_a_period_has_two(tmp_path: Path) -> None:
    later = changed(("version: 1.0.0", "version: 2.0.0"), ("effective: 2026-01-01", "effective: 2026-10-10"))
    company = Company((AGREEMENT, later))
    company.mql("ann", "2026-10-05T10:00")
    company.mql("bob", "2026-10-15T10:00")
    told = Told(company, "2026-10-20T12:00", tmp_path)
    assert told.explain(OCTOBER).finding.versions == ("1.0.0", "2.0.0")


def test_cohorts_too_young_are_pending_and_open(tmp_path: Path) -> None:
    company = Company()
    for name, hours in (("ann", 4), ("bob", 30)):
        company.mql(name, "2026-01-12T10:00")
        company.happened(name, f"2026-01-13T{hours % 24:02}:00", "lead_accept")
    company.mql("cem", "2026-01-12T10:00")
    before, after = Told(company, "2026-07-11T10:59", tmp_path / "a"), Told(company, "2026-07-11T11:00", tmp_path / "b")
    assert before.who("conversion/MQL/SAL", "2026Q1", "pending") == [
        (name, "pending") for name in ("ann", "bob", "cem")
    ]
    assert after.who("conversion/MQL/SAL", "2026Q1", "converted") == [("ann", "moved on"), ("bob", "moved on")]
    assert after.who("conversion/MQL/SAL", "2026Q1", "in still there") == [("cem", "still there")]
    assert after.counts("time-in-stage/MQL", "2026Q1") == {"all": 3, "left": 2, "there": 1}
    assert after.who("time-in-stage/MQL", "2026Q1", "there") == [("cem", "still there")]


def test_an_exit_named_like_a_count_does_not_hide_it(tmp_path: Path) -> None:
    company = Company((AGREEMENT.replace("Recycled", "pending"),))
    company.mql("ann", "2026-01-12T10:00")
    company.happened("ann", "2026-01-13T10:00", "lead_recycle", reason="not_now")
    told = Told(company, "2026-11-25T12:00", tmp_path)
    counts = told.counts("conversion/MQL/SAL", "2026Q1")
    assert (counts["pending"], counts["in pending"]) == (0, 1)
    assert told.who("conversion/MQL/SAL", "2026Q1", "in pending") == [("ann", "pending")]


def test_rows_that_a_closing_did_not_keep_are_said_to_be_missing(tmp_path: Path) -> None:
    company = october()
    closed = company.ledger("2026-11-25T12:00").new.tables
    bare = Closed({name: table for name, table in closed.items() if name != "credit_rows"})
    told = Told(company, "2026-11-25T12:00", tmp_path / "bare", bare)
    found = told.explain(FigureRef("credit", ("pipeline", "sourced", "marketing"), "2026-10"))
    assert found.finding.tree.number == 7_000
    assert found.rows is not None
    assert list(found.rows.rows) == []
    assert "were not kept" in str(found.rows.note)


def test_a_snapshot_without_the_rows_of_its_figures_asks_for_a_replay(tmp_path: Path) -> None:
    company = october()
    company.snapshot("2026-11-25T12:00", tmp_path)
    older = Lake(tmp_path).current()
    tables = {name: pq.read_table(older.parquet(name)) for name in older.info.counts if name != "figure_rows"}
    head = {"as_of": older.info.as_of, "agreement": {"id": "x", "versions": []}, "loads": [], "libraries": {}}
    SnapshotFolder(tmp_path).publish(tables, head, older.agreement_texts())
    with pytest.raises(InputError, match="run `detente replay` to publish it anew"):
        explain_figure(Lake(tmp_path).current(), company.timeline, OCTOBER)


def test_a_settled_figure_is_told_from_the_closed_one_it_stands_beside() -> None:
    closed = Figure(period="2026-10", state="closed", status="broken", n=3)
    settled = Figure(period="2026-10", state="closed", status="met", n=3)
    line = DutyLine(
        duty="sla.speed",
        part="instances",
        title="",
        promise="",
        unit="instances",
        definition="attainment",
        version="1",
        figure=Figure(period="2026-11", state="running", status="not judged", n=0),
        within=(),
        before=closed,
    )
    assert figure_ref(line) == FigureRef("duty", ("sla.speed", "instances"), "2026-11")
    assert figure_ref(line, closed) == FigureRef("duty", ("sla.speed", "instances"), "2026-10")
    assert not figure_ref(line, settled).settled
