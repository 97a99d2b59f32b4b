"""The scoreboard of a published snapshot: both sides, the period asked for, closed figures beside settled ones."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from small_company import AGREEMENT, Company

from detente.app.queries.board import Scoreboard, as_json
from detente.app.queries.scoreboard import scoreboard
from detente.core.errors import UsageError


@pytest.fixture
def company() -> Company:
    """October: Ann bought; Bob was called in time, which became known on 20 November; Cem went back to marketing."""
    company = Company()
    company.mql("ann", "2026-10-05T10:00", company__employees=300)
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


@pytest.fixture
def board(company: Company, tmp_path: Path) -> Scoreboard:
    return scoreboard(company.snapshot("2026-11-25T12:00", tmp_path))


def duty(board: Scoreboard, clause: str, part: str = "instances"):
    return next(line for side in board.sides for line in side.duties if (line.duty, line.part) == (clause, part))


def test_it_shows_the_running_quarter_and_both_sides_marketing_first(board: Scoreboard) -> None:
    assert (board.period.name, board.period.state, board.period.day, board.period.days) == ("2026Q4", "running", 56, 92)
    assert [(side.owes, side.to) for side in board.sides] == [("marketing", "sales"), ("sales", "marketing")]
    assert [line.part for line in board.sides[0].duties] == ["count", "value", "quality"]
    assert (board.version, board.currency, board.as_of) == ("1.0.0", "EUR", "2026-11-25T12:00:00+01:00")


def test_a_monthly_promise_shows_its_running_month_and_the_closed_one_before(board: Scoreboard) -> None:
    speed = duty(board, "sla.speed")
    assert (speed.figure.period, speed.figure.status, speed.figure.n) == ("2026-11", "not judged", 0)
    assert [figure.period for figure in speed.within] == ["2026-10", "2026-11"]
    assert speed.before is not None
    assert (speed.before.period, speed.before.met, speed.before.broken, speed.before.closed_at) == (
        "2026-10", 1, 2, "2026-11-06T18:00:00+01:00",
    )  # fmt: skip
    assert speed.before.settled is not None
    assert (speed.before.settled.met, speed.before.settled.broken, speed.before.restated) == (2, 1, 1)


def test_promises_are_said_in_words(board: Scoreboard) -> None:
    assert duty(board, "sla.volume", "count").promise == "10 leads a quarter"
    assert duty(board, "sla.volume", "value").promise == "€50,000 a quarter"
    assert duty(board, "sla.speed").promise == "MQL to attempt within 4 working hours, in 90 % a month"


def test_goals_pay_and_credit_stand_for_the_quarter(board: Scoreboard) -> None:
    goals = {(goal.party, goal.measure): goal for goal in board.goals}
    assert (goals["joint", "revenue"].actual, goals["joint", "revenue"].attainment) == (7_000, 0.35)
    assert goals["marketing", "MQL"].status == "behind pace"
    assert {pay.team: pay.factor for pay in board.pay}["marketing"] == pytest.approx(0.5 * 0.3 + 0.5 * 0.35)
    revenue = next(panel for panel in board.credit if panel.measure == "revenue")
    assert [(share.team, share.share) for share in revenue.teams] == [("marketing", 1.0)]
    assert revenue.influenced is not None
    assert {view.model: view.computed for view in revenue.views} == {
        "position": True, "markov": False, "first": True, "last": True, "linear": True,
    }  # fmt: skip


def test_a_cohort_too_young_is_not_shown_and_the_day_it_can_be_is(board: Scoreboard) -> None:
    assert board.conversion == ()
    assert board.conversion_from == "2027-06-30T01:00:00+02:00"  # 180 elapsed days after the quarter's end


def test_the_youngest_cohort_of_which_every_lead_is_old_enough(company: Company, tmp_path: Path) -> None:
    board = scoreboard(company.snapshot("2027-07-01T12:00", tmp_path))
    found = {(line.stage, line.to): (line.cohort, line.n, line.converted) for line in board.conversion}
    assert found["MQL", "SAL"] == ("2026Q4", 3, 1)
    assert found["Lead", "MQL"] == ("2026Q4", 3, 3)
    assert [line.stage for line in board.conversion] == ["Lead", "MQL", "SAL", "SQL", "Opportunity"]
    mql = next(line for line in board.conversion if line.stage == "MQL")
    assert [(outcome.where, outcome.leads) for outcome in mql.outcomes] == [
        ("moved on", 1), ("Recycled", 1), ("still there", 1),
    ]  # fmt: skip


def test_feedback_for_marketing(board: Scoreboard) -> None:
    assert [(line.channel, line.delivered, line.accepted) for line in board.channels] == [
        ("email", 2, 0),
        ("organic", 1, 1),
    ]
    assert [(line.reason, line.listed, line.count) for line in board.reasons] == [("ugly", False, 1)]
    assert [(line.stage, line.crm_stage) for line in board.differences] == [("Customer", "Opportunity")]
    assert [(line.stage, line.leads) for line in board.stages] == [("MQL", 1), ("Customer", 1), ("Recycled", 1)]


def test_what_needs_attention_is_said_without_a_judgement_of_people(board: Scoreboard) -> None:
    found = {(each.status, each.clause): each.sentence for each in board.attention}
    assert found["behind pace", "sla.volume"].startswith("Value of MQL handed over, 2026 Q4: €18 k of €28.8 k due")
    assert (
        found["restated", "sla.speed"] == "Speed, October 2026: 1 row differs today from what was known at the closing"
    )
    assert found["reasons", None] == "1 decision without a reason from the list"
    assert not any(word in " ".join(found.values()).lower() for word in ("blame", "missed", "fault"))


def test_a_closed_month_stands_as_it_was_frozen(company: Company, tmp_path: Path) -> None:
    board = scoreboard(company.snapshot("2026-11-25T12:00", tmp_path), "2026-10")
    assert (board.period.state, board.period.kind) == ("closed", "month")
    speed = duty(board, "sla.speed")
    assert (speed.figure.met, speed.figure.status, speed.figure.state) == (1, "broken", "closed")
    assert duty(board, "sla.volume", "count").figure.period == "2026Q4"  # the quarter around it
    pipeline = next(panel for panel in board.credit if panel.measure == "pipeline")
    assert (pipeline.amount, pipeline.closed_at) == (7_000, "2026-11-06T18:00:00+01:00")


@pytest.mark.parametrize(
    ("period", "words"),
    [("2019Q1", "the record runs from 2026Q4 to 2026Q4"), ("soon", "write a quarter as 2026Q4")],
)
def test_a_period_that_cannot_be_shown_is_refused_with_the_remedy(
    company: Company, tmp_path: Path, period: str, words: str
) -> None:
    snapshot = company.snapshot("2026-11-25T12:00", tmp_path)
    with pytest.raises(UsageError, match=words):
        scoreboard(snapshot, period)


def test_as_json_it_is_plain_values_and_every_definition_is_there(board: Scoreboard) -> None:
    document = json.loads(json.dumps(as_json(board), allow_nan=False))
    assert document["schema"] == "detente.scoreboard/1"
    named = {line["definition"] for side in document["sides"] for line in side["duties"]}
    named |= {each["definition"] for part in ("goals", "pay", "speed", "credit", "channels") for each in document[part]}
    assert named <= set(document["definitions"])


def test_an_agreement_without_duties_credit_or_targets_still_has_a_board(tmp_path: Path) -> None:
    bare = AGREEMENT[: AGREEMENT.index("sla:\n")]
    company = Company((bare,))
    company.mql("ann", "2026-10-05T10:00")
    board = scoreboard(company.snapshot("2026-10-20T12:00", tmp_path))
    assert (board.sides, board.credit, board.goals) == ((), (), ())
    assert [(line.stage, line.leads) for line in board.stages] == [("MQL", 1)]
