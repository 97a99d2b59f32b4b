"""Which bare names a condition may use, by where it stands (specification §§2, 10)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Type(StrEnum):
    """What a part of a condition can be; ANY: only the data will tell."""

    NUMBER = "number"
    STRING = "string"
    BOOLEAN = "boolean"
    DURATION = "duration"
    CONDITION = "condition"
    ANY = "value"


@dataclass(frozen=True, slots=True)
class Scope:
    """`names`: bare names that are read from a payload (or from a campaign or period) and their types.

    `lead`: whether there is a lead whose attributes, score, stage and events can be read. `open`: any bare name is
    let through, because what it would be read from has been refused already.
    """

    names: Mapping[str, Type] = field(default_factory=dict)
    lead: bool = True
    open: bool = False


LEAD = Scope()
REFUSED = Scope(open=True)
CAMPAIGN = Scope({"budget": Type.NUMBER, "audience": Type.ANY, "channel": Type.ANY}, lead=False)
PERIOD = Scope({"pace": Type.NUMBER, "attainment": Type.NUMBER, "broken": Type.BOOLEAN}, lead=False)


def payload_scope(names: Iterable[str]) -> Scope:
    """Return the scope inside a `where`, or of a decision: the payload's names come before the lead's."""
    return Scope(dict.fromkeys(names, Type.ANY))
