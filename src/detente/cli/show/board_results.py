"""The second part of the scoreboard: what came of the leads. Input: a `Scoreboard`."""

from __future__ import annotations

from rich.console import Console

from detente.app.queries.board import ConversionLine, CreditPanel, Scoreboard, TeamShare
from detente.cli.show import figures
from detente.cli.show.tables import heading, line, table


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
            line(console, f"The first cohort is old enough on {figures.moment(board.conversion_from)}.")
        return
    first = board.conversion[0]
    aside = f"leads that entered in {first.cohort}, each watched for {first.horizon_days:g} days"
    heading(console, "The revenue cycle", aside)
    rows = [_conversion_row(each) for each in board.conversion]
    table(
        console,
        ("From", "To", ">Entered", ">Reached", ">Share", ">95 % range", ">Median", "Where the others are"),
        rows,
    )


def _conversion_row(each: ConversionLine) -> tuple[str, ...]:
    pending = f" ({figures.count(each.pending)} pending)" if each.pending else ""
    others = ", ".join(f"{figures.count(o.leads)} {o.where}" for o in each.outcomes if o.where != "moved on")
    share = figures.NOTHING if each.too_few else figures.percent(each.share)
    between = "too few to say" if each.too_few else figures.between(each.low, each.high)
    reached = f"{figures.count(each.converted)} of {figures.count(each.n)}"
    median = figures.duration(each.median_seconds)
    return each.stage, each.to, figures.count(each.entered) + pending, reached, share, between, median, others


def _speed(console: Console, board: Scoreboard) -> None:
    if board.speed:
        heading(console, "How long until the first answer", "leads still waiting are counted as waiting")
        rows = [
            (
                each.duty,
                each.period,
                f"{figures.count(each.answered)} of {figures.count(each.n)}",
                figures.count(each.waiting),
                figures.duration(each.median_seconds),
                figures.duration(each.p90_seconds),
                figures.duration(each.median_raw_seconds),
                figures.duration(each.p90_raw_seconds),
            )
            for each in board.speed
        ]
        columns = (
            "Duty",
            "Period",
            ">Answered",
            ">Waiting",
            ">Median",
            ">P90",
            ">Median, all hours",
            ">P90, all hours",
        )
        table(console, columns, rows)


def _credit(console: Console, board: Scoreboard, panel: CreditPanel) -> None:
    total = figures.money(panel.amount, board.currency)
    aside = f"{panel.period}: {figures.counted(panel.deals, 'deal')}, {total}; the book is '{panel.book}'"
    heading(console, f"Credit for {panel.measure}", aside)
    rows = [_share_row(board, "the book", share) for share in panel.teams]
    rows += [_share_row(board, view.model, share) for view in panel.views if view.computed for share in view.teams]
    if panel.influenced is not None:
        rows.append(_share_row(board, "influenced, never added", panel.influenced))
    table(console, ("By", "Team", ">Deals", ">Amount", ">Share"), rows)
    if panel.settled:
        split = ", ".join(f"{share.team} {figures.percent(share.share)}" for share in panel.settled)
        line(console, f"As known today: {split}.")
    missing = [view.model for view in panel.views if not view.computed]
    if missing:
        line(console, f"Not computed by this version: {', '.join(missing)}.")


def _share_row(board: Scoreboard, by: str, share: TeamShare) -> tuple[str, ...]:
    amount = figures.money(share.amount, board.currency)
    return by.replace("_", " "), share.team, figures.count(share.deals), amount, figures.percent(share.share)


def _channels(console: Console, board: Scoreboard) -> None:
    if board.channels:
        heading(console, "Leads handed over, by channel", "of their first marketing fact")
        rows = [
            (
                each.channel.replace("_", " "),
                figures.count(each.delivered),
                f"{figures.count(each.accepted)} of {figures.count(each.n)}",
                figures.NOTHING if each.too_few else figures.percent(each.share),
                "too few to say" if each.too_few else figures.between(each.low, each.high),
                figures.count(each.pending),
                ", ".join(f"{figures.count(leads)} {stage}" for stage, leads in each.reached.items() if leads),
            )
            for each in board.channels
        ]
        table(console, ("Channel", ">Leads", ">Accepted", ">Share", ">95 % range", ">Pending", "Reached so far"), rows)


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
