"""Consent: every outgoing touch judged under every rule (specification §6).

Input: the lead's settled history. Output: one row per touch and rule that it broke; no row means ok.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from itertools import groupby

from detente.core.agreement.agreement import ConsentRule
from detente.core.facts.fact import Fact
from detente.core.replay.duties import Case
from detente.core.replay.evaluation import View, holds
from detente.core.replay.lead import Lead
from detente.core.replay.rows import ConsentRow

SEQUENCE = "sequence"
"""The channel word that means any automated touch."""


def breaches(case: Case) -> Iterator[ConsentRow]:
    """Yield every touch that a rule forbids, or whose required condition does not hold, at the touch."""
    lead, entries = Lead(case.attributes), deque(case.entries)
    for now, group in groupby(case.facts, key=lambda fact: fact.occurred_at):
        facts = list(group)
        for fact in facts:
            lead.observe(fact)
        while entries and entries[0].occurred_at <= now:
            entry = entries.popleft()
            lead.enter(entry.stage, entry.occurred_at, resets=False)  # resets never apply to consent
        lead.now = now
        view = View(case.timeline.in_force(now), lead, consent=True)
        for fact in facts:
            channels = outgoing_channels(fact)
            for rule in view.agreement.consent if channels else ():
                channel = _broken(rule, channels, view)
                if channel is not None:
                    yield ConsentRow(rule.id, now, view.agreement.version, fact.id, channel)


def outgoing_channels(fact: Fact) -> tuple[str, ...]:
    """Return the channel words an outgoing touch answers to; none for everything else."""
    if fact.kind == "email_send":
        return "email", SEQUENCE
    if fact.kind != "touch" or fact.payload.get("direction") != "out":
        return ()
    channel = str(fact.payload.get("channel", ""))
    return (channel, SEQUENCE) if fact.payload.get("automated") is True else (channel,)


def _broken(rule: ConsentRule, channels: tuple[str, ...], view: View) -> str | None:
    if not holds(rule.when, view):
        return None
    for channel in channels:
        if channel in rule.forbid:
            return channel
        required = rule.require.get(channel)
        if required is not None and not holds(required, view):
            return channel
    return None
