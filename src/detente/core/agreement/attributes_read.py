"""Which attributes an agreement reads, and where: what must be known of leads for its verdicts to be worth anything.

Input: a compiled agreement. Attributes of deals are left out: events of the deal set them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from typing import NamedTuple

from detente.core.agreement.agreement import Agreement
from detente.core.agreement.conditions import attributes, leaves
from detente.core.agreement.expressions import Attribute

_OF_DEALS = "deal."


class Read(NamedTuple):
    """An attribute, and the id of a clause that reads it."""

    attribute: str
    clause: str


def attributes_read(agreement: Agreement) -> list[Read]:
    """Return every attribute with every clause that reads it, in the order of the agreement."""
    clauses: tuple[tuple[str, object], ...] = (
        *((stage.id, stage) for stage in agreement.stages.values()),
        *((persona.id, persona) for persona in agreement.personas),
        *((rule.id, rule) for rule in agreement.fit),
        *((rule.id, rule) for rule in agreement.score),
        *((route.id, route) for route in agreement.routing),
        *((duty.id, duty) for duty in agreement.duties),
        *((rule.id, rule) for rule in agreement.consent),
    )
    found = [Read(path, clause) for clause, content in clauses for path in _paths(content)]
    found += [Read(route.to, route.id) for route in agreement.routing if route.to_attribute]
    return [read for read in dict.fromkeys(found) if not read.attribute.startswith(_OF_DEALS)]


def hinged_on(agreement: Agreement) -> list[Read]:
    """Return the attributes that an entry may hinge on, by stage: those its `when` and `require` compare themselves.

    Measures, score and grade count as known (specification §2), and so does what they read.
    """
    return [
        Read(path, stage.name)
        for stage in agreement.stages.values()
        for path in dict.fromkeys(
            path
            for condition in (stage.when, stage.require)
            if condition is not None
            for leaf in leaves(condition)
            for path in attributes(leaf)
        )
        if not path.startswith(_OF_DEALS)
    ]


def _paths(part: object) -> Iterator[str]:
    """Yield the attributes anywhere inside a part of the agreement."""
    if isinstance(part, Attribute):
        yield part.path
    elif is_dataclass(part):
        for field in fields(part):
            yield from _paths(getattr(part, field.name))
    elif isinstance(part, Mapping):
        for inner in part.values():
            yield from _paths(inner)
    elif isinstance(part, tuple):
        for inner in part:
            yield from _paths(inner)
