"""What stands in the rows of home beside the promises: the revenue cycle, credit, targets, pay, what is worth a word.

Input: the parts of a `Scoreboard`. Nothing is counted here; every number knows the figure that it opens.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from django.urls import reverse
from django.utils.safestring import SafeString

from detente.app import figures
from detente.app.queries.board import Attention, ConversionLine, CreditPanel, Goal, Pay, Scoreboard
from detente.app.queries.board_words import amount, period_name, range_of_views
from detente.app.queries.explain_credit import MEASURES
from detente.app.queries.explain_links import credit_ref, line_ref, stay_ref
from detente.app.queries.explain_ref import FigureRef
from detente.app.queries.ways_out import open_again
from detente.core.agreement.agreement import Agreement
from detente.core.agreement.page_figures import listed
from detente.core.agreement.page_model import anchor
from detente.core.credit.sourcing import INFLUENCED, UNEXPLAINED
from detente.web import marks
from detente.web.addresses import clause_address
from detente.web.duty_rows import Shown

MOVED_ON, STILL_THERE = "moved on", "still there"
_MOVED, _AGAIN, _CLOSED, _THERE = "f-p", "f-t2", "f-v", "f-t"
"""Fills of where leads went: moved on, a way out that is open again, one that is not, still there."""


@dataclass(frozen=True)
class CycleRow:
    """One step of the revenue cycle: where the leads that entered a stage were at the horizon."""

    line: ConversionLine
    entered: Shown
    mark: SafeString
    moved: Shown
    rate: Shown
    between: str
    median: Shown
    outcomes: tuple[Shown, ...]  # in the order of `Cycle.places`; as many as there are places


@dataclass(frozen=True)
class Cycle:
    """The revenue cycle of one cohort. `legend`: fill → words; `places`: where leads were, in one order."""

    cohort: str
    days: str
    rows: tuple[CycleRow, ...]
    legend: tuple[tuple[str, str], ...]
    places: tuple[str, ...]
    sum: str


def cycle(board: Scoreboard, agreement: Agreement) -> Cycle | None:
    """Return the cycle of the cohort that is old enough; None where none is."""
    if not board.conversion:
        return None
    again = open_again(agreement)
    found = dict.fromkeys(each.where for line in board.conversion for each in line.outcomes)
    exits = sorted((each for each in found if each not in (MOVED_ON, STILL_THERE)), key=lambda each: each not in again)
    places = (MOVED_ON, *exits, STILL_THERE)
    fills = {place: _AGAIN if place in again else _CLOSED for place in exits}
    fills |= {MOVED_ON: _MOVED, STILL_THERE: _THERE}
    first = board.conversion[0]
    return Cycle(
        cohort=period_name(first.cohort),
        days=f"{first.horizon_days:g}",
        rows=tuple(_cycle_row(board, line, places, fills) for line in board.conversion),
        legend=tuple(_legend(exits, again)),
        places=places,
        sum=_adds_up(first, places),
    )


def _legend(exits: list[str], again: frozenset[str]) -> Iterator[tuple[str, str]]:
    yield _MOVED, MOVED_ON
    for fill, words, names in (
        (_AGAIN, "out, may come back", [each for each in exits if each in again]),
        (_CLOSED, "out for good", [each for each in exits if each not in again]),
    ):
        if names:
            yield fill, f"{words}: {listed(names, 'or')}"
    yield _THERE, STILL_THERE


def _adds_up(line: ConversionLine, places: tuple[str, ...]) -> str:
    leads = {each.where: each.leads for each in line.outcomes}
    terms = [f"{figures.count(leads[place])} {place}" for place in places if leads.get(place)]
    return f"{line.stage}: {' + '.join(terms)} = {figures.count(line.n)}"


def _cycle_row(board: Scoreboard, line: ConversionLine, places: tuple[str, ...], fills: dict[str, str]) -> CycleRow:
    ref = line_ref(board, line)
    leads = {each.where: each.leads for each in line.outcomes}
    parts = [marks.Part(leads.get(place, 0), fills[place], place) for place in places if leads.get(place)]
    median = "not yet half" if line.median_seconds is None and line.n else figures.duration(line.median_seconds)
    return CycleRow(
        line=line,
        entered=Shown(figures.count(line.entered), ref),
        mark=marks.stack(parts, line.stage),
        moved=Shown(figures.count(line.converted), ref, "converted"),
        rate=Shown(figures.out_of(line.converted, line.n) if line.too_few else figures.tenths(line.share), ref),
        between=figures.between(line.low, line.high) + (" · few" if line.too_few and line.n else ""),
        median=Shown(median, stay_ref(line)),
        outcomes=tuple(_outcome(leads.get(place, 0), place, ref) for place in places),
    )


def _outcome(leads: int, place: str, ref: FigureRef) -> Shown:
    return Shown(figures.count(leads), ref, ("converted" if place == MOVED_ON else f"in {place}") if leads else "")


# --- credit -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class TeamPart:
    """A team's part of the credit."""

    team: str
    amount: Shown
    deals: str
    share: str


@dataclass(frozen=True)
class CreditCard:
    """Whose deals they were, by the one rule that counts; influence and the range of other views beside it."""

    panel: CreditPanel
    title: str
    verb: str  # of the deals: won, opened
    deals: str
    total: Shown
    mark: SafeString
    teams: tuple[TeamPart, ...]
    influenced: TeamPart | None
    touched: str
    range_for: str
    range: str
    settled: tuple[TeamPart, ...]


def credit_cards(board: Scoreboard) -> list[CreditCard]:
    """Return a card a measure: revenue, pipeline."""
    return [_credit_card(board, panel) for panel in board.credit]


def _credit_card(board: Scoreboard, panel: CreditPanel) -> CreditCard:
    def part(rule: str, team: str, amount: float, deals: float, share: float | None) -> TeamPart:
        shown = Shown(figures.money(amount, board.currency), credit_ref(panel, rule, team))
        return TeamPart(team, shown, figures.counted(deals, "deal"), figures.tenths(share))

    given = [part(panel.book, each.team, each.amount, each.deals, each.share) for each in panel.teams]
    today = [part(panel.book, each.team, each.amount, each.deals, each.share) for each in panel.settled]
    colours = marks.team_colours([each.team for each in panel.teams])
    beside = panel.influenced
    team = beside.team if beside is not None else next((each.team for each in panel.teams), "")
    return CreditCard(
        panel=panel,
        title=f"Credit for deals {MEASURES[panel.measure]}",
        verb=MEASURES[panel.measure],
        deals=figures.counted(panel.deals, "deal"),
        total=Shown(figures.money(panel.amount, board.currency), credit_ref(panel)),
        mark=marks.split(
            [marks.Part(each.amount, colours[each.team], each.team) for each in panel.teams],
            ", ".join(f"{each.team} {each.share}" for each in given),
        ),
        teams=tuple(given),
        influenced=None if beside is None else part(INFLUENCED, beside.team, beside.amount, beside.deals, beside.share),
        touched="" if beside is None else f"{figures.count(beside.deals)} of {figures.counted(panel.deals, 'deal')}",
        range_for="" if team == UNEXPLAINED else team,
        range=range_of_views(panel, team),
        settled=tuple(replace(each, amount=_settled(each.amount)) for each in today),
    )


def _settled(shown: Shown) -> Shown:
    return replace(shown, ref=replace(shown.ref, settled=True))


# --- targets, pay, what is worth a word -------------------------------------------------------------------------


@dataclass(frozen=True)
class TargetRow:
    """One target: whose, how far, and of what. `status` is empty where nothing is agreed by which to judge it yet."""

    goal: Goal
    measure: str
    when: str
    mark: SafeString
    actual: Shown
    of: str
    reached: str
    today: str
    status: str


def target_rows(board: Scoreboard) -> list[TargetRow]:
    """Return a row for every target; the period of the first stands above them all."""
    return [_target_row(board, goal, board.goals[0].period) for goal in board.goals]


def _target_row(board: Scoreboard, goal: Goal, headed: str) -> TargetRow:
    actual, target = amount(board, goal.unit, goal.actual), amount(board, goal.unit, goal.target)
    due = goal.due if goal.state == "running" else None
    return TargetRow(
        goal=goal,
        measure=_measure(goal.measure),
        when="" if goal.period == headed else period_name(goal.period),
        mark=marks.bar(goal.actual, goal.target, goal.party, due, f"{actual} of {target}"),
        actual=Shown(actual, line_ref(board, goal)),
        of=target,
        reached=figures.percent(goal.attainment),
        today="" if goal.settled is None else amount(board, goal.unit, goal.settled),
        status="" if goal.status == "running" else goal.status,
    )


def _measure(name: str) -> str:
    words = name.removeprefix("sla.").replace("_", " ").replace(".", " ")
    return words[:1].upper() + words[1:]


@dataclass(frozen=True)
class PayRow:
    """What a team's pay plan comes to, and of what."""

    team: str
    when: str
    parts: tuple[str, ...]
    factor: Shown


def pay_rows(board: Scoreboard) -> list[PayRow]:
    """Return a row for every pay plan."""
    return [_pay_row(board, pay) for pay in board.pay]


def _pay_row(board: Scoreboard, pay: Pay) -> PayRow:
    return PayRow(
        team=pay.team,
        when="" if pay.period == board.period.name else period_name(pay.period),
        parts=tuple(
            f"{_measure(part.measure)} {_counted(part.counted)} × {figures.percent(part.weight)}" for part in pay.parts
        ),
        factor=Shown("not judged yet" if pay.factor is None else figures.percent(pay.factor), line_ref(board, pay)),
    )


def _counted(counted: float | None) -> str:
    return "not judged" if counted is None else figures.percent(counted)


@dataclass(frozen=True)
class Word:
    """Something worth a word, and where more about it stands."""

    status: str
    chip: str
    sentence: str
    clause: str | None  # its address
    clause_name: str
    address: str


_MORE = {"consent": ("Consent", "consent"), "crm": ("CRM", "differences"), "reasons": ("Reasons", "reasons")}


def words(board: Scoreboard) -> list[Word]:
    """Return what is worth a word; a promise leads to its row, everything else to its part of the results."""
    return [_word(board, each) for each in board.attention]


def _word(board: Scoreboard, each: Attention) -> Word:
    chip, part = _MORE.get(each.status, (each.status.capitalize(), ""))
    results = f"{reverse('results')}?period={board.period.name}#"
    clause = None if each.clause is None or "," in each.clause else clause_address(board.version, each.clause)
    row = f"#duty-{anchor(each.clause or '')}"
    return Word(each.status, chip, each.sentence, clause, each.clause or "", results + part if part else row)
