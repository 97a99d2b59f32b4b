"""The page, third part: what each side owes the other, and the hours in which it is counted.

Input: a `PageSource`. Output: lines for the page.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from detente.core.agreement.agreement import CalendarClause, CheckDuty, ClockDuty, Duty, TargetRow, VolumeDuty
from detente.core.agreement.page_figures import counted, day, duration, listed, money, number, percent, spaced, target
from detente.core.agreement.page_model import Line, Section
from detente.core.agreement.page_source import PageSource, clause_id, means

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_PARTS = {2: ("half", "whole"), 3: ("first month", "second month", "third month")}


def duties(source: PageSource) -> Iterator[Section]:
    """A section for each side that owes another one anything, in the order of the parties."""
    order = list(source.agreement.parties)
    pairs = {(duty.owes, duty.to) for duty in source.agreement.duties}
    for owes, to in sorted(pairs, key=lambda pair: tuple(order.index(each) if each in order else 99 for each in pair)):
        lines = [
            line
            for duty in source.agreement.duties
            if (duty.owes, duty.to) == (owes, to)
            for line in _duty(source, duty)
        ]
        yield Section(f"{owes.capitalize()} owes {to}", tuple(lines))


def _duty(source: PageSource, duty: Duty) -> Iterator[Line]:
    written = next(each for each in source.clauses("sla") if each["id"] == duty.id)
    match duty:
        case ClockDuty():
            text = _clock(source, duty)
        case CheckDuty():
            text = _check(source, duty)
        case VolumeDuty():
            text = _volume(source, duty)
    told = _told(source, duty.alerts, "Told") + _told(source, duty.escalations, "Taken further")
    yield Line(f"{means(written)}{text}{told}", (duty.id,), spaced(duty.id.removeprefix("sla.")).capitalize())
    if isinstance(duty, ClockDuty):
        yield from source.ways_in(*(row.when for row in duty.targets))
    if isinstance(duty, CheckDuty):
        yield from source.ways_in(duty.require)


def _clock(source: PageSource, duty: ClockDuty) -> str:
    words = source.words
    start = duty.start_stage or (words.event(duty.start_event) if duty.start_event else "")
    stop = listed(duty.stop_stages, "or") or (words.event(duty.stop_event) if duty.stop_event else "")
    rows = "; ".join(_target(source, row, alone=len(duty.targets) == 1) for row in duty.targets)
    void = f" It is void on {words.event(duty.void_on)}." if duty.void_on else ""
    return f"From {start} to {stop}: {rows}{_objective(duty)}.{void}"


def _target(source: PageSource, row: TargetRow, *, alone: bool) -> str:
    when = "otherwise" if row.when is None else f"if {source.words.condition(row.when)}"
    return f"within {target(row.within)}" + ("" if alone and row.when is None else f" {when}")


def _check(source: PageSource, duty: CheckDuty) -> str:
    words = source.words
    at = f"entry to {listed(duty.at_stages, 'or')}" if duty.at_stages else ""
    at = at or (words.event(duty.at_event) if duty.at_event else "")
    return f"At each {at}: {words.condition(duty.require)}{_objective(duty)}."


def _objective(duty: ClockDuty | CheckDuty) -> str:
    objective = "" if duty.objective is None else f"; in {percent(duty.objective)} of cases"
    period = f" each {duty.period}" if duty.period else ""
    few = "" if duty.min_n is None else f", judged from {counted(duty.min_n, 'case')} on"
    return objective + period + few


def _volume(source: PageSource, duty: VolumeDuty) -> str:
    currency = source.agreement.currency
    parts = [f"{counted(duty.amount, 'lead')} entering {duty.stage} each {duty.period}"]
    if duty.value is not None:
        parts.append(f"worth {money(duty.value, currency)}")
    text = ", ".join(parts)
    if duty.worth:
        each = [f"{grade} {money(amount, currency)}" for grade, amount in duty.worth.items()]
        text += f" (a lead counts by its grade: {listed(each, 'and')})"
    if duty.pace:
        text += f"; {_pace(duty.pace)}"
    text += "."
    if duty.quality is not None:
        quality = duty.quality
        text += (
            f" At least {percent(quality.at_least)} of those in {quality.delivered} reach {quality.reached} or a later "
            f"stage, judged {target(quality.judged_after)} after entry"
        )
        text += "." if quality.min_n is None else f" and from {counted(quality.min_n, 'lead')} on."
    if duty.objective is not None:
        text += f" Objective: {percent(duty.objective)}."
    return text if duty.min_n is None else f"{text} Judged from {counted(duty.min_n, 'lead')} on."


def _pace(pace: Sequence[float]) -> str:
    names = _PARTS.get(len(pace), tuple(f"part {number(part)}" for part in range(1, len(pace) + 1)))
    return listed(
        [f"{percent(share)} by the end of the {name}" for share, name in zip(pace, names, strict=True)], "and"
    )


def _told(source: PageSource, rows: Sequence[Mapping[str, Any]], verb: str) -> str:
    if not rows:
        return ""
    told = [f"{spaced(str(row['to']))} {_moment(source, row)}" for row in rows]
    return f" {verb}: {'; '.join(told)}."


def _moment(source: PageSource, row: Mapping[str, Any]) -> str:
    if "at" in row:
        return f"at {_instant(str(row['at']))}"
    if "burn" in row:
        return (
            f"once {number(row.get('min', 1))} cases and {percent(row['burn'])} of what the objective allows are broken"
        )
    return f"when {source.words.condition(row['when'])}"


def _instant(text: str) -> str:
    """Return an instant of a clock in words: `75% of target`, `1bd past target`."""
    first, _, rest = text.partition(" ")
    return f"{duration(first).replace('%', ' %')} {rest.replace('target', 'the target')}"


def hours(source: PageSource) -> Iterator[Line]:
    """The working hours that clocks count."""
    for name, calendar in source.agreement.calendars.items():
        clause = clause_id(source.named("calendars")[name], f"calendars.{name}")
        default = " Used where nothing else is said." if name == source.agreement.default_calendar else ""
        yield Line(f"{means(source.named('calendars')[name])}{_calendar(calendar)}{default}", (clause,), name)


def _calendar(calendar: CalendarClause) -> str:
    holidays = f", not on public holidays ({calendar.holidays})" if calendar.holidays else ""
    closed = f", closed on {listed([day(each) for each in calendar.closed], 'and')}" if calendar.closed else ""
    return f"{opening(calendar)}, {calendar.timezone}{holidays}{closed}."


def opening(calendar: CalendarClause) -> str:
    """Return the days and hours a calendar opens, as words: Mon–Fri 09:00–18:00."""
    groups: list[tuple[int, int, str]] = []
    for weekday, openings in enumerate(calendar.open):
        text = " and ".join(f"{_clock_time(start)}–{_clock_time(end)}" for start, end in openings)
        if text and groups and groups[-1][1] == weekday - 1 and groups[-1][2] == text:
            groups[-1] = (groups[-1][0], weekday, text)
        elif text:
            groups.append((weekday, weekday, text))
    return ", ".join(f"{_DAYS[a]}{'' if a == b else '–' + _DAYS[b]} {text}" for a, b, text in groups)


def _clock_time(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"
