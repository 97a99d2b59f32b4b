"""Tables and headings, the same everywhere: light lines, no colour that carries meaning alone."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich import box
from rich.console import Console, JustifyMethod
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from detente.app import figures
from detente.cli.shell import printable

GAP, INDENT, NARROWEST = 2, 2, 6
"""Columns of a screen between two columns, before a table, and that every column keeps whatever the screen."""

STATUS_STYLES = {
    "met": "green",
    "on course": "green",
    "broken": "red",
    "behind pace": "yellow",
    "below objective": "yellow",
    "below target": "yellow",
    "open": "bold",
}
"""Colours of a status; its word always stands there too."""


def heading(console: Console, title: str, aside: str = "", *, first: bool = False) -> None:
    """Print the heading of a part, with a blank line before all but the first."""
    line = Text(("" if first else "\n") + printable(title), style="bold")
    if aside:
        line.append(f"  {printable(aside)}", style="not bold dim")
    console.print(line)


def table(console: Console, columns: Sequence[str], rows: Iterable[Sequence[str | Text]]) -> None:
    """Print a table.

    A column whose title begins with `>` holds figures, set to the right; one with `|` holds other things that are
    broken last of all, such as times.
    """
    cells = [[cell if isinstance(cell, Text) else Text(printable(cell)) for cell in row] for row in rows]
    names = [title.lstrip(">|") for title in columns]
    texts = [[name, *(row[position].plain for row in cells)] for position, name in enumerate(names)]
    least = [
        _longest(each, "\n" if title.startswith((">", "|")) else None)
        for each, title in zip(texts, columns, strict=True)
    ]
    room = console.width - INDENT - GAP * (len(columns) - 1)
    widths = fitted([_longest(each, "\n") for each in texts], least, room)
    shown = Table(box=box.SIMPLE_HEAD, padding=(0, GAP - 1, 0, 0), pad_edge=False, header_style="dim", show_edge=False)
    for name, title, width in zip(names, columns, widths, strict=True):
        justify: JustifyMethod = "right" if title.startswith(">") else "left"
        shown.add_column(name, justify=justify, overflow="fold", width=width)
    for row in cells:
        shown.add_row(*row)
    console.print(Padding(shown, (0, 0, 0, INDENT), expand=False))


def fitted(natural: Sequence[int], least: Sequence[int], room: int) -> list[int]:
    """Return widths that fit the room: the widest give way first, none below its least unless all are there."""
    widths = list(natural)
    for floor in (least, [NARROWEST] * len(widths)):
        while sum(widths) > room:
            spare, position = max(
                (width - kept, at) for at, (width, kept) in enumerate(zip(widths, floor, strict=True))
            )
            if spare <= 0:
                break
            widths[position] -= 1
    return widths


def _longest(texts: Iterable[str], parted_by: str | None) -> int:
    """Return the length of the longest line, or word (None), of the texts."""
    return max((len(part) for text in texts for part in text.split(parted_by)), default=0)


def line(console: Console, text: str) -> None:
    """Print a line under a heading."""
    console.print(Padding(Text(printable(text)), (0, 0, 0, 2), expand=False))


def two_lines(first: str, second: str) -> Text:
    """Return a cell whose second line says more about the first."""
    cell = Text(printable(first))
    return cell.append(f"\n{printable(second)}", style="dim") if second else cell


def share(part: float | None, low: float | None, high: float | None, *, too_few: bool) -> str | Text:
    """Return a share over its 95 % range; where there are too few to say, that instead of a percentage."""
    if part is None:
        return figures.NOTHING
    if too_few:
        return "too few to say"
    return two_lines(figures.percent(part), "" if low is None else figures.between(low, high))


def status(word: str) -> Text:
    """Return a status, coloured."""
    return Text(printable(word), style=STATUS_STYLES.get(word, ""))
