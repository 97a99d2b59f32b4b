"""Contradictions between systems in a terminal. Input: `Conflicts`."""

from __future__ import annotations

from rich.console import Console
from rich.text import Text

from detente.app import figures
from detente.app.ports.snapshots import Row
from detente.app.queries.conflicts import Conflicts
from detente.cli.show.tables import heading, line, table, two_lines


def show(console: Console, found: Conflicts) -> None:
    """Print each contradiction with both values."""
    as_of = figures.instant(found.as_of, found.zone)
    heading(console, f"{figures.counted(len(found.rows), 'contradiction')}", f"as of {as_of}", first=True)
    if not found.rows:
        line(console, "No system contradicts the owner of a field. authority.yaml says who owns which.")
        return
    rows = [
        (
            two_lines(row["name"] or row["id"], row["attribute"]),
            _held(row, "", found),
            _held(row, "other_", found),
            row["why"],
        )
        for row in found.rows
    ]
    table(console, ("Of", "Owner", "Other", "Why"), rows)


def _held(row: Row, prefix: str, found: Conflicts) -> Text:
    since = figures.instant(row[f"{prefix}since"], found.zone)
    return two_lines(row[f"{prefix}value"], f"{row[f'{prefix}source']} since {since}")
