"""The lead as it stands: takes in facts, moves between stages, stands still at an instant.

Arrays: see `replay.layout`. A lead's facts are rows `S[S_BASE]` to `S[S_END]` of T, K and H.
"""

from __future__ import annotations

from typing import Any

from numba import types

from detente.core.replay.kernel.evaluate import run
from detente.core.replay.kernel.jit import boolean, compiled, i8
from detente.core.replay.layout import (
    COLUMN, ENTRY_W, E_OCCURRED, E_STAGE, E_VERSION, G_CODE, G_RESETS, H_AT_ENTERED, H_AT_LEAF, H_AT_LEFT,
    H_AT_LIST, H_AT_SLOT, H_SHAPES, H_VERSIONS, H_VERSIONS_N, IS_ASSIGN, IS_CRM, IS_EVENT, P_FLAGS, P_LEAVES,
    P_LEAVES_N, P_LISTS, P_LISTS_N, P_SETS, P_SETS_N, SHAPE_W, STAGE_W, S_ASSIGN, S_AS_OF, S_BASE, S_CAP, S_CRM,
    S_END, S_FACTS, S_LAST_EVENT, S_LAST_FACT, S_LEVEL, S_MAIN_FIRST, S_MAX_KNOWN, S_NOW, S_RESET, S_STAGE, S_TICK,
    S_VALUES_TICK, S_VERSION, VERSION_W, V_EFFECTIVE, V_STAGES, V_STAGES_N,
)  # fmt: skip

Array = Any
"""A numpy array; numba knows which."""


@compiled(boolean, i8)
def is_visible(
    i: int, Q: Array, C: Array, T: Array, K: Array, H: Array, R: Array, S: Array, F: Array, L: Array, O: Array, G: Array
) -> bool:
    """Whether a fact is used: known by the replay's `as_of`, and, if it came late, by the level of knowledge."""
    return K[i] <= S[S_AS_OF] and (K[i] <= S[S_LEVEL] or K[i] <= T[i])


@compiled(types.void, i8, i8)
def set_values(
    row: int, i: int,
    Q: Array, C: Array, T: Array, K: Array, H: Array, R: Array, S: Array, F: Array, L: Array, O: Array, G: Array,
) -> None:  # fmt: skip
    """Set the attributes of the shape at `row`; `i` is the fact whose columns it may read."""
    n = Q[row + P_LEAVES_N]
    if n > 0 or Q[row + P_SETS_N] > 0:
        S[S_VALUES_TICK] += 1
    for k in range(Q[row + P_LEAVES], Q[row + P_LEAVES] + 2 * n, 2):
        S[Q[H_AT_LEAF] + Q[k]] = Q[k + 1]
    for k in range(Q[row + P_SETS], Q[row + P_SETS] + 3 * Q[row + P_SETS_N], 3):
        place = Q[H_AT_SLOT] + Q[k]
        tag = Q[k + 1]
        if tag >= COLUMN:
            S[place], F[place] = tag - COLUMN, R[Q[k + 2] * S[S_FACTS] + i]
        else:
            S[place], F[place] = tag, C[Q[k + 2]]


@compiled(types.void, i8)
def observe(
    i: int, Q: Array, C: Array, T: Array, K: Array, H: Array, R: Array, S: Array, F: Array, L: Array, O: Array, G: Array
) -> None:
    """Take in one fact; facts come in replay order."""
    row = Q[H_SHAPES] + H[i] * SHAPE_W
    S[S_TICK] += 1
    for k in range(Q[row + P_LISTS], Q[row + P_LISTS] + 2 * Q[row + P_LISTS_N], 2):
        if Q[k + 1] < 0 or run(Q[k + 1], i, Q, C, T, K, H, R, S, F, L, O, G) & 1:
            place = Q[H_AT_LIST] + Q[k]
            L[Q[k] * S[S_CAP] + S[place]] = i
            S[place] += 1
    set_values(row, i, Q, C, T, K, H, R, S, F, L, O, G)
    flags = Q[row + P_FLAGS]
    if flags & IS_EVENT:
        S[S_LAST_EVENT] = T[i]
        if flags & IS_CRM:
            S[S_CRM] = i
        if flags & IS_ASSIGN:
            S[S_ASSIGN] = i
    S[S_LAST_FACT] = T[i]
    S[S_MAX_KNOWN] = max(S[S_MAX_KNOWN], K[i])


@compiled(i8, i8)
def in_force(
    instant: int,
    Q: Array, C: Array, T: Array, K: Array, H: Array, R: Array, S: Array, F: Array, L: Array, O: Array, G: Array,
) -> int:  # fmt: skip
    """Return the number of the version that rules at an instant."""
    version = 0
    for v in range(1, Q[H_VERSIONS_N]):
        if Q[Q[H_VERSIONS] + v * VERSION_W + V_EFFECTIVE] <= instant:
            version = v
    return version


@compiled(types.void, i8, i8, i8)
def move(
    stage: int, instant: int, resets: int,
    Q: Array, C: Array, T: Array, K: Array, H: Array, R: Array, S: Array, F: Array, L: Array, O: Array, G: Array,
) -> None:  # fmt: skip
    """Move to a stage."""
    if S[S_STAGE] >= 0:
        S[Q[H_AT_LEFT] + S[S_STAGE]] = instant
    S[S_STAGE] = stage
    S[Q[H_AT_ENTERED] + stage] = instant
    if resets:
        S[S_RESET] = instant
    S[S_TICK] += 1


@compiled(types.void, i8, i8)
def stand(
    instant: int, entries_end: int,
    Q: Array, C: Array, T: Array, K: Array, H: Array, R: Array, S: Array, F: Array, L: Array, O: Array, G: Array,
) -> None:  # fmt: skip
    """Put a fresh lead where it stands at `instant`: from what was known by then, after the entries up to a row."""
    i = S[S_BASE]
    while i < S[S_END] and T[i] <= instant:
        if K[i] <= instant:
            observe(i, Q, C, T, K, H, R, S, F, L, O, G)
        i += 1
    row = S[S_MAIN_FIRST]
    while row < entries_end:
        version = Q[H_VERSIONS] + O[row + E_VERSION] * VERSION_W
        resets = 0
        for k in range(Q[version + V_STAGES_N]):
            stage = Q[version + V_STAGES] + k * STAGE_W
            if Q[stage + G_CODE] == O[row + E_STAGE]:
                resets = Q[stage + G_RESETS]
        move(O[row + E_STAGE], O[row + E_OCCURRED], resets, Q, C, T, K, H, R, S, F, L, O, G)
        row += ENTRY_W
    S[S_NOW] = instant
    S[S_VERSION] = in_force(instant, Q, C, T, K, H, R, S, F, L, O, G)
    S[S_TICK] += 1
    S[S_VALUES_TICK] += 1
