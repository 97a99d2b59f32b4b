"""How often each clause came to bear in a period: leads that came in by it, duties kept, touches not allowed.

Input: a snapshot and its scoreboard of the period. Figures that the scoreboard has are taken from it; entries and
routes are counted from the ledger's rows, which add up to the entries of the stage.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from detente.app.figures import count, money
from detente.app.ports.snapshots import Snapshot, Where
from detente.app.queries.board import Difference, DutyLine, Figure, Scoreboard
from detente.app.queries.explain_cycle import way_key
from detente.app.queries.explain_links import figure_ref, line_ref
from detente.app.queries.explain_ref import FigureRef
from detente.core.agreement.agreement import Agreement
from detente.core.agreement.page_figures import spaced
from detente.core.agreement.page_words import arms
from detente.core.credit.periods import Period, parse_period, periods_between


@dataclass(frozen=True, slots=True)
class Entered:
    """Entries in one month, or in the whole period. `ref`: the figure; `rows`: the key of its count."""

    number: int
    ref: FigureRef
    rows: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Entries:
    """Entries by one clause: a stage, or a named part of its condition. `clause` None: by a part without a name."""

    clause: str | None
    stage: str
    way_in: bool
    months: tuple[Entered, ...]
    whole: Entered


@dataclass(frozen=True, slots=True)
class StageUse:
    """Entries of one stage. `ways` add up to `every`; there is none where its condition has no named parts."""

    every: Entries
    ways: tuple[Entries, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DutyUse:
    """Instances of a duty. `within`: the duty's own periods inside the period shown, with what opens each."""

    clause: str
    title: str
    met: int
    broken: int
    open: int
    void: int
    within: tuple[tuple[Figure, FigureRef], ...]

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


@dataclass(frozen=True)
class ClausesInUse:
    """What came of each clause in a period. `months`: those of a quarter in the record, else the period itself."""

    period: str
    before: str | None  # the last closed period of the same kind before it
    running: bool
    months: tuple[Period, ...]
    stages: tuple[StageUse, ...]
    duties: tuple[DutyUse, ...]
    tallies: Mapping[str, tuple[Tally, ...]]
    differing: int
    """Leads of which the CRM says another stage, now."""
    differences: tuple[Tally, ...]

    def entered(self, clause: str) -> Entries | None:
        """Return the entries of a stage, or by one of its parts."""
        every = (each for stage in self.stages for each in (stage.every, *stage.ways))
        return next((each for each in every if each.clause == clause), None)

    def duty(self, clause: str) -> DutyUse | None:
        """Return the instances of a duty."""
        return next((each for each in self.duties if each.clause == clause), None)


def clauses_in_use(snapshot: Snapshot, board: Scoreboard, agreement: Agreement) -> ClausesInUse:
    """Count what came of each clause of a version in the period of a scoreboard."""
    period = parse_period(board.period.name, board.timezone)
    months = _months(snapshot, period, board.timezone)
    return ClausesInUse(
        period=period.name,
        before=None if board.previous is None else board.previous.name,
        running=board.period.state == "running",
        months=months,
        stages=tuple(_stages(snapshot, agreement, months, board)),
        duties=tuple(_duty(line) for line in _lines(board) if line.part == "instances"),
        tallies=_tallies(board, _routed(snapshot, period)),
        differing=sum(each.leads for each in board.differences),
        differences=tuple(_difference(board, each) for each in board.differences),
    )


# --- entries --------------------------------------------------------------------------------------------------------


def _months(snapshot: Snapshot, period: Period, zone: str) -> tuple[Period, ...]:
    """Return the months of a quarter that lie in the record; any other period as a whole."""
    kept = {
        row["period"] for row in snapshot.rows("calendar", columns=["period"], where=[Where("kind", "==", "month")])
    }
    months = periods_between("month", period.start, period.end, zone) if period.kind == "quarter" else ()
    return tuple(month for month in months if month.name in kept and month.start <= snapshot.info.as_of) or (period,)


def _stages(
    snapshot: Snapshot, agreement: Agreement, months: Sequence[Period], board: Scoreboard
) -> Iterator[StageUse]:
    counts = _entries(snapshot, months)
    for stage in agreement.stages.values():
        own = {arm: by_month for (name, arm), by_month in counts.items() if name == stage.name}
        named = [arm.id for arm in arms(stage.when)] if stage.when is not None else []
        ways: dict[str | None, Counter[str]] = {arm: Counter() for arm in named}
        if any(own) or named:
            ways.update(own)
        entered = _Entered(stage.name, [month.name for month in months], board.period.name)
        yield StageUse(
            entered.by(stage.id, sum(own.values(), Counter[str]()), "all"),
            tuple(entered.by(arm, way, way_key(arm)) for arm, way in ways.items()),
        )


@dataclass(frozen=True)
class _Entered:
    stage: str
    months: Sequence[str]
    period: str

    def by(self, clause: str | None, counts: Counter[str], rows: str) -> Entries:
        ref = FigureRef("entries", (self.stage,), self.period)
        return Entries(
            clause=clause,
            stage=self.stage,
            way_in=rows != "all",
            months=tuple(Entered(counts[month], ref.of(month), rows) for month in self.months),
            whole=Entered(counts.total(), ref, rows),
        )


def _entries(snapshot: Snapshot, months: Sequence[Period]) -> dict[tuple[str, str | None], Counter[str]]:
    """Return (stage, part) → month → entries."""
    begins = [month.start for month in months]
    where = (Where("occurred_at", ">=", begins[0]), Where("occurred_at", "<", months[-1].end))
    found: dict[tuple[str, str | None], Counter[str]] = {}
    for row in snapshot.rows("entries", columns=["stage", "arm", "occurred_at"], where=where):
        month = months[bisect_right(begins, row["occurred_at"]) - 1]
        found.setdefault((row["stage"], row["arm"]), Counter())[month.name] += 1
    return found


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
        within=tuple((figure, figure_ref(line, figure)) for figure in within),
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
    within = (Where("entered_at", ">=", period.start), Where("entered_at", "<", period.end))
    rows = snapshot.rows("clocks", columns=columns, where=(*within, Where("route", "is not null")))
    return Counter(route for *_, route in {tuple(row[name] for name in columns) for row in rows})
