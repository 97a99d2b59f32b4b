"""The second part of the scoreboard: what came of the leads. Input: a `Scoreboard`."""

from __future__ import annotations

from rich.console import Console
from rich.text import Text

from detente.app import figures
from detente.app.queries.board import ConversionLine, CreditPanel, Scoreboard, SpeedLine, TeamShare
from detente.cli.show.tables import heading, line, share, table, two_lines


def show(console: Console, board: Scoreboard) -> None:
    """Print how leads moved on, how quickly they were answered, whose the deals are, and why leads left."""
    _conversion(console, board)
    _speed(console, board)
    for panel in board.credit:
        _credit(console, board, panel)
    _channels(console, board)
    _reasons(console, board)
    _stages(console, board)
    _consent(console, board)


def _conversion(console: Console, board: Scoreboard) -> None:
    if not board.conversion:
        if board.conversion_from:
            heading(console, "The revenue cycle")
            line(console, f"The first cohort is old enough on {figures.day(board.conversion_from)}.")
        return
    first = board.conversion[0]
    aside = f"leads that entered in {first.cohort}, each watched for {first.horizon_days:g} days"
    heading(console, "The revenue cycle", aside)
    rows = [_conversion_row(each) for each in board.conversion]
    table(console, ("From → to", ">Entered", ">Reached", ">Share", ">Median", "The others"), rows)


def _conversion_row(each: ConversionLine) -> tuple[str | Text, ...]:
    others = ", ".join(f"{figures.count(o.leads)} {o.where}" for o in each.outcomes if o.where != "moved on")
    return (
        f"{each.stage} → {each.to}",
        two_lines(figures.count(each.entered), f"{figures.count(each.pending)} pending" if each.pending else ""),
        figures.out_of(each.converted, each.n),
        share(each.share, each.low, each.high, too_few=each.too_few),
        figures.duration(each.median_seconds),
        others,
    )


def _speed(console: Console, board: Scoreboard) -> None:
    if board.speed:
        heading(console, "How long until it was done", "in open hours, then in all hours; the waiting are counted")
        rows = [
            (
                two_lines(each.duty, each.period),
                two_lines(figures.out_of(each.answered, each.n), _waiting(each)),
                _own_time(each, each.median_seconds),
                _own_time(each, each.p90_seconds),
                figures.duration(each.median_raw_seconds),
                figures.duration(each.p90_raw_seconds),
            )
            for each in board.speed
        ]
        head = ("Duty", ">Done", ">Median", ">9 of 10 in", ">All hours: median", ">9 of 10 in")
        table(console, head, rows)


def _own_time(each: SpeedLine, seconds: int | None) -> str:
    return figures.open_time(seconds) if each.business else figures.duration(seconds)


def _waiting(each: SpeedLine) -> str:
    return f"{figures.count(each.waiting)} waiting" if each.waiting else ""


def _credit(console: Console, board: Scoreboard, panel: CreditPanel) -> None:
    total = figures.money(panel.amount, board.currency)
    heading(console, f"Credit for {panel.measure}", f"{panel.period}: {figures.counted(panel.deals, 'deal')}, {total}")
    if not panel.deals:
        line(console, "No deal to give credit for.")
        return
    views = [(view.model.replace("_", " "), view.teams) for view in panel.views if view.computed]
    splits = [(f"{panel.book}: the book", panel.teams), *views]
    if panel.influenced is not None:
        splits.append(("influenced: beside it, never added", (panel.influenced,)))
    teams = list(dict.fromkeys(each.team for _, split in splits for each in split))
    rows = [(name, *_split(board, teams, split)) for name, split in splits]
    table(console, ("By", *(f">{team.capitalize()}" for team in teams)), rows)
    if panel.settled:
        settled = ", ".join(f"{each.team} {figures.percent(each.share)}" for each in panel.settled)
        line(console, f"As known today: {settled}.")
    missing = [view.model for view in panel.views if not view.computed]
    if missing:
        line(console, f"Not computed by this version: {', '.join(missing)}.")


def _split(board: Scoreboard, teams: list[str], split: tuple[TeamShare, ...]) -> list[str]:
    """Return a cell a team: its part of the amount, and its share."""
    by_team = {each.team: each for each in split}
    return [
        f"{figures.money(by_team[team].amount, board.currency)}  {figures.percent(by_team[team].share):>5}"
        if team in by_team
        else figures.NOTHING
        for team in teams
    ]


def _channels(console: Console, board: Scoreboard) -> None:
    if board.channels:
        heading(console, "Leads handed over, by channel", "of their first marketing fact")
        rows = [
            (
                each.channel.replace("_", " "),
                figures.count(each.delivered),
                figures.out_of(each.accepted, each.n),
                share(each.share, each.low, each.high, too_few=each.too_few),
                figures.count(each.pending),
                ", ".join(f"{figures.count(leads)} {stage}" for stage, leads in each.reached.items() if leads),
            )
            for each in board.channels
        ]
        table(console, ("Channel", ">Leads", ">Accepted", ">Share", ">Pending", "Reached so far"), rows)


def _reasons(console: Console, board: Scoreboard) -> None:
    if board.reasons:
        heading(console, "Why leads were sent back or closed")
        rows = [
            (
                each.decision,
                (each.reason or "no reason").replace("_", " ") + ("" if each.listed else " (not on the list)"),
                each.points_at or figures.NOTHING,
                figures.count(each.count),
            )
            for each in board.reasons
        ]
        table(console, ("Decision", "Reason", "Points at", ">Leads"), rows)


def _stages(console: Console, board: Scoreboard) -> None:
    heading(console, "Where leads are now")
    line(console, ", ".join(f"{figures.count(each.leads)} {each.stage or 'in no stage'}" for each in board.stages))
    if board.differences:
        total = sum(each.leads for each in board.differences)
        heading(console, "The CRM says another stage", f"of {figures.counted(total, 'lead')}")
        rows = [(each.stage or "no stage", each.crm_stage, figures.count(each.leads)) for each in board.differences]
        table(console, ("Here it is", "The CRM says", ">Leads"), rows)


def _consent(console: Console, board: Scoreboard) -> None:
    if board.consent:
        heading(console, "Touches that a consent rule did not allow")
        rows = [
            (each.rule, each.channel, figures.count(each.touches), figures.count(each.leads)) for each in board.consent
        ]
        table(console, ("Rule", "Channel", ">Touches", ">Leads"), rows)
