"""The replay of many leads, one after the other, into the sections of O.

Arrays: see `replay.layout`; `P` says where each lead's facts begin, `A` the shape of its given attributes (-1: none).
"""

# ruff: noqa: N806  arrays keep their letters as pointers

from __future__ import annotations

from typing import Any

from numba import types

from detente.core.replay.kernel.clocks import settle_clocks
from detente.core.replay.kernel.evaluate import run
from detente.core.replay.kernel.jit import OPTIONS, array, i8, njit, once, pointer
from detente.core.replay.kernel.late import find_known, note_levels, start_deferred
from detente.core.replay.kernel.observe import in_force, set_values
from detente.core.replay.kernel.results import new_row
from detente.core.replay.kernel.wake import next_of_kind, save
from detente.core.replay.kernel.walk import grade, walk
from detente.core.replay.layout import (
    CHECKS, CLOCKS, CLOCK_ROW_W, COLUMN, CONSENTS, D_DUE, D_STATUS, ENTRIES, ENTRY_W, E_HINGES, E_OCCURRED, FOREVER,
    G_CODE, G_EXIT, H_AT_ENTERED, H_AT_ENTRIES, H_AT_QUEUE, H_AT_STACK, H_PERSIST, H_SHAPES, H_VERSIONS, H_VERSIONS_N,
    IS_NOT_EXACT, NEVER, NOT_EXACT, OPEN, PERSONA_W, P_FLAGS, P_TO, P_TO_TAG, SCORES, SHAPE_W, STAGE_W, STATES, STATE_W,
    S_ARM, S_ASSIGN, S_AS_OF, S_BASE, S_CRM, S_END, S_FACTS, S_FIRST_CLOCK, S_FIRST_FACT, S_HANDOVER, S_HANDOVER_TO,
    S_KEPT, S_LAST_EVENT, S_LEAD, S_LEVEL, S_MAIN_END, S_MAIN_FIRST, S_NEXT, S_NOW, S_OUT, S_QUEUE_N, S_QUIET,
    S_SNAPS_N, S_STAGE, S_STATUS, S_TICK, S_VERSION, VERSION_W, V_EFFECTIVE, V_PERSONAS, V_PERSONAS_N, V_SCORE_PC,
    V_STAGES, V_STAGES_N, Z_ARM, Z_CRM, Z_ENTERED, Z_FIRST, Z_FURTHEST, Z_GRADE, Z_HINGES, Z_LAST_EVENT, Z_LEAD, Z_NEXT,
    Z_OWNER, Z_PERSONA, Z_SCORE, Z_STAGE,
)  # fmt: skip

Array = Any
"""A numpy array; numba knows which."""


@once
def begin(
    lead: int, P: Array, A: Array,
    Q: Array, C: Array, T: Array, K: Array, H: Array, R: Array, S: Array, F: Array, L: Array, O: Array, G: Array,
    S0: Array, F0: Array,
) -> None:  # fmt: skip
    """Begin a lead anew, with the attributes that hold from before its first fact."""
    for k in range(S_KEPT, Q[H_PERSIST]):
        S[k], F[k] = S0[k], F0[k]
    S[S_STATUS], S[S_QUIET], S[S_LEVEL], S[S_SNAPS_N] = 0, 0, FOREVER, 0
    S[S_LEAD], S[S_BASE], S[S_END], S[S_NEXT] = lead, P[lead], P[lead + 1], P[lead]
    while S[S_END] > S[S_BASE] and T[S[S_END] - 1] > S[S_AS_OF]:
        S[S_END] -= 1
    if A[lead] >= 0:
        if Q[Q[H_SHAPES] + A[lead] * SHAPE_W + P_FLAGS] & IS_NOT_EXACT:
            S[S_STATUS] = NOT_EXACT
        set_values(Q[H_SHAPES] + A[lead] * SHAPE_W, 0, Q, C, T, K, H, R, S, F, L, O, G)
    late = False
    for i in range(S[S_BASE], S[S_END]):
        late = late or (K[i] > T[i] and K[i] <= S[S_AS_OF])
    if late:
        save(Q, C, T, K, H, R, S, F, L, O, G)  # the first point to return to


@once
def write_state(
    Q: Array, C: Array, T: Array, K: Array, H: Array, R: Array, S: Array, F: Array, L: Array, O: Array, G: Array,
) -> int:  # fmt: skip
    """Write where the lead stands at `as_of`, but for its owner; return the row."""
    row = new_row(STATES, STATE_W, Q, C, T, K, H, R, S, F, L, O, G)
    due = next_of_kind(S[S_AS_OF], True, Q, C, T, K, H, R, S, F, L, O, G)
    for k in range(Q[H_AT_QUEUE], Q[H_AT_QUEUE] + S[S_QUEUE_N]):
        if S[k] > S[S_AS_OF]:
            due = min(due, S[k])
    for v in range(1, Q[H_VERSIONS_N]):
        effective = Q[Q[H_VERSIONS] + v * VERSION_W + V_EFFECTIVE]
        if S[S_FIRST_FACT] != NEVER and effective > S[S_AS_OF]:
            due = min(due, effective)
    O[row + Z_NEXT] = due
    S[S_NOW], S[S_VERSION] = S[S_AS_OF], in_force(S[S_AS_OF], Q, C, T, K, H, R, S, F, L, O, G)
    S[S_TICK] += 1
    version = Q[H_VERSIONS] + S[S_VERSION] * VERSION_W
    run(Q[version + V_SCORE_PC], -1, Q, C, T, K, H, R, S, F, L, O, G)
    G[row + Z_SCORE] = F[Q[H_AT_STACK]]
    O[row + Z_GRADE] = grade(Q, C, T, K, H, R, S, F, L, O, G)
    O[row + Z_LEAD], O[row + Z_STAGE], O[row + Z_ENTERED], O[row + Z_FURTHEST] = S[S_LEAD], S[S_STAGE], NEVER, -1
    if S[S_STAGE] >= 0:
        O[row + Z_ENTERED] = S[Q[H_AT_ENTERED] + S[S_STAGE]]
    for k in range(Q[version + V_STAGES], Q[version + V_STAGES] + STAGE_W * Q[version + V_STAGES_N], STAGE_W):
        if S[Q[H_AT_ENTRIES] + Q[k + G_CODE]] > 0 and Q[k + G_EXIT] == 0:
            O[row + Z_FURTHEST] = Q[k + G_CODE]
    O[row + Z_PERSONA] = -1
    for k in range(Q[version + V_PERSONAS], Q[version + V_PERSONAS] + PERSONA_W * Q[version + V_PERSONAS_N], PERSONA_W):
        if run(Q[k + 1], -1, Q, C, T, K, H, R, S, F, L, O, G) & 1 == 1:
            O[row + Z_PERSONA] = Q[k]
            break
    O[row + Z_ARM], O[row + Z_CRM] = S[S_ARM], S[S_CRM]
    O[row + Z_HINGES] = O[S[S_MAIN_END] - ENTRY_W + E_HINGES] if S[S_MAIN_END] > S[S_MAIN_FIRST] else 0
    O[row + Z_FIRST], O[row + Z_LAST_EVENT] = S[S_FIRST_FACT], S[S_LAST_EVENT]
    return row


@once
def owner(
    Q: Array, C: Array, T: Array, K: Array, H: Array, R: Array, S: Array, F: Array, L: Array, O: Array, G: Array,
) -> int:  # fmt: skip
    """Return the text of who was assigned last since the latest handover, else of who the route named then, else -1."""
    if S[S_HANDOVER] < 0:
        return -1
    assigned = S[S_ASSIGN]
    if assigned >= 0 and T[assigned] >= O[S[S_HANDOVER] + E_OCCURRED]:
        shape = Q[H_SHAPES] + H[assigned] * SHAPE_W
        if Q[shape + P_TO_TAG] >= COLUMN:
            return int(R[Q[shape + P_TO] * S[S_FACTS] + assigned])
        return int(C[Q[shape + P_TO]])
    return S[S_HANDOVER_TO]


_INTS, _FLOATS, _SHORTS = array(i8), array(types.float64), array(types.int32)
_ROOM = (types.Array(i8, 1, "C"), types.Array(types.float64, 1, "C"), types.Array(types.int32, 1, "C"))
_ALL = (_INTS, _FLOATS, _INTS, _INTS, _SHORTS, _FLOATS, *_ROOM, *_ROOM[:2], *_ROOM, _INTS, _FLOATS)


@njit(i8(i8, i8, _INTS, _INTS, *_ALL), **OPTIONS)
def replay_leads(
    first: int, end: int, P: Array, A: Array,
    Q: Array, C: Array, T: Array, K: Array, H: Array, R: Array, S: Array, F: Array, L: Array, O: Array, G: Array,
    S2: Array, F2: Array, L2: Array, S0: Array, F0: Array,
) -> int:  # fmt: skip
    """Replay leads `first` to `end`; return the one for which room was lacking (S_STATUS says which), else `end`.

    What Python calls, from arrays.
    """
    P, A, Q, C, T, K, H, R = (
        pointer(P), pointer(A), pointer(Q), pointer(C), pointer(T), pointer(K), pointer(H), pointer(R)
    )  # fmt: skip
    S, F, L, O, G = pointer(S), pointer(F), pointer(L), pointer(O), pointer(G)
    S2, F2, L2, S0, F0 = pointer(S2), pointer(F2), pointer(L2), pointer(S0), pointer(F0)
    for lead in range(first, end):
        begin(lead, P, A, Q, C, T, K, H, R, S, F, L, O, G, S0, F0)
        entries, clocks, checks = S[S_OUT + ENTRIES], S[S_OUT + CLOCKS], S[S_OUT + CHECKS]
        consents, scores, states = S[S_OUT + CONSENTS], S[S_OUT + SCORES], S[S_OUT + STATES]
        S[S_MAIN_FIRST], S[S_FIRST_CLOCK] = entries, clocks
        walk(S[S_AS_OF], Q, C, T, K, H, R, S, F, L, O, G)
        S[S_MAIN_END] = S[S_OUT + ENTRIES]
        state = write_state(Q, C, T, K, H, R, S, F, L, O, G)
        if S[S_STATUS] == 0 and S[S_SNAPS_N] > 0:
            find_known(note_levels(Q, C, T, K, H, R, S, F, L, O, G), Q, C, T, K, H, R, S, F, L, O, G, S2, F2, L2)
            if S[S_STATUS] == 0:
                start_deferred(Q, C, T, K, H, R, S, F, L, O, G, S2, F2, L2)
        if S[S_STATUS] == 0:
            settle_clocks(clocks, Q, C, T, K, H, R, S, F, L, O, G)
            for row in range(clocks, S[S_OUT + CLOCKS], CLOCK_ROW_W):
                if O[row + D_STATUS] == OPEN and O[row + D_DUE] >= S[S_AS_OF]:
                    O[state + Z_NEXT] = min(O[state + Z_NEXT], O[row + D_DUE])
            O[state + Z_OWNER] = owner(Q, C, T, K, H, R, S, F, L, O, G)
        if S[S_STATUS] != 0:
            S[S_OUT + ENTRIES], S[S_OUT + CLOCKS], S[S_OUT + CHECKS] = entries, clocks, checks
            S[S_OUT + CONSENTS], S[S_OUT + SCORES], S[S_OUT + STATES] = consents, scores, states
            return lead
    return end
