"""When the company could first know of an entry (specification §4), and what waits for that: clocks and owners.

An entry's `known_at` can only change where a fact that came late becomes known. For each such level of knowledge,
from the highest down, the lead is walked again, quietly, from the last kept point before the first fact unknown at
that level to the last entry it matters for. Arrays: see `replay.layout`; S, F, L are the lead as it ended,
S2, F2, L2 the room for other walks.
"""

from __future__ import annotations

from typing import Any

from numba import types

from detente.core.replay.kernel.clocks import start_clocks, write_clock
from detente.core.replay.kernel.jit import STATE, compiled, i8, once
from detente.core.replay.kernel.observe import in_force, stand
from detente.core.replay.kernel.walk import walk
from detente.core.replay.layout import (
    CLOCKS, CLOCK_ROW_W, CLOCK_W, D_CLAUSE, D_ENTERED, D_ENTRY, D_ENTRY_N, D_FACT, D_LEFT, D_PENDING, D_STAGE,
    D_STARTED, ENTRY_W, E_DEFERRED, E_KNOWN, E_OCCURRED, E_STAGE, H_AT_LEVELS, H_AT_LIST, H_AT_SNAPS, H_LISTS_N,
    H_PERSIST, H_VERSIONS, K_START_STAGE, NEVER, SECTIONS, S_AS_OF, S_BASE, S_CAP, S_END, S_FIRST_CLOCK, S_HANDOVER,
    S_HANDOVER_TO, S_KEPT, S_LEVEL, S_MAIN_END, S_MAIN_FIRST, S_NEXT, S_NEXT_LEVEL, S_OUT, S_QUIET, S_SERIAL,
    S_SNAPS_N, S_STATUS, VERSION_W, V_CLOCKS, V_CLOCKS_N, V_HANDOVER,
)  # fmt: skip

Array = Any
"""A numpy array; numba knows which."""


@once
def return_to(
    fact: int,
    Q: Array, C: Array, T: Array, K: Array, H: Array, R: Array, S: Array, F: Array, L: Array, O: Array, G: Array,
    S2: Array, F2: Array, L2: Array,
) -> None:  # fmt: skip
    """Put S2 where the lead stood at the last kept point before a fact; the first of them is its beginning."""
    size = Q[H_PERSIST] - S_KEPT
    serial = S2[S_SERIAL]
    k = S[S_SNAPS_N] - 1
    while k > 0 and S[Q[H_AT_SNAPS] + k * size + S_NEXT - S_KEPT] > fact:
        k -= 1
    for j in range(S_KEPT):
        S2[j] = S[j]
    S2[S_SERIAL] = serial
    for j in range(size):
        S2[S_KEPT + j], F2[S_KEPT + j] = S[Q[H_AT_SNAPS] + k * size + j], F[Q[H_AT_SNAPS] + k * size + j]


@once
def find_known(
    n: int,
    Q: Array, C: Array, T: Array, K: Array, H: Array, R: Array, S: Array, F: Array, L: Array, O: Array, G: Array,
    S2: Array, F2: Array, L2: Array,
) -> None:  # fmt: skip
    """Find `known_at` of the deferred entries; the `n` levels stand in S, sorted, then their first unknown facts."""
    for list_ in range(Q[H_LISTS_N]):
        for k in range(list_ * S[S_CAP], list_ * S[S_CAP] + S[Q[H_AT_LIST] + list_]):
            L2[k] = L[k]
    levels = Q[H_AT_LEVELS]
    for k in range(n - 1, -1, -1):
        level = S[levels + k - 1] if k > 0 else NEVER
        following = S[levels + k]
        until = NEVER
        for row in range(S[S_MAIN_FIRST], S[S_MAIN_END], ENTRY_W):
            occurred = O[row + E_OCCURRED]
            if O[row + E_DEFERRED] and occurred < following and O[row + E_KNOWN] > max(occurred, level):
                until = max(until, occurred)
        if until != NEVER:
            return_to(S[levels + S[S_CAP] + k], Q, C, T, K, H, R, S, F, L, O, G, S2, F2, L2)
            S2[S_QUIET], S2[S_LEVEL], S2[S_NEXT_LEVEL] = 1, level, following
            walk(until, Q, C, T, K, H, R, S2, F2, L2, O, G)
            S[S_STATUS] = S2[S_STATUS]


@compiled(types.void, i8, i8)
def sort(
    first: int, n: int,
    Q: Array, C: Array, T: Array, K: Array, H: Array, R: Array, S: Array, F: Array, L: Array, O: Array, G: Array,
) -> None:  # fmt: skip
    """Sort `n` words of S, by shells."""
    gap = 1
    while gap < n // 3:
        gap = 3 * gap + 1
    while gap > 0:
        for k in range(gap, n):
            word, j = S[first + k], k
            while j >= gap and S[first + j - gap] > word:
                S[first + j] = S[first + j - gap]
                j -= gap
            S[first + j] = word
        gap //= 3


@once
def note_levels(
    Q: Array, C: Array, T: Array, K: Array, H: Array, R: Array, S: Array, F: Array, L: Array, O: Array, G: Array,
) -> int:  # fmt: skip
    """Note the levels of knowledge, sorted, and the first fact unknown below each; return how many."""
    levels, n = Q[H_AT_LEVELS], 0
    for i in range(S[S_BASE], S[S_END]):
        if K[i] > T[i] and K[i] <= S[S_AS_OF] and T[i] <= S[S_AS_OF]:
            S[levels + n] = K[i]
            n += 1
    sort(levels, n, Q, C, T, K, H, R, S, F, L, O, G)
    distinct = 0
    for k in range(n):
        if k == 0 or S[levels + k] != S[levels + k - 1]:
            S[levels + distinct] = S[levels + k]
            distinct += 1
    i = S[S_BASE]
    for k in range(distinct):  # what is unknown below a level: known at it, or later
        while not (K[i] > T[i] and S[levels + k] <= K[i] <= S[S_AS_OF]):
            i += 1
        S[levels + S[S_CAP] + k] = i
    return distinct


@compiled(types.boolean, i8, i8)
def starts_something(
    stage: int, started: int,
    Q: Array, C: Array, T: Array, K: Array, H: Array, R: Array, S: Array, F: Array, L: Array, O: Array, G: Array,
) -> bool:  # fmt: skip
    """Whether an entry starts a clock, or is a handover, under the version in force at duty start."""
    version = Q[H_VERSIONS] + in_force(started, Q, C, T, K, H, R, S, F, L, O, G) * VERSION_W
    if Q[version + V_HANDOVER] == stage:
        return True
    for clock in range(Q[version + V_CLOCKS], Q[version + V_CLOCKS] + CLOCK_W * Q[version + V_CLOCKS_N], CLOCK_W):
        if Q[clock + K_START_STAGE] == stage:
            return True
    return False


@compiled(types.void, i8, i8, more=STATE)
def stand_at(
    instant: int, entries_end: int,
    Q: Array, C: Array, T: Array, K: Array, H: Array, R: Array, S: Array, F: Array, L: Array, O: Array, G: Array,
    S2: Array, F2: Array, L2: Array,
) -> None:  # fmt: skip
    """Put S2 where the lead stood at an instant, over what was known by then."""
    serial = S2[S_SERIAL]
    for j in range(S_KEPT):
        S2[j] = S[j]
    S2[S_SERIAL] = serial
    for j in range(S_KEPT, Q[H_PERSIST]):
        S2[j], F2[j] = S[Q[H_AT_SNAPS] + j - S_KEPT], F[Q[H_AT_SNAPS] + j - S_KEPT]
    S2[S_HANDOVER], S2[S_HANDOVER_TO] = S[S_HANDOVER], S[S_HANDOVER_TO]
    stand(instant, entries_end, Q, C, T, K, H, R, S2, F2, L2, O, G)


@compiled(types.void, more=STATE)
def take_back(
    Q: Array, C: Array, T: Array, K: Array, H: Array, R: Array, S: Array, F: Array, L: Array, O: Array, G: Array,
    S2: Array, F2: Array, L2: Array,
) -> None:  # fmt: skip
    """Take over where results are written next."""
    S[S_STATUS] = S2[S_STATUS]
    for section in range(SECTIONS):
        S[S_OUT + section] = S2[S_OUT + section]


@once
def start_deferred(
    Q: Array, C: Array, T: Array, K: Array, H: Array, R: Array, S: Array, F: Array, L: Array, O: Array, G: Array,
    S2: Array, F2: Array, L2: Array,
) -> None:  # fmt: skip
    """Start the clocks of entries and events whose start depended on later knowledge, from the lead as known then."""
    pending_end = S[S_OUT + CLOCKS]
    for row in range(S[S_MAIN_FIRST], S[S_MAIN_END], ENTRY_W):
        started = max(O[row + E_OCCURRED], O[row + E_KNOWN])
        if O[row + E_DEFERRED] and starts_something(O[row + E_STAGE], started, Q, C, T, K, H, R, S, F, L, O, G):
            stand_at(started, row + ENTRY_W, Q, C, T, K, H, R, S, F, L, O, G, S2, F2, L2)
            start_clocks(row, started, Q, C, T, K, H, R, S2, F2, L2, O, G)
            take_back(Q, C, T, K, H, R, S, F, L, O, G, S2, F2, L2)
            S[S_HANDOVER], S[S_HANDOVER_TO] = S2[S_HANDOVER], S2[S_HANDOVER_TO]
    for row in range(S[S_FIRST_CLOCK], pending_end, CLOCK_ROW_W):
        if O[row + D_PENDING]:
            end = S[S_MAIN_FIRST]
            while end < S[S_MAIN_END] and O[end + E_OCCURRED] <= O[row + D_ENTERED]:
                end += ENTRY_W
            stand_at(O[row + D_STARTED], end, Q, C, T, K, H, R, S, F, L, O, G, S2, F2, L2)
            made = write_clock(O[row + D_CLAUSE], O[row + D_STARTED], Q, C, T, K, H, R, S2, F2, L2, O, G)
            take_back(Q, C, T, K, H, R, S, F, L, O, G, S2, F2, L2)
            if made >= 0:
                O[made + D_STAGE], O[made + D_ENTRY_N], O[made + D_ENTRY] = -1, -1, -1
                O[made + D_FACT], O[made + D_ENTERED], O[made + D_LEFT] = O[row + D_FACT], O[row + D_ENTERED], NEVER
