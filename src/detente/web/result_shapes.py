"""What stands in the rows of results: speed, channels, reasons, stages, consent, credit by channel and by other views.

Input: the parts of a `Scoreboard`. Nothing is counted here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils.safestring import SafeString

from detente.app import figures
from detente.app.queries.board import ChannelLine, CreditPanel, Scoreboard, SpeedLine, TeamShare
from detente.app.queries.explain_feedback import WORDS
from detente.app.queries.explain_links import credit_ref, line_ref
from detente.app.queries.explain_ref import FigureRef
from detente.core.credit.sourcing import INFLUENCED
from detente.web import marks
from detente.web.addresses import clause_address
from detente.web.duty_rows import Shown


@dataclass(frozen=True)
class SpeedRow:
    """How long it took until a duty was done; the unanswered count as waiting, never as quick."""

    duty: str
    clause: str
    answered: Shown
    aside: tuple[tuple[Shown, str], ...]  # still waiting, void
    own: tuple[Shown, Shown]  # by when half, and nine of ten, were done: in the clock's own time
    all_hours: tuple[Shown, Shown]
    business: bool
    mark: SafeString
    rate: Shown
    between: str


def speed_rows(board: Scoreboard) -> list[SpeedRow]:
    """Return a row for every clock duty."""
    return [_speed_row(board, each) for each in board.speed]


def _speed_row(board: Scoreboard, each: SpeedLine) -> SpeedRow:
    ref = line_ref(board, each)
    line, owes = next(
        ((line, side.owes) for side in board.sides for line in side.duties if line.duty == each.duty), (None, "")
    )
    aside = ((each.waiting, "waiting", "still waiting"), (each.void, "void", "void"))
    share = None if each.too_few else each.within
    return SpeedRow(
        duty=each.duty if line is None else line.title,
        clause=clause_address(board.version, each.duty),
        answered=Shown(figures.out_of(each.answered, each.n), ref, "answered"),
        aside=tuple((Shown(figures.count(number), ref, key), word) for number, key, word in aside if number),
        own=(_own(each, each.median_seconds, ref), _own(each, each.p90_seconds, ref)),
        all_hours=(_elapsed(each.median_raw_seconds, ref), _elapsed(each.p90_raw_seconds, ref)),
        business=each.business,
        mark=marks.interval(share, each.low, each.high, None if line is None else line.figure.objective, owes),
        rate=Shown("too few to say" if each.too_few else figures.percent(each.within), ref, "within"),
        between=figures.between(each.low, each.high),
    )


def _own(each: SpeedLine, seconds: int | None, ref: FigureRef) -> Shown:
    if seconds is None or not each.business:
        return _elapsed(seconds, ref)
    return Shown(figures.open_time(seconds), ref)


def _elapsed(seconds: int | None, ref: FigureRef) -> Shown:
    return Shown("not yet" if seconds is None else figures.duration(seconds), ref)


@dataclass(frozen=True)
class ChannelRow:
    """What became of the leads handed over that first came by one channel. `duty`: where there are several."""

    channel: str
    duty: str
    delivered: Shown
    accepted: Shown
    mark: SafeString
    rate: str
    pending: Shown | None
    reached: tuple[Shown, ...]


def channel_rows(board: Scoreboard) -> list[ChannelRow]:
    """Return a row for every channel, of every duty that hands leads over."""
    several = len({each.duty for each in board.channels}) > 1
    owes = {line.duty: side.owes for side in board.sides for line in side.duties}
    return [_channel_row(board, each, owes, several=several) for each in board.channels]


def _channel_row(board: Scoreboard, each: ChannelLine, owes: Mapping[str, str], *, several: bool) -> ChannelRow:
    ref = line_ref(board, each)
    share = None if each.too_few else each.share
    between = figures.between(each.low, each.high)
    return ChannelRow(
        channel=each.channel.replace("_", " "),
        duty=each.duty if several else "",
        delivered=Shown(figures.count(each.delivered), ref),
        accepted=Shown(figures.out_of(each.accepted, each.n), ref, "met"),
        mark=marks.interval(share, each.low, each.high, None, owes.get(each.duty, "")),
        rate="too few to say" if each.too_few else f"{figures.percent(each.share)} · {between}",
        pending=Shown(figures.count(each.pending), ref, "pending") if each.pending else None,
        reached=tuple(
            Shown(f"{figures.count(leads)} {stage}", ref, f"reached {stage}")
            for stage, leads in each.reached.items()
            if leads
        ),
    )


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
                WORDS.get(each.decision, each.decision),
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
    leads: Shown


def consent_rows(board: Scoreboard) -> list[ConsentRow]:
    """Return a row for every rule and channel."""
    return [
        ConsentRow(
            each.rule,
            clause_address(board.version, each.rule),
            each.channel.replace("_", " "),
            Shown(figures.count(each.touches), line_ref(board, each)),
            Shown(figures.count(each.leads), line_ref(board, each)),
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
    """The same deals split by the book and by every other view; a cell a team, and a dot a way to count."""

    measure: str
    teams: tuple[str, ...]
    dots: tuple[SafeString, ...]  # a team
    rows: tuple[tuple[str, tuple[Shown | None, ...]], ...]
    influenced: tuple[str, Shown] | None  # whom, and how much: beside the others, never added
    not_computed: str


def view_tables(board: Scoreboard) -> list[ViewTable]:
    """Return a table for every measure with deals."""
    return [_view_table(board, panel) for panel in board.credit if panel.deals]


def _view_table(board: Scoreboard, panel: CreditPanel) -> ViewTable:
    splits: list[tuple[str, str, tuple[TeamShare, ...]]] = [(panel.book, f"{panel.book}, the book", panel.teams)]
    splits += [
        (view.model, view.model.replace("_", " "), view.teams) for view in panel.views if view.computed and view.teams
    ]
    teams = tuple(dict.fromkeys(each.team for _, _, shares in splits for each in shares))
    beside = panel.influenced
    return ViewTable(
        measure=panel.measure,
        teams=teams,
        dots=tuple(_dots(team, splits) for team in teams),
        rows=tuple((name, _cells(board, panel, rule, teams, shares)) for rule, name, shares in splits),
        influenced=None if beside is None else (beside.team, _cell(board, panel, INFLUENCED, beside)),
        not_computed=", ".join(view.model for view in panel.views if not view.computed),
    )


def _dots(team: str, splits: Sequence[tuple[str, str, tuple[TeamShare, ...]]]) -> SafeString:
    shares = [next((each.share or 0.0 for each in given if each.team == team), 0.0) for _, _, given in splits]
    said = ", ".join(f"{name} {figures.percent(share)}" for (_, name, _), share in zip(splits, shares, strict=True))
    return marks.dots([(share, place == 0) for place, share in enumerate(shares)], team, f"{team}: {said}")


def _cells(
    board: Scoreboard, panel: CreditPanel, rule: str, teams: tuple[str, ...], shares: tuple[TeamShare, ...]
) -> tuple[Shown | None, ...]:
    by_team = {each.team: each for each in shares}
    return tuple(_cell(board, panel, rule, by_team[team]) if team in by_team else None for team in teams)


def _cell(board: Scoreboard, panel: CreditPanel, rule: str, share: TeamShare) -> Shown:
    words = f"{figures.money(share.amount, board.currency)} · {figures.percent(share.share)}"
    return Shown(words, credit_ref(panel, rule, share.team))
