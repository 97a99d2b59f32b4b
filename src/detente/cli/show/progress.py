"""Progress of long commands, on standard error and only in a terminal."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import PurePath
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TaskProgressColumn, TextColumn, TimeElapsedColumn

from detente.cli.shell import printable

if TYPE_CHECKING:
    from detente.app.operations.sync_source import SyncProgress
    from detente.app.ports.landing import ImportProgress

IMPORT, MUTANTS = "import", "mutants"


class Bars:
    """A bar for an import, one for each stream of a sync and each step of a replay."""

    def __init__(self, bars: Progress) -> None:
        self._bars = bars
        self._known: dict[str, TaskID] = {}

    def importing(self, so_far: ImportProgress) -> None:
        """Show how far an import is."""
        self._show(IMPORT, printable(PurePath(so_far.file).name), so_far.bytes_done, so_far.bytes_total)

    def syncing(self, so_far: SyncProgress) -> None:
        """Show how many rows of a stream were read; how many there will be is not known."""
        rows = f"{so_far.source} {so_far.stream}: {so_far.rows:,} rows"
        self._show(f"{so_far.source} {so_far.stream}", printable(rows), so_far.rows, None)

    def step(self, name: str, done: int, total: int) -> None:
        """Show how far a step is."""
        self._show(name, name, done, total)

    def mutants(self, judged: int) -> None:
        """Show how many changes of an agreement have been judged; how many there will be is not known."""
        self._show(MUTANTS, f"{judged} changes judged", judged, None)

    def _show(self, key: str, text: str, done: int, total: int | None) -> None:
        if key not in self._known:
            self._known[key] = self._bars.add_task(text, total=total)
        self._bars.update(self._known[key], description=text, completed=done, total=total)


@contextmanager
def progress(console: Console) -> Iterator[Bars]:
    """Show bars while in the context; they leave no trace."""
    columns = (
        TextColumn("{task.description:<24}", markup=False),
        BarColumn(),
        TaskProgressColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bars:
        yield Bars(bars)
