"""`detente explain`: what lies behind a figure, down to the rows that were counted."""

from __future__ import annotations

from typing import Annotated

import typer

from detente.cli.commands.scoreboard import Period
from detente.cli.shell import Shell, command

Figure = Annotated[
    str,
    typer.Argument(
        metavar="FIGURE",
        help="duty/sla.speed/instances, target/joint/revenue, credit/revenue/sourced/marketing, conversion/MQL/SAL, …",
        show_default=False,
    ),
]
Rows = Annotated[
    str | None,
    typer.Option("--rows", metavar="COUNT", help="The rows of one of its counts. Default: all.", show_default=False),
]
Settled = Annotated[bool, typer.Option("--settled", help="As known today, where the figure has been closed.")]
AsCsv = Annotated[bool, typer.Option("--csv", help="Only the rows, all of them, as CSV.")]


def register(app: typer.Typer) -> None:
    """Add the command."""
    command(app, "explain", panel="Questions")(explain)


def explain(
    shell: Shell,
    figure: Figure,
    period: Period = None,
    rows: Rows = None,
    settled: Settled = False,
    csv: AsCsv = False,
) -> None:
    """Show what lies behind a figure of the scoreboard: in words, as a sum, and the rows that were counted.

    A figure is written as its address on the screens is: its kind, then the names that pick it.
    """
    from detente import bootstrap
    from detente.app.queries.agreement_in import agreement_in
    from detente.app.queries.explain_figure import explain_figure, figure_rows
    from detente.app.queries.explain_ref import parse_figure

    ref = parse_figure(figure, period, "settled" if settled else None)
    snapshot = bootstrap.snapshot(shell.directory)
    agreed = agreement_in(snapshot.agreement_texts())
    if csv:
        from detente.app.queries.explain_rows import as_csv
        from detente.cli.output import write

        zone = agreed.in_force(snapshot.info.as_of).timezone
        write((text.encode() for text in as_csv(figure_rows(snapshot, agreed, ref, rows), zone)), None)
        return
    explanation = explain_figure(snapshot, agreed, ref, rows)
    if shell.as_json:
        from detente.app.queries.explain_json import as_json

        shell.answer(as_json(explanation))
    else:
        from detente.cli.show.explain import show

        show(shell.console, explanation)
