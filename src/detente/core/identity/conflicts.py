"""Where systems contradict each other about a field that somebody owns: both values are kept, and a person decides.

Input: what each system holds of one attribute of one person or account, and the authority. A field that nobody owns is
not judged here: there the latest value counts, and there is nobody to ask.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from detente.core.facts.fact import Value
from detente.core.identity.authority import Authority, Ownership


class Verdict(StrEnum):
    """What the authority says of a conflict."""

    OWNER = "owner"  # the owner's value stands until somebody decides
    OWNER_TOO_OLD = "owner-too-old"  # the owner's value is past its age: the later one stands in for it
    SHARED = "shared"  # several systems own the attribute: the latest value stands, and nobody is right by rule


@dataclass(frozen=True, slots=True)
class Held:
    """What one record of a system holds of an attribute, since when, and since when that was known."""

    source: str
    record: str
    value: Value
    since: int
    known_at: int


@dataclass(frozen=True, slots=True)
class Conflict:
    """Two values that cannot both be right. `held` is the owner's (of several owners, the latest); `other` differs."""

    held: Held
    other: Held
    verdict: Verdict

    @property
    def why(self) -> str:
        """Return the reason in words."""
        mine, other = self.held.source, self.other.source
        if self.verdict is Verdict.SHARED:
            return f"{mine} and {other} both own it and differ"
        if self.verdict is Verdict.OWNER_TOO_OLD:
            return f"{mine} owns it, but its value is past its agreed age, and {other} gave another one later"
        return f"{mine} owns it, and {other} gave another value later"


def conflicts(attribute: str, held: Iterable[Held], authority: Authority, now: int) -> list[Conflict]:
    """Return the conflicts about one attribute of one person or account, by source; whatever the order of `held`.

    Of each system the latest value counts. A value older than the owner's is no conflict: it has been overtaken.
    """
    ownership = authority.of(attribute)
    latest = _latest_by_source(held)
    owned = [latest[owner] for owner in ownership.owners if owner in latest] if ownership else []
    if ownership is None or not owned:
        return []
    mine = max(owned, key=_age)
    others = (latest[source] for source in sorted(latest) if source != mine.source)
    return [
        Conflict(mine, other, _verdict(ownership, mine, other, now))
        for other in others
        if (other.source in ownership.owners or other.since > mine.since) and not same_value(mine.value, other.value)
    ]


def same_value(one: Value, other: Value) -> bool:
    """Return whether two systems mean the same: spelling in small or large letters, spaces and signs aside."""
    if isinstance(one, str) or isinstance(other, str):
        return _bare(one) == _bare(other)
    return one == other


def _verdict(ownership: Ownership, mine: Held, other: Held, now: int) -> Verdict:
    if other.source in ownership.owners:
        return Verdict.SHARED
    return Verdict.OWNER_TOO_OLD if ownership.stale(mine.since, now) else Verdict.OWNER


def _latest_by_source(held: Iterable[Held]) -> dict[str, Held]:
    latest: dict[str, Held] = {}
    for each in held:
        if each.source not in latest or _age(latest[each.source]) < _age(each):
            latest[each.source] = each
    return latest


def _age(held: Held) -> tuple[int, int, str, str, str]:
    """Return what orders values by age; equally old ones in some fixed order, so that arrival does not matter."""
    return held.since, held.known_at, held.source, held.record, str(held.value)


def _bare(value: Value) -> str:
    text = unicodedata.normalize("NFKC", str(value)).casefold()
    return "".join(c for c in text if c.isalnum()) or text.strip()
