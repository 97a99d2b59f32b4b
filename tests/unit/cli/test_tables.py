"""Tables fit the screen: what is widest gives way first, and words are broken last of all."""

from __future__ import annotations

import io

from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from detente.cli.show.tables import NARROWEST, fitted, table

columns = st.lists(st.tuples(st.integers(0, 60), st.integers(0, 40)), min_size=1, max_size=8)


@given(columns, st.integers(10, 200))
def test_widths_fit_the_room_where_they_can(each: list[tuple[int, int]], room: int) -> None:
    natural = [max(pair) for pair in each]
    least = [min(pair) for pair in each]
    widths = fitted(natural, least, room)
    assert all(width <= wanted for width, wanted in zip(widths, natural, strict=True))
    if sum(natural) <= room:
        assert widths == natural
    elif sum(least) <= room:
        assert sum(widths) == room
        assert all(width >= kept for width, kept in zip(widths, least, strict=True))
    else:
        assert sum(widths) <= max(room, sum(min(wanted, NARROWEST) for wanted in natural))


def printed(width: int, *rows: tuple[str, ...]) -> list[str]:
    console = Console(file=io.StringIO(), width=width, color_system=None)
    table(console, ("Duty", "|When", ">Share"), rows)
    return [line.rstrip() for line in console.file.getvalue().splitlines()]  # type: ignore[attr-defined]


def test_a_text_gives_way_before_a_time_or_a_figure() -> None:
    assert printed(42, ("a first attempt in time", "2 Jun 2025 09:00", "64 %")) == [
        "  Duty             When              Share",
        "  ────────────────────────────────────────",
        "  a first attempt  2 Jun 2025 09:00   64 %",
        "  in time",
    ]


def test_what_a_table_holds_cannot_steer_the_screen() -> None:
    assert "\\x1b[2J" in printed(60, ("\x1b[2J", "", ""))[2]
