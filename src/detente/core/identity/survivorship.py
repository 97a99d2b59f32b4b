"""Which of the values that several records hold is a person's, or an account's: the golden value of an attribute.

Input: the values of one attribute, one a record, each with the record it comes from and since when it holds there. The
outcome is a pure function of that set: neither order nor the way the records came together matters, so that a split
gives each part its own values back. Reasons for each rule: docs/decisions/0019-golden-values.md. Consent is no golden
value: every record's consent facts count for the person (`core.replay.consent`), so that the most restrictive wins.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from enum import StrEnum
from typing import NamedTuple

from detente.core.identity.authority import NOBODYS, Authority
from detente.core.identity.keys import email_key, joins_people


class Because(StrEnum):
    """Why a value is the golden one: what it has that no other value has."""

    ONLY = "only"  # no other record has a value
    AGREED = "agreed"  # every record that has a value has this one
    USABLE = "usable"  # it is an address, and no other is
    OWNER = "owner"  # a system that owns the attribute says so
    PERSONAL = "personal"  # the others are mailboxes of a team
    IN_FULL = "in_full"  # the others abbreviate
    LATEST = "latest"  # it was told last
    ORDER = "order"  # told at the same instant as another: by the names of the systems and records


class Value(NamedTuple):
    """What one record says. `since`: when it began to; `known_at`: when that was known. µs UTC."""

    text: str
    source: str
    record: str
    since: int
    known_at: int


class Golden(NamedTuple):
    """The value that counts, why, and how many other values there are."""

    value: Value
    because: Because
    losers: int


Test = Callable[[Value], bool]


def golden(attribute: str, values: Iterable[Value], authority: Authority = NOBODYS, now: int = 0) -> Golden | None:
    """Return the golden value of an attribute, or None where no record has a value: a blank is none.

    The tests of the attribute are made in their order: where some of the values left pass, those that do not are out.
    Of what is left, the latest counts. An owner's value that is past its age at `now` (µs UTC) is nobody's.
    """
    left = [value for value in values if value.text.strip()]
    if not left:
        return None
    held, losers = len(left), len({_alike(value.text) for value in left}) - 1
    because = Because.LATEST
    for reason, test in _tests(attribute, authority, now):
        passed = [value for value in left if test(value)]
        if passed and len(passed) < len(left):
            left, because = passed, reason
    first = min(left, key=_latest_first)
    rivals = [value for value in left if _alike(value.text) != _alike(first.text)]
    if not losers:
        because = Because.ONLY if held == 1 else Because.AGREED
    elif rivals:
        tied = any(value.since == first.since and value.known_at == first.known_at for value in rivals)
        because = Because.ORDER if tied else Because.LATEST
    return Golden(first, because, losers)


def _tests(attribute: str, authority: Authority, now: int) -> list[tuple[Because, Test]]:
    owned = authority.of(attribute)
    tests: list[tuple[Because, Test]] = []
    if owned is not None:
        tests.append((Because.OWNER, lambda value: value.source in owned.owners and not owned.stale(value.since, now)))
    if attribute == "person.email":
        return [(Because.USABLE, _is_address), *tests, (Because.PERSONAL, _is_personal)]
    if attribute in _WORDS_OF_NAMES:
        return [*tests, (Because.IN_FULL, lambda value: _words(value.text) >= _WORDS_OF_NAMES[attribute])]
    return tests


_WORDS_OF_NAMES = {"person.name": 2, "person.first_name": 1, "person.last_name": 1}
"""How many words of more than one letter a name in full has."""


def _is_address(value: Value) -> bool:
    return email_key(value.text) is not None


def _is_personal(value: Value) -> bool:
    key = email_key(value.text)
    return key is not None and joins_people(key)


def _words(text: str) -> int:
    return sum(len(word.strip(".")) > 1 for word in text.split())


def _alike(text: str) -> str:
    """Return a text as it is compared: case and space make no other value."""
    return " ".join(text.split()).casefold()


def _latest_first(value: Value) -> tuple[int, int, str, str, str]:
    return -value.since, -value.known_at, value.source, value.record, value.text
