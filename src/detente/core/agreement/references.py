"""Which clauses rest on which: the other way round, where each clause is used.

Input: one compiled agreement version. Conditions are read as they were resolved, so that a word of the prose is never
taken for a reference; the conditions of programmes, which are kept as text, are read for the stages they name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from detente.core.agreement.agreement import Agreement, CheckDuty, ClockDuty, Duty, VolumeDuty
from detente.core.agreement.expressions import (
    And,
    Arm,
    Compare,
    Condition,
    CurrentStage,
    Grade,
    In,
    IsKnown,
    Literal,
    Measure,
    Not,
    Operand,
    Or,
    Score,
    Selector,
    Since,
    Term,
    Truth,
)
from detente.core.agreement.page_source import Clause, PageSource, clause_id
from detente.core.agreement.page_words import arms

_Pair = tuple[str, str]
"""(the clause that uses, the clause that is used)"""

_QUOTED = re.compile(r"'([^']*)'|\"([^\"]*)\"")


def used_in(agreement: Agreement) -> Mapping[str, tuple[str, ...]]:
    """Return clause id → the clauses that use it, in the order of the text; a clause nobody uses is not in it."""
    found: dict[str, dict[str, None]] = {}
    for user, used in _References(PageSource.of(agreement)).pairs():
        if used and used != user:
            found.setdefault(used, {})[user] = None
    return {clause: tuple(users) for clause, users in found.items()}


@dataclass(frozen=True)
class _References:
    source: PageSource

    @property
    def agreement(self) -> Agreement:
        return self.source.agreement

    def pairs(self) -> Iterator[_Pair]:
        for user, meaning in self._meanings():
            yield from ((user, used) for used in self._within(meaning))
        yield from self._points()
        for stage in self.agreement.stages.values():
            yield from ((stage.id, self._stage(name)) for name in stage.from_ or ())
        for duty in self.agreement.duties:
            yield from ((duty.id, used) for used in self._duty(duty))
        yield from self._dispositions()
        for rule in self.agreement.routing:
            yield rule.id, "" if rule.to_attribute else self._named("pools", rule.to, rule.to)
            yield rule.id, self._named("calendars", rule.calendar or "", f"calendars.{rule.calendar}")
        yield from self._goals()
        yield from self._together()

    # --- names to clauses ---------------------------------------------------------------------------------------

    def _named(self, section: str, name: str, otherwise: str) -> str:
        """Return the clause of a name; empty if the section has no such name."""
        clauses = self.source.named(section)
        return clause_id(clauses[name] or {}, otherwise) if name in clauses else ""

    def _stage(self, name: str) -> str:
        stage = self.agreement.stages.get(name)
        return "" if stage is None else stage.id

    def _term(self, name: str) -> str:
        return self._named("glossary", name, f"glossary.{name}")

    def _list(self, name: str) -> str:
        if name in self.agreement.lists:
            return f"lists.{name}"
        return f"dispositions.{name}" if name in self.agreement.dispositions else ""

    # --- conditions ---------------------------------------------------------------------------------------------

    def _meanings(self) -> Iterator[tuple[str, Condition | Selector | None]]:
        """Yield every clause that is a condition or chooses events; parts with an id of their own after it."""
        for clause, meaning in self._whole():
            yield clause, meaning
            if meaning is not None and not isinstance(meaning, Selector):
                yield from ((arm.id, arm.item) for arm in arms(meaning))

    def _whole(self) -> Iterator[tuple[str, Condition | Selector | None]]:
        agreement = self.agreement
        for name, meaning in agreement.terms.items():
            yield self._term(name), meaning
        yield from ((each.id, each.when) for each in agreement.personas)
        yield from ((each.id, each.when) for each in agreement.fit)
        yield from ((each.id, each.event) for each in agreement.score)
        for stage in agreement.stages.values():
            again = stage.reentry.unless if stage.reentry else None
            yield from ((stage.id, each) for each in (stage.when, stage.event, stage.require, again))
        yield from ((each.id, each.when) for each in agreement.routing)
        for duty in agreement.duties:
            yield from ((duty.id, each) for each in _of_duty(duty))
        for rule in agreement.consent:
            yield from ((rule.id, each) for each in (rule.when, *rule.require.values()))

    def _within(self, meaning: Condition | Selector | None) -> Iterator[str]:
        match meaning:
            case None:
                return
            case Selector():
                yield from self._events(meaning)
            case And(items) | Or(items):
                for each in items:
                    yield from self._within(each)
            case Not(item):
                yield from self._within(item)
            case Arm(id_, _):
                yield id_
            case Term(name, _):
                yield self._term(name)
            case Truth(operand) | IsKnown(operand):
                yield from self._operand(operand)
            case Compare() | In():
                yield from self._compared(meaning)

    def _compared(self, condition: Compare | In) -> Iterator[str]:
        if isinstance(condition, In):
            operand, values = condition.operand, condition.values
            yield self._list(condition.name or "")
        else:
            operand, right = condition.left, condition.right
            values = (right.value,) if isinstance(right, Literal) else ()
            yield from self._operand(right)
        yield from self._operand(operand)
        if isinstance(operand, CurrentStage):
            yield from (self._stage(str(value)) for value in values)

    def _operand(self, operand: Operand) -> Iterator[str]:
        match operand:
            case Score():
                yield from (rule.id for rule in self.agreement.score)
            case Grade():
                yield "fit.grades"
            case Measure(_, selector, _, window):
                yield from self._events(selector)
                if isinstance(window, Since):
                    yield self._stage(window.stage)

    def _events(self, selector: Selector) -> Iterator[str]:
        if selector in self.source.words.selectors:
            yield self._term(self.source.words.selectors[selector])
        else:
            yield from self._within(selector.where)

    # --- everything else that names another clause ------------------------------------------------------------------

    def _points(self) -> Iterator[_Pair]:
        if self.agreement.grades:
            yield from (("fit.grades", rule.id) for rule in self.agreement.fit)

    def _duty(self, duty: Duty) -> Iterator[str]:
        match duty:
            case ClockDuty():
                stages = (duty.start_stage or "", *duty.stop_stages)
            case CheckDuty():
                stages = duty.at_stages
            case VolumeDuty():
                quality = duty.quality
                stages = (duty.stage, *((quality.delivered, quality.reached) if quality else ()))
                yield from ("fit.grades",) if duty.worth else ()
        yield from map(self._stage, stages)
        for row in (*duty.alerts, *duty.escalations):
            yield from (each["id"] for each in self.source.clauses("cadence") if each["id"] == row["to"])

    def _dispositions(self) -> Iterator[_Pair]:
        for group, reasons in self.agreement.dispositions.items():
            yield from ((f"dispositions.{group}", reason.needs or "") for reason in reasons.values())

    def _goals(self) -> Iterator[_Pair]:
        credit = self.source.named("credit")
        for name in ("sourced", "influenced"):
            rule: Clause = credit.get(name) or {}
            channels = rule.get("channels")
            user = clause_id(rule, f"credit.{name}")
            yield user, self._list(channels.removeprefix("@")) if isinstance(channels, str) else ""
            yield user, self._stage(rule.get("before") or "")
        holdout: Clause = credit.get("holdout") or {}
        yield clause_id(holdout, "credit.holdout"), holdout.get("of") or ""
        for period, parties in self.agreement.targets.items():
            yield from ((f"targets.{period}", self._stage(name)) for goals in parties.values() for name in goals)
        for clause in self.source.clauses("incentives"):
            user = clause_id(clause, "incentives")
            yield from ((user, self._stage(name) or self._of_list(name)) for name in clause["pays_on"])

    def _together(self) -> Iterator[_Pair]:
        for clause in self.source.clauses("value"):
            yield clause["id"], self._of_list(clause.get("measured_by") or "")
        for clause in self.source.clauses("programmes"):
            for text in (clause["enrol"], clause["exit"]):
                yield from ((clause["id"], self._stage(one or other)) for one, other in _QUOTED.findall(str(text)))
        explore: Clause = self.source.named("change").get("explore") or {}
        user = clause_id(explore, clause_id(self.source.named("change"), "change"))
        yield from ((user, self._stage(explore.get(key) or "")) for key in ("of", "work_as"))

    def _of_list(self, id_: str) -> str:
        """Return an id if it is that of a duty or a programme."""
        known = (each["id"] for section in ("sla", "programmes") for each in self.source.clauses(section))
        return id_ if id_ in known else ""


def _of_duty(duty: Duty) -> Iterator[Condition | Selector | None]:
    match duty:
        case ClockDuty():
            yield from (row.when for row in duty.targets)
            yield from (duty.start_event, duty.stop_event, duty.void_on)
        case CheckDuty():
            yield from (duty.at_event, duty.require)
