"""The stack machine: evaluates a condition, a score or a grade over a lead as it stands.

Input: the bytecode of `assembler.py`, and the state that `observe.py` keeps. Arrays: see `replay.layout`.
"""

# ruff: noqa: C901, PLR0912, PLR0915  one branch an operation

from __future__ import annotations

from typing import Any

from detente.core.replay.kernel.jit import compiled, f8, i8
from detente.core.replay.kernel.measures import cell, measured, tail_of, take, taken
from detente.core.replay.layout import (
    ASK, BY_TICK, B_AT, B_BODY, B_COUNT, B_FIELD, B_FIRST, B_LAST, B_N, B_NAME, B_PAYLOAD, B_REVOCABLE, B_SERIAL,
    B_TABLE, B_WINDOW, DURATION, EQ, FALSE, GE, GT, H_AT_CALLS, H_AT_LEAF, H_AT_LIST, H_AT_LOOPS, H_AT_REG, H_AT_SLOT,
    H_AT_STACK, H_AT_STAMP, H_CODE, H_FIELD_LEAVES, H_FIELD_LEAVES_N, H_FIELD_UNKNOWN, H_STAGE_TEXT, H_WINDOWS,
    LARGEST_POINTS, LE, LEFT_COUNTED, LEFT_READ, LOOP_W, NE, NEVER, NONE, NOT_EXACT, NUMBER, OP_ADD_POINTS, OP_AND3,
    OP_ATTRIBUTE, OP_BAND, OP_CACHED, OP_CALL, OP_CODE, OP_COMPARE, OP_CONST, OP_END, OP_FIELD, OP_FIELD_LEAF, OP_FIT,
    OP_IDLE, OP_IN, OP_JUMP_FALSE, OP_JUMP_TRUE, OP_KEEP, OP_KNOWN, OP_LEAF, OP_LOOP, OP_MEASURE, OP_NOT, OP_NOT3,
    OP_OR3, OP_POINTS, OP_RET, OP_STAGE, OP_TRUTH, OP_UNSCALE, RIGHT_COUNTED, RIGHT_READ, S_CAP, S_LAST_EVENT, S_NOW,
    S_SERIAL, S_STAGE, S_STATUS, S_TICK, S_VALUES_TICK, TEXT, TRUE, TRUTH, UNKNOWN, WINDOW_W,
)  # fmt: skip

Array = Any
"""A numpy array; numba knows which."""


@compiled(i8, i8, i8, i8)
def without_truth(
    sides: int, left: int, right: int,
    Q: Array, C: Array, T: Array, K: Array, H: Array, R: Array, S: Array, F: Array, L: Array, O: Array, G: Array,
) -> int:  # fmt: skip
    """Return the code of a leaf without a truth: unknown, or false where only something counted is missing."""
    if (sides & LEFT_READ and left == NONE) or (sides & RIGHT_READ and right == NONE):
        return UNKNOWN
    if not sides & (LEFT_READ | RIGHT_READ):
        return FALSE
    if (sides & LEFT_COUNTED and left == NONE) or (sides & RIGHT_COUNTED and right == NONE):
        return FALSE
    return UNKNOWN  # a value of the wrong type


@compiled(i8, i8, i8, i8, f8, i8, f8)
def compared(
    op: int, sides: int, left: int, x: float, right: int, y: float,
    Q: Array, C: Array, T: Array, K: Array, H: Array, R: Array, S: Array, F: Array, L: Array, O: Array, G: Array,
) -> int:  # fmt: skip
    """Return the code of a comparison of two values."""
    ordered = left in (NUMBER, DURATION)
    if left == NONE or left != right or (op != EQ and op != NE and not ordered):
        return without_truth(sides, left, right, Q, C, T, K, H, R, S, F, L, O, G)
    if op == EQ:
        true = x == y
    elif op == NE:
        true = x != y
    elif op == GE:
        true = x >= y
    elif op == LE:
        true = x <= y
    elif op == GT:
        true = x > y
    else:
        true = x < y
    return TRUE if true else FALSE


@compiled(i8, i8, i8, f8)
def member(
    p: int, tag: int, number: float,
    Q: Array, C: Array, T: Array, K: Array, H: Array, R: Array, S: Array, F: Array, L: Array, O: Array, G: Array,
) -> int:  # fmt: skip
    """Return the code of a membership; the operation stands at `p` in Q."""
    comparable = tag != NONE and Q[p + 3] == 0
    found = False
    for k in range(Q[p + 3]):
        if tag != NONE and Q[p + 4 + 2 * k] == tag:
            comparable = True
            found = found or C[Q[p + 5 + 2 * k]] == number
    if not comparable:
        return without_truth(Q[p + 2], tag, NONE, Q, C, T, K, H, R, S, F, L, O, G)
    return TRUE if found != (Q[p + 1] != 0) else FALSE


@compiled(f8, f8, f8, i8)
def capped(
    points: float, count: float, cap: int,
    Q: Array, C: Array, T: Array, K: Array, H: Array, R: Array, S: Array, F: Array, L: Array, O: Array, G: Array,
) -> float:  # fmt: skip
    """Return what a score rule gives for `count` events, held at its cap on either side."""
    total = points * count
    if cap >= 0:
        total = min(total, C[cap]) if total > 0 else max(total, -C[cap])
    return total


@compiled(i8, i8, i8)
def run(
    pc: int, payload: int,
    Q: Array, C: Array, T: Array, K: Array, H: Array, R: Array, S: Array, F: Array, L: Array, O: Array, G: Array,
) -> int:  # fmt: skip
    """Run a piece of bytecode; `payload` is the fact that bare names read, -1 for none.

    Returns the word on top: the code of a truth, or the tag of a value whose number is then at the stack's bottom in F.
    """
    p = Q[H_CODE] + pc
    bottom = Q[H_AT_STACK]
    top = bottom - 1
    call = Q[H_AT_CALLS] - 1
    b = Q[H_AT_LOOPS] - LOOP_W
    while True:
        op = Q[p]
        if op == OP_LEAF:
            code = S[Q[H_AT_LEAF] + Q[p + 1]]
            if code == ASK:
                call += 1
                S[call] = p + 3
                p = Q[H_CODE] + Q[p + 2]
                continue
            top += 1
            S[top] = code
            p += 3
        elif op == OP_JUMP_FALSE:
            if S[top] & 1:
                top -= 1
                p += 2
            else:
                p += 2 + Q[p + 1]
        elif op == OP_JUMP_TRUE:
            if S[top] & 1:
                p += 2 + Q[p + 1]
            else:
                top -= 1
                p += 2
        elif op == OP_POINTS:
            w = Q[p + 1]
            tail = tail_of(w, Q, C, T, K, H, R, S, F, L, O, G)
            count = S[Q[H_AT_LIST] + Q[Q[H_WINDOWS] + w * WINDOW_W]] - tail
            if count > 0:
                F[top] += capped(C[Q[p + 2]], float(count), Q[p + 3], Q, C, T, K, H, R, S, F, L, O, G)
                if abs(F[top]) > LARGEST_POINTS:
                    S[S_STATUS] = NOT_EXACT
            p += 4
        elif op == OP_MEASURE:
            top += 1
            S[top], F[top] = measured(p, Q, C, T, K, H, R, S, F, L, O, G)
            p += 5
        elif op == OP_CONST:
            top += 1
            S[top], F[top] = Q[p + 1], C[Q[p + 2]]
            p += 3
        elif op == OP_COMPARE:
            top -= 1
            S[top] = compared(
                Q[p + 1], Q[p + 2], S[top], F[top], S[top + 1], F[top + 1], Q, C, T, K, H, R, S, F, L, O, G
            )
            p += 3
        elif op == OP_TRUTH:
            if S[top] == TRUTH:
                S[top] = TRUE if F[top] != 0.0 else FALSE
            else:
                S[top] = without_truth(Q[p + 1], S[top], NONE, Q, C, T, K, H, R, S, F, L, O, G)
            p += 2
        elif op == OP_IN:
            S[top] = member(p, S[top], F[top], Q, C, T, K, H, R, S, F, L, O, G)
            p += 4 + 2 * Q[p + 3]
        elif op == OP_CALL:
            call += 1
            S[call] = p + 2
            p = Q[H_CODE] + Q[p + 1]
        elif op == OP_CACHED:
            kept = Q[p + 1]
            if S[Q[H_AT_STAMP] + kept] == (S[S_TICK] if Q[p + 2] == BY_TICK else S[S_VALUES_TICK]):
                top += 1
                S[top], F[top] = S[Q[H_AT_REG] + kept], F[Q[H_AT_REG] + kept]
                p = S[call]
                call -= 1
            else:
                p += 3
        elif op == OP_KEEP:
            kept = Q[p + 1]
            S[Q[H_AT_REG] + kept], F[Q[H_AT_REG] + kept] = S[top], F[top]
            S[Q[H_AT_STAMP] + kept] = S[S_TICK] if Q[p + 2] == BY_TICK else S[S_VALUES_TICK]
            p += 3
        elif op == OP_RET:
            p = S[call]
            call -= 1
        elif op == OP_END:
            return S[top]
        elif op == OP_NOT:
            S[top] = 1 - (S[top] & 1)
            p += 1
        elif op == OP_FIELD_LEAF:
            if payload < 0:
                code = Q[Q[H_FIELD_UNKNOWN] + Q[p + 1]]
            else:
                code = Q[Q[H_FIELD_LEAVES] + H[payload] * Q[H_FIELD_LEAVES_N] + Q[p + 1]]
            if code == ASK:
                call += 1
                S[call] = p + 3
                p = Q[H_CODE] + Q[p + 2]
                continue
            top += 1
            S[top] = code
            p += 3
        elif op == OP_FIT:
            top -= 1
            if S[top + 1] & 1:
                F[top] += C[Q[p + 1]]
            p += 2
        elif op == OP_BAND:
            points = F[top]
            S[top], F[top] = NONE, 0.0
            least = 0.0
            for k in range(Q[p + 1]):
                band = C[Q[p + 2 + 2 * k]]
                if points >= band and (S[top] == NONE or band > least):
                    S[top], F[top], least = TEXT, float(Q[p + 3 + 2 * k]), band
            p += 2 + 2 * Q[p + 1]
        elif op == OP_UNSCALE:
            F[top] /= C[Q[p + 1]]
            p += 2
        elif op == OP_CODE:
            top += 1
            S[top] = Q[p + 1]
            p += 2
        elif op == OP_NOT3:
            S[top] ^= 1
            p += 1
        elif op == OP_AND3:
            top -= 1
            x, y = S[top], S[top + 1]
            S[top] = FALSE if x == FALSE or y == FALSE else (x & y & 1) | ((x | y) & UNKNOWN)
            p += 1
        elif op == OP_OR3:
            top -= 1
            x, y = S[top], S[top + 1]
            S[top] = TRUE if x == TRUE or y == TRUE else ((x | y) & 1) | ((x | y) & UNKNOWN)
            p += 1
        elif op == OP_ATTRIBUTE:
            top += 1
            S[top], F[top] = S[Q[H_AT_SLOT] + Q[p + 1]], F[Q[H_AT_SLOT] + Q[p + 1]]
            p += 2
        elif op == OP_FIELD:
            top += 1
            S[top], F[top] = NONE, 0.0
            if payload >= 0:
                S[top], F[top] = cell(payload, Q[p + 1], Q, C, T, K, H, R, S, F, L, O, G)
            p += 2
        elif op == OP_STAGE:
            top += 1
            S[top], F[top] = NONE, 0.0
            if S[S_STAGE] >= 0:
                S[top], F[top] = TEXT, float(Q[Q[H_STAGE_TEXT] + S[S_STAGE]])
            p += 1
        elif op == OP_IDLE:
            top += 1
            S[top], F[top] = NONE, 0.0
            if S[S_LAST_EVENT] != NEVER:
                S[top], F[top] = DURATION, float(S[S_NOW] - S[S_LAST_EVENT])
            p += 1
        elif op == OP_KNOWN:
            S[top] = TRUE if (S[top] == NONE) == (Q[p + 1] != 0) else FALSE
            p += 2
        elif op == OP_ADD_POINTS:
            top -= 1
            F[top] += capped(C[Q[p + 1]], F[top + 1], Q[p + 2], Q, C, T, K, H, R, S, F, L, O, G)
            if abs(F[top]) > LARGEST_POINTS:
                S[S_STATUS] = NOT_EXACT
            p += 3
        elif op == OP_LOOP:
            w = Q[p + 1]
            b += LOOP_W
            S[S_SERIAL] += 1
            S[b + B_WINDOW], S[b + B_NAME], S[b + B_FIELD], S[b + B_TABLE] = w, Q[p + 2], Q[p + 3], Q[p + 4]
            S[b + B_REVOCABLE], S[b + B_SERIAL], S[b + B_PAYLOAD], S[b + B_BODY] = Q[p + 5], S[S_SERIAL], payload, p + 7
            S[b + B_COUNT], S[b + B_FIRST], S[b + B_LAST], F[b] = 0, 0, 0, 0.0
            S[b + B_AT] = tail_of(w, Q, C, T, K, H, R, S, F, L, O, G)
            S[b + B_N] = S[Q[H_AT_LIST] + Q[Q[H_WINDOWS] + w * WINDOW_W]]
            if S[b + B_AT] < S[b + B_N]:
                payload = L[Q[Q[H_WINDOWS] + w * WINDOW_W] * S[S_CAP] + S[b + B_AT]]
                p += 7
            else:
                top += 1
                S[top], F[top] = taken(b, Q, C, T, K, H, R, S, F, L, O, G)
                p += 7 + Q[p + 6]
                b -= LOOP_W
        else:  # the next event of a loop
            if S[top] & 1:
                take(b, payload, Q, C, T, K, H, R, S, F, L, O, G)
            S[b + B_AT] += 1
            if S[b + B_AT] < S[b + B_N]:
                payload = L[Q[Q[H_WINDOWS] + S[b + B_WINDOW] * WINDOW_W] * S[S_CAP] + S[b + B_AT]]
                p = S[b + B_BODY]
                top -= 1
            else:
                S[top], F[top] = taken(b, Q, C, T, K, H, R, S, F, L, O, G)
                payload = S[b + B_PAYLOAD]
                p += 1
                b -= LOOP_W
