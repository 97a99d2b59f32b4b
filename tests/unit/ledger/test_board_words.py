"""The scoreboard in words: periods, what stands large and what under it, and which ways out may come back."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from detente.app.queries.agreement_in import agreement_in
from detente.app.queries.board import Figure, Period
from detente.app.queries.board_words import not_counted, period_name, standing, status_words
from detente.app.queries.ways_out import open_again

FIGURE = Figure(
    period="2026-11", state="running", status="on course", n=78, met=71, broken=7, open=4, void=2, pending=0
)
HARBOUR = Path(__file__).resolve().parents[2] / "functional" / "harbour" / "agreements" / "v1.yaml"


@pytest.mark.parametrize(
    ("name", "words"),
    [("2026Q4", "2026 Q4"), ("2026-11", "November 2026"), ("2026-W08", "week 8 of 2026"), ("soon", "soon")],
)
def test_a_period_is_called_as_people_call_it(name: str, words: str) -> None:
    assert period_name(name) == words


def test_a_period_says_whether_its_figures_may_still_change() -> None:
    running = Period(
        name="2026Q4", kind="quarter", start="2026-10-01T00:00:00+02:00", end="2027-01-01T00:00:00+01:00",
        closes_at="2027-01-08T18:00:00+01:00", state="running", day=56, days=92,
    )  # fmt: skip
    assert standing(running) == "running, day 56 of 92"
    assert standing(replace(running, state="over")) == "over, closes on 8 Jan 2027"
    assert standing(replace(running, state="closed")) == "closed on 8 Jan 2027"


def test_a_status_names_the_level_that_was_agreed_exactly() -> None:
    assert status_words(replace(FIGURE, status="below objective", objective=0.955)) == "Below 95.5 %"
    assert status_words(FIGURE) == "On course"


def test_nothing_yet_is_not_the_same_as_too_few() -> None:
    unjudged = replace(FIGURE, status="not judged")
    assert status_words(unjudged) == "Too few to say"
    assert status_words(replace(unjudged, n=0)) == "Not judged yet"


def test_only_what_there_is_of_it_is_named_as_not_counted() -> None:
    assert list(not_counted(FIGURE)) == [("open", "4", "open"), ("void", "2", "void")]
    assert list(not_counted(replace(FIGURE, open=0, void=0, pending=20))) == [("pending", "20", "not old enough yet")]


def test_a_way_out_may_come_back_where_a_stage_of_the_cycle_is_entered_from_it() -> None:
    text = HARBOUR.read_text(encoding="utf-8").replace("from: [Lead], when", "from: [Lead, Parked], when")
    exits = "".join(
        f"  {name}: {{id: stage.{name.lower()}, owner: sales, basis: recorded, exit: true, "
        f"enter: {{from: [{of}], event: {event}}}}}\n"
        for name, of, event in (("Parked", "MQL", "lead_recycle"), ("Gone", "Parked", "lead_discard"))
    )
    timeline = agreement_in([("v1.yaml", text.replace("sla:\n", f"{exits}sla:\n", 1))])
    assert open_again(timeline.versions[0]) == {"Parked"}
