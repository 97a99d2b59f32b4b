"""Compile the words of an agreement: parties, calendars, lists, glossary, personas, fit and score."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date
from itertools import pairwise
from zoneinfo import ZoneInfo, available_timezones

from detente.core.agreement.agreement import CalendarClause, FitRule, Party, Persona, ScoreRule, Side
from detente.core.agreement.conditions import all_operands
from detente.core.agreement.expressions import Condition, Grade, Score, Selector
from detente.core.agreement.part import Part
from detente.core.agreement.standard import STANDARD_KINDS
from detente.core.agreement.tokens import KEYWORDS, meant, micros_of, nearest
from detente.core.agreement.vocabulary import texts_at
from detente.core.agreement.yaml_nodes import Scalar
from detente.core.calendars.calendar import public_holidays
from detente.core.facts.fact import Value

JOINT = "joint"
"""What both parties own together."""

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_SOME_YEAR = 2026  # any year shows whether a holiday code exists
_RESERVED = (*KEYWORDS, "score", "grade", "stage", "idle")
_NO_OPENINGS: tuple[tuple[tuple[int, int], ...], ...] = ((),) * 7


def zone_of(part: Part, key: str) -> ZoneInfo:
    """Return the zone a key names; UTC, and a report, if there is no such zone."""
    name = part.maybe(key)
    if name is not None:
        try:
            return ZoneInfo(name)
        except (KeyError, ValueError, OSError):
            part.at_value(key, f"{key}: unknown zone '{name}'{meant(name, sorted(available_timezones()))}")
    return ZoneInfo("UTC")


def owned(part: Part) -> None:
    """An owner is a party, joint, or a role of the company; a word that is nearly a party is taken for a slip."""
    owner, known = part.maybe("owner"), [*part.names.parties, JOINT]
    if owner is not None and owner not in known and nearest(owner, known) is not None:
        part.reference("owner", known, "party")


def parties(root: Part) -> dict[str, Party]:
    """Return the parties by name."""
    return {name: Party(name, part.text("signs"), part.maybe("name")) for name, part in root.named("parties")}


def check_kinds(root: Part) -> None:
    """A standard kind may be given more payload, not another side."""
    for name, part in root.named("kinds"):
        standard, side = STANDARD_KINDS.get(name), part.maybe("side")
        if standard is not None and side in list(Side) and side != standard.side:
            part.at_value("side", f"'{name}' is a standard kind of side {standard.side}; give it that side")


# --- calendars ------------------------------------------------------------------------------------------------------


def calendars(root: Part) -> dict[str, CalendarClause]:
    """Return the business calendars by name."""
    return {name: _calendar(name, part) for name, part in root.named("calendars")}


def _calendar(name: str, part: Part) -> CalendarClause:
    zone_of(part, "timezone")
    code = part.maybe("holidays")
    if code is not None and re.fullmatch(r"[A-Z]{2}(-[A-Z0-9]+)?", code) and not _has_holidays(code):
        part.at_value("holidays", f"holidays: no public holidays are known for '{code}'")
    closed = [day for day in (_day(text) for text in part.texts("closed")) if day is not None]
    return CalendarClause(name, part.text("timezone"), _openings(part), code, tuple(closed))


def _has_holidays(code: str) -> bool:
    try:
        public_holidays(code, _SOME_YEAR)
    except NotImplementedError:
        return False
    return True


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _openings(part: Part) -> tuple[tuple[tuple[int, int], ...], ...]:
    """Return the openings of the seven days; a weekday given twice, or openings that overlap, are reported."""
    below = part.below("open")
    week: dict[int, list[tuple[int, int]]] = {}
    for entry in below.node.entries.values():
        days = _weekdays(entry.key.text)
        again = [day for day in days if day in week]
        if again:
            below.at_key(entry.key.text, f"{_DAYS[again[0]]} has its openings already")
        opened = sorted(_spans(below, entry.key.text))
        for (_, end), (start, _) in pairwise(opened):
            if start < end:
                below.at_value(entry.key.text, "these openings overlap")
        week.update(dict.fromkeys(days, opened))
    return tuple(tuple(week.get(day, ())) for day in range(7)) if week else _NO_OPENINGS


def _weekdays(text: str) -> list[int]:
    """Return the days of `mon` or `mon-fri`; none if it is not written like that."""
    first, _, last = text.partition("-")
    if first not in _DAYS or (last or first) not in _DAYS:
        return []
    start, end = _DAYS.index(first), _DAYS.index(last or first)
    return [day % 7 for day in range(start, end + 1 if end >= start else end + 8)]


def _spans(part: Part, key: str) -> Iterator[tuple[int, int]]:
    written = texts_at(part.node, key) or [found for found in [part.node.get(key)] if isinstance(found, Scalar)]
    for node in written:
        for found in re.finditer(r"(\d\d):(\d\d)-(\d\d):(\d\d)", node.text):
            start = int(found[1]) * 60 + int(found[2])
            end = int(found[3]) * 60 + int(found[4])
            if end <= start:
                part.at_node(node, f"'{found[0]}' ends before it begins; it lies within one day")
            else:
                yield start, end


# --- lists and glossary ---------------------------------------------------------------------------------------------


def lists(root: Part) -> dict[str, tuple[Value, ...]]:
    """Return the lists by name."""
    below = root.below("lists")
    for name in below.node.entries:
        if name in root.names.reasons:
            below.at_key(name, f"'{name}' is a reason group already, so @{name} could mean either; rename the list")
        members = [each.text for each in texts_at(below.node, name)]
        if len(set(members)) < len(members):
            below.warn_key(name, f"'{name}' names a member twice")
    return {name: values or () for name, values in root.names.lists.items()}


def terms(root: Part) -> dict[str, Condition | Selector]:
    """Return the terms that can be computed; terms that reach one another are reported once."""
    conditions = root.context.conditions
    below = root.below("glossary")
    found: dict[str, Condition | Selector] = {}
    for name, node in root.names.terms.items():
        if node is not None and (name in _RESERVED or name in root.names.kinds):
            below.at_key(name, f"'{name}' has a meaning in conditions already; choose another word")
        meaning = conditions.term(name)
        if meaning is not None:
            found[name] = meaning
    _report_cycles(below, conditions.reaches)
    return found


def _report_cycles(glossary: Part, direct: Mapping[str, set[str]]) -> None:
    reached = {name: _reachable(name, direct) for name in glossary.node.entries}
    told: set[str] = set()
    for name, there in reached.items():
        if name in there and name not in told:
            cycle = [other for other in reached if other in there and name in reached[other]]
            told.update(cycle)
            around = " and ".join(cycle) if len(cycle) < 3 else f"{', '.join(cycle[:-1])} and {cycle[-1]}"
            what = "is explained by itself" if len(cycle) == 1 else "reach one another"
            glossary.at_key(name, f"a cycle: {around} {what}; explain one of them without the others")


def _reachable(name: str, direct: Mapping[str, set[str]]) -> set[str]:
    seen: set[str] = set()
    open_ = [name]
    while open_:
        for other in direct.get(open_.pop(), ()):
            if other not in seen:
                seen.add(other)
                open_.append(other)
    return seen


# --- personas, fit, score -------------------------------------------------------------------------------------------


def personas(root: Part) -> tuple[Persona, ...]:
    """Return the personas in order."""
    return tuple(Persona(part.text("id"), part.text("name"), part.condition("is")) for part in root.listed("personas"))


def fit(root: Part) -> tuple[FitRule, ...]:
    """Return the rules of fit."""
    listed = root.below("fit").listed("points")
    return tuple(FitRule(part.text("id"), part.condition("when"), part.number("points")) for part in listed)


def score(root: Part) -> tuple[ScoreRule, ...]:
    """Return the rules of score."""
    return tuple(
        ScoreRule(
            part.text("id"),
            part.selector("event"),
            part.number("points"),
            part.maybe_number("cap"),
            micros_of(part.text("expires")),
        )
        for part in root.listed("score")
    )


def check_points(root: Part, fitting: tuple[FitRule, ...], scoring: tuple[ScoreRule, ...]) -> None:
    """Fit must not rest on the grade it makes, nor the score on itself; a cycle is reported once."""
    of_grade: list[tuple[Part, str, set[type]]] = [
        (part, "when", {type(each) for each in all_operands(rule.when)})
        for part, rule in zip(root.below("fit").listed("points"), fitting, strict=True)
    ]
    of_score: list[tuple[Part, str, set[type]]] = [
        (part, "event", {type(each) for each in all_operands(rule.event.where)} if rule.event.where else set())
        for part, rule in zip(root.listed("score"), scoring, strict=True)
    ]
    grade_reads = {read for _, _, reads in of_grade for read in reads}
    score_reads = {read for _, _, reads in of_score for read in reads}
    crossed = Score in grade_reads and Grade in score_reads
    for rules, itself, other in ((of_grade, Grade, Score), (of_score, Score, Grade)):
        guilty = [rule for rule in rules if itself in rule[2] or (crossed and other in rule[2])]
        if guilty:
            part, key, _ = guilty[0]
            what = "the grade is made of fit points" if rules is of_grade else "the score is made of these points"
            part.at_value(key, f"a cycle: {what}, so they cannot rest on it")
            return
