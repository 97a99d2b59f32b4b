"""Instants, which are counted in microseconds UTC since 1970, and the moments that they are.

Input: either of both. No float is involved: what is turned round and back is the same.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def instant_of(moment: datetime) -> int:
    """Return the instant of an aware datetime, in microseconds UTC. `TypeError` where its zone is not known."""
    return (moment - _EPOCH) // timedelta(microseconds=1)


def moment_of(instant: int) -> datetime:
    """Return the moment of an instant (microseconds UTC), in UTC. `OverflowError` beyond the year 9999."""
    return _EPOCH + timedelta(microseconds=instant)
