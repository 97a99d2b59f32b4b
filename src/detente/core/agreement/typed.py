"""What the parts of a condition can be, and what to say of a word that is none of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from detente.core.agreement.expressions import (
    Condition,
    CurrentStage,
    Grade,
    Idle,
    Literal,
    Operand,
    Score,
    Selector,
    Truth,
)
from detente.core.agreement.scopes import Scope, Type
from detente.core.agreement.standard import ATTRIBUTE_ROOTS
from detente.core.agreement.tokens import meant, nearest
from detente.core.agreement.vocabulary import Vocabulary
from detente.core.facts.fact import Value


@dataclass(frozen=True, slots=True)
class Typed:
    """An operand with what it can be."""

    operand: Operand
    type: Type


NEVER: Condition = Truth(Literal(False))
"""Stands for a condition that has been refused."""

NOTHING = Selector("")
"""Stands for a selector that has been refused."""

ANYTHING = Typed(Literal(False), Type.ANY)
"""Stands for an operand that has been refused, and offends nobody."""

OPERANDS: Mapping[str, Typed] = {
    "score": Typed(Score(), Type.NUMBER),
    "grade": Typed(Grade(), Type.STRING),
    "stage": Typed(CurrentStage(), Type.STRING),
    "idle": Typed(Idle(), Type.DURATION),
}
"""What every lead has, by name."""


def type_of(value: Value) -> Type:
    """Return what a literal is."""
    if isinstance(value, bool):
        return Type.BOOLEAN
    return Type.STRING if isinstance(value, str) else Type.NUMBER


def either(words: Iterable[str]) -> str:
    """Return words as `a, b or c`."""
    *most, last = [*words] or ["none"]
    return f"{', '.join(most)} or {last}" if most else last


def unknown_word(text: str, scope: Scope, names: Vocabulary) -> str:
    """Return what to say of a word that means nothing where it stands."""
    root, dot, rest = text.partition(".")
    if not scope.lead:
        return f"unknown word '{text}'{meant(text, scope.names)}; here there are {', '.join(scope.names)}"
    if dot:
        near = nearest(root, ATTRIBUTE_ROOTS)
        hint = f", did you mean '{near}.{rest}'?" if near else f"; a path begins with {either(ATTRIBUTE_ROOTS)}"
        return f"unknown word '{text}'{hint}"
    if text in names.kinds:
        return f"type error: '{text}' is an event, a condition is expected: any({text})"
    if text in ATTRIBUTE_ROOTS:
        return f"unknown word '{text}'; write an attribute of it, as {text}.name"
    return f"unknown word '{text}'{meant(text, [*scope.names, *names.terms, *OPERANDS])}"
