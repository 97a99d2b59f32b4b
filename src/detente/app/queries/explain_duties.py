"""What lies behind the figures of a duty: its instances, the leads delivered, their value and their quality.

Input: the rows of `periods`, and the rows they were counted from: `figure_rows` as known now, `closed_rows` as known
at a closing.
"""

from __future__ import annotations

from collections.abc import Sequence

from detente.app import figures
from detente.app.ports.snapshots import Row as Record
from detente.app.ports.snapshots import Where
from detente.app.queries.board_duties import DEFINITIONS, duties_of, promise_of, title_of
from detente.app.queries.board_reading import CLOSED, SETTLED, Reading, by_basis, shown
from detente.app.queries.board_words import how_often, period_name
from detente.app.queries.explain_ref import FigureRef, known
from detente.app.queries.explain_rows import tally
from detente.app.queries.explain_shape import Also, Count, Finding, Rate, Selection
from detente.core.agreement.agreement import CheckDuty, Duty, VolumeDuty
from detente.core.agreement.page_figures import money, number, target
from detente.core.credit.periods import parse_period
from detente.core.errors import UsageError

PARTS = ("instances", "count", "value", "quality")

_Bases = dict[str, Record]


def duty_figure(source: Reading, ref: FigureRef) -> Finding:
    """Return a figure of a duty: of the period asked for, else of the latest of its own periods within or around it."""
    duty_id, part = (name or "" for name in ref.names)
    known(duty_id, [duty.id for duty in duties_of(source)], "there is no duty")
    known(part, PARTS, f"{duty_id} has no part")
    of_figure = [Where("duty", "==", duty_id), Where("part", "==", part)]
    every = by_basis(source.rows("periods", *of_figure), "period")
    bases = _of_period(source, list(every.values()), ref)
    row, settled = shown(bases)
    ref = FigureRef(ref.kind, ref.names, row["period"], ref.settled and settled is not None)
    told = settled if ref.settled and settled is not None else row
    duty = _judging(source, duty_id, told)
    return _Figure(source, ref, duty, told).finding(_also(source, ref, bases, list(every.values())))


def _of_period(source: Reading, every: Sequence[_Bases], ref: FigureRef) -> _Bases:
    """Return the figure of a period, or else the latest that has begun within or around it."""
    wanted = source.period.period
    begun = [each for each in every if _start(each) <= source.as_of]
    exact = [each for each in begun if next(iter(each.values()))["period"] == wanted.name]
    touching = [each for each in begun if _start(each) < wanted.end and _end(each) > wanted.start]
    found = exact or sorted(touching, key=_start)
    if not found:
        parts = sorted({str(row["part"]) for row in source.rows("periods", Where("duty", "==", ref.names[0]))})
        raise UsageError(
            f"there is no {ref.figure} for {wanted.name}: the duty has {', '.join(parts) or 'none'}; "
            "`detente scoreboard` shows which periods there are"
        )
    return found[-1]


def _start(bases: _Bases) -> int:
    return int(next(iter(bases.values()))["start_at"])


def _end(bases: _Bases) -> int:
    return int(next(iter(bases.values()))["end_at"])


def _judging(source: Reading, duty_id: str, row: Record) -> Duty:
    """Return the duty as the version says it that judges the figure."""
    judging = [each for each in source.version(row["version"]).duties if each.id == duty_id]
    return (judging or [each for each in duties_of(source) if each.id == duty_id])[0]


def counted_rows(row: Record, figure: str, part: str, form: str) -> Selection:
    """Return the rows behind a figure of a period: the frozen ones of a closed figure, else those known now."""
    table = "closed_rows" if row["basis"] == CLOSED else "figure_rows"
    where = (Where("period", "==", row["period"]), Where("figure", "==", figure), Where("part", "==", part))
    return Selection(form, table, where)


def _status(selection: Selection, *status: str) -> Selection:
    return selection.narrowed(Where("status", "in", list(status)))


class _Figure:
    """One figure of one duty, told."""

    def __init__(self, source: Reading, ref: FigureRef, duty: Duty, row: Record) -> None:
        self.source, self.ref, self.duty, self.row = source, ref, duty, row
        self.part = str(ref.names[1])
        self.period = parse_period(row["period"], source.zone)
        self.currency = source.agreement.currency

    def finding(self, also: tuple[Also, ...]) -> Finding:
        """Return what there is to say."""
        row = self.row
        rated = row["met"] is not None
        return Finding(
            ref=self.ref,
            title=title_of(self.duty, self.part),
            value=short(row, self.part, self.currency),
            sentence=self._sentence(),
            definition=DEFINITIONS[self.part],
            tree=self._tree(),
            beside=tuple(self._restated()),
            as_of=row["as_of"],
            when=self._when(),
            clause=self.duty.id,
            period=self.period,
            state=row["state"],
            closed=row["basis"] == CLOSED,
            versions=tuple(row["versions"] or (row["version"],)),
            rate=rate_of(row, row["attainment"], row["met"]) if rated else None,
            party=self.duty.owes,
            notes=tuple(self._notes()),
            also=also,
        )

    def _when(self) -> str:
        if isinstance(self.duty, VolumeDuty):
            return "Handed over"
        return "Checked" if isinstance(self.duty, CheckDuty) else "Due"

    def _sentence(self) -> str:
        duty, name = self.duty, period_name(self.period.name)
        if isinstance(duty, VolumeDuty):
            if self.part == "quality" and duty.quality is not None:
                of, reached = duty.quality.delivered, duty.quality.reached
                after = target(duty.quality.judged_after)
                return (
                    f"{of} that reached {reached}, or a later stage that is no exit, of those handed over in {name} "
                    f"and old enough to judge: {after} after each was handed over."
                )
            if self.part == "value":
                return (
                    f"What the {duty.stage} handed over in {name} are worth, each by its grade when it was handed over."
                )
            return f"Different leads that became {duty.stage} in {name}; one that did so twice counts once."
        title = title_of(duty, self.part)
        if isinstance(duty, CheckDuty):
            return f"{title}: how often it was so, of all times it was to be in {name}."
        return f"{title}: clocks stopped within their target, of those due in {name} and decided."

    # --- counts -------------------------------------------------------------------------------------------------

    def _tree(self) -> Count:
        if self.part == "quality":
            return self._quality()
        if self.part in ("count", "value"):
            return self._delivered()
        return instances(counted_rows(self.row, self.duty.id, "instances", "instance"), self.row, self._of_when())

    def _of_when(self) -> str:
        return f"{'Checks' if isinstance(self.duty, CheckDuty) else 'Clocks due'} in {period_name(self.period.name)}"

    def _delivered(self) -> Count:
        """Return the delivered leads, or what they are worth, by grade."""
        rows = counted_rows(self.row, self.duty.id, "count", "delivery")
        stage = self.duty.stage if isinstance(self.duty, VolumeDuty) else ""
        worth = self.duty.worth if isinstance(self.duty, VolumeDuty) else {}
        grades = sorted(tally(self.source.snapshot, rows, "status").items(), key=lambda each: (not each[0], each[0]))
        label = f"{stage} handed over in {period_name(self.period.name)}"
        if self.part == "count":
            parts = [Count(f"grade {g}", _grade(g), n, "leads", _status(rows, g)) for g, n in grades]
            return Count("all", label, self.row["delivered"], "leads", rows, tuple(parts if worth else ()))
        parts = [
            Count(
                f"grade {grade}",
                f"{_grade(grade)}: {figures.counted(n, 'lead')} at {money(worth.get(grade, 0), self.currency)}",
                float(n * worth.get(grade, 0)),
                "money",
                _status(rows, grade),
            )
            for grade, n in grades
        ]
        return Count("all", f"Worth of {label}", self.row["delivered"], "money", rows, tuple(parts))

    def _quality(self) -> Count:
        row, rows = self.row, counted_rows(self.row, self.duty.id, "quality", "quality")
        quality = self.duty.quality if isinstance(self.duty, VolumeDuty) else None
        delivered, reached = (quality.delivered, quality.reached) if quality is not None else ("leads", "there")
        judged = _status(rows, "met", "broken")
        parts = (
            Count("met", f"reached {reached} in time", row["met"], "leads", _status(rows, "met")),
            *self._elsewhere(_status(rows, "broken"), reached),
        )
        return Count(
            "all",
            f"{delivered} handed over in {period_name(self.period.name)}",
            row["n"] + row["pending"],
            "leads",
            rows,
            (
                Count("pending", "not old enough yet", row["pending"], "leads", _status(rows, "pending")),
                Count("judged", "judged", row["n"], "leads", judged, parts),
            ),
        )

    def _elsewhere(self, rows: Selection, reached: str) -> list[Count]:
        """Return where the leads stood that had not got there in time; rows frozen long ago do not say it."""
        stages = tally(self.source.snapshot, rows, "stage")
        if not stages or None in stages:
            return [Count("broken", f"had not reached {reached} by then", self.row["broken"], "leads", rows)]
        exits = {name for each in self.source.timeline.versions for name, stage in each.stages.items() if stage.exit}
        return [
            Count(
                f"in {stage}",
                f"{stage} by then" if stage in exits else f"no further than {stage} by then",
                n,
                "leads",
                rows.narrowed(Where("stage", "==", stage)),
            )
            for stage, n in sorted(stages.items(), key=lambda each: (each[0] not in exits, -each[1], each[0]))
        ]

    def _restated(self) -> list[Count]:
        if not self.row["restated"]:
            return []
        where = (
            Where("period", "==", self.row["period"]),
            Where("figure", "==", self.duty.id),
            Where("part", "==", "count" if self.part == "value" else self.part),
        )
        rows = Selection("change", "restatements", where)
        return [Count("restated", "rows that differ today", self.row["restated"], "instances", rows)]

    # --- notes --------------------------------------------------------------------------------------------------

    def _notes(self) -> list[tuple[str, str]]:
        row = self.row
        found = [("Agreed", promise_of(self.duty, self.part, self.source.version(self.row["version"])))]
        if row["due"] is not None and row["state"] == "running":
            pace = f"; delivered are {figures.percent(row['pace'])} of that" if row["pace"] is not None else ""
            found.append(("Due by now", f"{self._amount(row['due'])} of {self._amount(row['promised'])}{pace}"))
        if row["expected"] is not None:
            found.append(("Expected", f"{figures.count(row['expected'])}, the mean of up to three periods before"))
        return found

    def _amount(self, amount: float) -> str:
        return money(amount, self.currency) if self.part == "value" else number(amount)


def instances(rows: Selection, row: Record, label: str) -> Count:
    """Return the instances of a duty: decided, open and void."""
    decided = (
        Count("met", "met", row["met"], "instances", _status(rows, "met")),
        Count("broken", "broken", row["broken"], "instances", _status(rows, "broken")),
    )
    parts = (
        Count("decided", "decided", row["met"] + row["broken"], "instances", _status(rows, "met", "broken"), decided),
        Count("open", "open, not decided yet", row["open"], "instances", _status(rows, "open")),
        Count("void", "void, no longer owed", row["void"], "instances", _status(rows, "void")),
    )
    return Count("all", label, sum(part.number for part in parts), "instances", rows, parts)


def rate_of(row: Record, share: float | None, met: int) -> Rate:
    """Return a share with its interval, from a row that has both."""
    return Rate(
        share=share,
        low=row["low"],
        high=row["high"],
        n=row["n"],
        too_few=row["too_few"],
        met=met,
        objective=row.get("objective"),
        min_n=row.get("min_n"),
    )


def short(row: Record, part: str, currency: str | None) -> str:
    """Return what a figure of a duty comes to, in one word."""
    if row["delivered"] is not None:
        return figures.money(row["delivered"], currency) if part == "value" else figures.count(row["delivered"])
    running = row["state"] == "running"
    return how_often(row["met"], row["n"], row["attainment"], too_few=row["too_few"], running=running)


def _grade(grade: str) -> str:
    return f"grade {grade}" if grade else "without a grade"


# --- the same under another definition --------------------------------------------------------------------------


def _also(source: Reading, ref: FigureRef, bases: _Bases, every: Sequence[_Bases]) -> tuple[Also, ...]:
    row, _ = shown(bases)
    part, currency = str(ref.names[1]), source.agreement.currency
    found = []
    if CLOSED in bases and SETTLED in bases:
        other, words = (row, "as closed") if ref.settled else (bases[SETTLED], "as known today")
        to = FigureRef(ref.kind, ref.names, row["period"], not ref.settled)
        found.append(Also(words, short(other, part, currency), to))
    earlier = [each for each in every if _end(each) <= _start(bases) and shown(each)[0]["kind"] == row["kind"]]
    if earlier:
        before, _ = shown(max(earlier, key=_start))
        found.append(Also(f"the {row['kind']} before", short(before, part, currency), ref.of(before["period"])))
    return tuple(found)
