"""Give meaning to one line of the condition language: resolve its names, check its types.

Input: the tree of a line (`parser.py`) with the names of the agreement and the scope it stands in. Output: a resolved
condition or selector (`expressions.py`); everything wrong is noted at its offset. A part that is refused is replaced
by one that offends nobody, so that one slip is reported once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from detente.core.agreement.expressions import (
    And,
    Attribute,
    Compare,
    Condition,
    CurrentStage,
    Elapsed,
    Field,
    Grade,
    In,
    IsKnown,
    Literal,
    Measure,
    MeasureName,
    Not,
    Or,
    Score,
    Selector,
    Since,
    Term,
    Truth,
    Within,
)
from detente.core.agreement.scopes import REFUSED, Scope, Type, payload_scope
from detente.core.agreement.standard import ATTRIBUTE_ROOTS
from detente.core.agreement.syntax import (
    Call,
    Comparison,
    Constant,
    Duration,
    Group,
    Junction,
    Knowledge,
    Membership,
    Negation,
    Selection,
    Tree,
    Window,
    Word,
)
from detente.core.agreement.tokens import meant
from detente.core.agreement.typed import ANYTHING, NEVER, NOTHING, OPERANDS, Typed, either, type_of, unknown_word
from detente.core.agreement.vocabulary import Vocabulary
from detente.core.facts.fact import ENRICH, Value

_TRUTHS = (MeasureName.ANY, MeasureName.NONE)
_COUNTS = (MeasureName.COUNT, MeasureName.COUNT_DISTINCT, MeasureName.SUM)
_FIELDED = (MeasureName.COUNT_DISTINCT, MeasureName.SUM)
_ORDERS = (">=", "<=", ">", "<")
_LATE = {">": ">=", "<=": "<"}
"""Comparisons of an age with a duration that turn a microsecond after the threshold, and what is meant."""
_LATE_MIRRORED = {"<": "<=", ">=": ">"}
"""The same where the duration stands on the left, as in `30d <= idle`."""


@dataclass(frozen=True, slots=True)
class Doubt:
    """A negation (at `offset`, written `op`) whose verdict may rest on an unknown attribute."""

    offset: int
    op: str
    condition: Condition


@dataclass
class Line:
    """One line being resolved. `term` gives a glossary term's meaning; None if it has none or is refused."""

    names: Vocabulary
    term: Callable[[str], Condition | Selector | None]
    error: Callable[[int, str], None]
    warn: Callable[[int, str], None]
    used_lists: set[str]
    doubts: list[Doubt] = field(default_factory=list)
    thresholds: list[tuple[int, int | float]] = field(default_factory=list)
    """Where the line asks for how much score."""

    # --- conditions ---------------------------------------------------------------------------------------------

    def condition(self, tree: Tree, scope: Scope) -> Condition:
        """Return a tree as a condition."""
        match tree:
            case Junction(_, _, op, items):
                resolved = tuple(self.condition(item, scope) for item in items)
                return And(resolved) if op == "and" else Or(resolved)
            case Group(_, _, item):
                return self.condition(item, scope)
            case Negation(start, _, item):
                inner = self.condition(item, scope)
                self.doubts.append(Doubt(start, "not", inner))
                return Not(inner)
            case Comparison():
                return self._comparison(tree, scope)
            case Membership():
                return self._membership(tree, scope)
            case Knowledge():
                return self._knowledge(tree, scope)
            case Selection(start, _, word):
                self.error(start, f"type error: this selects events, a condition is expected: any({word.text} where …)")
                self.selector(tree, scope)
                return NEVER
        return self._alone(tree, self._value(tree, scope))

    def _alone(self, tree: Tree, value: Typed | Condition) -> Condition:
        if not isinstance(value, Typed):
            return value
        if value.type not in (Type.ANY, Type.BOOLEAN):
            self.error(tree.start, f"type error: a condition is expected here, this is a {value.type}; compare it")
            return NEVER
        return Truth(value.operand)

    def _comparison(self, tree: Comparison, scope: Scope) -> Condition:
        left, right, op = self._value(tree.left, scope), self._value(tree.right, scope), tree.op.text
        if not isinstance(left, Typed) or not isinstance(right, Typed):
            return self._of_conditions(tree, left, right)
        types = {left.type, right.type} - {Type.ANY}
        if len(types) == 2:
            hint = "; write the duration with its unit, as 30d" if types == {Type.DURATION, Type.NUMBER} else ""
            self._type_error(tree.op, f"'{op}' compares a {left.type} with a {right.type}{hint}")
            return NEVER
        if op in _ORDERS and types & {Type.STRING, Type.BOOLEAN}:
            self._type_error(tree.op, f"'{op}' orders numbers and durations, not a {types.pop()}")
            return NEVER
        if Type.DURATION in types:
            better = _LATE_MIRRORED.get(op) if isinstance(left.operand, Elapsed) else _LATE.get(op)
            if better is not None:
                self.error(tree.op.start, f"write '{better}' for '{op}': here '{op}' flips a microsecond late")
        self._never_a_duration(tree, left, right)
        self._known_words(left, [(tree.right, right)])
        self._known_words(right, [(tree.left, left)])
        match left.operand, right.operand:
            case Score(), Literal(int() | float() as asked) if op in (">=", ">", "=="):
                self.thresholds.append((tree.right.start, asked))
        compared = Compare(op, left.operand, right.operand)
        if op == "!=":
            self.doubts.append(Doubt(tree.op.start, op, compared))
        return compared

    def _of_conditions(self, tree: Comparison, left: Typed | Condition, right: Typed | Condition) -> Condition:
        """A condition compared with true or false says itself, or its negation."""
        condition, other = (right, left) if isinstance(left, Typed) else (left, right)
        if tree.op.text in ("==", "!=") and isinstance(other, Typed) and not isinstance(condition, Typed):
            match other.operand:
                case Literal(bool() as wanted):
                    return condition if wanted is (tree.op.text == "==") else Not(condition)
        what = other.type if isinstance(other, Typed) else Type.CONDITION
        self._type_error(tree.op, f"'{tree.op.text}' compares a condition with a {what}; a condition stands by itself")
        return NEVER

    def _membership(self, tree: Membership, scope: Scope) -> Condition:
        left, listed = self._value(tree.left, scope), tree.members
        values = self._list(listed) if isinstance(listed, Word) else self._members(listed)
        op = "not in" if tree.negated else "in"
        if not isinstance(left, Typed):
            self._type_error(tree.op, f"'{op}' looks for a value, not for a condition")
            return NEVER
        if values is None:
            return NEVER
        types = {type_of(value) for value in values}
        if values and left.type is not Type.ANY and left.type not in types:
            self._type_error(tree.op, f"'{op}' looks for a {left.type} among values of another type")
            return NEVER
        if not isinstance(listed, Word):
            self._known_words(left, [(each, Typed(Literal(value), type_of(value)))
                                     for each, value in zip(listed, values, strict=True)])  # fmt: skip
        member = In(left.operand, values, tree.negated, listed.text if isinstance(listed, Word) else None)
        if tree.negated:
            self.doubts.append(Doubt(tree.op.start, "not in", member))
        return member

    def _list(self, word: Word) -> tuple[Value, ...] | None:
        if word.text in self.names.lists:
            self.used_lists.add(word.text)
            return self.names.lists[word.text]
        if word.text in self.names.reasons:
            return self.names.reasons[word.text]
        known = [*self.names.lists, *self.names.reasons]
        self.error(word.start, f"unknown list @{word.text}{meant(word.text, known)}")
        return None

    def _members(self, members: tuple[Constant | Duration | Word, ...]) -> tuple[Value, ...] | None:
        values: list[Value] = []
        for each in members:
            if isinstance(each, Constant):
                if each.value is not None:
                    values.append(each.value)
            elif isinstance(each, Duration):
                self.error(each.start, "type error: a list holds numbers, strings and truth values, not a duration")
            else:
                self.error(each.start, f"unknown word '{each.text}'; a string in a list needs quotes: '{each.text}'")
        return tuple(values) if len(values) == len(members) else None

    def _knowledge(self, tree: Knowledge, scope: Scope) -> Condition:
        left = self._value(tree.left, scope)
        if not isinstance(left, Typed):
            self._type_error(tree.op, "'is known' asks about a value; a condition is always known")
            return NEVER
        return IsKnown(left.operand, tree.negated)

    # --- values -------------------------------------------------------------------------------------------------

    def _value(self, tree: Tree, scope: Scope) -> Typed | Condition:
        """Return a tree as an operand, or as a condition where it is one (a term, something in parentheses)."""
        match tree:
            case Constant(_, _, value):
                return ANYTHING if value is None else Typed(Literal(value), type_of(value))
            case Duration(_, _, text, micros):
                return Typed(Elapsed(micros or 0, text), Type.DURATION)
            case Call():
                return self._measure(tree, scope)
            case Word():
                return self._word(tree, scope)
            case Group(_, _, item):
                return self._value(item, scope)
        return self.condition(tree, scope)

    def _word(self, word: Word, scope: Scope) -> Typed | Condition:
        text = word.text
        if text in scope.names:
            return Typed(Field(text), scope.names[text])
        if scope.lead and text in OPERANDS:
            return OPERANDS[text]
        if scope.lead and text in self.names.terms:
            return self._term(word)
        root, dot, _ = text.partition(".")
        if scope.lead and dot and root in ATTRIBUTE_ROOTS:
            return Typed(Attribute(text), Type.ANY)
        if not scope.open or dot:
            self.error(word.start, unknown_word(text, scope, self.names))
        return ANYTHING

    def _term(self, word: Word) -> Typed | Condition:
        resolved = self.term(word.text)
        if isinstance(resolved, Selector):
            self.error(word.start, f"type error: '{word.text}' selects events, a condition is expected: "
                                   f"any({word.text})")  # fmt: skip
            return ANYTHING
        if resolved is None:
            if self.names.terms[word.text] is None:
                self.error(word.start, f"the glossary gives '{word.text}' no 'is', so it cannot be computed")
            return ANYTHING
        return Term(word.text, resolved)

    def _measure(self, tree: Call, scope: Scope) -> Typed:
        if not scope.lead:
            self.error(tree.start, f"a measure reads the events of a lead; here there are {', '.join(scope.names)}")
            return ANYTHING
        selector = self.selector(tree.selection, scope)
        window = None if tree.window is None else self._window(tree.window)
        if not tree.name:
            return ANYTHING
        name = MeasureName(tree.name)
        if tree.field is None and name in _FIELDED:
            self.error(tree.start, f"{name} needs a payload name: {name}({tree.selection.word.text}, …)")
        elif tree.field is not None and name not in _FIELDED:
            self.error(tree.field.start, f"{name} takes no payload name; only {either(_FIELDED)} do")
        elif tree.field is not None and selector.kind:
            self._payload_name(tree.field, selector.kind)
        kind = Type.BOOLEAN if name in _TRUTHS else Type.NUMBER if name in _COUNTS else Type.DURATION
        return Typed(Measure(name, selector, None if tree.field is None else tree.field.text, window), kind)

    def _window(self, window: Window) -> Within | Since | None:
        if isinstance(window.limit, Duration):
            return Within(window.limit.micros or 0, window.limit.text)
        stage = window.limit
        if stage.text not in self.names.stages:
            self.error(stage.start, f"unknown stage '{stage.text}'{meant(stage.text, self.names.stages)}")
        return Since(stage.text)

    # --- events -------------------------------------------------------------------------------------------------

    def selector(self, tree: Tree, scope: Scope) -> Selector:
        """Return a tree as an event selector: a kind of event or a selector term, perhaps narrowed."""
        if isinstance(tree, Word):
            tree = Selection(tree.start, tree.end, tree, None)
        if not isinstance(tree, Selection):
            self.error(tree.start, "type error: an event is expected here, not a condition")
            self._value(tree, scope)  # what it says is looked at all the same
            return NOTHING
        base = self._events(tree.word)
        if tree.where is None:
            return base
        inside = payload_scope(self.names.kinds[base.kind].payload) if base.kind else REFUSED
        where = self.condition(tree.where, inside)
        return Selector(base.kind, where if base.where is None else And((base.where, where)))

    def _events(self, word: Word) -> Selector:
        text = word.text
        if text in self.names.terms and text not in self.names.kinds:
            resolved = self.term(text)
            if isinstance(resolved, Selector):
                return resolved
            if resolved is not None:
                self.error(word.start, f"type error: '{text}' is a condition, an event is expected here")
            elif self.names.terms[text] is None:
                self.error(word.start, f"the glossary gives '{text}' no 'is', so it selects no events")
            return NOTHING
        if text == ENRICH:
            self.error(word.start, f"'{ENRICH}' sets attribute values and is no event; ask for the attribute itself")
            return NOTHING
        if text in self.names.kinds:
            return Selector(text)
        known = [*self.names.kinds, *self.names.terms]
        self.error(word.start, f"unknown event '{text}'{meant(text, known)}")
        return NOTHING

    def _payload_name(self, word: Word, kind: str) -> None:
        payload = self.names.kinds[kind].payload
        if word.text not in payload:
            carried = f"; {kind} carries {', '.join(payload)}" if payload else f"; {kind} carries none"
            self.error(word.start, f"unknown payload name '{word.text}'{meant(word.text, payload) or carried}")

    # --- words with a closed meaning ----------------------------------------------------------------------------

    def _known_words(self, asked: Typed, members: Iterable[tuple[Tree, Typed]]) -> None:
        """A stage compared with a string must be one of the stages; a grade one of the grades, if there are any."""
        for tree, member in members:
            match asked.operand, member.operand:
                case CurrentStage(), Literal(str() as text) if text not in self.names.stages:
                    self.error(tree.start, f"unknown stage '{text}'{meant(text, self.names.stages)}")
                case Grade(), Literal(str() as text) if text not in self.names.grades:
                    self.warn(
                        tree.start, f"no lead is ever of grade '{text}'; fit.grades has {either(self.names.grades)}"
                    )

    def _never_a_duration(self, tree: Comparison, left: Typed, right: Typed) -> None:
        for one, other in ((left, right), (right, left)):
            if isinstance(one.operand, Attribute | Field) and other.type is Type.DURATION:
                self.warn(tree.op.start, "this is never true: an attribute or payload value is no duration")

    def _type_error(self, op: Word, message: str) -> None:
        self.error(op.start, f"type error: {message}")
