"""By which way leads came in: the agreement's page counts entries, and each of its numbers opens as many rows."""

from __future__ import annotations

import pytest

from detente.app.ports.snapshots import Snapshot
from detente.app.queries.clauses_in_use import ClausesInUse, Entered, clauses_in_use
from detente.app.queries.explain_figure import explain_figure, figure_rows
from detente.app.queries.explain_ref import FigureRef
from detente.app.queries.scoreboard import scoreboard
from detente.core.agreement.agreement import Timeline
from detente.core.errors import UsageError


@pytest.fixture(scope="module", params=["2026Q4", "2026-10", "2026-W40"])
def use(request: pytest.FixtureRequest, northwind: Snapshot, agreed: Timeline) -> ClausesInUse:
    return clauses_in_use(northwind, scoreboard(northwind, request.param), agreed.versions[-1])


def numbers(use: ClausesInUse) -> list[Entered]:
    every = [entries for stage in use.stages for entries in (stage.every, *stage.ways)]
    return [number for entries in every for number in (*entries.months, entries.whole)]


def test_every_number_of_entries_opens_as_many_rows(use: ClausesInUse, northwind: Snapshot, agreed: Timeline) -> None:
    found = numbers(use)
    assert any(each.number for each in found)
    for each in {each.ref.figure + each.rows + str(each.ref.period): each for each in found}.values():
        rows = list(figure_rows(northwind, agreed, each.ref, each.rows))
        assert len(rows) == each.number, each


def test_ways_in_and_months_add_up_to_the_entries_of_the_stage(use: ClausesInUse) -> None:
    for stage in use.stages:
        for entries in (stage.every, *stage.ways):
            assert sum(month.number for month in entries.months) == entries.whole.number
        if stage.ways:
            assert sum(way.whole.number for way in stage.ways) == stage.every.whole.number


def test_a_way_in_that_nobody_took_is_shown_with_none(use: ClausesInUse, northwind: Snapshot, agreed: Timeline) -> None:
    mql = next(stage for stage in use.stages if stage.every.stage == "MQL")
    assert {way.clause for way in mql.ways} >= {"mql.callback", "mql.score"}
    tree = explain_figure(northwind, agreed, FigureRef("entries", ("MQL",), use.period)).finding.tree
    assert {part.key for part in tree.parts} >= {"by mql.callback", "by mql.score"}
    assert sum(part.number for part in tree.parts) == tree.number


def test_an_entry_says_its_way_its_grade_and_its_points(northwind: Snapshot, agreed: Timeline) -> None:
    ref = FigureRef("entries", ("MQL",), "2026Q3")
    rows = list(figure_rows(northwind, agreed, ref, "by mql.score"))
    assert rows
    for row in rows:
        assert row.verdict == "mql.score"
        assert row.detail is not None
        assert row.detail.startswith(("grade A, ", "grade B, "))  # as the clause asks


def test_a_stage_without_named_parts_has_entries_and_no_ways(northwind: Snapshot, agreed: Timeline) -> None:
    found = explain_figure(northwind, agreed, FigureRef("entries", ("SAL",), "2026Q3"))
    assert found.finding.tree.number > 0
    assert found.finding.tree.parts == ()
    assert found.words.startswith("Every entry to a stage")


def test_a_stage_that_is_not_there_is_refused_with_the_nearest(northwind: Snapshot, agreed: Timeline) -> None:
    with pytest.raises(UsageError, match="there is no stage 'SLA': did you mean"):
        explain_figure(northwind, agreed, FigureRef("entries", ("SLA",), "2026Q3"))


def test_the_closed_period_before_can_be_asked_for(use: ClausesInUse) -> None:
    assert use.before == {"2026Q4": "2026Q3", "2026-10": "2026-09", "2026-W40": "2026-W39"}[use.period]
