"""Which figure a number of the scoreboard is, and so what it opens.

Input: the parts of a `Scoreboard`. Screens and command line take references, and the keys of counts, from here.
"""

from __future__ import annotations

from detente.app.queries.board import (
    ChannelLine,
    ConsentBreak,
    ConversionLine,
    CreditPanel,
    Difference,
    DutyLine,
    Figure,
    Goal,
    Pay,
    ReasonLine,
    Scoreboard,
    SpeedLine,
    StageCount,
)
from detente.app.queries.explain_ref import FigureRef

Line = Goal | Pay | ConversionLine | SpeedLine | ChannelLine | ReasonLine | StageCount | Difference | ConsentBreak


def figure_ref(line: DutyLine, figure: Figure | None = None) -> FigureRef:
    """Return the figure of a duty (None: the one in its line); a settled one stands beside its closed one."""
    shown = line.figure if figure is None else figure
    closed = (each.settled for each in (line.figure, line.before, *line.within) if each is not None)
    return FigureRef("duty", (line.duty, line.part), shown.period, any(each is shown for each in closed))


def credit_ref(
    panel: CreditPanel, rule: str | None = None, team: str | None = None, channel: str | None = None
) -> FigureRef:
    """Return the deals of a panel, or what a rule (the book, `influenced`, a view) gives of them to a team."""
    names = [name for name in (panel.measure, rule, team, channel) if name is not None]
    return FigureRef("credit", tuple(names), panel.period)


def stay_ref(line: ConversionLine) -> FigureRef:
    """Return how long the leads of a conversion's cohort stay in its stage."""
    return FigureRef("time-in-stage", (line.stage,), line.cohort)


def line_ref(board: Scoreboard, line: Line) -> FigureRef:
    """Return the figure of any other line of the scoreboard."""
    period = board.period.name
    match line:
        case Goal():
            return FigureRef("target", (line.party, line.measure), line.period)
        case Pay():
            return FigureRef("pay", (line.team,), line.period)
        case ConversionLine():
            return FigureRef("conversion", (line.stage, line.to), line.cohort)
        case SpeedLine():
            return FigureRef("speed", (line.duty,), line.period)
        case ChannelLine():
            return FigureRef("channel", (line.duty, line.channel), line.period)
        case ReasonLine():
            return FigureRef("reason", (line.decision, line.reason, line.points_at), period)
        case StageCount():
            return FigureRef("stage", (line.stage,))
        case Difference():
            return FigureRef("difference", (line.stage, line.crm_stage))
        case ConsentBreak():
            return FigureRef("consent", (line.rule, line.channel), period)
