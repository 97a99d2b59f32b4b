"""From conditions to bytecode: a small stack machine's program for every condition, score and grade.

Input: condition trees of the compiled agreement. Output: one list of integers, and the numbered `Tables` it refers
to. Leaves over one attribute or one payload name are not computed here at all: they are decided once a shape.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from detente.core.agreement.agreement import Agreement, ScoreRule
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
from detente.core.replay import layout as at
from detente.core.replay.tables import (
    LimitReached,
    ListSpec,
    Tables,
    WindowSpec,
    leaf_operands,
    leaves,
    only_one,
    reads_event_alone,
    scale_of,
    scaled,
)

_MEASURES = {
    MeasureName.ANY: at.M_ANY,
    MeasureName.NONE: at.M_NONE,
    MeasureName.COUNT: at.M_COUNT,
    MeasureName.COUNT_DISTINCT: at.M_DISTINCT,
    MeasureName.SUM: at.M_SUM,
    MeasureName.FIRST: at.M_FIRST,
    MeasureName.LAST: at.M_LAST,
    MeasureName.SINCE_LAST: at.M_LAST,
    MeasureName.SPAN: at.M_SPAN,
}
_COMPARISONS = {"==": at.EQ, "!=": at.NE, ">=": at.GE, "<=": at.LE, ">": at.GT, "<": at.LT}
_READ = (Attribute, Field, CurrentStage, Idle)
_COUNTED = (Measure, Score, Grade)
GRANT = "consent_given"


@dataclass(frozen=True)
class Context:
    """What a condition is compiled for: score and grade of which version, and whether within a consent rule."""

    agreement: Agreement
    consent: bool = False

    @property
    def name(self) -> tuple[str, bool]:
        """What tells two contexts apart."""
        return f"{self.agreement.version} {self.agreement.hash}", self.consent


@dataclass
class _Block:
    """A piece of bytecode being written, with the room it needs."""

    code: list[int] = field(default_factory=list)
    depth: int = 0
    deepest: int = 0
    calls: int = 0
    loops: int = 0

    def emit(self, *words: int, effect: int) -> None:
        self.code.extend(words)
        self.depth += effect
        self.deepest = max(self.deepest, self.depth)


@dataclass
class Room:
    """The deepest stacks any piece of the program needs."""

    values: int = 1
    calls: int = 1
    loops: int = 1
    distinct: int = 0
    """Tables of values seen, for count_distinct: one for all that finish at once, one for each that runs a `where`."""


class Assembler:
    """Writes bytecode and keeps what is already written, so that equal conditions stand there once."""

    def __init__(self, tables: Tables) -> None:
        self.tables = tables
        self.code: list[int] = []
        self.room = Room()
        self._written: dict[object, int] = {}
        self._needs: dict[int, _Block] = {}

    # --- entry points: offsets in the bytecode ------------------------------------------------------------------

    def verdict(self, condition: Condition, context: Context) -> int:
        """Return where the code of a condition's verdict starts."""
        return self._piece(("verdict", repr(condition), *context.name), lambda b: self._verdict(b, condition, context))

    def kleene(self, condition: Condition, context: Context) -> int:
        """Return where the code of a condition's three-valued truth starts."""
        return self._piece(("kleene", repr(condition), *context.name), lambda b: self._kleene(b, condition, context))

    def score(self, context: Context) -> int:
        """Return where the code of the score starts."""
        return self._piece(("SCORE", *context.name), lambda b: self._operand(b, Score(), context))

    def grade(self, context: Context) -> int:
        """Return where the code of the grade starts."""
        return self._piece(("GRADE", *context.name), lambda b: self._operand(b, Grade(), context))

    def value(self, operand: Operand, context: Context) -> int:
        """Return where the code of an operand's value starts."""
        return self._piece(("value", repr(operand), *context.name), lambda b: self._operand(b, operand, context))

    def selector(self, selector: Selector, context: Context) -> tuple[int, int]:
        """Return the list of a selector and the code that decides further (-1: the list alone decides)."""
        if reads_event_alone(selector.where):
            return self.list_of(selector), -1
        assert selector.where is not None  # noqa: S101  else it would read the event alone
        return self.list_of(Selector(selector.kind)), self.verdict(selector.where, context)

    def list_of(self, selector: Selector, seen: bool = False) -> int:
        """Return the number of a selector's list."""
        return self.tables.lists.number(ListSpec(selector.kind, selector.where, seen))

    def slot(self, path: str, as_text: bool = False) -> int:
        """Return the slot that holds an attribute's value (or the text of it)."""
        return self.tables.slots.number((path, as_text))

    # --- pieces -------------------------------------------------------------------------------------------------

    def _piece(self, key: object, write: Callable[[_Block], None], end: int = at.OP_END) -> int:
        known = self._written.get(key)
        if known is None:
            block = _Block()
            write(block)
            block.emit(end, effect=0)
            known = self._written[key] = len(self.code)
            self._needs[known] = block
            self.code.extend(block.code)
            room = self.room
            room.values = max(room.values, block.deepest + 2)
            room.calls = max(room.calls, block.calls + 1)
            room.loops = max(room.loops, block.loops + 1)
        return known

    def _call(self, block: _Block, pc: int) -> None:
        needs = self._needs[pc]
        block.deepest = max(block.deepest, block.depth + needs.deepest)
        block.calls = max(block.calls, needs.calls + 1)
        block.loops = max(block.loops, needs.loops)
        block.emit(at.OP_CALL, pc, effect=1)

    # --- truths -------------------------------------------------------------------------------------------------

    def _verdict(self, block: _Block, condition: Condition, context: Context) -> None:
        match condition:
            case And(items) | Or(items):
                jump = at.OP_JUMP_FALSE if isinstance(condition, And) else at.OP_JUMP_TRUE
                ends = []
                for number, item in enumerate(items):
                    if number:
                        block.emit(jump, 0, effect=-1)
                        ends.append(len(block.code) - 1)
                    self._verdict(block, item, context)
                if not items:
                    block.emit(at.OP_CODE, int(isinstance(condition, And)), effect=1)
                for end in ends:
                    block.code[end] = len(block.code) - end - 1
            case Not(item):
                self._verdict(block, item, context)
                block.emit(at.OP_NOT, effect=0)
            case Arm(_, item) | Term(_, item):
                self._verdict(block, item, context)
            case _:
                self._leaf(block, condition, context)

    def _kleene(self, block: _Block, condition: Condition, context: Context) -> None:
        match condition:
            case And(items) | Or(items):
                join = at.OP_AND3 if isinstance(condition, And) else at.OP_OR3
                block.emit(at.OP_CODE, int(isinstance(condition, And)), effect=1)
                for item in items:
                    self._kleene(block, item, context)
                    block.emit(join, effect=-1)
            case Not(item):
                self._kleene(block, item, context)
                block.emit(at.OP_NOT3, effect=0)
            case Arm(_, item) | Term(_, item):
                self._kleene(block, item, context)
            case _:
                self._leaf(block, condition, context)

    def _leaf(self, block: _Block, leaf: Condition, context: Context) -> None:
        sorts: tuple[tuple[type[Attribute] | type[Field], int], ...]
        sorts = ((Attribute, at.OP_LEAF), (Field, at.OP_FIELD_LEAF))
        for sort, op in sorts:
            read = only_one(leaf, sort)
            if read is not None:
                if isinstance(read, Attribute):
                    self.slot(read.path)
                else:
                    self.tables.fields.number(read.name)
                numbers = self.tables.leaves if op == at.OP_LEAF else self.tables.field_leaves
                asked = self._piece(("leaf", repr(leaf)), lambda b: self._computed(b, leaf, context), at.OP_RET)
                needs = self._needs[asked]
                block.deepest = max(block.deepest, block.depth + needs.deepest)
                block.calls = max(block.calls, needs.calls + 1)
                block.emit(op, numbers.number(leaf), asked, effect=1)
                return
        self._computed(block, leaf, context)

    def _computed(self, block: _Block, leaf: Condition, context: Context) -> None:
        """A leaf computed from its operands' values."""
        operands = leaf_operands(leaf)
        for operand in operands:
            self._operand(block, operand, context)
        sides = sum(
            (at.LEFT_READ << n) * isinstance(each, _READ) + (at.LEFT_COUNTED << n) * isinstance(each, _COUNTED)
            for n, each in enumerate(operands)
        )
        match leaf:
            case Truth():
                block.emit(at.OP_TRUTH, sides, effect=0)
            case Compare(op):
                block.emit(at.OP_COMPARE, _COMPARISONS[op], sides, effect=-1)
            case In(_, values, negated):
                cells = [word for value in values for word in self.tables.cell(value)]
                block.emit(at.OP_IN, int(negated), sides, len(values), *cells, effect=0)
            case IsKnown(_, negated):
                block.emit(at.OP_KNOWN, int(negated), effect=0)

    # --- operands -----------------------------------------------------------------------------------------------

    def _operand(self, block: _Block, operand: Operand, context: Context) -> None:
        match operand:
            case Literal(value):
                block.emit(at.OP_CONST, *self.tables.cell(value), effect=1)
            case Elapsed(micros):
                block.emit(at.OP_CONST, at.DURATION, self.tables.constant(micros), effect=1)
            case Attribute(path):
                slot = self.slot(path)
                self.tables.read_slots.add(slot)
                block.emit(at.OP_ATTRIBUTE, slot, effect=1)
            case Field(name):
                block.emit(at.OP_FIELD, self.tables.fields.number(name), effect=1)
            case CurrentStage():
                block.emit(at.OP_STAGE, effect=1)
            case Idle():
                block.emit(at.OP_IDLE, effect=1)
            case Score():
                self._call(block, self._piece(("score", *context.name), lambda b: self._score(b, context), at.OP_RET))
            case Grade():
                self._call(block, self._piece(("grade", *context.name), lambda b: self._grade(b, context), at.OP_RET))
            case Measure():
                self._measure(block, operand, context)

    def _measure(self, block: _Block, measure: Measure, context: Context) -> None:
        code = _MEASURES[measure.name]
        reads = -1 if measure.field is None else self.tables.fields.number(measure.field)
        selector, window = measure.selector, measure.window
        if code == at.M_DISTINCT:
            self.room.distinct = max(1, self.room.distinct)
        if reads_event_alone(selector.where) and not (context.consent and selector.kind == GRANT):
            number = self.window(self.list_of(selector), window, context)
            total = -1
            if code == at.M_SUM:
                total, self.tables.sums = self.tables.sums, self.tables.sums + 1
            block.emit(at.OP_MEASURE, code, number, reads, total, effect=1)
            return
        table = 0
        if code == at.M_DISTINCT:
            table, self.room.distinct = self.room.distinct, self.room.distinct + 1
        self._loop(block, selector, window, context, (code, reads, table))

    def _loop(
        self,
        block: _Block,
        selector: Selector,
        window: Within | Since | None,
        context: Context,
        measured: tuple[int, int, int],
    ) -> None:
        """Measure event by event: the `where` reads the lead as it stands, or a grant may have been taken back."""
        alone = reads_event_alone(selector.where)
        number = self.window(self.list_of(selector if alone else Selector(selector.kind)), window, context)
        revocable = int(context.consent and selector.kind == GRANT)
        block.emit(at.OP_LOOP, number, *measured, revocable, 0, effect=0)
        start = len(block.code)
        inner = _Block(depth=block.depth, deepest=block.deepest)
        if alone or selector.where is None:
            inner.emit(at.OP_CODE, 1, effect=1)
        else:
            self._verdict(inner, selector.where, context)
        block.deepest = max(block.deepest, inner.deepest)
        block.calls = max(block.calls, inner.calls)
        block.loops = max(block.loops, inner.loops + 1)
        block.emit(*inner.code, at.OP_NEXT, effect=1)
        block.code[start - 1] = len(block.code) - start

    def window(self, list_: int, window: Within | Since | None, context: Context) -> int:
        """Return the number of a list seen through a window."""
        mode, argument = at.ALWAYS, 0
        if isinstance(window, Within):
            mode, argument = at.WITHIN, window.micros
        elif isinstance(window, Since):
            mode, argument = at.SINCE, self.tables.stages.number(window.stage)
        return self.tables.windows.number(WindowSpec(list_, mode, argument, not context.consent))

    # --- score and grade ----------------------------------------------------------------------------------------

    def _kept(self, block: _Block, good: int, write: Callable[[], None]) -> None:
        """Compute once and keep while nothing changes."""
        register, self.tables.registers = self.tables.registers, self.tables.registers + 1
        block.emit(at.OP_CACHED, register, good, effect=0)
        write()
        block.emit(at.OP_KEEP, register, good, effect=0)

    def _score(self, block: _Block, context: Context) -> None:
        rules = context.agreement.score
        scale = scale_of(value for rule in rules for value in (rule.points, rule.cap) if value is not None)

        def add() -> None:
            block.emit(at.OP_CONST, at.NUMBER, self.tables.constant(0), effect=1)
            for rule in rules:
                self._points(block, rule, scale, context)
            self._unscale(block, scale)

        self._kept(block, at.BY_TICK, add)

    def _points(self, block: _Block, rule: ScoreRule, scale: int, context: Context) -> None:
        window = None if rule.expires is None else Within(rule.expires, "")
        points = self.tables.constant(scaled(rule.points, scale))
        cap = -1 if rule.cap is None else self.tables.constant(scaled(rule.cap, scale))
        selector = rule.event
        if reads_event_alone(selector.where) and not (context.consent and selector.kind == GRANT):
            block.emit(at.OP_POINTS, self.window(self.list_of(selector), window, context), points, cap, effect=0)
        else:
            self._loop(block, selector, window, context, (at.M_COUNT, -1, 0))
            block.emit(at.OP_ADD_POINTS, points, cap, effect=-1)

    def _unscale(self, block: _Block, scale: int) -> None:
        if scale:
            block.emit(at.OP_UNSCALE, self.tables.constant(10**scale), effect=0)

    def _grade(self, block: _Block, context: Context) -> None:
        agreement = context.agreement
        scale = scale_of(rule.points for rule in agreement.fit)
        if sum(abs(scaled(rule.points, scale)) for rule in agreement.fit) > at.LARGEST_POINTS:
            raise LimitReached("the points of fit have more digits together than the compiled replay can add")

        def bands() -> None:
            block.emit(at.OP_CONST, at.NUMBER, self.tables.constant(0), effect=1)
            for rule in agreement.fit:
                self._verdict(block, rule.when, context)
                block.emit(at.OP_FIT, self.tables.constant(scaled(rule.points, scale)), effect=-1)
            self._unscale(block, scale)
            cells = [
                word
                for letter, least in agreement.grades.items()
                for word in (self.tables.constant(least), self.tables.texts.code(letter))
            ]
            block.emit(at.OP_BAND, len(agreement.grades), *cells, effect=0)

        by_values = all(only_one(leaf, Attribute) is not None for rule in agreement.fit for leaf in leaves(rule.when))
        self._kept(block, at.BY_VALUES if by_values else at.BY_TICK, bands)
