"""What a replay published, in a terminal. Input: a `ReplayReport`."""

from __future__ import annotations

from datetime import UTC

from rich.console import Console

from detente.app import figures
from detente.app.operations.replay_workspace import ReplayReport
from detente.cli.show.tables import heading, line, table


def show(console: Console, report: ReplayReport) -> None:
    """Print the report."""
    info = report.snapshot
    heading(console, f"Snapshot {info.id}", f"as of {figures.instant(info.as_of, UTC)} UTC", first=True)
    for version in info.versions:
        line(
            console, f"{info.agreement} {version.version}, in force from {version.effective}, text {version.hash[:12]}"
        )
    rows = [(step.name, figures.count(step.rows), f"{step.seconds:.1f} s") for step in report.steps]
    table(console, ("Step", ">Rows", ">Time"), rows)
    for step in report.steps:
        if step.note:
            line(console, f"{step.name}: {step.note}")
    line(console, f"content hash {info.content_hash}")
