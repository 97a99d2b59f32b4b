"""The lead as it stands at one moment of its history: attribute values, events so far, stage and stay.

Filled fact by fact by the stage machine; `standing` rebuilds the same for any instant and state of knowledge, for
duties, consent and explanations. Input: facts in replay order (`history.py`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from detente.core.agreement.agreement import Timeline
from detente.core.facts.fact import Fact, Value
from detente.core.replay.rows import Entry

FIXTURE = ""
"""The fact id of a value that holds from before the first fact."""


class Lead:
    """What is known of one lead at `now`. Mutable; only this class changes it."""

    def __init__(self, attributes: Mapping[str, Value]) -> None:
        self.now = 0
        self.attributes: dict[str, tuple[Value, str]] = {path: (value, FIXTURE) for path, value in attributes.items()}
        self.events: dict[str, list[Fact]] = {}
        self.last_event: Fact | None = None
        self.last_fact_at: int | None = None
        self.stage: str | None = None
        self.entered_at: dict[str, int] = {}
        """The latest entry to each stage."""
        self.left_at: dict[str, int] = {}
        """The latest exit from each stage."""
        self.reset_at: int | None = None
        """Only events strictly later than this count in measures and score."""

    def observe(self, fact: Fact) -> None:
        """Take in one fact; facts come in replay order."""
        if fact.is_event:
            self.events.setdefault(fact.kind, []).append(fact)
            self.last_event = fact
            if fact.kind.startswith("deal_"):
                self._set(fact, "deal.")
        else:
            self._set(fact, "")
        self.last_fact_at = fact.occurred_at

    def _set(self, fact: Fact, prefix: str) -> None:
        for name, value in fact.payload.items():
            self.attributes[prefix + name] = (value, fact.id)

    def enter(self, stage: str, at: int, resets: bool) -> None:
        """Move to a stage."""
        if self.stage is not None:
            self.left_at[self.stage] = at
        self.stage = stage
        self.entered_at[stage] = at
        if resets:
            self.reset_at = at


def standing(
    timeline: Timeline, attributes: Mapping[str, Value], facts: Iterable[Fact], entries: Iterable[Entry], now: int
) -> Lead:
    """Return the lead as of `now` from the given facts and the entries made so far.

    Facts later than `now` are left out; the caller leaves out what was not known.
    """
    lead = Lead(attributes)
    for fact in facts:
        if fact.occurred_at <= now:
            lead.observe(fact)
    for entry in entries:
        stage = timeline.in_force(entry.occurred_at).stages[entry.stage]
        lead.enter(entry.stage, entry.occurred_at, stage.resets_behaviour)
    lead.now = now
    return lead
