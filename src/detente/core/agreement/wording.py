"""Write a resolved condition back as one line of the condition language, for explanations and documents."""

from __future__ import annotations

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
    Not,
    Operand,
    Or,
    Score,
    Selector,
    Term,
    Truth,
    Within,
)
from detente.core.facts.fact import Value


def text_of(condition: Condition) -> str:
    """Return a condition as its author could have written it; terms by name, trees as `and`, `or`, `not`."""
    match condition:
        case And(items):
            return " and ".join(_nested(item, Or) for item in items)
        case Or(items):
            return " or ".join(text_of(item) for item in items)
        case Not(item):
            return f"not {_nested(item, And, Or)}"
        case Arm(_, item):
            return text_of(item)
        case Term(name, _):
            return name
        case Truth(operand):
            return operand_text(operand)
        case Compare(op, left, right):
            return f"{operand_text(left)} {op} {operand_text(right)}"
        case In(operand, values, negated, name):
            members = f"@{name}" if name else f"[{', '.join(value_text(value) for value in values)}]"
            return f"{operand_text(operand)} {'not in' if negated else 'in'} {members}"
        case IsKnown(operand, negated):
            return f"{operand_text(operand)} is {'unknown' if negated else 'known'}"


def _nested(condition: Condition, *looser: type) -> str:
    inner = condition.item if isinstance(condition, Arm) else condition
    return f"({text_of(inner)})" if isinstance(inner, looser) else text_of(inner)


def operand_text(operand: Operand) -> str:
    """Return an operand as written."""
    match operand:
        case Literal(value):
            return value_text(value)
        case Elapsed(_, text):
            return text
        case Attribute(name) | Field(name):
            return name
        case Score():
            return "score"
        case Grade():
            return "grade"
        case CurrentStage():
            return "stage"
        case Idle():
            return "idle"
        case Measure(name, selector, field, window):
            inner = selector_text(selector) + (f", {field}" if field else "")
            suffix = ""
            if window is not None:
                suffix = f" within {window.text}" if isinstance(window, Within) else f" since {window.stage}"
            return f"{name}({inner}){suffix}"


def selector_text(selector: Selector) -> str:
    """Return an event selector as written."""
    return selector.kind if selector.where is None else f"{selector.kind} where {text_of(selector.where)}"


def value_text(value: Value) -> str:
    """Return a literal as written."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"'{value}'" if isinstance(value, str) else f"{value:g}" if isinstance(value, float) else str(value)
