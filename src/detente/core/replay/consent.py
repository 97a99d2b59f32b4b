"""Consent: every outgoing touch judged under every rule (specification §6).

Input: the lead's settled history. Output: one row per touch and rule that it broke; no row means ok.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from detente.core.agreement.agreement import ConsentRule
from detente.core.facts.fact import Fact
from detente.core.replay.duties import Case
from detente.core.replay.evaluation import View, holds
from detente.core.replay.rows import ConsentRow

SEQUENCE = "sequence"
"""The channel word that means any automated touch."""


def breaches(case: Case) -> Iterator[ConsentRow]:
    """Yield every touch that a rule forbids, or whose required condition does not hold, at the touch."""
    for fact in case.facts:
        channels = outgoing_channels(fact)
        if channels:
            view = replace(case.view_then(fact.occurred_at), consent=True)
            for rule in view.agreement.consent:
                channel = _broken(rule, channels, view)
                if channel is not None:
                    yield ConsentRow(rule.id, fact.occurred_at, view.agreement.version, fact.id, channel)


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
