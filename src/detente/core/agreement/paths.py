"""Which stages can follow which, along their `from`s (specification §4)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from detente.core.agreement.part import Part
from detente.core.agreement.yaml_nodes import Sequence


@dataclass(frozen=True)
class Paths:
    """`before`: stage → the stages it may follow; None where it may follow any, or where its `from` is refused."""

    before: dict[str, tuple[str, ...] | None]
    first: frozenset[str]
    """The stages that may follow no stage at all."""

    def unreachable(self) -> list[str]:
        """Return the stages that no path reaches, in declared order."""
        reached = set(self.first)
        grown = True
        while grown:
            more = {stage for at in reached for stage in self._after(at)} - reached
            reached |= more
            grown = bool(more)
        return [stage for stage in self.before if stage not in reached]

    def following(self, stage: str) -> set[str]:
        """Return the stages that can come after a stage, at once or later."""
        found: set[str] = set()
        open_ = [stage]
        while open_:
            for other in self._after(open_.pop()):
                if other not in found:
                    found.add(other)
                    open_.append(other)
        return found

    def _after(self, stage: str) -> Iterator[str]:
        return (
            other for other, before in self.before.items() if other != stage and (before is None or stage in before)
        )


def paths_of(root: Part) -> Paths:
    """Return the paths of a text. A computed stage without `from` follows no stage; a recorded one follows any."""
    before: dict[str, tuple[str, ...] | None] = {}
    first: set[str] = set()
    for name, part in root.named("stages"):
        enter = part.below("enter")
        if enter.has("from"):
            before[name] = _named(enter)
        else:
            before[name] = () if part.text("basis") == "computed" else None
        if before[name] is None or not enter.has("from"):
            first.add(name)
    return Paths(before, frozenset(first))


def _named(enter: Part) -> tuple[str, ...] | None:
    """Return the stages of `from`; None if one of them is refused, so that nothing is said for sure."""
    node = enter.node.get("from")
    named = enter.texts("from")
    if not isinstance(node, Sequence) or len(named) < len(node.items):
        return None
    return named if all(each in enter.names.stages for each in named) else None
