"""The agreement that texts hold, and instants as people write them in its zone. Input: (file, text) pairs."""

from __future__ import annotations

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from detente.core.agreement.agreement import Timeline
from detente.core.agreement.history_line import parse_instant
from detente.core.agreement.reader import read_timeline
from detente.core.errors import AgreementError, UsageError


def agreement_in(texts: Sequence[tuple[str, str]]) -> Timeline:
    """Return the compiled timeline; raises AgreementError with every problem."""
    timeline, problems = read_timeline(texts)
    if timeline is None:
        raise AgreementError(problems)
    return timeline


def zone_of(timeline: Timeline) -> ZoneInfo:
    """Return the zone in which the agreement tells times."""
    return ZoneInfo(timeline.versions[-1].timezone)


def instant_in(timeline: Timeline, written: str, option: str) -> int:
    """Return an instant as written after `option`: a local time of the agreement's zone, or with an offset.

    A date alone is its first instant. Raises UsageError.
    """
    try:
        return parse_instant(written, zone_of(timeline))
    except ValueError as error:
        raise UsageError(f"{option}: {error}") from None
