"""The scoreboard in words: periods, what a promise came to and what that rests on, how far other views differ.

Input: the parts of a `Scoreboard`. The command line and the screens say them with the same words.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from detente.app import figures
from detente.app.queries.board import CreditPanel, DutyLine, Figure, Period, Scoreboard
from detente.core.agreement.page_figures import percent as exactly

_PERIOD = re.compile(r"(\d{4})(?:Q(\d)|-(\d\d)|-W(\d\d))")


def period_name(name: str) -> str:
    """Return a period as a person says it: 2026 Q4, November 2026, week 48 of 2026."""
    found = _PERIOD.fullmatch(name)
    if found is None:
        return name
    year, quarter, month, week = found.groups()
    if quarter:
        return f"{year} Q{quarter}"
    return f"{date(int(year), int(month), 1):%B %Y}" if month else f"week {int(week)} of {year}"


def standing(period: Period) -> str:
    """Return where a period stands: running with its day, over, or closed."""
    if period.state == "running":
        return f"running, day {period.day} of {period.days}"
    closing = figures.day(period.closes_at)
    return f"over, closes on {closing}" if period.state == "over" else f"closed on {closing}"


def amount(board: Scoreboard, unit: str, number: float | None) -> str:
    """Return a number of a unit: money in the agreement's currency, else a count."""
    return figures.money(number, board.currency) if unit == "money" else figures.count(number)


def met_of(figure: Figure) -> str:
    """Return how many were met of those that count."""
    return figures.out_of(figure.met, figure.n)


def how_often(met: int | None, n: int, share: float | None, *, too_few: bool, running: bool) -> str:
    """Return how often a promise was kept: a share; counts where there are too few for one; or that there was none."""
    if not n:
        return "none yet" if running else "none"
    return figures.out_of(met, n) if too_few or share is None else figures.percent(share)


def came_to(board: Scoreboard, line: DutyLine, figure: Figure) -> str:
    """Return what a promise came to: an amount or a share; counts where there are too few for a share."""
    if figure.delivered is not None:
        return amount(board, line.unit, figure.delivered)
    running = figure.state == "running"
    return how_often(figure.met, figure.n, figure.share, too_few=figure.too_few, running=running)


def rests_on(board: Scoreboard, line: DutyLine, figure: Figure) -> str:
    """Return what stands under a figure: of how much, or of how many and its 95 % range."""
    if figure.delivered is not None:
        of = figure.promised if due_now(figure) is None else figure.due
        said = f"of {amount(board, line.unit, of)}" + ("" if due_now(figure) is None else " due")
        return f"{said} · {figures.percent(figure.delivered / of)}" if of else said
    if not figure.n:
        return "nothing to judge"
    between = figures.between(figure.low, figure.high)
    return f"{between} · few" if figure.too_few else f"{met_of(figure)} · {between}"


def due_now(figure: Figure) -> float | None:
    """Return what was due by now, while the period runs and a pace is agreed."""
    return figure.due if figure.state == "running" else None


def promised(board: Scoreboard, line: DutyLine) -> str:
    """Return a promise with what of it is due by now."""
    due = due_now(line.figure)
    return line.promise if due is None else f"{line.promise}, {amount(board, line.unit, due)} by now"


def status_words(figure: Figure) -> str:
    """Return a figure's status as it is said: Below 95 %, Behind pace."""
    if figure.status == "below objective" and figure.objective is not None:
        return f"Below {exactly(figure.objective)}"
    if figure.status == "not judged":
        return "Too few to say" if figure.n else "Not judged yet"
    return figure.status.capitalize()


def not_counted(figure: Figure) -> Iterator[tuple[str, str, str]]:
    """Yield what is in no share, as (key of the count, number, word): open, void, not yet old enough."""
    for number, key, word in (
        (figure.open, "open", "open"),
        (figure.void, "void", "void"),
        (figure.pending, "pending", "not old enough yet"),
    ):
        if number:
            yield key, figures.count(number), word


def range_of_views(panel: CreditPanel, team: str) -> str:
    """Return how much other ways to count give a team, as a range; nothing where there is no other way."""
    views = [view for view in panel.views if view.computed and view.teams]
    shares = [next((each.share or 0.0 for each in view.teams if each.team == team), 0.0) for view in views]
    if not shares or not panel.amount:
        return ""
    low, high = figures.percent(min(shares)), figures.percent(max(shares))
    return low if low == high else figures.between(min(shares), max(shares))
