"""When something may change without a new fact: timers, re-entry dates, switches of version; and points to return to.

Arrays: see `replay.layout`.
"""

from __future__ import annotations

from typing import Any

from numba import types

from detente.core.replay.kernel.jit import boolean, compiled, i8
from detente.core.replay.layout import (
    FOREVER, H_AT_LIST, H_AT_QUEUE, H_AT_SNAPS, H_AT_TIMER, H_PERSIST, H_QUEUE_CAP, H_SNAPS, H_VERSIONS,
    H_VERSIONS_N, NEVER, QUEUE_FULL, S_CAP, S_FIRST_FACT, S_KEPT, S_LAST_EVENT, S_NOW, S_QUEUE_N, S_SNAPS_N,
    S_STATUS, S_VERSION, TIMER_W, VERSION_W, V_EFFECTIVE, V_IDLE, V_IDLE_N, V_KINDS, V_KINDS_N, V_TIMERS,
    V_TIMERS_N,
)  # fmt: skip

Array = Any
"""A numpy array; numba knows which."""


@compiled(i8, i8, i8)
def next_idle(
    version: int, after: int,
    Q: Array, C: Array, T: Array, K: Array, H: Array, R: Array, S: Array, F: Array, L: Array, O: Array, G: Array,
) -> int:  # fmt: skip
    """Return the next instant after `after` at which the silence since the last event reaches a limit."""
    due = FOREVER
    if S[S_LAST_EVENT] != NEVER:
        for k in range(Q[version + V_IDLE], Q[version + V_IDLE] + Q[version + V_IDLE_N]):
            if S[S_LAST_EVENT] + Q[k] > after:
                due = min(due, S[S_LAST_EVENT] + Q[k])
    return due


@compiled(i8)
def next_due(
    Q: Array, C: Array, T: Array, K: Array, H: Array, R: Array, S: Array, F: Array, L: Array, O: Array, G: Array,
) -> int:  # fmt: skip
    """Return the next instant after now at which something may change by itself; FOREVER for none."""
    now = S[S_NOW]
    version = Q[H_VERSIONS] + S[S_VERSION] * VERSION_W
    due = next_idle(version, now, Q, C, T, K, H, R, S, F, L, O, G)
    for k in range(Q[version + V_TIMERS], Q[version + V_TIMERS] + TIMER_W * Q[version + V_TIMERS_N], TIMER_W):
        list_, delay, place = Q[k], Q[k + 1], Q[H_AT_TIMER] + Q[k + 2]
        n, first = S[Q[H_AT_LIST] + list_], list_ * S[S_CAP]
        at = S[place]
        while at < n and T[L[first + at]] + delay <= now:
            at += 1
        S[place] = at
        if at < n:
            due = min(due, T[L[first + at]] + delay)
    queue = Q[H_AT_QUEUE]
    k = 0
    while k < S[S_QUEUE_N]:
        if S[queue + k] <= now:
            S[S_QUEUE_N] -= 1
            S[queue + k] = S[queue + S[S_QUEUE_N]]
        else:
            due = min(due, S[queue + k])
            k += 1
    if S[S_FIRST_FACT] != NEVER and S[S_VERSION] + 1 < Q[H_VERSIONS_N]:
        due = min(due, Q[version + VERSION_W + V_EFFECTIVE])
    return due


@compiled(i8, i8, boolean)
def next_of_kind(
    after: int, idle: bool,
    Q: Array, C: Array, T: Array, K: Array, H: Array, R: Array, S: Array, F: Array, L: Array, O: Array, G: Array,
) -> int:  # fmt: skip
    """Return the next instant after `after` at which the reference looks again, under the version then in force.

    With or without the instants at which a silence reaches a limit: an event moves those.
    """
    for v in range(S[S_VERSION], Q[H_VERSIONS_N]):
        version = Q[H_VERSIONS] + v * VERSION_W
        start = after if v == 0 else max(after, Q[version + V_EFFECTIVE] - 1)
        end = Q[version + VERSION_W + V_EFFECTIVE] if v + 1 < Q[H_VERSIONS_N] else FOREVER
        due = FOREVER
        if idle:
            due = next_idle(version, start, Q, C, T, K, H, R, S, F, L, O, G)
        for k in range(Q[version + V_KINDS], Q[version + V_KINDS] + TIMER_W * Q[version + V_KINDS_N], TIMER_W):
            list_, delay = Q[k], Q[k + 1]
            low, high = 0, S[Q[H_AT_LIST] + list_]
            first, n = list_ * S[S_CAP], high
            while low < high:
                middle = (low + high) // 2
                if T[L[first + middle]] + delay > start:
                    high = middle
                else:
                    low = middle + 1
            if low < n:
                due = min(due, T[L[first + low]] + delay)
        if due < end:
            return due
    return FOREVER


@compiled(types.void, i8)
def push(
    instant: int,
    Q: Array, C: Array, T: Array, K: Array, H: Array, R: Array, S: Array, F: Array, L: Array, O: Array, G: Array,
) -> None:  # fmt: skip
    """Put an instant to be looked at into the queue."""
    if instant >= FOREVER:
        return
    for k in range(Q[H_AT_QUEUE], Q[H_AT_QUEUE] + S[S_QUEUE_N]):
        if S[k] == instant:
            return
    if S[S_QUEUE_N] == Q[H_QUEUE_CAP]:
        S[S_STATUS] = QUEUE_FULL
        return
    S[Q[H_AT_QUEUE] + S[S_QUEUE_N]] = instant
    S[S_QUEUE_N] += 1


@compiled(types.void)
def save(
    Q: Array, C: Array, T: Array, K: Array, H: Array, R: Array, S: Array, F: Array, L: Array, O: Array, G: Array,
) -> None:  # fmt: skip
    """Keep the lead as it stands before a late fact, to return to; of too many points every other one is let go."""
    size = Q[H_PERSIST] - S_KEPT
    if S[S_SNAPS_N] == Q[H_SNAPS]:
        for k in range(S[S_SNAPS_N] // 2):
            to, fro = Q[H_AT_SNAPS] + k * size, Q[H_AT_SNAPS] + 2 * k * size
            for j in range(size):
                S[to + j], F[to + j] = S[fro + j], F[fro + j]
        S[S_SNAPS_N] //= 2
    to = Q[H_AT_SNAPS] + S[S_SNAPS_N] * size
    for j in range(size):
        S[to + j], F[to + j] = S[S_KEPT + j], F[S_KEPT + j]
    S[S_SNAPS_N] += 1
