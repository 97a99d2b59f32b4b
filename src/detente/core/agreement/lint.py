"""Warn of clauses without effect that only the whole text shows. A warning never refuses a text.

Other warnings are given where their clause is compiled: negations over unknown attributes, rows that are never
reached, targets without `otherwise`, pools and fixtures nobody uses.
"""

from __future__ import annotations

from collections.abc import Iterator

from detente.core.agreement.agreement import Agreement
from detente.core.agreement.part import Part


def warn(root: Part, agreement: Agreement) -> None:
    """Add the warnings about a compiled text to its report."""
    _unused_lists(root)
    _out_of_reach(root, agreement)


def _unused_lists(root: Part) -> None:
    used = root.context.conditions.used_lists | set(_channel_lists(root))
    below = root.below("lists")
    for name in below.node.entries:
        if name not in used:
            below.warn_key(name, f"nothing uses the list '{name}'")


def _channel_lists(root: Part) -> Iterator[str]:
    for rule in ("sourced", "influenced"):
        named = root.below("credit").below(rule).maybe("channels")
        if named is not None:
            yield named


def _out_of_reach(root: Part, agreement: Agreement) -> None:
    """A score that the caps never let a lead reach."""
    gains = [rule for rule in agreement.score if rule.points > 0]
    if any(rule.cap is None for rule in gains):
        return
    most = sum(rule.cap or 0 for rule in gains)
    for index, asked in root.context.conditions.thresholds:
        if asked > most:
            root.context.report.warn(index, f"no lead ever reaches {asked} points: the caps allow {most}")
