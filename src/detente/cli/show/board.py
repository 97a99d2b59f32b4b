"""The scoreboard in a terminal: what each side owed and delivered. Input: a `Scoreboard`."""

from __future__ import annotations

from rich.console import Console
from rich.text import Text

from detente.app import figures
from detente.app.queries.board import DutyLine, Figure, Goal, Pay, Scoreboard, Side
from detente.app.queries.board_words import amount, came_to, due_now, met_of, not_counted
from detente.cli.shell import printable
from detente.cli.show import board_results
from detente.cli.show.tables import heading, line, share, status, table, two_lines


def show(console: Console, board: Scoreboard) -> None:
    """Print the scoreboard: the promises of both sides first, then what came of the leads."""
    _head(console, board)
    for side in board.sides:
        _side(console, board, side)
    _goals(console, board)
    _pay(console, board)
    board_results.show(console, board)
    if board.attention:
        heading(console, "Worth a word")
        for each in board.attention:
            line(console, f"{each.status}: {each.sentence}" + (f" [{each.clause}]" if each.clause else ""))


def _head(console: Console, board: Scoreboard) -> None:
    period = board.period
    day = f"day {period.day} of {period.days}" if period.state == "running" else period.state
    console.print(
        Text(printable(f"Working agreement {board.agreement} {board.version} · {period.name}, {day}"), style="bold")
    )
    line(console, f"as of {figures.moment(board.as_of)}, {board.timezone} · snapshot {board.snapshot}")


def _side(console: Console, board: Scoreboard, side: Side) -> None:
    heading(console, f"{side.owes.capitalize()} owes {side.to}")
    rows = [_duty_row(board, duty) for duty in side.duties]
    table(console, ("Duty", "Delivered", ">Share", ">Agreed", "Status", ">Before"), rows)
    for duty in side.duties:
        for figure in (duty.figure, duty.before):
            if figure is not None and figure.settled is not None:
                line(console, _restated(board, duty, figure))


def _duty_row(board: Scoreboard, duty: DutyLine) -> tuple[str | Text, ...]:
    figure = duty.figure
    return (
        two_lines(duty.title, duty.duty + _when(board, figure.period)),
        two_lines(
            _delivered(board, duty, figure), ", ".join(f"{number} {word}" for _, number, word in not_counted(figure))
        ),
        share(figure.share, figure.low, figure.high, too_few=figure.too_few),
        _agreed(board, duty, figure),
        status(figure.status),
        figures.NOTHING if duty.before is None else came_to(board, duty, duty.before),
    )


def _when(board: Scoreboard, period: str) -> str:
    """Return a period where it is not the one that the scoreboard is of."""
    return "" if period == board.period.name else f" · {period}"


def _delivered(board: Scoreboard, duty: DutyLine, figure: Figure) -> str:
    if figure.delivered is not None:
        delivered, due = amount(board, duty.unit, figure.delivered), due_now(figure)
        return delivered if due is None else f"{delivered}; {amount(board, duty.unit, due)} due by now"
    return met_of(figure) if figure.met is not None else figures.NOTHING


def _agreed(board: Scoreboard, duty: DutyLine, figure: Figure) -> str:
    if figure.promised is not None:
        return amount(board, duty.unit, figure.promised)
    return figures.percent(figure.objective)


def _restated(board: Scoreboard, duty: DutyLine, figure: Figure) -> str:
    settled = figure.settled or figure
    return (
        f"{duty.duty} {figure.period}: closed at {came_to(board, duty, figure)}, as known today "
        f"{came_to(board, duty, settled)} ({figures.counted(figure.restated, 'row')} restated)"
    )


def _goals(console: Console, board: Scoreboard) -> None:
    if board.goals:
        heading(console, "Targets")
        rows = [_goal_row(board, goal) for goal in board.goals]
        table(console, ("For", "Measure", ">Actual", ">Due by now", ">Target", ">Reached", "Status"), rows)


def _goal_row(board: Scoreboard, goal: Goal) -> tuple[str | Text, ...]:
    def of(number: float | None) -> str:
        return amount(board, goal.unit, number)

    actual = of(goal.actual) + (f" (today {of(goal.settled)})" if goal.settled is not None else "")
    due = of(goal.due) if goal.due is not None else figures.NOTHING
    measure = goal.measure.replace("_", " ") + _when(board, goal.period)
    who = "both" if goal.party == "joint" else goal.party
    reached = figures.percent(goal.attainment)
    return who, measure, actual, due, of(goal.target), reached, status(goal.status)


def _pay(console: Console, board: Scoreboard) -> None:
    if board.pay:
        heading(console, "Pay", "what each team is paid on, each part counted up to 150 %")
        table(console, ("Team", "Parts", ">Comes to"), [_pay_row(pay) for pay in board.pay])


def _pay_row(pay: Pay) -> tuple[str, ...]:
    parts = [
        f"{part.measure} {figures.percent(part.attainment)} × {figures.percent(part.weight)}"
        if part.attainment is not None
        else f"{part.measure} not judged × {figures.percent(part.weight)}"
        for part in pay.parts
    ]
    return pay.team, ", ".join(parts), "not judged yet" if pay.factor is None else figures.percent(pay.factor)
