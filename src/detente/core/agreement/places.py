"""Where in a text conditions and event selectors stand."""

from __future__ import annotations

from collections.abc import Iterator

from detente.core.agreement import yaml_nodes as yaml

_ANY = "*"
_PLACES = (
    ("glossary", _ANY, "is"),
    ("personas", _ANY, "is"),
    ("fit", "points", _ANY, "when"),
    ("score", _ANY, "event"),
    ("stages", _ANY, "enter", "when"),
    ("stages", _ANY, "enter", "event"),
    ("stages", _ANY, "enter", "require"),
    ("stages", _ANY, "reentry", "unless"),
    ("routing", _ANY, "when"),
    ("sla", _ANY, "clock", "start"),
    ("sla", _ANY, "clock", "stop"),
    ("sla", _ANY, "clock", "void_on"),
    ("sla", _ANY, "target", _ANY, "when"),
    ("sla", _ANY, "at"),
    ("sla", _ANY, "require"),
    ("sla", _ANY, "alert", _ANY, "when"),
    ("sla", _ANY, "escalate", _ANY, "when"),
    ("campaigns", _ANY, "when"),
    ("programmes", _ANY, "enrol"),
    ("programmes", _ANY, "exit"),
    ("consent", _ANY, "when"),
    ("consent", _ANY, "require", _ANY),
)


def conditions_in(root: yaml.Node) -> Iterator[tuple[tuple[str, ...], yaml.Node]]:
    """Yield (place, node) of every condition: a line, or an `all/any/not` tree as a whole."""
    for place in _PLACES:
        for node in _found(root, place):
            if not isinstance(node, yaml.Sequence):  # stages, where a selector could stand as well
                yield place, node


def lines_of(condition: yaml.Node) -> Iterator[yaml.Scalar]:
    """Yield the lines of a condition, in written order."""
    if isinstance(condition, yaml.Scalar):
        yield condition
    elif isinstance(condition, yaml.Mapping):
        for key in ("all", "any", "not", "is"):
            below = condition.get(key)
            for each in below.items if isinstance(below, yaml.Sequence) else [below] if below is not None else []:
                yield from lines_of(each)


def _found(node: yaml.Node, place: tuple[str, ...]) -> Iterator[yaml.Node]:
    if not place:
        yield node
        return
    step, rest = place[0], place[1:]
    if isinstance(node, yaml.Mapping):
        for key, entry in node.entries.items():
            if step in (_ANY, key):
                yield from _found(entry.value, rest)
    elif isinstance(node, yaml.Sequence) and step == _ANY:
        for item in node.items:
            yield from _found(item, rest)
