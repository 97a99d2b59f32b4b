"""What stands in the rows of results: speed, channels, reasons, stages, consent, credit by channel and by other views.

Input: the parts of a `Scoreboard`. Nothing is counted here.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.safestring import SafeString

from detente.app import figures
from detente.app.queries.board import CreditPanel, Scoreboard, SpeedLine, TeamShare
from detente.app.queries.explain_links import credit_ref, line_ref
from detente.web import marks
from detente.web.home_shapes import Shown, clause_address


@dataclass(frozen=True)
class SpeedRow:
    """How long it took until a duty was done; the waiting count as waiting."""

    duty: str
    clause: str
    period: str
    done: Shown
    waiting: str
    own: tuple[str, str]  # median, 90 %: in the clock's own time
    all_hours: tuple[str, str]
    business: bool


def speed_rows(board: Scoreboard) -> list[SpeedRow]:
    """Return a row for every clock duty."""
    titles = {line.duty: line.title for side in board.sides for line in side.duties}
    return [
        SpeedRow(
            duty=titles.get(each.duty, each.duty),
            clause=clause_address(board, each.duty),
            period=each.period,
            done=Shown(f"{figures.count(each.answered)} of {figures.count(each.n)}", line_ref(board, each)),
            waiting=f"{figures.count(each.waiting)} waiting" if each.waiting else "",
            own=(_own(each, each.median_seconds), _own(each, each.p90_seconds)),
            all_hours=(_reached(each.median_raw_seconds), _reached(each.p90_raw_seconds)),
            business=each.business,
        )
        for each in board.speed
    ]


def _own(each: SpeedLine, seconds: int | None) -> str:
    if seconds is None:
        return _reached(seconds)
    return figures.open_time(seconds) if each.business else figures.duration(seconds)


def _reached(seconds: int | None) -> str:
    return "not yet" if seconds is None else figures.duration(seconds)


@dataclass(frozen=True)
class ChannelRow:
    """What became of the leads handed over that first came by one channel."""

    channel: str
    delivered: Shown
    accepted: Shown
    mark: SafeString
    rate: str
    pending: Shown | None
    reached: tuple[Shown, ...]


def channel_rows(board: Scoreboard) -> list[ChannelRow]:
    """Return a row for every channel."""
    rows = []
    for each in board.channels:
        ref = line_ref(board, each)
        share = None if each.too_few else each.share
        between = figures.between(each.low, each.high)
        rows.append(
            ChannelRow(
                channel=each.channel.replace("_", " "),
                delivered=Shown(figures.count(each.delivered), ref),
                accepted=Shown(f"{figures.count(each.accepted)} of {figures.count(each.n)}", ref, "judged"),
                mark=marks.interval(share, each.low, each.high, None, "marketing"),
                rate="too few to say" if each.too_few else f"{figures.percent(each.share)} · {between}",
                pending=Shown(figures.count(each.pending), ref, "pending") if each.pending else None,
                reached=tuple(
                    Shown(f"{figures.count(leads)} {stage}", ref, f"reached {stage}")
                    for stage, leads in each.reached.items()
                    if leads
                ),
            )
        )
    return rows


@dataclass(frozen=True)
class CountRow:
    """Something that was counted, with a bar of its length beside the longest."""

    names: tuple[str, ...]
    count: Shown
    mark: SafeString
    note: str = ""


def reason_rows(board: Scoreboard) -> list[CountRow]:
    """Return a row for every reason given with a decision."""
    longest = max((each.count for each in board.reasons), default=0)
    return [
        CountRow(
            (
                each.decision,
                (each.reason or "no reason").replace("_", " "),
                each.points_at or figures.NOTHING,
            ),
            Shown(figures.count(each.count), line_ref(board, each)),
            marks.bar(each.count, longest, "joint", None, figures.count(each.count)),
            "" if each.listed else "not on the list",
        )
        for each in board.reasons
    ]


def stage_rows(board: Scoreboard) -> list[CountRow]:
    """Return a row for every stage with leads in it now."""
    longest = max((each.leads for each in board.stages), default=0)
    return [
        CountRow(
            (each.stage or "in no stage",),
            Shown(figures.count(each.leads), line_ref(board, each)),
            marks.bar(each.leads, longest, "joint", None, figures.count(each.leads)),
        )
        for each in board.stages
    ]


def difference_rows(board: Scoreboard) -> list[CountRow]:
    """Return a row for every pair of stages in which agreement and CRM differ."""
    longest = max((each.leads for each in board.differences), default=0)
    return [
        CountRow(
            (each.stage or "no stage", each.crm_stage),
            Shown(figures.count(each.leads), line_ref(board, each)),
            marks.bar(each.leads, longest, "joint", None, figures.count(each.leads)),
        )
        for each in board.differences
    ]


@dataclass(frozen=True)
class ConsentRow:
    """Touches that one consent rule did not allow on one channel."""

    rule: str
    clause: str
    channel: str
    touches: Shown
    leads: str


def consent_rows(board: Scoreboard) -> list[ConsentRow]:
    """Return a row for every rule and channel."""
    return [
        ConsentRow(
            each.rule,
            clause_address(board, each.rule),
            each.channel,
            Shown(figures.count(each.touches), line_ref(board, each)),
            figures.counted(each.leads, "lead"),
        )
        for each in board.consent
    ]


@dataclass(frozen=True)
class ChannelCreditRow:
    """What the book gives to a team by one channel."""

    measure: str
    team: str
    channel: str
    amount: Shown
    deals: str


def channel_credit_rows(board: Scoreboard) -> list[ChannelCreditRow]:
    """Return a row for every measure, team and channel of the book."""
    return [
        ChannelCreditRow(
            panel.measure,
            each.team,
            each.channel.replace("_", " "),
            Shown(figures.money(each.amount, board.currency), credit_ref(panel, panel.book, each.team, each.channel)),
            figures.counted(each.deals, "deal"),
        )
        for panel in board.credit
        for each in panel.channels
    ]


@dataclass(frozen=True)
class ViewTable:
    """The same deals split by the book and by every other view; a cell a team."""

    measure: str
    period: str
    teams: tuple[str, ...]
    rows: tuple[tuple[str, tuple[Shown | None, ...]], ...]
    not_computed: str


def view_tables(board: Scoreboard) -> list[ViewTable]:
    """Return a table for every measure with deals."""
    return [_view_table(board, panel) for panel in board.credit if panel.deals]


def _view_table(board: Scoreboard, panel: CreditPanel) -> ViewTable:
    splits: list[tuple[str, str, tuple[TeamShare, ...]]] = [(panel.book, f"{panel.book}: the book", panel.teams)]
    splits += [(view.model, view.model.replace("_", " "), view.teams) for view in panel.views if view.computed]
    teams = tuple(dict.fromkeys(each.team for _, _, shares in splits for each in shares))
    rows = []
    for rule, name, shares in splits:
        by_team = {each.team: each for each in shares}
        cells = tuple(
            Shown(
                f"{figures.money(by_team[team].amount, board.currency)} · {figures.percent(by_team[team].share)}",
                credit_ref(panel, rule, team),
            )
            if team in by_team
            else None
            for team in teams
        )
        rows.append((name, cells))
    missing = ", ".join(view.model for view in panel.views if not view.computed)
    return ViewTable(panel.measure, panel.period, teams, tuple(rows), missing)
