"""Tables and headings, the same everywhere: light lines, no colour that carries meaning alone."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich import box
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from detente.cli.shell import printable

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


def heading(console: Console, title: str, aside: str = "") -> None:
    """Print the heading of a part."""
    line = Text(f"\n{printable(title)}", style="bold")
    if aside:
        line.append(f"  {printable(aside)}", style="not bold dim")
    console.print(line)


def table(console: Console, columns: Sequence[str], rows: Iterable[Sequence[str | Text]]) -> None:
    """Print a table; a column whose title begins with `>` holds figures and is set to the right."""
    shown = Table(box=box.SIMPLE_HEAD, pad_edge=False, header_style="dim", show_edge=False)
    for title in columns:
        figures = title.startswith(">")
        shown.add_column(title.lstrip(">"), justify="right" if figures else "left", overflow="fold")
    for row in rows:
        shown.add_row(*(cell if isinstance(cell, Text) else Text(printable(cell)) for cell in row))
    console.print(Padding(shown, (0, 0, 0, 2)))


def line(console: Console, text: str) -> None:
    """Print a line under a heading."""
    console.print(Padding(Text(printable(text)), (0, 0, 0, 2)))


def status(word: str) -> Text:
    """Return a status, coloured."""
    return Text(printable(word), style=STATUS_STYLES.get(word, ""))
