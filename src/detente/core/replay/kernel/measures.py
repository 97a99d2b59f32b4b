"""Measures over the lists of a lead's events: windows that only move forward, and values counted once.

Arrays: see `replay.layout`.
"""

from __future__ import annotations

from typing import Any

from numba import types

from detente.core.replay.kernel.jit import boolean, compiled, f8, i8
from detente.core.replay.layout import (
    B_COUNT, B_FIELD, B_FIRST, B_LAST, B_NAME, B_REVOCABLE, B_SERIAL, B_TABLE, COLUMN, DURATION, H_AT_ENTERED,
    H_AT_HASH, H_AT_LIST, H_AT_SUM, H_AT_TAIL, H_CELLS, H_EMAIL_TEXT, H_FIELDS_N, H_GRANT_PURPOSE, H_HASH_MASK,
    H_UNSUBSCRIBE_LIST, H_WINDOWS, H_WITHDRAWN_LIST, LARGEST_ADDEND, LARGEST_SUM, M_ANY, M_COUNT, M_DISTINCT, M_FIRST,
    M_LAST, M_NONE, M_SPAN, M_SUM, NEVER, NONE, NOT_EXACT, NUMBER, SINCE, SUM_SCALE, S_CAP, S_FACTS, S_NOW, S_RESET,
    S_SERIAL, S_STATUS, TEXT, TRUTH, WINDOW_W, WITHIN,
)  # fmt: skip

Array = Any
"""A numpy array; numba knows which."""


@compiled(types.Tuple((i8, f8)), i8, i8)
def cell(
    i: int, field: int,
    Q: Array, C: Array, T: Array, K: Array, H: Array, R: Array, S: Array, F: Array, L: Array, O: Array, G: Array,
) -> tuple[int, float]:  # fmt: skip
    """Return the tag and number of a payload value of fact `i`."""
    place = Q[H_CELLS] + 2 * (H[i] * Q[H_FIELDS_N] + field)
    tag = Q[place]
    if tag >= COLUMN:
        return tag - COLUMN, R[Q[place + 1] * S[S_FACTS] + i]
    return tag, C[Q[place + 1]]


@compiled(i8, i8)
def tail_of(
    w: int, Q: Array, C: Array, T: Array, K: Array, H: Array, R: Array, S: Array, F: Array, L: Array, O: Array, G: Array
) -> int:
    """Return where a window begins in its list: what it holds is the list from there on. Windows only move forward."""
    row = Q[H_WINDOWS] + w * WINDOW_W
    list_ = Q[row]
    n = S[Q[H_AT_LIST] + list_]
    after = S[S_RESET] if Q[row + 3] else NEVER
    mode = Q[row + 1]
    if mode == WITHIN:
        after = max(after, S[S_NOW] - Q[row + 2])
    elif mode == SINCE:
        entered = S[Q[H_AT_ENTERED] + Q[row + 2]]
        if entered == NEVER:
            return n
        after = max(after, entered - 1)
    place = Q[H_AT_TAIL] + w
    tail = S[place]
    first = list_ * S[S_CAP]
    while tail < n and T[L[first + tail]] <= after:
        tail += 1
    S[place] = tail
    return tail


@compiled(boolean, i8, i8, i8, f8)
def is_new(
    table: int, serial: int, tag: int, number: float,
    Q: Array, C: Array, T: Array, K: Array, H: Array, R: Array, S: Array, F: Array, L: Array, O: Array, G: Array,
) -> bool:  # fmt: skip
    """Put a value in a table of values; whether it was not there. Entries of other serials are empty places."""
    mask = Q[H_HASH_MASK]
    first = Q[H_AT_HASH] + table * (mask + 1)
    whole = 0
    if abs(number) < 1e15:
        whole = int(number * 1024.0)
    slot = ((whole * 2654435761) ^ (whole >> 17) ^ tag) & mask
    mark = serial * 8 + tag
    while S[first + slot] >> 3 == serial:
        if S[first + slot] == mark and F[first + slot] == number:
            return False
        slot = (slot + 1) & mask
    S[first + slot] = mark
    F[first + slot] = number
    return True


@compiled(boolean, i8)
def revoked(
    i: int, Q: Array, C: Array, T: Array, K: Array, H: Array, R: Array, S: Array, F: Array, L: Array, O: Array, G: Array
) -> bool:
    """Whether a grant is taken back: a withdrawal of its purpose, or for e-mail an unsubscribe, at or after it.

    A grant or a withdrawal that names no purpose speaks of all of them.
    """
    tag, purpose = cell(i, Q[H_GRANT_PURPOSE], Q, C, T, K, H, R, S, F, L, O, G)
    list_ = Q[H_WITHDRAWN_LIST]
    for k in range(S[Q[H_AT_LIST] + list_]):
        j = L[list_ * S[S_CAP] + k]
        if T[j] >= T[i]:
            other, of = cell(j, Q[H_GRANT_PURPOSE], Q, C, T, K, H, R, S, F, L, O, G)
            alike = (other == TEXT) == (tag == TEXT)  # the interpreter compares purposes plainly: a truth is 0 or 1
            if tag == NONE or other == NONE or (alike and of == purpose):
                return True
    list_ = Q[H_UNSUBSCRIBE_LIST]
    n = S[Q[H_AT_LIST] + list_]
    mail = tag == NONE or (tag == TEXT and purpose == Q[H_EMAIL_TEXT])
    return mail and n > 0 and T[L[list_ * S[S_CAP] + n - 1]] >= T[i]


@compiled(f8, f8, f8)
def added(
    total: float, number: float,
    Q: Array, C: Array, T: Array, K: Array, H: Array, R: Array, S: Array, F: Array, L: Array, O: Array, G: Array,
) -> float:  # fmt: skip
    """Return a scaled sum with one more number; S_STATUS says where that is not exact."""
    if not abs(number) < LARGEST_ADDEND:
        S[S_STATUS] = NOT_EXACT
        return total
    whole = float(round(number * SUM_SCALE))
    total += whole
    if whole / SUM_SCALE != number or abs(total) > LARGEST_SUM:
        S[S_STATUS] = NOT_EXACT
    return total


@compiled(types.Tuple((i8, f8)), i8)
def measured(  # noqa: C901  one branch a measure
    p: int, Q: Array, C: Array, T: Array, K: Array, H: Array, R: Array, S: Array, F: Array, L: Array, O: Array, G: Array
) -> tuple[int, float]:
    """Return a measure over a list: the operation stands at `p` in Q."""
    name, w = Q[p + 1], Q[p + 2]
    tail = tail_of(w, Q, C, T, K, H, R, S, F, L, O, G)
    list_ = Q[Q[H_WINDOWS] + w * WINDOW_W]
    n = S[Q[H_AT_LIST] + list_]
    first = list_ * S[S_CAP]
    if name == M_COUNT:
        return NUMBER, float(n - tail)
    if name == M_ANY:
        return TRUTH, 1.0 if n > tail else 0.0
    if name == M_NONE:
        return TRUTH, 0.0 if n > tail else 1.0
    if name == M_SPAN:
        return DURATION, float(T[L[first + n - 1]] - T[L[first + tail]]) if n > tail else 0.0
    if name in (M_FIRST, M_LAST):
        if n == tail:
            return NONE, 0.0
        return DURATION, float(S[S_NOW] - T[L[first + (tail if name == M_FIRST else n - 1)]])
    if name == M_SUM:
        place = Q[H_AT_SUM] + 2 * Q[p + 4]
        if S[place] != tail or S[place + 1] > n:
            S[place], S[place + 1], F[place] = tail, tail, 0.0
        for k in range(S[place + 1], n):
            tag, number = cell(L[first + k], Q[p + 3], Q, C, T, K, H, R, S, F, L, O, G)
            if tag == NUMBER:
                F[place] = added(F[place], number, Q, C, T, K, H, R, S, F, L, O, G)
        S[place + 1] = n
        return NUMBER, F[place] / SUM_SCALE
    S[S_SERIAL] += 1
    distinct = 0
    for k in range(tail, n):
        tag, number = cell(L[first + k], Q[p + 3], Q, C, T, K, H, R, S, F, L, O, G)
        if tag != NONE and is_new(0, S[S_SERIAL], tag, number, Q, C, T, K, H, R, S, F, L, O, G):
            distinct += 1
    return NUMBER, float(distinct)


@compiled(types.void, i8, i8)
def take(
    b: int, i: int,
    Q: Array, C: Array, T: Array, K: Array, H: Array, R: Array, S: Array, F: Array, L: Array, O: Array, G: Array,
) -> None:  # fmt: skip
    """Count an event in a measure that runs event by event; its frame is at `b`."""
    if S[b + B_REVOCABLE] and revoked(i, Q, C, T, K, H, R, S, F, L, O, G):
        return
    if S[b + B_NAME] == M_SUM or S[b + B_NAME] == M_DISTINCT:
        tag, number = cell(i, S[b + B_FIELD], Q, C, T, K, H, R, S, F, L, O, G)
        if S[b + B_NAME] == M_SUM:
            if tag == NUMBER:
                F[b] = added(F[b], number, Q, C, T, K, H, R, S, F, L, O, G)
            return
        if tag == NONE or not is_new(S[b + B_TABLE], S[b + B_SERIAL], tag, number, Q, C, T, K, H, R, S, F, L, O, G):
            return
    if S[b + B_COUNT] == 0:
        S[b + B_FIRST] = T[i]
    S[b + B_LAST] = T[i]
    S[b + B_COUNT] += 1


@compiled(types.Tuple((i8, f8)), i8)
def taken(
    b: int, Q: Array, C: Array, T: Array, K: Array, H: Array, R: Array, S: Array, F: Array, L: Array, O: Array, G: Array
) -> tuple[int, float]:
    """Return the measure whose frame is at `b`, all its events counted."""
    name, count = S[b + B_NAME], S[b + B_COUNT]
    if name == M_ANY:
        return TRUTH, 1.0 if count > 0 else 0.0
    if name == M_NONE:
        return TRUTH, 0.0 if count > 0 else 1.0
    if name == M_SUM:
        return NUMBER, F[b] / SUM_SCALE
    if name == M_SPAN:
        return DURATION, float(S[b + B_LAST] - S[b + B_FIRST]) if count > 0 else 0.0
    if name in (M_FIRST, M_LAST):
        if count == 0:
            return NONE, 0.0
        return DURATION, float(S[S_NOW] - (S[b + B_FIRST] if name == M_FIRST else S[b + B_LAST]))
    return NUMBER, float(count)
