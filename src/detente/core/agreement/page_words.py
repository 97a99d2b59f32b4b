"""Conditions in plain words, for the page that both sides sign.

Input: resolved conditions of the compiled agreement. Glossary terms are called by their names, which the page explains
once; lists are written out, so that nobody has to look up what was agreed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from detente.core.agreement.expressions import (
    And,
    Arm,
    Attribute,
    Compare,
    Condition,
    CurrentStage,
    Elapsed,
    Field,
    Grade,
    Idle,
    In,
    IsKnown,
    Literal,
    Measure,
    MeasureName,
    Not,
    Operand,
    Or,
    Score,
    Selector,
    Since,
    Term,
    Truth,
    Within,
)
from detente.core.agreement.page_figures import clauses, duration, listed, number, plain, spaced
from detente.core.facts.fact import Value

_COMPARED = {"==": "", "!=": "not ", ">=": "at least ", "<=": "at most ", ">": "more than ", "<": "less than "}
_OWNERS = {"person": "the person's", "company": "the company's", "account": "the account's", "deal": "the deal's"}
_OWNERS |= {"sales": "sales'", "customer": "the customer's"}
_EVENTS = {
    "page_view": "page view",
    "form_submit": "form",
    "email_send": "sent e-mail",
    "email_open": "opened e-mail",
    "email_click": "e-mail click",
    "email_bounce": "bounced e-mail",
    "webinar_register": "webinar registration",
    "webinar_attend": "webinar attendance",
    "event_attend": "event attendance",
    "trial_start": "trial start",
    "deal_open": "opened deal",
    "deal_won": "won deal",
    "deal_lost": "lost deal",
    "consent_given": "given consent",
    "consent_withdrawn": "withdrawn consent",
    "lead_accept": "acceptance",
    "lead_reject": "rejection",
    "lead_qualify": "qualification",
    "lead_recycle": "return to marketing",
    "lead_discard": "closing",
}
_GROUPS = {"recycle": "returning a lead", "reject": "rejecting a lead", "discard": "closing a lead"}


@dataclass(frozen=True)
class Words:
    """Speaks of conditions in the terms of one glossary: a selector that a term stands for is called by its name."""

    selectors: Mapping[Selector, str]

    @classmethod
    def of(cls, terms: Mapping[str, Condition | Selector]) -> Words:
        """Build from the compiled glossary terms."""
        return cls({meaning: name for name, meaning in terms.items() if isinstance(meaning, Selector)})

    def condition(self, condition: Condition) -> str:
        """Return a condition as words that follow "when"."""
        match condition:
            case And(items):
                return clauses([self._inside(item, Or) for item in items], "and")
            case Or(items):
                return clauses([self._inside(item, And) for item in items], "or")
            case Not(item):
                return self._negated(item)
            case Arm(id_, _):
                return id_
            case Term(name, _):
                return name
            case Truth(operand):
                return self._truth(operand)
            case Compare(op, left, right):
                return self._compared(op, left, right)
            case In(operand, values, negated, name):
                return f"{be(self.operand(operand))} {_members(operand, values, negated, name)}"
            case IsKnown(operand, negated):
                return f"{be(self.operand(operand))} {'unknown' if negated else 'known'}"

    def operand(self, operand: Operand) -> str:
        """Return what is compared, as a noun."""
        match operand:
            case Literal(literal):
                return value(literal)
            case Elapsed(_, text):
                return duration(text)
            case Attribute(path):
                return attribute(path)
            case Field(name):
                return f"the {spaced(name)}"
            case Score():
                return "the score"
            case Grade():
                return "the grade"
            case CurrentStage():
                return "the stage"
            case Idle():
                return "the time without any event"
            case Measure():
                return self._measure(operand)

    def event(self, selector: Selector) -> str:
        """Return an event as a noun: a term's name where one stands for it, else the kind and what narrows it."""
        if selector in self.selectors:
            return self.selectors[selector]
        return self._narrowed(_EVENTS.get(selector.kind, spaced(selector.kind)), selector)

    def events(self, selector: Selector) -> str:
        """Return events as a noun in the plural."""
        if selector in self.selectors:
            return plural(self.selectors[selector])
        return self._narrowed(plural(_EVENTS.get(selector.kind, spaced(selector.kind))), selector)

    def _narrowed(self, noun: str, selector: Selector) -> str:
        return noun if selector.where is None else f"{noun} ({self.condition(selector.where)})"

    def _inside(self, item: Condition, looser: type) -> str:
        text = self.condition(item)
        return f"({text})" if isinstance(item, looser) else text

    def _negated(self, item: Condition) -> str:
        if isinstance(item, Term | Arm):
            return f"not {self.condition(item)}"
        return f"not ({self.condition(item)})"

    def _truth(self, operand: Operand) -> str:
        if isinstance(operand, Field):
            return f"it is {spaced(operand.name)}"
        if not isinstance(operand, Measure):
            return f"{be(self.operand(operand))} true"
        event = self.event(operand.selector)
        return f"there is {'no' if operand.name is MeasureName.NONE else article(event)} {event}{window(operand)}"

    def _compared(self, op: str, left: Operand, right: Operand) -> str:
        if isinstance(left, Measure) and isinstance(right, Literal | Elapsed):
            return self._measured(op, left, right)
        if isinstance(left, Idle) and op == ">=":
            return f"nothing has happened for {self.operand(right)}"
        if isinstance(left, Field) and isinstance(right, Literal) and isinstance(right.value, bool):
            return f"it is {'' if right.value == (op == '==') else 'not '}{spaced(left.name)}"
        return f"{be(self.operand(left))} {_COMPARED[op]}{self.operand(right)}"

    def _measured(self, op: str, measure: Measure, bound: Literal | Elapsed) -> str:
        amount = f"{_COMPARED[op] or 'exactly '}{self.operand(bound)}"
        number_of = amount.replace("less", "fewer")
        event, events, when = self.event(measure.selector), self.events(measure.selector), window(measure)
        one = isinstance(bound, Literal) and bound.value == 1
        match measure.name:
            case MeasureName.COUNT:
                return f"there {'is' if one else 'are'} {number_of} {event if one else events}{when}"
            case MeasureName.COUNT_DISTINCT:
                field = spaced(measure.field or "")
                return (
                    f"there {'is' if one else 'are'} {number_of} {field if one else plural(field)} among {events}{when}"
                )
            case MeasureName.SPAN:
                return f"{amount} lie between the first and the last {event}{when}"
            case MeasureName.FIRST:
                return f"the first {event}{when} was {amount} ago"
            case MeasureName.LAST | MeasureName.SINCE_LAST:
                return f"the last {event}{when} was {amount} ago"
            case _:
                return f"{self._measure(measure)} is {_COMPARED[op]}{self.operand(bound)}"

    def _measure(self, measure: Measure) -> str:
        event, field = self.event(measure.selector), spaced(measure.field or "")
        nouns = {
            MeasureName.ANY: f"whether there is {article(event)} {event}",
            MeasureName.NONE: f"whether there is no {event}",
            MeasureName.COUNT: f"the number of {self.events(measure.selector)}",
            MeasureName.COUNT_DISTINCT: f"the number of {plural(field)} among {self.events(measure.selector)}",
            MeasureName.SUM: f"the sum of {field} over {self.events(measure.selector)}",
            MeasureName.FIRST: f"the time since the first {event}",
            MeasureName.LAST: f"the time since the last {event}",
            MeasureName.SINCE_LAST: f"the time since the last {event}",
            MeasureName.SPAN: f"the time from the first {event} to the last",
        }
        return nouns[measure.name] + window(measure)


def _members(operand: Operand, values: Sequence[Value], negated: bool, name: str | None) -> str:
    """Return what a value is one of; the agreed reasons, which have a section of their own, by their group."""
    if isinstance(operand, Field) and operand.name == "reason" and name in _GROUPS:
        return f"{'none' if negated else 'one'} of those agreed for {_GROUPS[name]}"
    members = listed([value(each) for each in values], "nor" if negated and len(values) > 1 else "or")
    if not values:
        return f"{'none' if negated else 'one'} of an empty list"
    return f"{'neither ' if len(values) > 1 else 'not '}{members}" if negated else members


def article(noun: str) -> str:
    """Return the article that goes before a noun; one in capitals is read letter by letter, as in "an MQL"."""
    if noun.isupper():
        return "an" if noun[0] in "AEFHILMNORSX" else "a"
    return "an" if noun[:1].lower() in "aeiou" and not noun.lower().startswith(("uni", "eu", "use")) else "a"


def plural(noun: str) -> str:
    """Return the plural of a noun."""
    if noun.endswith(("s", "x", "ch", "sh")):
        return f"{noun}es"
    return f"{noun[:-1]}ies" if noun.endswith("y") and noun[-2:-1] not in "aeiou" else f"{noun}s"


def be(noun: str) -> str:
    """Return a noun with the form of "be" that goes with it."""
    many = noun.endswith("s") and not noun.endswith(("ss", "us", "is"))
    return f"{noun} {'are' if many else 'is'}"


def arms(condition: Condition) -> Iterator[Arm]:
    """Yield the named parts of a condition, in written order; those of a glossary term belong to the term."""
    match condition:
        case Arm(_, item):
            yield condition
            yield from arms(item)
        case And(items) | Or(items):
            for each in items:
                yield from arms(each)
        case Not(item):
            yield from arms(item)


def window(measure: Measure) -> str:
    """Return the window of a measure, with a leading space."""
    match measure.window:
        case Within(_, text):
            return f" in the last {duration(text)}"
        case Since(stage):
            return f" since {stage}"
    return ""


def attribute(path: str) -> str:
    """Return an attribute's path as words: `person.seniority` is "the person's seniority"."""
    owner, _, rest = path.partition(".")
    return f"{_OWNERS.get(owner, owner)} {spaced(rest)}" if rest else f"the {spaced(owner)}"


def value(literal: Value) -> str:
    """Return a value as a person would write it."""
    if isinstance(literal, bool):
        return "true" if literal else "false"
    if isinstance(literal, int | float):
        return number(literal)
    return plain(spaced(literal) if literal.isidentifier() else literal) or "an empty text"
