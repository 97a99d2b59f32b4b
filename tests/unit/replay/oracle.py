"""A second, brute-force reading of the specification, to hold the interpreter against.

It shares nothing with the interpreter but the condition trees: no running state, no timers. It looks at the lead
every ten minutes, each time from the bare list of facts. Its histories and durations live on that grid.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from detente.core.agreement import expressions as ex
from detente.core.agreement.agreement import Agreement, CheckDuty
from detente.core.facts.fact import Fact

GRID = 10 * ex.MINUTE
UNKNOWN = object()


@dataclass
class Oracle:
    agreement: Agreement
    attributes: dict[str, Any]
    facts: list[Fact]  # in replay order
    entries: list[tuple[str, int, tuple[str, ...], bool]] = field(default_factory=list)
    checks: list[tuple[str, int, bool]] = field(default_factory=list)
    left: dict[str, int] = field(default_factory=dict)
    waited: bool = False
    """Whether a stage that was left within an instant could have been entered again within it: it waits for the next
    instant that matters, which a look every ten minutes cannot tell from any other."""

    # --- the walk -----------------------------------------------------------------------------------------------

    def run(self, until: int) -> None:
        instant = self.facts[0].occurred_at if self.facts else until + 1
        while instant <= until:
            self.step(instant)
            instant += GRID

    def step(self, t: int) -> None:
        now = [fact for fact in self.facts if fact.occurred_at == t and fact.is_event]
        deciding = [fact for fact in now if any(s.event and self.takes(s.event, fact, t) for s in self.stages())]
        for fact in now:
            if fact not in deciding:
                self.check_events(fact, t)
        entered: set[str] = set()
        self.computed(t, entered)
        for fact in deciding:
            self.check_events(fact, t)
            for stage in self.stages():
                if stage.event and self.takes(stage.event, fact, t) and self.stage() != stage.name:
                    flags = []
                    if stage.from_ is not None and self.stage() not in stage.from_:
                        flags.append("from")
                    if stage.require is not None and self.truth(stage.require, t, fact.payload) is not True:
                        flags.append("require")
                    hinges = stage.require is not None and self.kleene(stage.require, t, fact.payload) is UNKNOWN
                    self.enter(stage.name, t, tuple(flags), hinges, entered, fact.payload)
            self.computed(t, entered)

    def computed(self, t: int, entered: set[str]) -> None:
        again = True
        while again:
            again = False
            for stage in self.stages():
                if not stage.computed or stage.name == self.stage():
                    continue
                if self.stage() is not None if stage.from_ is None else self.stage() not in stage.from_:
                    continue
                waiting = stage.reentry and stage.name in self.left and t < self.left[stage.name] + stage.reentry.after
                if waiting and not (stage.reentry.unless and self.truth(stage.reentry.unless, t, {}) is True):
                    continue
                if stage.name in entered:
                    self.waited = True
                elif self.truth(stage.when, t, {}) is True:
                    self.enter(stage.name, t, (), self.kleene(stage.when, t, {}) is UNKNOWN, entered, {})
                    again = True

    def enter(self, name: str, t: int, flags: Any, hinges: bool, entered: set[str], payload: Any) -> None:
        for duty in self.agreement.duties:
            if isinstance(duty, CheckDuty) and name in duty.at_stages:
                self.checks.append((duty.id, t, self.truth(duty.require, t, payload) is True))
        if self.stage() is not None:
            self.left[self.stage()] = t
        entered.add(name)
        self.entries.append((name, t, flags, hinges))

    def check_events(self, fact: Fact, t: int) -> None:
        for duty in self.agreement.duties:
            if isinstance(duty, CheckDuty) and duty.at_event and self.takes(duty.at_event, fact, t):
                self.checks.append((duty.id, t, self.truth(duty.require, t, fact.payload) is True))

    def stages(self) -> Any:
        return self.agreement.stages.values()

    def stage(self) -> str | None:
        return self.entries[-1][0] if self.entries else None

    # --- conditions ---------------------------------------------------------------------------------------------

    def truth(self, c: Any, t: int, payload: Any) -> Any:
        match c:
            case ex.And(items):
                return all(self.truth(i, t, payload) is True for i in items)
            case ex.Or(items):
                return any(self.truth(i, t, payload) is True for i in items)
            case ex.Not(item):
                return self.truth(item, t, payload) is not True
            case ex.Arm(_, item) | ex.Term(_, item):
                return self.truth(item, t, payload)
        return self.leaf(c, t, payload) is True

    def kleene(self, c: Any, t: int, payload: Any) -> Any:
        match c:
            case ex.And(items):
                seen = [self.kleene(i, t, payload) for i in items]
                return False if False in seen else UNKNOWN if UNKNOWN in seen else True
            case ex.Or(items):
                seen = [self.kleene(i, t, payload) for i in items]
                return True if True in seen else UNKNOWN if UNKNOWN in seen else False
            case ex.Not(item):
                value = self.kleene(item, t, payload)
                return UNKNOWN if value is UNKNOWN else not value
            case ex.Arm(_, item) | ex.Term(_, item):
                return self.kleene(item, t, payload)
        value = self.leaf(c, t, payload)
        if value is not UNKNOWN:
            return value
        sides = [c.left, c.right] if isinstance(c, ex.Compare) else [c.operand]
        paths = (ex.Attribute, ex.Field, ex.CurrentStage, ex.Idle)
        # a side that is a path may be the unknown; measures, score and grade alone never are
        return UNKNOWN if any(isinstance(side, paths) for side in sides) else False

    def leaf(self, c: Any, t: int, payload: Any) -> Any:
        if isinstance(c, ex.IsKnown):
            return (self.value(c.operand, t, payload) is UNKNOWN) == c.negated
        if isinstance(c, ex.Truth):
            value = self.value(c.operand, t, payload)
            return value[1] if value is not UNKNOWN and value[0] == "truth" else UNKNOWN
        if isinstance(c, ex.In):
            value = self.value(c.operand, t, payload)
            options = [typed(each) for each in c.values]
            if value is UNKNOWN or value[0] not in [sort for sort, _ in options]:
                return UNKNOWN
            return (value in options) != c.negated
        left, right = self.value(c.left, t, payload), self.value(c.right, t, payload)
        if left is UNKNOWN or right is UNKNOWN or left[0] != right[0]:
            return UNKNOWN
        if c.op in ("==", "!="):
            return (left[1] == right[1]) == (c.op == "==")
        if left[0] not in ("number", "duration"):
            return UNKNOWN
        less, same = left[1] < right[1], left[1] == right[1]
        return {"<": less, "<=": less or same, ">": not less and not same, ">=": not less}[c.op]

    # --- operands: (sort, value) pairs or UNKNOWN ---------------------------------------------------------------

    def value(self, o: Any, t: int, payload: Any) -> Any:
        match o:
            case ex.Literal(value):
                return typed(value)
            case ex.Elapsed(micros):
                return "duration", micros
            case ex.Field(name):
                return typed(payload[name]) if name in payload else UNKNOWN
            case ex.Attribute(path):
                return self.attribute(path, t)
            case ex.CurrentStage():
                return typed(self.stage()) if self.stage() else UNKNOWN
            case ex.Score():
                return "number", self.score(t)
            case ex.Grade():
                return self.grade(t)
            case ex.Idle():
                past = [fact.occurred_at for fact in self.facts if fact.is_event and fact.occurred_at <= t]
                return ("duration", t - max(past)) if past else UNKNOWN
        return self.measure(o, t)

    def attribute(self, path: str, t: int) -> Any:
        found = typed(self.attributes[path]) if path in self.attributes else UNKNOWN
        for fact in self.facts:
            if fact.occurred_at <= t:
                prefix = "deal." if fact.kind.startswith("deal_") else "" if fact.kind == "enrich" else None
                for name, value in fact.payload.items():
                    if prefix is not None and prefix + name == path:
                        found = typed(value)
        return found

    def grade(self, t: int) -> Any:
        points = sum(rule.points for rule in self.agreement.fit if self.truth(rule.when, t, {}) is True)
        best = UNKNOWN
        for letter, least in sorted(self.agreement.grades.items(), key=lambda item: item[1]):
            if points >= least:
                best = ("text", letter)
        return best

    def score(self, t: int) -> Any:
        total = 0
        for rule in self.agreement.score:
            live = [f for f in self.taken(rule.event, t) if rule.expires is None or t - f.occurred_at < rule.expires]
            points = rule.points * len(live)
            if rule.cap is not None:
                points = max(-rule.cap, min(rule.cap, points))
            total += points
        return total

    def measure(self, m: ex.Measure, t: int) -> Any:
        events = self.taken(m.selector, t)
        if isinstance(m.window, ex.Within):
            events = [fact for fact in events if t - fact.occurred_at < m.window.micros]
        if isinstance(m.window, ex.Since):
            into = [at for name, at, *_ in self.entries if name == m.window.stage]
            events = [fact for fact in events if into and fact.occurred_at >= into[-1]]
        times = [fact.occurred_at for fact in events]
        fields = [typed(fact.payload[m.field]) for fact in events if m.field and m.field in fact.payload]
        results = {
            "any": ("truth", len(events) > 0),
            "none": ("truth", len(events) == 0),
            "count": ("number", len(events)),
            "count_distinct": ("number", len(set(fields))),
            "sum": ("number", sum(value for sort, value in fields if sort == "number")),
            "first": ("duration", t - min(times)) if times else UNKNOWN,
            "last": ("duration", t - max(times)) if times else UNKNOWN,
            "since_last": ("duration", t - max(times)) if times else UNKNOWN,
            "span": ("duration", max(times) - min(times) if times else 0),
        }
        return results[str(m.name)]

    def taken(self, selector: ex.Selector, t: int) -> list[Fact]:
        resets = [at for name, at, *_ in self.entries if self.agreement.stages[name].resets_behaviour]
        return [
            fact
            for fact in self.facts
            if fact.occurred_at <= t and (not resets or fact.occurred_at > resets[-1]) and self.takes(selector, fact, t)
        ]

    def takes(self, selector: ex.Selector, fact: Fact, t: int) -> bool:
        same = fact.kind == selector.kind
        return same and (selector.where is None or self.truth(selector.where, t, fact.payload) is True)


def typed(value: Any) -> Any:
    if isinstance(value, bool):
        return "truth", value
    return ("text", value) if isinstance(value, str) else ("number", value)
