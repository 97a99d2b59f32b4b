"""What stands in the rows of home: a duty, a step of the revenue cycle, a target, in words and marks.

Input: the parts of a `Scoreboard`. Nothing is counted here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from django.utils.safestring import SafeString

from detente.app import figures
from detente.app.queries.board import (
    ConversionLine,
    CreditPanel,
    DutyLine,
    Figure,
    Goal,
    Pay,
    Scoreboard,
    Side,
)
from detente.app.queries.explain_links import credit_ref, figure_ref, line_ref, stay_ref
from detente.app.queries.explain_ref import FigureRef
from detente.core.agreement.page_model import anchor
from detente.web import marks

CYCLE_FILLS = {"moved on": "f-p", "still there": "f-t"}
EXIT_FILLS = ("f-g1", "f-g2", "f-g3", "f-g4")
"""Greys for the ways out, in the order in which the cycle first names them."""


@dataclass(frozen=True)
class Shown:
    """A number that opens: what it says, the figure it is, and the key of its count."""

    words: str
    ref: FigureRef
    rows: str = ""


@dataclass(frozen=True)
class DutyRow:
    """One promise: what was agreed, how far it is, and what is not in the figure."""

    title: str
    clause: str
    promise: str
    when: str  # the period, where it is not that of the page
    mark: SafeString
    main: Shown
    under: str
    status: str
    status_words: str
    notes: tuple[str, ...]
    before: Shown | None
    before_period: str


def clause_address(board: Scoreboard, clause: str) -> str:
    """Return where a clause stands in the version in force."""
    return f"/agreement/{board.version}/#{anchor(clause)}"


def duty_rows(board: Scoreboard, side: Side) -> list[DutyRow]:
    """Return a row for every promise of a side."""
    return [_duty_row(board, side, line) for line in side.duties]


def _duty_row(board: Scoreboard, side: Side, line: DutyLine) -> DutyRow:
    figure = line.figure
    before = line.before
    return DutyRow(
        title=line.title,
        clause=clause_address(board, line.duty),
        promise=line.promise,
        when="" if figure.period == board.period.name else figure.period,
        mark=_mark(side, figure),
        main=Shown(_main(board, line, figure), figure_ref(line)),
        under=_under(board, line, figure),
        status=figure.status,
        status_words=_status_words(figure),
        notes=tuple(_notes(board, line)),
        before=None if before is None else Shown(_short(board, line, before), figure_ref(line, before)),
        before_period="" if before is None else before.period,
    )


def _mark(side: Side, figure: Figure) -> SafeString:
    if figure.delivered is not None and figure.promised is not None:
        due = figure.due if figure.state == "running" else None
        words = f"{figures.count(figure.delivered)} of {figures.count(figure.promised)}"
        return marks.bar(figure.delivered, figure.promised, side.owes, due, words)
    share = None if figure.too_few else figure.share
    return marks.interval(share, figure.low, figure.high, figure.objective, side.owes)


def _main(board: Scoreboard, line: DutyLine, figure: Figure) -> str:
    """Return the figure itself: an amount, a share, or counts where there are too few for a share."""
    if figure.delivered is not None:
        return _amount(board, line, figure.delivered)
    if figure.n == 0:
        return "none yet" if figure.state == "running" else "none"
    return _counts(figure) if figure.too_few else figures.percent(figure.share)


def _under(board: Scoreboard, line: DutyLine, figure: Figure) -> str:
    """Return what a figure rests on."""
    if figure.delivered is not None:
        running = figure.state == "running" and figure.due is not None
        of = figure.due if running else figure.promised
        words = f"of {_amount(board, line, of or 0)}"
        return f"{words} · {figures.percent(figure.delivered / of)}" if of else words
    if figure.n == 0:
        return "nothing to judge"
    between = figures.between(figure.low, figure.high)
    return f"{between} · few" if figure.too_few else f"{_counts(figure)} · {between}"


def _counts(figure: Figure) -> str:
    return f"{figures.count(figure.met)} of {figures.count(figure.n)}"


def _status_words(figure: Figure) -> str:
    if figure.status == "below objective":
        return f"Below {figures.percent(figure.objective)}"
    return "Not judged yet" if figure.status == "not judged" and figure.state == "running" else ""


def _notes(board: Scoreboard, line: DutyLine) -> Iterator[str]:
    """Yield what is outside a figure, with the sum written out, and what is known today of a closed one."""
    figure = line.figure
    when = "" if figure.period == board.period.name else f" in {figure.period}"
    if figure.pending:
        sum_of = (
            f"{figures.count(figure.n)} + {figures.count(figure.pending)} = {figures.count(figure.n + figure.pending)}"
        )
        yield f"{line.title}{when}: {figures.count(figure.pending)} not old enough to be judged; {sum_of}."
    elif figure.met is not None and figure.broken is not None and (figure.open or figure.void):
        decided = f"{figures.count(figure.met)} met + {figures.count(figure.broken)} broken = {figures.count(figure.n)}"
        left = [f"{figures.count(n)} {word}" for n, word in ((figure.open, "open"), (figure.void, "void")) if n]
        yield f"{line.title}{when}: {decided}; {' and '.join(left)} not counted."
    for each in (figure, line.before):
        if each is not None and each.settled is not None:
            closed, today = _short(board, line, each), _short(board, line, each.settled)
            changed = figures.counted(each.restated, "row")
            yield f"{line.title}, {each.period}: closed at {closed}; as known today {today}, {changed} restated."


def _short(board: Scoreboard, line: DutyLine, figure: Figure) -> str:
    if figure.delivered is not None:
        return _amount(board, line, figure.delivered)
    return _counts(figure) if figure.too_few else figures.percent(figure.share)


def _amount(board: Scoreboard, line: DutyLine, amount: float) -> str:
    return figures.money(amount, board.currency) if line.unit == "money" else figures.count(amount)


@dataclass(frozen=True)
class CycleRow:
    """One step of the revenue cycle: where the leads of a cohort went from a stage."""

    stage: str
    entered: Shown
    mark: SafeString
    moved: Shown
    to: str
    rate: str
    between: str
    median: Shown
    sum: str


def cycle_legend(board: Scoreboard) -> dict[str, str]:
    """Return where leads of the cycle went → the class of its colour."""
    places = dict.fromkeys(each.where for line in board.conversion for each in line.outcomes)
    exits = [place for place in places if place not in CYCLE_FILLS]
    fills = CYCLE_FILLS | {place: EXIT_FILLS[n % len(EXIT_FILLS)] for n, place in enumerate(exits)}
    return {place: fills[place] for place in places}


def cycle_rows(board: Scoreboard) -> list[CycleRow]:
    """Return a row for every step."""
    fills = cycle_legend(board)
    return [_cycle_row(board, line, fills) for line in board.conversion]


def _cycle_row(board: Scoreboard, line: ConversionLine, fills: Mapping[str, str]) -> CycleRow:
    ref = line_ref(board, line)
    parts = [marks.Part(each.leads, fills[each.where], each.where) for each in line.outcomes]
    terms = " + ".join(f"{figures.count(each.leads)} {each.where}" for each in line.outcomes)
    median = "not yet half" if line.median_seconds is None and line.n else figures.duration(line.median_seconds)
    return CycleRow(
        stage=line.stage,
        entered=Shown(figures.count(line.entered), ref),
        mark=marks.stack(parts, line.stage),
        moved=Shown(figures.count(line.converted), ref, "converted"),
        to=line.to,
        rate="too few" if line.too_few else figures.percent(line.share),
        between=figures.between(line.low, line.high),
        median=Shown(median, stay_ref(line)),
        sum=f"{terms} = {figures.count(line.n)}",
    )


@dataclass(frozen=True)
class TargetRow:
    """One target: whose, how far, and of what."""

    party: str
    measure: str
    mark: SafeString
    actual: Shown
    of: str
    reached: str
    note: str


def target_rows(board: Scoreboard) -> list[TargetRow]:
    """Return a row for every target."""
    return [_target_row(board, goal) for goal in board.goals]


def _target_row(board: Scoreboard, goal: Goal) -> TargetRow:
    def amount(number: float) -> str:
        return figures.money(number, board.currency) if goal.unit == "money" else figures.count(number)

    notes = [] if goal.period == board.period.name else [goal.period]
    if goal.settled is not None:
        notes.append(f"as known today {amount(goal.settled)}")
    return TargetRow(
        party=goal.party,
        measure=goal.measure.replace("_", " "),
        mark=marks.bar(
            goal.actual,
            goal.target,
            goal.party,
            goal.due if goal.state == "running" else None,
            f"{amount(goal.actual)} of {amount(goal.target)}",
        ),
        actual=Shown(amount(goal.actual), line_ref(board, goal)),
        of=amount(goal.target),
        reached=figures.percent(goal.attainment),
        note=" · ".join(notes),
    )


@dataclass(frozen=True)
class TeamPart:
    """A team's part of the credit."""

    team: str
    amount: Shown
    deals: str
    share: str


@dataclass(frozen=True)
class CreditCard:
    """Whose deals they were, by the one rule that counts; influence and other views beside it, never added."""

    measure: str
    period: str
    book: str
    deals: int
    total: str
    mark: SafeString
    teams: tuple[TeamPart, ...]
    influenced: TeamPart | None
    views: str
    settled: str
    opened: FigureRef


def credit_cards(board: Scoreboard) -> list[CreditCard]:
    """Return a card for revenue and one for pipeline."""
    return [_credit_card(board, panel) for panel in board.credit]


def _credit_card(board: Scoreboard, panel: CreditPanel) -> CreditCard:
    def part(rule: str, team: str, amount: float, deals: float, share: float | None) -> TeamPart:
        shown = Shown(figures.money(amount, board.currency), credit_ref(panel, rule, team))
        return TeamPart(team, shown, figures.counted(deals, "deal"), figures.percent(share))

    influenced = panel.influenced
    colours = marks.team_colours([each.team for each in panel.teams])
    return CreditCard(
        measure=panel.measure,
        period=panel.period,
        book=panel.book,
        deals=panel.deals,
        total=figures.money(panel.amount, board.currency),
        mark=marks.split(
            [marks.Part(each.amount, colours[each.team], each.team) for each in panel.teams],
            ", ".join(f"{each.team} {figures.percent(each.share)}" for each in panel.teams),
        ),
        teams=tuple(part(panel.book, each.team, each.amount, each.deals, each.share) for each in panel.teams),
        influenced=None
        if influenced is None
        else part("influenced", influenced.team, influenced.amount, influenced.deals, influenced.share),
        views=_views(panel),
        settled=", ".join(f"{each.team} {figures.percent(each.share)}" for each in panel.settled),
        opened=credit_ref(panel),
    )


def _views(panel: CreditPanel) -> str:
    """Return the range of what other ways of counting give the first team of the book."""
    if not panel.teams:
        return ""
    team = panel.teams[0].team
    shares = [each.share for view in panel.views if view.computed for each in view.teams if each.team == team]
    known = [share for share in shares if share is not None]
    if not known:
        return ""
    low, high = min(known), max(known)
    span = figures.percent(low) if round(low, 2) == round(high, 2) else figures.between(low, high)
    return f"Other ways to count give {team} {span}."


@dataclass(frozen=True)
class PayRow:
    """What a team's pay plan comes to, and of what."""

    team: str
    parts: tuple[str, ...]
    factor: Shown


def pay_rows(board: Scoreboard) -> list[PayRow]:
    """Return a row for every pay plan."""
    return [_pay_row(board, pay) for pay in board.pay]


def _pay_row(board: Scoreboard, pay: Pay) -> PayRow:
    parts = tuple(
        f"{part.measure.replace('_', ' ')} {_attained(part.attainment)} × {figures.percent(part.weight)}"
        for part in pay.parts
    )
    factor = "not judged yet" if pay.factor is None else figures.percent(pay.factor)
    return PayRow(pay.team, parts, Shown(factor, line_ref(board, pay)))


def _attained(attainment: float | None) -> str:
    return "not judged" if attainment is None else figures.percent(attainment)
