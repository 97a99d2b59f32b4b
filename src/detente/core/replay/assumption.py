"""Whose a deal is that names no contact: who at the account was handed over last before it (specification §1).

Input: the histories of the persons at one account, and the deal facts of that account for which no contact is given.
A deal whose first fact was assumed to be a person's stays that person's, so that its opening and its win move one lead.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from detente.core.agreement.agreement import Timeline
from detente.core.facts.fact import Fact
from detente.core.replay.history import history
from detente.core.replay.machine import walk
from detente.core.replay.routing import handover_stage


def assume(
    timeline: Timeline, histories: Mapping[str, Sequence[Fact]], contactless: Sequence[Fact], as_of: int
) -> dict[str, str]:
    """Return fact id → person for the deal facts that can be given to someone.

    Facts are taken in order of time: one that is given to a person moves that lead, and so may bring about or prevent a
    later handover. Of two persons handed over at the same instant the one with the smaller id is taken.
    """
    account = _Account(timeline, histories, as_of)
    owners: dict[tuple[str, str], str] = {}
    given: dict[str, str] = {}
    for fact in sorted(contactless, key=lambda fact: (fact.occurred_at, fact.source, fact.source_id, fact.id)):
        deal = (fact.source, str(fact.payload.get("deal", fact.id)))
        person = owners.get(deal) or account.handed_over_before(fact.occurred_at)
        if person is not None:
            owners[deal] = given[fact.id] = person
            account.give(person, fact)
    return given


class _Account:
    """The persons at one account, and when each was handed over."""

    def __init__(self, timeline: Timeline, histories: Mapping[str, Sequence[Fact]], as_of: int) -> None:
        self._timeline = timeline
        self._facts = {person: list(histories[person]) for person in sorted(histories)}
        self._as_of = as_of
        self._handovers: dict[str, list[int]] = {}

    def give(self, person: str, fact: Fact) -> None:
        """Add a fact to a person's history, which is then walked anew."""
        self._facts[person].append(fact)
        self._handovers.pop(person, None)

    def handed_over_before(self, instant: int) -> str | None:
        """Return the person with the latest handover before an instant; None if there was none."""
        latest = {
            person: max((at for at in self._handed_over(person) if at < instant), default=None)
            for person in self._facts
        }
        return max(
            (person for person in latest if latest[person] is not None),
            key=lambda person: latest[person] or 0,
            default=None,
        )

    def _handed_over(self, person: str) -> list[int]:
        if person not in self._handovers:
            used, _ = history(self._timeline, self._facts[person], self._as_of)
            self._handovers[person] = [
                entry.occurred_at
                for entry in walk(self._timeline, {}, used, self._as_of).entries
                if entry.stage == handover_stage(self._timeline.in_force(entry.occurred_at))
            ]
        return self._handovers[person]
