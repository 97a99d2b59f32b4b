"""The two sides of the scoreboard: every promise, what it came to, and what is worth a word.

Input: the rows of `periods`, and the agreement's duties for the words. For each duty the latest of its own periods
within the period shown stands in the line (a month of a quarter, or the quarter around a month).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from detente.app.figures import money as rounded
from detente.app.ports.snapshots import Row, Where
from detente.app.queries.board import Attention, DutyLine, Figure, Side
from detente.app.queries.board_reading import Reading, by_basis, shown
from detente.app.queries.board_words import period_name
from detente.core.agreement.agreement import (
    Agreement,
    BusinessTime,
    CheckDuty,
    ClockDuty,
    Duty,
    Target,
    VolumeDuty,
)
from detente.core.agreement.expressions import Selector
from detente.core.agreement.page_figures import counted, listed, money, number, percent, spaced, target
from detente.core.agreement.page_words import Words
from detente.core.credit.attainment import AT_RISK, Verdict

_PARTS = ("count", "value", "quality", "instances")
DEFINITIONS = {"count": "volume", "value": "value", "quality": "quality", "instances": "attainment"}
_UNITS = {"count": "leads", "value": "money", "quality": "leads", "instances": "instances"}
_COMPARED = ("delivered", "met", "broken", "open", "void", "pending", "n")

_ORDER = {"marketing": 0, "sales": 1}
"""Marketing stands first because the lead starts there; the order never changes."""

BRIEF = 100
"""Letters of a condition that a promise still says; a longer one stands on the agreement's page."""

_Bases = dict[str, Row]


def sides(source: Reading) -> tuple[Side, ...]:
    """Return both sides, marketing first, then any other party that owes."""
    figures = by_basis(source.touching("periods"), "duty", "part", "period")
    lines = [line for duty in duties_of(source) for part in _PARTS for line in _line(source, duty, part, figures)]
    owner = {duty.id: (duty.owes, duty.to) for duty in duties_of(source)}
    ordered = sorted(dict.fromkeys(owner.values()), key=lambda pair: _ORDER.get(pair[0], len(_ORDER)))
    return tuple(
        Side(owes=owes, to=to, duties=tuple(line for line in lines if owner[line.duty] == (owes, to)))
        for owes, to in ordered
    )


def duties_of(source: Reading) -> Sequence[Duty]:
    """Return the duties of the version in force, then those that only an earlier one has."""
    found = {duty.id: duty for duty in source.agreement.duties}
    for version in source.timeline.versions:
        for duty in version.duties:
            found.setdefault(duty.id, duty)
    return tuple(found.values())


def _line(source: Reading, duty: Duty, part: str, figures: dict[tuple[object, ...], _Bases]) -> Iterator[DutyLine]:
    own = sorted(
        (bases for (id_, of, _), bases in figures.items() if (id_, of) == (duty.id, part)),
        key=lambda bases: int(next(iter(bases.values()))["start_at"]),
    )
    begun = [bases for bases in own if int(next(iter(bases.values()))["start_at"]) <= source.as_of]
    if not begun:
        return
    row, _ = shown(begun[-1])
    judged_by = next((each for each in source.version(row["version"]).duties if each.id == duty.id), duty)
    yield DutyLine(
        duty=duty.id,
        part=part,
        title=title_of(judged_by, part),
        promise=promise_of(judged_by, part, source.version(row["version"])),
        unit=_UNITS[part],
        figure=_figure(source, begun[-1]),
        within=tuple(_figure(source, bases) for bases in begun if _inside(source, bases)),
        before=_before(source, duty.id, part, row),
        definition=DEFINITIONS[part],
        version=row["version"],
    )


def _inside(source: Reading, bases: _Bases) -> bool:
    row, _ = shown(bases)
    period = source.period.period
    return bool(period.start <= row["start_at"] and row["end_at"] <= period.end)


def _before(source: Reading, duty: str, part: str, row: Row) -> Figure | None:
    """Return the latest closed figure of the duty before a row."""
    earlier = by_basis(
        source.rows(
            "periods",
            Where("duty", "==", duty),
            Where("part", "==", part),
            Where("kind", "==", row["kind"]),
            Where("end_at", "<=", row["start_at"]),
        ),
        "start_at",
    )
    closed = [key for key, bases in earlier.items() if "closed" in bases]
    return _figure(source, earlier[max(closed)]) if closed else None


def _figure(source: Reading, bases: _Bases) -> Figure:
    row, settled = shown(bases)
    differs = settled is not None and any(row[name] != settled[name] for name in _COMPARED)
    return _of_row(source, row, _of_row(source, settled, None) if differs and settled is not None else None)


def _of_row(source: Reading, row: Row, settled: Figure | None) -> Figure:
    return Figure(
        period=row["period"],
        state=row["state"],
        status=row["status"],
        n=row["n"],
        delivered=row["delivered"],
        promised=row["promised"],
        due=row["due"],
        pace=row["pace"],
        met=row["met"],
        broken=row["broken"],
        open=row["open"],
        void=row["void"],
        pending=row["pending"],
        share=row["attainment"],
        low=row["low"],
        high=row["high"],
        objective=row["objective"],
        min_n=row["min_n"],
        too_few=row["too_few"],
        expected=row["expected"],
        versions=tuple(row["versions"] or ()),
        closed_at=source.text(row["as_of"]) if row["basis"] == "closed" else None,
        settled=settled,
        restated=row["restated"] or 0,
    )


# --- words ------------------------------------------------------------------------------------------------------


def title_of(duty: Duty, part: str) -> str:
    """Return what a part of a duty is called."""
    if isinstance(duty, VolumeDuty):
        if part == "quality" and duty.quality is not None:
            return f"{duty.quality.delivered} that reached {duty.quality.reached}"
        return f"{duty.stage} handed over" if part == "count" else f"Value of {duty.stage} handed over"
    return spaced(duty.id.removeprefix("sla.")).capitalize()


def promise_of(duty: Duty, part: str, agreement: Agreement) -> str:
    """Return what was promised, in words; `agreement` is the version that says so."""
    match duty:
        case VolumeDuty():
            return _volume_promise(duty, part, agreement.currency)
        case ClockDuty():
            words = _clock_promise(duty, agreement)
        case CheckDuty():
            words = _check_promise(duty, agreement)
    if duty.objective is not None:
        words += f", in {percent(duty.objective)}"
    return words if duty.period is None else f"{words} a {duty.period}"


def _clock_promise(duty: ClockDuty, agreement: Agreement) -> str:
    start = duty.start_stage or _event(duty.start_event, agreement)
    stop = listed(duty.stop_stages, "or") or _event(duty.stop_event, agreement)
    return f"{start} to {stop} within {_within([row.within for row in duty.targets])}"


def _within(targets: Sequence[Target]) -> str:
    """Return targets in words, with one unit where they share it: 1, 2 or 4 working hours."""
    units = {each.unit for each in targets if isinstance(each, BusinessTime)}
    said = list(dict.fromkeys(map(target, targets)))
    if len(said) > 1 and len(units) == 1 and all(isinstance(each, BusinessTime) for each in targets):
        return listed([*(each.partition(" ")[0] for each in said[:-1]), said[-1]], "or")
    return listed(said, "or")


def _check_promise(duty: CheckDuty, agreement: Agreement) -> str:
    at = listed(duty.at_stages, "or") or _event(duty.at_event, agreement)
    require = Words.of(agreement.terms).condition(duty.require)
    return f"at each {at}" + (f": {require}" if len(require) <= BRIEF else "")


def _event(event: Selector | None, agreement: Agreement) -> str:
    return "" if event is None else Words.of(agreement.terms).event(event)


def _volume_promise(duty: VolumeDuty, part: str, currency: str | None) -> str:
    if part == "quality" and duty.quality is not None:
        return f"at least {percent(duty.quality.at_least)}, {target(duty.quality.judged_after)} after entry"
    if part == "value" and duty.value is not None:
        return f"{money(duty.value, currency)} a {duty.period}"
    return f"{counted(duty.amount, 'lead')} a {duty.period}"


# --- what is worth a word ---------------------------------------------------------------------------------------


def attention(both: Iterable[Side], currency: str | None) -> tuple[Attention, ...]:
    """Return the promises that are behind pace, below their objective or broken, and closed figures that changed."""
    found: list[Attention] = []
    for side in both:
        for line in side.duties:
            if line.figure.status in (Verdict.BROKEN, *AT_RISK):
                found.append(Attention(status=line.figure.status, clause=line.duty, sentence=_at_risk(line, currency)))
            for figure in (line.figure, line.before):
                if figure is not None and figure.restated:
                    rows = f"{counted(figure.restated, 'row')} {'differs' if figure.restated == 1 else 'differ'}"
                    sentence = (
                        f"{line.title}, {period_name(figure.period)}: {rows} today from what was known at the closing"
                    )
                    found.append(Attention(status="restated", clause=line.duty, sentence=sentence))
    return tuple(found)


def _at_risk(line: DutyLine, currency: str | None) -> str:
    figure, when = line.figure, period_name(line.figure.period)
    if figure.delivered is not None and figure.promised is not None:
        running = figure.state == "running" and figure.due is not None
        due, words = (figure.due, "due by now") if running else (figure.promised, "promised")
        delivered, owed = (
            rounded(each, currency) if line.unit == "money" else number(each or 0) for each in (figure.delivered, due)
        )
        return f"{line.title}, {when}: {delivered} of {owed} {words}"
    few = ", few cases" if figure.too_few else ""
    return f"{line.title}, {when}: {figure.met} of {figure.n}, {percent(figure.objective or 0)} agreed{few}"
