"""How often each clause came to bear in a period: leads that came in by it, duties kept, touches not allowed.

Input: a snapshot and its scoreboard of the period. Figures that the scoreboard has are taken from it; entries and
routes are counted from the ledger's rows, which add up to the entries of the stage.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from detente.app.figures import count, money
from detente.app.ports.snapshots import Snapshot, Where
from detente.app.queries.board import Difference, DutyLine, Figure, Scoreboard
from detente.app.queries.explain_links import figure_ref, line_ref
from detente.app.queries.explain_ref import FigureRef, explain_address
from detente.core.agreement.agreement import Agreement
from detente.core.agreement.page_figures import spaced
from detente.core.agreement.page_words import arms
from detente.core.credit.periods import Period, parse_period, period_at, periods_between


@dataclass(frozen=True, slots=True, kw_only=True)
class WayIn:
    """Entries of a stage by one of its named parts, by month; `clause` None: entries that no named part admitted."""

    clause: str | None
    months: tuple[int, ...]

    @property
    def entries(self) -> int:
        """In all months."""
        return sum(self.months)


@dataclass(frozen=True, slots=True, kw_only=True)
class StageUse:
    """Entries of one stage by month. `ways` add up to it; there is none where the stage has no named parts."""

    clause: str
    stage: str
    months: tuple[int, ...]
    ways: tuple[WayIn, ...]

    @property
    def entries(self) -> int:
        """In all months."""
        return sum(self.months)


@dataclass(frozen=True, slots=True, kw_only=True)
class DutyUse:
    """Instances of a duty. `within`: the duty's own periods inside the period shown, and where each is explained."""

    clause: str
    title: str
    met: int
    broken: int
    open: int
    void: int
    within: tuple[tuple[Figure, str], ...]

    @property
    def decided(self) -> int:
        """Met and broken."""
        return self.met + self.broken


@dataclass(frozen=True, slots=True)
class Tally:
    """A number as it is written, what it counts, and the figure that explains it, if there is one."""

    value: str
    words: str
    ref: FigureRef | None = None

    @property
    def address(self) -> str | None:
        """Where the figure is explained."""
        return None if self.ref is None else explain_address(self.ref)


@dataclass(frozen=True)
class ClausesInUse:
    """The period, its months that have begun, and what came of each clause in it."""

    period: str
    running: bool
    months: tuple[Period, ...]
    stages: tuple[StageUse, ...]
    duties: tuple[DutyUse, ...]
    tallies: Mapping[str, tuple[Tally, ...]]
    differing: int
    """Leads of which the CRM says another stage, now."""
    differences: tuple[Tally, ...]

    def entered(self, clause: str) -> StageUse | WayIn | None:
        """Return the entries of a stage, or by one of its parts."""
        for stage in self.stages:
            of_stage: tuple[StageUse | WayIn, ...] = (stage, *stage.ways)
            for each in of_stage:
                if each.clause == clause:
                    return each
        return None

    def duty(self, clause: str) -> DutyUse | None:
        """Return the instances of a duty."""
        return next((each for each in self.duties if each.clause == clause), None)


def clauses_in_use(snapshot: Snapshot, board: Scoreboard, agreement: Agreement) -> ClausesInUse:
    """Count what came of each clause of a version in the period of a scoreboard."""
    period = parse_period(board.period.name, board.timezone)
    until = min(period.end, snapshot.info.as_of + 1)
    months = tuple(periods_between("month", period.start, max(until, period.start + 1), board.timezone))
    return ClausesInUse(
        period=period.name,
        running=board.period.state == "running",
        months=months,
        stages=tuple(_stages(snapshot, agreement, months, board)),
        duties=tuple(_duty(line) for line in _lines(board) if line.part == "instances"),
        tallies=_tallies(board, _routed(snapshot, period)),
        differing=sum(each.leads for each in board.differences),
        differences=tuple(_difference(board, each) for each in board.differences),
    )


# --- entries --------------------------------------------------------------------------------------------------------


def _stages(
    snapshot: Snapshot, agreement: Agreement, months: Sequence[Period], board: Scoreboard
) -> Iterator[StageUse]:
    counts = _entries(snapshot, board)
    for stage in agreement.stages.values():
        own = {arm: by_month for (name, arm), by_month in counts.items() if name == stage.name}
        named = [arm.id for arm in arms(stage.when)] if stage.when is not None else []
        ways: dict[str | None, Counter[str]] = {arm: Counter() for arm in named}
        if any(own) or named:
            ways.update(own)
        total = sum(own.values(), Counter[str]())
        yield StageUse(
            clause=stage.id,
            stage=stage.name,
            months=_by_month(total, months),
            ways=tuple(WayIn(clause=arm, months=_by_month(way, months)) for arm, way in ways.items()),
        )


def _entries(snapshot: Snapshot, board: Scoreboard) -> dict[tuple[str, str | None], Counter[str]]:
    """Return (stage, part) → month → entries."""
    zone = board.timezone
    period = parse_period(board.period.name, zone)
    found: dict[tuple[str, str | None], Counter[str]] = {}
    for row in snapshot.rows("entries", columns=["stage", "arm", "occurred_at"], where=_inside("occurred_at", period)):
        found.setdefault((row["stage"], row["arm"]), Counter())[period_at("month", row["occurred_at"], zone).name] += 1
    return found


def _by_month(counts: Mapping[str, int], months: Sequence[Period]) -> tuple[int, ...]:
    return tuple(counts.get(month.name, 0) for month in months)


def _inside(column: str, period: Period) -> tuple[Where, Where]:
    return Where(column, ">=", period.start), Where(column, "<", period.end)


# --- what the scoreboard says ---------------------------------------------------------------------------------------


def _lines(board: Scoreboard) -> Iterator[DutyLine]:
    for side in board.sides:
        yield from side.duties


def _duty(line: DutyLine) -> DutyUse:
    within = line.within or (line.figure,)
    return DutyUse(
        clause=line.duty,
        title=line.title,
        met=sum(figure.met or 0 for figure in within),
        broken=sum(figure.broken or 0 for figure in within),
        open=sum(figure.open or 0 for figure in within),
        void=sum(figure.void or 0 for figure in within),
        within=tuple((figure, explain_address(figure_ref(line, figure))) for figure in within),
    )


def _tallies(board: Scoreboard, routed: Mapping[str, int]) -> Mapping[str, tuple[Tally, ...]]:
    found: dict[str, list[Tally]] = {}
    for clause, tally in (*_promised(board), *_decided(board), *_not_allowed(board), *_goals(board)):
        found.setdefault(clause, []).append(tally)
    for route, leads in routed.items():
        found.setdefault(route, []).append(Tally(count(leads), "handed over this way"))
    return {clause: tuple(tallies) for clause, tallies in found.items()}


def _promised(board: Scoreboard) -> Iterator[tuple[str, Tally]]:
    """Yield what was delivered of a promise of volume."""
    for line in _lines(board):
        figure, ref = line.figure, figure_ref(line)
        if line.part in ("count", "value"):
            value = _of(figure.delivered, figure.promised, board.currency if line.part == "value" else None)
            yield line.duty, Tally(value, line.title, ref)
        elif line.part == "quality":
            yield line.duty, Tally(_of(figure.met, figure.n, None), line.title, ref)


def _decided(board: Scoreboard) -> Iterator[tuple[str, Tally]]:
    for line in board.reasons:
        words = "without a reason" if line.reason is None else spaced(line.reason)
        if line.reason is not None and not line.listed:
            words += ", which is not on the list"
        yield f"dispositions.{line.decision}", Tally(count(line.count), words, line_ref(board, line))


def _not_allowed(board: Scoreboard) -> Iterator[tuple[str, Tally]]:
    for each in board.consent:
        words = f"by {spaced(each.channel)} that it does not allow"
        yield each.rule, Tally(count(each.touches), words, line_ref(board, each))


def _goals(board: Scoreboard) -> Iterator[tuple[str, Tally]]:
    for goal in board.goals:
        value = _of(goal.actual, goal.target, board.currency if goal.unit == "money" else None)
        yield f"targets.{goal.period}", Tally(value, f"{spaced(goal.measure)}, {goal.party}", line_ref(board, goal))


def _difference(board: Scoreboard, each: Difference) -> Tally:
    words = f"{each.stage or 'in no stage'} here, {each.crm_stage} in the CRM"
    return Tally(count(each.leads), words, line_ref(board, each))


def _of(part: float | None, whole: float | None, currency: str | None) -> str:
    if currency is None:
        return f"{count(part)} of {count(whole)}"
    return f"{money(part, currency)} of {money(whole, currency)}"


def _routed(snapshot: Snapshot, period: Period) -> Mapping[str, int]:
    """Return rule of routing → entries for which it chose the owner; an entry may start several clocks."""
    columns = ["person", "start_stage", "entry_n", "entered_at", "route"]
    rows = snapshot.rows(
        "clocks", columns=columns, where=(*_inside("entered_at", period), Where("route", "is not null"))
    )
    return Counter(route for *_, route in {tuple(row[name] for name in columns) for row in rows})
