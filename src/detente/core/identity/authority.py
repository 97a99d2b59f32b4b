"""Which system owns which field: the workspace's authority.yaml as checked data (docs/reference/authority.md).

Built by `authority_reader`; read by survivorship, which prefers the owner's value, by `conflicts`, which notes where
another system contradicts it, and by whatever writes back, which may only write where it is allowed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

EVERY = "*"
"""Stands for every attribute of one thing: `company.*`."""


@dataclass(frozen=True, slots=True)
class Ownership:
    """Who owns an attribute. Several owners share it: none of them is right by itself.

    `write_back`: whether other systems may be given the owner's value. `max_age` (microseconds): an owner's value older
    than this no longer wins; None: it never grows old.
    """

    owners: tuple[str, ...]
    write_back: bool = False
    max_age: int | None = None

    @property
    def shared(self) -> bool:
        """Whether more than one system owns it."""
        return len(self.owners) > 1

    def stale(self, since: int, now: int) -> bool:
        """Return whether a value that was given at `since` is too old at `now` (both microseconds UTC)."""
        return self.max_age is not None and now - since > self.max_age


@dataclass(frozen=True, slots=True)
class Authority:
    """Attribute path (or `company.*`) → who owns it. An attribute that is not named is nobody's."""

    rules: Mapping[str, Ownership] = field(default_factory=dict)

    def of(self, attribute: str) -> Ownership | None:
        """Return who owns an attribute: by its own rule, else by that of everything beside it."""
        return self.rules.get(attribute) or self.rules.get(f"{attribute.partition('.')[0]}.{EVERY}")


NOBODYS = Authority()
"""The authority of a workspace that has not said who owns what."""
