"""When the company could first know of an entry (specification §4).

`known_at` of an entry is the least K, not before `occurred_at`, such that a replay over the facts with
`known_at` <= K contains an entry to the same stage at the same instant. It can change only where a fact that came
late becomes known, so those instants are tried in order.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from detente.core.agreement.agreement import Timeline
from detente.core.facts.fact import Fact, Value
from detente.core.replay.machine import walk
from detente.core.replay.rows import Entry


def with_known(
    timeline: Timeline, attributes: Mapping[str, Value], facts: list[Fact], entries: list[Entry]
) -> list[Entry]:
    """Return the entries with their `known_at`."""
    late = [fact for fact in facts if fact.known_at > fact.occurred_at]
    if not late or not entries:
        return entries
    replays: dict[frozenset[str], set[tuple[str, int]]] = {}

    def contains(entry: Entry, known: int) -> bool:
        unknown = frozenset(fact.id for fact in late if fact.known_at > known and fact.occurred_at <= entry.occurred_at)
        if not unknown:
            return True
        if unknown not in replays:  # what happened after the entry cannot change it, so it may stay
            rest = [fact for fact in facts if fact.id not in unknown]
            made = walk(timeline, attributes, rest, entries[-1].occurred_at).entries
            replays[unknown] = {(each.stage, each.occurred_at) for each in made}
        return (entry.stage, entry.occurred_at) in replays[unknown]

    def first_known(entry: Entry) -> int:
        moments = sorted({fact.known_at for fact in late if fact.known_at > entry.occurred_at})
        return next((known for known in (entry.occurred_at, *moments) if contains(entry, known)), entry.occurred_at)

    return [replace(entry, known_at=first_known(entry)) for entry in entries]
