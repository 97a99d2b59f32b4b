"""Every number that a scoreboard shows, with the figure it is, the count that it opens, and what it has to come to."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from detente.app.queries.board import CreditPanel, DutyLine, Figure, Scoreboard
from detente.app.queries.explain_links import credit_ref, figure_ref, line_ref, stay_ref
from detente.app.queries.explain_ref import FigureRef


@dataclass(frozen=True)
class Number:
    """A number of the scoreboard; `rows` is the key of its count. `money`: the rows' amounts add up to it."""

    what: str
    value: float
    ref: FigureRef
    rows: str | None = None
    money: bool = False


def numbers_of(board: Scoreboard) -> Iterator[Number]:
    """Yield every number."""
    for side in board.sides:
        for line in side.duties:
            for figure in {id(each): each for each in (line.figure, line.before, *line.within) if each}.values():
                yield from _duty(line, figure)
                if figure.settled is not None:
                    yield from _duty(line, figure.settled)
    for goal in board.goals:
        yield Number(f"{goal.measure} of {goal.party}", goal.actual, line_ref(board, goal), money=goal.unit == "money")
        if goal.settled is not None:
            ref = line_ref(board, goal)
            settled = FigureRef(ref.kind, ref.names, ref.period, True)
            yield Number(f"{goal.measure}, settled", goal.settled, settled, money=goal.unit == "money")
    for panel in board.credit:
        yield from _credit(panel)
    yield from _results(board)


def _duty(line: DutyLine, figure: Figure) -> Iterator[Number]:
    ref = figure_ref(line, figure)
    name = f"{line.duty} {line.part} {figure.period}"
    if figure.delivered is not None:
        yield Number(name, figure.delivered, ref, money=line.unit == "money")
    else:
        for key in ("met", "open", "void", "pending"):
            number = getattr(figure, key)
            exists = key in ("met", "pending") if line.part == "quality" else key != "pending"
            if number is not None and exists:
                yield Number(f"{name} {key}", number, ref, key)
        yield Number(f"{name} n", figure.n, ref, "judged" if line.part == "quality" else "decided")
        if line.part != "quality" and figure.broken is not None:
            yield Number(f"{name} broken", figure.broken, ref, "broken")
    if figure.restated:
        yield Number(f"{name} restated", figure.restated, ref, "restated")


def _credit(panel: CreditPanel) -> Iterator[Number]:
    name = f"{panel.measure} {panel.period}"
    yield Number(name, panel.amount, credit_ref(panel), money=True)
    yield Number(f"{name} deals", panel.deals, credit_ref(panel))
    shares = [(panel.book, share) for share in panel.teams]
    shares += [(view.model, share) for view in panel.views for share in view.teams]
    if panel.influenced is not None:
        shares.append(("influenced", panel.influenced))
    for rule, share in shares:
        yield Number(f"{name} {rule} {share.team}", share.amount, credit_ref(panel, rule, share.team), money=True)
    for each in panel.channels:
        ref = credit_ref(panel, panel.book, each.team, each.channel)
        yield Number(f"{name} {each.team} by {each.channel}", each.amount, ref, money=True)
        yield Number(f"{name} {each.team} by {each.channel}, deals", each.deals, ref)


def _results(board: Scoreboard) -> Iterator[Number]:
    for line in board.conversion:
        ref = line_ref(board, line)
        yield Number(f"{ref.figure} entered", line.entered, ref)
        for key, number in (("pending", line.pending), ("judged", line.n), ("converted", line.converted)):
            yield Number(f"{ref.figure} {key}", number, ref, key)
        for outcome in line.outcomes:
            key = "converted" if outcome.where == "moved on" else f"in {outcome.where}"
            yield Number(f"{ref.figure} {outcome.where}", outcome.leads, ref, key)
    for speed in board.speed:
        ref = line_ref(board, speed)
        yield Number(f"{ref.figure} n", speed.n, ref)
        for key in ("answered", "waiting", "void"):
            yield Number(f"{ref.figure} {key}", getattr(speed, key), ref, key)
    yield from _feedback(board)


def _feedback(board: Scoreboard) -> Iterator[Number]:
    for channel in board.channels:
        ref = line_ref(board, channel)
        yield Number(f"{ref.figure} delivered", channel.delivered, ref)
        if channel.n or channel.pending:
            for key, number in (("pending", channel.pending), ("judged", channel.n), ("met", channel.accepted)):
                yield Number(f"{ref.figure} {key}", number, ref, key)
        for stage, leads in channel.reached.items():
            yield Number(f"{ref.figure} reached {stage}", leads, ref, f"reached {stage}")
    for reason in board.reasons:
        yield Number(f"reason {reason.decision} {reason.reason}", reason.count, line_ref(board, reason))
    for stage in board.stages:
        yield Number(f"stage {stage.stage}", stage.leads, line_ref(board, stage))
    for difference in board.differences:
        yield Number(f"difference {difference.stage}", difference.leads, line_ref(board, difference))
    for consent in board.consent:
        yield Number(f"consent {consent.rule} {consent.channel}", consent.touches, line_ref(board, consent))


def stays_of(board: Scoreboard) -> Iterator[FigureRef]:
    """Yield the medians that the scoreboard shows: they have no count of their own, but rows."""
    yield from (stay_ref(line) for line in board.conversion)
