"""Find clauses in a text by where they stand, and the places where conditions and event selectors stand."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from detente.core.agreement import yaml_nodes as yaml

CONDITIONS = (
    "glossary.*.is", "personas.*.is", "fit.points.*.when", "score.*.event", "stages.*.enter.when",
    "stages.*.enter.event", "stages.*.enter.require", "stages.*.reentry.unless", "routing.*.when", "sla.*.clock.start",
    "sla.*.clock.stop", "sla.*.clock.void_on", "sla.*.target.*.when", "sla.*.at", "sla.*.require", "consent.*.when",
    "consent.*.require.*", "sla.*.alert.*.when", "sla.*.escalate.*.when", "campaigns.*.when", "programmes.*.enrol",
    "programmes.*.exit",
)  # fmt: skip
"""Where conditions stand: `*` is any name, or any item of a list."""

_TREE = ("all", "any", "not", "is")


@dataclass(frozen=True, slots=True)
class Found:
    """A node with the way to it: the collections from the root down, and the key or position taken in each."""

    node: yaml.Node
    above: tuple[yaml.Mapping | yaml.Sequence, ...] = ()
    path: tuple[str | int, ...] = ()

    @property
    def clause(self) -> str:
        """The id of the clause it belongs to, else the names that lead to it."""
        for each in (self.node, *reversed(self.above)):
            named = each.get("id") if isinstance(each, yaml.Mapping) else None
            if isinstance(named, yaml.Scalar):
                return named.text
        names = [part for part in self.path if isinstance(part, str)]
        return ".".join(names[:3] if names[0] == "dispositions" else names[:2])

    def below(self) -> Iterator[Found]:
        """Yield what stands directly below, in written order."""
        if isinstance(self.node, yaml.Mapping):
            for key, entry in self.node.entries.items():
                yield Found(entry.value, (*self.above, self.node), (*self.path, key))
        elif isinstance(self.node, yaml.Sequence):
            for position, item in enumerate(self.node.items):
                yield Found(item, (*self.above, self.node), (*self.path, position))


def found_at(root: yaml.Node, *places: str) -> Iterator[Found]:
    """Yield what stands at places like `stages.*.enter.from`."""
    for place in places:
        found = [Found(root)]
        for step in place.split("."):
            found = [below for each in found for below in each.below() if step in ("*", below.path[-1])]
        yield from found


def conditions_in(root: yaml.Node, *places: str) -> Iterator[Found]:
    """Yield the conditions of a text (or of some places): a line, or an `all/any/not` tree as a whole."""
    return (each for each in found_at(root, *(places or CONDITIONS)) if not isinstance(each.node, yaml.Sequence))


def lines_of(condition: Found) -> Iterator[Found]:
    """Yield the lines of a condition, in written order."""
    if isinstance(condition.node, yaml.Scalar):
        yield condition
    for branch in branches_of(condition):
        below = branch.below() if isinstance(branch.node, yaml.Sequence) else [branch]
        for each in below:
            yield from lines_of(each)


def branches_of(condition: Found) -> Iterator[Found]:
    """Yield what stands under `all`, `any`, `not` or `is` of a tree."""
    return (each for each in condition.below() if each.path[-1] in _TREE)
