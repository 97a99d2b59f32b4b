"""What the compiled program names by number: texts, constants, selectors, windows, attributes, leaves.

Filled while an agreement's conditions are compiled (`assembler.py`), read when facts become shapes (`shapes.py`) and
when the program is laid out (`program.py`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from sys import float_info

from detente.core.agreement.expressions import (
    And,
    Arm,
    Attribute,
    Compare,
    Condition,
    Elapsed,
    Field,
    In,
    IsKnown,
    Literal,
    Measure,
    Not,
    Operand,
    Or,
    Selector,
    Term,
    Truth,
)
from detente.core.errors import DetenteError
from detente.core.facts.fact import Value
from detente.core.replay import layout as at


class LimitReached(DetenteError):
    """An agreement or a value does not fit the compiled replay; the reference interpreter still replays it."""


class Numbering:
    """Things in order of first use, each with its number. Told apart by their text: `True` is not `1` here."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}
        self.items: list[object] = []

    def number(self, item: object) -> int:
        """Return an item's number, giving it the next one at first sight."""
        known = self._numbers.setdefault(repr(item), len(self.items))
        if known == len(self.items):
            self.items.append(item)
        return known

    def __len__(self) -> int:
        return len(self.items)


class Texts:
    """Every text that is compared or shown, with its code."""

    def __init__(self) -> None:
        self._codes: dict[str, int] = {}
        self.words: list[str] = []

    def code(self, word: str) -> int:
        """Return the code of a word."""
        known = self._codes.setdefault(word, len(self.words))
        if known == len(self.words):
            self.words.append(word)
        return known

    def word(self, code: int) -> str | None:
        """Return the word of a code; None for the codes that stand for none."""
        return self.words[code] if code >= 0 else None


@dataclass(frozen=True)
class ListSpec:
    """A list the kernel keeps of the events of a kind that a selector takes.

    `seen`: its `where` reads the lead, so that it is decided at the end of the instant of each event (stops and
    starts of clocks); without, by the event alone.
    """

    kind: str
    where: Condition | None = None
    seen: bool = False


@dataclass(frozen=True)
class WindowSpec:
    """A list, seen through a window: mode, argument, and whether resets apply (not in consent rules)."""

    list: int
    mode: int
    argument: int
    resets: bool


@dataclass
class Tables:
    """Everything numbered."""

    texts: Texts = field(default_factory=Texts)
    constants: list[float] = field(default_factory=list)
    lists: Numbering = field(default_factory=Numbering)  # ListSpec
    windows: Numbering = field(default_factory=Numbering)  # WindowSpec
    leaves: Numbering = field(default_factory=Numbering)  # Condition over one attribute
    field_leaves: Numbering = field(default_factory=Numbering)  # Condition over one payload name
    slots: Numbering = field(default_factory=Numbering)  # (path, as text)
    fields: Numbering = field(default_factory=Numbering)  # payload name
    stages: Numbering = field(default_factory=Numbering)  # stage name
    registers: int = 0
    sums: int = 0
    read_slots: set[int] = field(default_factory=set)
    """Slots whose value is read as such, not only through a leaf."""

    def constant(self, value: float) -> int:
        """Return the place of a number in C."""
        self.constants.append(exact(value))
        return len(self.constants) - 1

    def cell(self, value: Value | None) -> tuple[int, int]:
        """Return the tag and the place in C of a value."""
        tag, number = self.value(value)
        return tag, self.constant(number)

    def value(self, value: Value | None) -> tuple[int, float]:
        """Return the tag and the number of a value."""
        if value is None:
            return at.NONE, 0.0
        if isinstance(value, bool):
            return at.TRUTH, float(value)
        if isinstance(value, str):
            return at.TEXT, float(self.texts.code(value))
        return at.NUMBER, exact(value)


def is_exact(value: object) -> bool:
    """Whether a value is anything but a number that a double cannot hold."""
    return not isinstance(value, int | float) or (abs(value) <= float_info.max and float(value) == value)


def exact(value: float) -> float:
    """Return a number as a double; refused where that would change it."""
    number = float(value)
    if number != value:
        raise LimitReached(
            f"the number {value} has more digits than the compiled replay can hold; write it as text, in quotes"
        )
    return number


def scale_of(numbers: Iterable[float]) -> int:
    """Return how many decimals the numbers have, as they are written."""
    return max((0, *(-int(Decimal(repr(each)).normalize().as_tuple().exponent) for each in numbers)))


def scaled(number: float, scale: int) -> int:
    """Return a number in units of its last decimal, so that sums of it are exact."""
    return int(Decimal(repr(number)).scaleb(scale))


def leaf_operands(leaf: Condition) -> tuple[Operand, ...]:
    """Return the operands of a leaf."""
    match leaf:
        case Compare(_, left, right):
            return left, right
        case Truth(operand) | In(operand) | IsKnown(operand):
            return (operand,)
    return ()


def leaves(condition: Condition) -> Iterator[Condition]:
    """Yield the leaves of a condition, in written order."""
    match condition:
        case And(items) | Or(items):
            for item in items:
                yield from leaves(item)
        case Not(item) | Arm(_, item) | Term(_, item):
            yield from leaves(item)
        case _:
            yield condition


def reads_event_alone(where: Condition | None) -> bool:
    """Whether a `where` can be decided from the event's own payload."""
    return where is None or all(
        isinstance(operand, Field | Literal | Elapsed) for leaf in leaves(where) for operand in leaf_operands(leaf)
    )


def only_one(leaf: Condition, sort: type[Attribute] | type[Field]) -> Attribute | Field | None:
    """Return the attribute (or field) a leaf reads, if it reads exactly one beside literals."""
    read = [each for each in leaf_operands(leaf) if not isinstance(each, Literal | Elapsed)]
    return read[0] if len(read) == 1 and isinstance(read[0], sort) else None


def selectors(condition: Condition) -> Iterator[Selector]:
    """Yield the selectors of a condition's measures, those inside a `where` included."""
    for leaf in leaves(condition):
        for operand in leaf_operands(leaf):
            if isinstance(operand, Measure):
                yield operand.selector
                if operand.selector.where is not None:
                    yield from selectors(operand.selector.where)
