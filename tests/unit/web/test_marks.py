"""Row marks: what they show is what their numbers are, to the eye and to who cannot see them."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detente.web import marks
from detente.web.marks import Part

amounts = st.floats(0, 1e9, allow_nan=False)
shares = st.floats(0, 1, allow_nan=False)


def drawn(mark: str) -> ElementTree.Element:
    return ElementTree.fromstring(mark)


def of_class(mark: str, name: str) -> list[ElementTree.Element]:
    return [each for each in drawn(mark).iter() if name in each.get("class", "").split()]


def test_half_of_what_was_promised_fills_half_the_bar_with_a_tick_at_what_was_due() -> None:
    mark = marks.bar(70, 140, "marketing", 105, "70 of 140")
    assert of_class(mark, "f-m")[0].get("width") == str(marks.WIDTH / 2)
    assert of_class(mark, "f-k")[0].get("x") == str(marks.WIDTH * 0.75)
    assert drawn(mark).get("aria-label") == "70 of 140; the tick is what was due by now"


def test_where_no_pace_is_agreed_there_is_no_tick() -> None:
    mark = marks.bar(70, 140, "sales", None, "70 of 140")
    assert not of_class(mark, "f-k")
    assert drawn(mark).get("aria-label") == "70 of 140"


def test_a_share_is_a_dot_on_its_interval_and_the_agreed_level_a_dotted_rule() -> None:
    mark = marks.interval(0.5, 0.25, 0.75, 0.6, "sales")
    assert of_class(mark, "f-s")[0].get("cx") == str(marks.WIDTH / 2)
    line = of_class(mark, "k-k")[0]
    assert (line.get("x1"), line.get("x2")) == (str(marks.WIDTH / 4), str(marks.WIDTH * 3 / 4))
    assert of_class(mark, "k-s")[0].get("stroke-dasharray") == "2 2"
    assert drawn(mark).get("aria-label") == "50 %, 95 % interval 25–75 %; agreed 60 %"


def test_too_few_to_say_is_dashed_and_has_no_dot() -> None:
    mark = marks.interval(None, 0.2, 0.9, 0.95, "sales")
    assert not drawn(mark).findall("circle")
    assert {each.get("stroke-dasharray") for each in of_class(mark, "k-s")} == {"2 2", "3 3"}
    assert drawn(mark).get("aria-label") == "Too few to say, 95 % interval 20–90 %; agreed 95 %"


def test_nothing_judged_yet_is_said_and_has_neither_dot_nor_interval() -> None:
    mark = marks.interval(None, None, None, 0.95, "sales")
    assert drawn(mark).get("aria-label") == "Nothing to judge yet; agreed 95 %"
    assert not of_class(mark, "k-k")


def test_the_parts_of_a_stack_are_as_long_as_their_share() -> None:
    mark = marks.stack([Part(3, "f-p", "moved on"), Part(0, "f-t2", "back"), Part(1, "f-t", "still there")], "MQL")
    widths = [float(each.get("width", "")) for each in drawn(mark)]
    assert len(widths) == 2
    assert widths[0] == pytest.approx(3 * widths[1], abs=0.2)
    assert drawn(mark).get("aria-label") == "MQL: 3 moved on, 0 back, 1 still there"


def test_of_several_ways_to_count_the_one_that_counts_is_filled_and_drawn_on_top() -> None:
    circles = drawn(marks.dots([(0.4, True), (0.39, False), (0.46, False)], "marketing", "39–46 %")).findall("circle")
    assert [each.get("class") for each in circles] == ["f-c k-s", "f-c k-s", "f-m"]


def test_teams_are_told_apart_whatever_they_are_called() -> None:
    colours = marks.team_colours(["marketing", "sales", "partners", "Kundendienst"])
    assert (colours["marketing"], colours["sales"]) == ("f-m", "f-s")
    assert len(set(colours.values())) == 4


def test_words_cannot_leave_their_label() -> None:
    mark = marks.stack([Part(1, "f-p", '"><script>alert(1)</script>')], "A & B")
    assert "<script>" not in mark
    assert drawn(mark).get("aria-label") == 'A & B: 1 "><script>alert(1)</script>'


@given(amounts, amounts, amounts)
def test_a_bar_never_leaves_its_box(done: float, of: float, due: float) -> None:
    for each in drawn(marks.bar(done, of, "marketing", due, "")).findall("rect"):
        assert 0 <= float(each.get("x", "0")) + float(each.get("width", "")) <= marks.WIDTH


@given(shares, shares, shares, shares)
def test_an_interval_never_leaves_its_box(share: float, low: float, high: float, level: float) -> None:
    mark = drawn(marks.interval(share, min(low, high), max(low, high), level, "sales"))
    for name in ("x1", "x2", "cx"):
        assert all(0 <= float(each.get(name, "0")) <= marks.WIDTH for each in mark)


@given(st.lists(amounts, max_size=8))
def test_a_stack_is_drawn_in_order_with_a_gap_between_its_parts(sizes: list[float]) -> None:
    mark = drawn(marks.split([Part(size, "f-m", "") for size in sizes], ""))
    starts = [float(each.get("x", "")) for each in mark]
    assert starts == sorted(starts)
    assert len(starts) == sum(size > 0 for size in sizes)


def test_nothing_is_styled_in_the_mark_itself() -> None:
    assert not re.search(r"style=|\son\w+=", marks.bar(1, 2, "sales", 1, "1 of 2"))
