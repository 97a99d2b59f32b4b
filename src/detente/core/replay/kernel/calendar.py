"""Business time over a calendar's table of open intervals. Arrays: see `replay.layout`."""

from __future__ import annotations

from typing import Any

from detente.core.replay.kernel.jit import compiled, i8
from detente.core.replay.layout import (
    CALENDAR_W, H_CALENDARS,
)  # fmt: skip

Array = Any
"""A numpy array; numba knows which."""


@compiled(i8, i8, i8)
def used_by(
    calendar: int, instant: int,
    Q: Array, C: Array, T: Array, K: Array, H: Array, R: Array, S: Array, F: Array, L: Array, O: Array, G: Array,
) -> int:  # fmt: skip
    """Return the open time of a calendar's table before an instant."""
    row = Q[H_CALENDARS] + calendar * CALENDAR_W
    low, high = 0, Q[row]
    while low < high:
        middle = (low + high) // 2
        if Q[Q[row + 1] + middle] <= instant:
            low = middle + 1
        else:
            high = middle
    k = low - 1
    if k < 0:
        return 0
    return Q[Q[row + 3] + k] + min(instant, Q[Q[row + 2] + k]) - Q[Q[row + 1] + k]


@compiled(i8, i8, i8, i8)
def open_between(
    calendar: int, start: int, end: int,
    Q: Array, C: Array, T: Array, K: Array, H: Array, R: Array, S: Array, F: Array, L: Array, O: Array, G: Array,
) -> int:  # fmt: skip
    """Return the open time in [start, end); zero if end is not later."""
    return max(
        0,
        used_by(calendar, end, Q, C, T, K, H, R, S, F, L, O, G)
        - used_by(calendar, start, Q, C, T, K, H, R, S, F, L, O, G),
    )


@compiled(i8, i8, i8, i8)
def due_at(
    calendar: int, start: int, amount: int,
    Q: Array, C: Array, T: Array, K: Array, H: Array, R: Array, S: Array, F: Array, L: Array, O: Array, G: Array,
) -> int:  # fmt: skip
    """Return the earliest instant at which an amount of open time since `start` is used; the table reaches that far."""
    if amount <= 0:
        return start
    row = Q[H_CALENDARS] + calendar * CALENDAR_W
    goal = used_by(calendar, start, Q, C, T, K, H, R, S, F, L, O, G) + amount
    low, high = 0, Q[row] + 1
    while low < high:
        middle = (low + high) // 2
        if Q[Q[row + 3] + middle] < goal:
            low = middle + 1
        else:
            high = middle
    k = low - 1
    return Q[Q[row + 1] + k] + goal - Q[Q[row + 3] + k]
