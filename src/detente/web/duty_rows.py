"""Promises in rows: what was agreed, how far it is, what is not in the figure. Shared by home and results.

Input: the sides of a `Scoreboard`. Nothing is counted here; every number knows the figure that it opens.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from django.utils.safestring import SafeString

from detente.app import figures
from detente.app.queries.board import DutyLine, Figure, Scoreboard, Side
from detente.app.queries.board_words import (
    amount,
    came_to,
    due_now,
    not_counted,
    period_name,
    promised,
    rests_on,
    status_words,
)
from detente.app.queries.explain_links import figure_ref
from detente.app.queries.explain_ref import FigureRef
from detente.web import marks
from detente.web.addresses import clause_address


@dataclass(frozen=True)
class Shown:
    """A number that opens: what it says, the figure it is, and the key of its count."""

    words: str
    ref: FigureRef
    rows: str = ""


@dataclass(frozen=True)
class Sum:
    """How the instances of a figure add up: `parts` make the whole, `aside` are in no share."""

    parts: tuple[tuple[Shown, str], ...]
    whole: Shown
    aside: tuple[tuple[Shown, str], ...]
    pending: bool


@dataclass(frozen=True)
class FigureCell:
    """One figure of a promise: its period, its mark, the number, what it rests on, its status."""

    period: str  # as a person says it
    mark: SafeString
    main: Shown
    under: str
    status: str
    status_words: str
    closed: bool
    today: Shown | None  # of a closed figure that later knowledge has changed
    restated: str


@dataclass(frozen=True)
class DutyRow:
    """One promise of a side."""

    line: DutyLine
    clause: str
    promise: str
    when: str  # the period, where it is not the one at the head of the card
    cell: FigureCell
    before: FigureCell | None
    within: tuple[FigureCell, ...]
    sum: Sum | None


@dataclass(frozen=True)
class SideCard:
    """Everything that one side owes another. `tick`: some promise has a pace; `level`: some have an agreed level."""

    side: Side
    period: str
    rows: tuple[DutyRow, ...]
    tick: bool
    level: bool


def side_cards(board: Scoreboard) -> list[SideCard]:
    """Return a card a side, the sides in the order of the scoreboard."""
    return [_card(board, side) for side in board.sides]


def _card(board: Scoreboard, side: Side) -> SideCard:
    periods = Counter(line.figure.period for line in side.duties)
    headed = periods.most_common(1)[0][0] if periods else board.period.name
    states = {line.figure.state for line in side.duties if line.figure.period == headed}
    shown = [line.figure for line in side.duties]
    return SideCard(
        side=side,
        period=_headed(headed, states),
        rows=tuple(_row(board, side, line, headed) for line in side.duties),
        tick=any(due_now(figure) is not None for figure in shown),
        level=any(figure.objective is not None for figure in shown),
    )


def _headed(period: str, states: set[str]) -> str:
    """Return the period of a card's figures in words, and whether they may still change."""
    if states == {"running"}:
        return f"{period_name(period)} to date"
    return f"{period_name(period)}, {' and '.join(sorted(states))}"


def _row(board: Scoreboard, side: Side, line: DutyLine, headed: str) -> DutyRow:
    return DutyRow(
        line=line,
        clause=clause_address(board.version, line.duty),
        promise=promised(board, line),
        when="" if line.figure.period == headed else period_name(line.figure.period),
        cell=figure_cell(board, side, line, line.figure),
        before=None if line.before is None else figure_cell(board, side, line, line.before),
        within=tuple(figure_cell(board, side, line, each) for each in line.within),
        sum=_sum(line),
    )


def figure_cell(board: Scoreboard, side: Side, line: DutyLine, figure: Figure) -> FigureCell:
    """Return one figure of a promise, of whichever period."""
    settled = figure.settled
    return FigureCell(
        period=period_name(figure.period),
        mark=_mark(board, side, line, figure),
        main=Shown(came_to(board, line, figure), figure_ref(line, figure)),
        under=rests_on(board, line, figure),
        status=figure.status,
        status_words=status_words(figure),
        closed=figure.closed_at is not None,
        today=None if settled is None else Shown(came_to(board, line, settled), figure_ref(line, settled)),
        restated=figures.counted(figure.restated, "row"),
    )


def _mark(board: Scoreboard, side: Side, line: DutyLine, figure: Figure) -> SafeString:
    if figure.delivered is not None and figure.promised is not None:
        words = f"{amount(board, line.unit, figure.delivered)} of {amount(board, line.unit, figure.promised)}"
        return marks.bar(figure.delivered, figure.promised, side.owes, due_now(figure), words)
    share = None if figure.too_few else figure.share
    return marks.interval(share, figure.low, figure.high, figure.objective, side.owes)


def _sum(line: DutyLine) -> Sum | None:
    """Return how a figure adds up, where something of it is in no share."""
    figure, ref = line.figure, figure_ref(line)
    aside = tuple((Shown(number, ref, key), word) for key, number, word in not_counted(figure))
    if not aside:
        return None
    if figure.pending:
        judged, pending = figures.count(figure.n), figures.count(figure.pending)
        parts = ((Shown(judged, ref, "judged"), "judged"), (Shown(pending, ref, "pending"), "younger"))
        return Sum(parts, Shown(figures.count(figure.n + figure.pending), ref), (), pending=True)
    decided = tuple(
        (Shown(figures.count(number), ref, key), key)
        for key, number in (("met", figure.met), ("broken", figure.broken))
    )
    return Sum(decided, Shown(figures.count(figure.n), ref, "decided"), aside, pending=False)
