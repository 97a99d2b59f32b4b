"""Consent: every outgoing touch judged under every rule (specification §6), and what the rules allow now.

Input: the lead's settled history, or a view of it. Output: one row per touch and rule that it broke, no row meaning
ok; and per channel whether it may be used.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

from detente.core.agreement.agreement import ConsentRule
from detente.core.agreement.expressions import Condition
from detente.core.facts.fact import Fact
from detente.core.replay.duties import Case
from detente.core.replay.evaluation import View, holds
from detente.core.replay.evidence import evidence
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


@dataclass(frozen=True, slots=True)
class Permission:
    """Whether a channel may be used. `rule` and `condition` decide it: what is required, or what forbids.

    No rule: none speaks of this channel for this lead. `because`: ids of the facts that make the condition true.
    """

    channel: str
    allowed: bool
    rule: str | None = None
    condition: Condition | None = None
    because: frozenset[str] = frozenset()


def permissions(view: View) -> tuple[Permission, ...]:
    """Return every channel that a rule in force speaks of, in written order; one bar outweighs every permission."""
    asked = View(view.agreement, view.lead, consent=True)
    rules = view.agreement.consent
    channels = dict.fromkeys(channel for rule in rules for channel in (*rule.forbid, *rule.require))
    return tuple(_permission(channel, asked) for channel in channels)


def _permission(channel: str, view: View) -> Permission:
    found = Permission(channel, allowed=True)
    for rule in view.agreement.consent:
        if not holds(rule.when, view):
            continue
        barred = _broken(rule, (channel,), view) is not None
        condition = rule.when if channel in rule.forbid else rule.require.get(channel)
        if condition is None:
            continue
        because = frozenset(evidence(condition, view)) if holds(condition, view) else frozenset[str]()
        if barred:
            return Permission(channel, False, rule.id, condition, because)
        if found.rule is None:
            found = Permission(channel, True, rule.id, condition, because)
    return found
