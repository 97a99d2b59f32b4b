"""Clock duties: when an instance starts, what stops or voids it, how it stands (specification §5).

Arrays: see `replay.layout`.
"""

from __future__ import annotations

from typing import Any

from numba import types

from detente.core.replay.kernel.calendar import due_at, open_between
from detente.core.replay.kernel.evaluate import run
from detente.core.replay.kernel.jit import boolean, compiled, i8, once
from detente.core.replay.kernel.observe import in_force
from detente.core.replay.kernel.results import new_row
from detente.core.replay.layout import (
    BROKEN, CALENDAR_W, CLOCKS, CLOCK_ROW_W, CLOCK_W, D_CALENDAR, D_CLAUSE, D_DUE, D_DUTY, D_EARLY, D_ELAPSED,
    D_ENTERED, D_ENTRY, D_ENTRY_N, D_FACT, D_LEAD, D_LEFT, D_N, D_OWNER, D_PENDING, D_ROUTE, D_STAGE, D_STARTED,
    D_STATUS, D_STOPPED, D_STOP_FACT, D_STOP_STAGE, D_TARGET, D_TARGET_US, D_USED, D_VERSION, D_VOIDED, ENTRY_W,
    E_N, E_OCCURRED, E_STAGE, FOREVER, H_AT_LEFT, H_AT_LIST, H_AT_SLOT, H_CALENDARS, H_VERSIONS, K_BUSINESS, K_DUTY,
    K_START_LIST, K_START_STAGE, K_STOP_LIST, K_STOP_STAGES, K_TARGETS, K_TARGETS_N, K_VOID_LIST, MET, NEVER, NONE,
    OPEN, ROUTE_W, S_AS_OF, S_CAP, S_HANDOVER, S_HANDOVER_TO, S_LEAD, S_MAIN_END, S_MAIN_FIRST, S_MAX_KNOWN, S_NOW,
    S_OUT, S_VERSION, TARGET_W, VERSION_W, VOID, V_CALENDAR, V_CLOCKS, V_CLOCKS_N, V_HANDOVER, V_ROUTES, V_ROUTES_N,
)  # fmt: skip

Array = Any
"""A numpy array; numba knows which."""

DAY_US = 86_400_000_000
HOUR_US = 3_600_000_000


@compiled(i8)
def route(
    Q: Array, C: Array, T: Array, K: Array, H: Array, R: Array, S: Array, F: Array, L: Array, O: Array, G: Array,
) -> int:  # fmt: skip
    """Return the first routing rule that holds, -1 for none."""
    version = Q[H_VERSIONS] + S[S_VERSION] * VERSION_W
    for rule in range(Q[version + V_ROUTES], Q[version + V_ROUTES] + ROUTE_W * Q[version + V_ROUTES_N], ROUTE_W):
        if Q[rule] < 0 or run(Q[rule], -1, Q, C, T, K, H, R, S, F, L, O, G) & 1 == 1:
            return rule
    return -1


@compiled(i8, i8)
def named(
    rule: int,
    Q: Array, C: Array, T: Array, K: Array, H: Array, R: Array, S: Array, F: Array, L: Array, O: Array, G: Array,
) -> int:  # fmt: skip
    """Return the text of the pool or person a route names, -1 for none."""
    if rule < 0:
        return -1
    if Q[rule + 1] >= 0:
        return Q[rule + 1]
    place = Q[H_AT_SLOT] + Q[rule + 2]
    return int(F[place]) if S[place] != NONE else -1


@compiled(i8, i8, i8)
def write_clock(
    clock: int, started: int,
    Q: Array, C: Array, T: Array, K: Array, H: Array, R: Array, S: Array, F: Array, L: Array, O: Array, G: Array,
) -> int:  # fmt: skip
    """Write an instance with all that is fixed at duty start; return its row, -1 where no target row holds."""
    target = -1
    for k in range(Q[clock + K_TARGETS], Q[clock + K_TARGETS] + TARGET_W * Q[clock + K_TARGETS_N], TARGET_W):
        if Q[k] < 0 or run(Q[k], -1, Q, C, T, K, H, R, S, F, L, O, G) & 1 == 1:
            target = k
            break
    if target < 0:
        return -1
    rule = route(Q, C, T, K, H, R, S, F, L, O, G)
    calendar = -1
    if Q[clock + K_BUSINESS]:
        calendar = Q[Q[H_VERSIONS] + S[S_VERSION] * VERSION_W + V_CALENDAR]
        if rule >= 0 and Q[rule + 3] >= 0:
            calendar = Q[rule + 3]
    amount = Q[target + 2]
    if Q[target + 1]:
        amount *= Q[Q[H_CALENDARS] + calendar * CALENDAR_W + 4] if calendar >= 0 else HOUR_US
    row = new_row(CLOCKS, CLOCK_ROW_W, Q, C, T, K, H, R, S, F, L, O, G)
    O[row + D_LEAD], O[row + D_DUTY], O[row + D_VERSION] = S[S_LEAD], Q[clock + K_DUTY], S[S_VERSION]
    O[row + D_STARTED], O[row + D_TARGET], O[row + D_TARGET_US] = started, Q[target + 3], amount
    O[row + D_CALENDAR], O[row + D_OWNER] = calendar, named(rule, Q, C, T, K, H, R, S, F, L, O, G)
    O[row + D_ROUTE] = Q[rule + 4] if rule >= 0 else -1
    O[row + D_DUE] = (
        due_at(calendar, started, amount, Q, C, T, K, H, R, S, F, L, O, G) if calendar >= 0 else started + amount
    )
    O[row + D_CLAUSE], O[row + D_PENDING], O[row + D_FACT] = clock, 0, -1
    return row


@compiled(types.void, i8, i8)
def start_clocks(
    entry: int, started: int,
    Q: Array, C: Array, T: Array, K: Array, H: Array, R: Array, S: Array, F: Array, L: Array, O: Array, G: Array,
) -> None:  # fmt: skip
    """Start every clock that an entry starts, over the lead as it stands at duty start; note a handover's owner."""
    version = Q[H_VERSIONS] + S[S_VERSION] * VERSION_W
    stage = O[entry + E_STAGE]
    for clock in range(Q[version + V_CLOCKS], Q[version + V_CLOCKS] + CLOCK_W * Q[version + V_CLOCKS_N], CLOCK_W):
        if Q[clock + K_START_STAGE] == stage:
            row = write_clock(clock, started, Q, C, T, K, H, R, S, F, L, O, G)
            if row >= 0:
                O[row + D_STAGE], O[row + D_ENTRY_N], O[row + D_ENTRY] = stage, O[entry + E_N], entry
                O[row + D_ENTERED], O[row + D_LEFT] = O[entry + E_OCCURRED], S[Q[H_AT_LEFT] + stage]
    if Q[version + V_HANDOVER] == stage and entry > S[S_HANDOVER]:
        S[S_HANDOVER], S[S_HANDOVER_TO] = (
            entry,
            named(route(Q, C, T, K, H, R, S, F, L, O, G), Q, C, T, K, H, R, S, F, L, O, G),
        )


@compiled(boolean, i8, i8)
def is_chosen(
    list_: int, i: int,
    Q: Array, C: Array, T: Array, K: Array, H: Array, R: Array, S: Array, F: Array, L: Array, O: Array, G: Array,
) -> bool:  # fmt: skip
    """Whether a list holds an event of this instant."""
    k = S[Q[H_AT_LIST] + list_] - 1
    while k >= 0 and L[list_ * S[S_CAP] + k] >= i:
        if L[list_ * S[S_CAP] + k] == i:
            return True
        k -= 1
    return False


@compiled(types.void, i8)
def start_event_clocks(
    i: int,
    Q: Array, C: Array, T: Array, K: Array, H: Array, R: Array, S: Array, F: Array, L: Array, O: Array, G: Array,
) -> None:  # fmt: skip
    """Start every clock that an event starts, or note it as pending where its start depends on later knowledge."""
    started = max(T[i], K[i])
    number = in_force(started, Q, C, T, K, H, R, S, F, L, O, G)
    version = Q[H_VERSIONS] + number * VERSION_W
    for clock in range(Q[version + V_CLOCKS], Q[version + V_CLOCKS] + CLOCK_W * Q[version + V_CLOCKS_N], CLOCK_W):
        if Q[clock + K_START_LIST] >= 0 and is_chosen(Q[clock + K_START_LIST], i, Q, C, T, K, H, R, S, F, L, O, G):
            pending = S[S_MAX_KNOWN] > S[S_NOW]
            row = (
                new_row(CLOCKS, CLOCK_ROW_W, Q, C, T, K, H, R, S, F, L, O, G)
                if pending
                else write_clock(clock, started, Q, C, T, K, H, R, S, F, L, O, G)
            )
            if row >= 0:
                O[row + D_STAGE], O[row + D_ENTRY_N], O[row + D_ENTRY], O[row + D_FACT] = -1, -1, -1, i
                O[row + D_ENTERED], O[row + D_STARTED], O[row + D_LEFT] = T[i], started, NEVER
                O[row + D_CLAUSE], O[row + D_PENDING] = clock, 1 if pending else 0


@compiled(i8, i8, i8)
def first_from(
    list_: int, instant: int,
    Q: Array, C: Array, T: Array, K: Array, H: Array, R: Array, S: Array, F: Array, L: Array, O: Array, G: Array,
) -> int:  # fmt: skip
    """Return the first event of a list at or after an instant, -1 for none."""
    first, n = list_ * S[S_CAP], S[Q[H_AT_LIST] + list_]
    low, high = 0, n
    while low < high:
        middle = (low + high) // 2
        if T[L[first + middle]] >= instant:
            high = middle
        else:
            low = middle + 1
    return L[first + low] if low < n else -1


@compiled(i8, i8)
def event_stop(
    row: int,
    Q: Array, C: Array, T: Array, K: Array, H: Array, R: Array, S: Array, F: Array, L: Array, O: Array, G: Array,
) -> int:  # fmt: skip
    """Return the instant of the first event that stops an instance, FOREVER for none; a stop may be early."""
    entered = O[row + D_ENTERED]
    since = min(entered, max(entered - DAY_US, O[row + D_LEFT]) + 1)
    i = first_from(Q[O[row + D_CLAUSE] + K_STOP_LIST], since, Q, C, T, K, H, R, S, F, L, O, G)
    if i < 0:
        return FOREVER
    O[row + D_STOP_FACT] = i
    return T[i]


@compiled(i8, i8)
def stage_stop(
    row: int,
    Q: Array, C: Array, T: Array, K: Array, H: Array, R: Array, S: Array, F: Array, L: Array, O: Array, G: Array,
) -> int:  # fmt: skip
    """Return the instant of the first entry after the start that stops an instance, FOREVER for none."""
    stages = Q[O[row + D_CLAUSE] + K_STOP_STAGES]
    entry = S[S_MAIN_FIRST] if O[row + D_ENTRY] < 0 else O[row + D_ENTRY] + ENTRY_W
    while entry < S[S_MAIN_END]:
        after = O[row + D_ENTRY] >= 0 or O[entry + E_OCCURRED] >= O[row + D_ENTERED]
        if after and (stages >> O[entry + E_STAGE]) & 1 == 1:
            O[row + D_STOP_STAGE] = O[entry + E_STAGE]
            return O[entry + E_OCCURRED]
        entry += ENTRY_W
    return FOREVER


@once
def judge_clock(
    row: int,
    Q: Array, C: Array, T: Array, K: Array, H: Array, R: Array, S: Array, F: Array, L: Array, O: Array, G: Array,
) -> None:  # fmt: skip
    """Find what stopped or voided an instance, and how it stands at `as_of`."""
    clock, started = O[row + D_CLAUSE], O[row + D_STARTED]
    O[row + D_STOP_FACT], O[row + D_STOP_STAGE] = -1, -1
    if Q[clock + K_STOP_LIST] >= 0:
        stop = event_stop(row, Q, C, T, K, H, R, S, F, L, O, G)
    else:
        stop = stage_stop(row, Q, C, T, K, H, R, S, F, L, O, G)
    void = FOREVER
    if Q[clock + K_VOID_LIST] >= 0:
        k = first_from(Q[clock + K_VOID_LIST], O[row + D_ENTERED], Q, C, T, K, H, R, S, F, L, O, G)
        if k >= 0 and T[k] <= O[row + D_DUE] and T[k] < stop:
            void = T[k]
    end = min(void, stop)
    O[row + D_STOPPED], O[row + D_VOIDED] = (
        stop if stop < FOREVER and void == FOREVER else NEVER,
        void if void < FOREVER else NEVER,
    )
    if void < FOREVER:
        O[row + D_STOP_FACT], O[row + D_STOP_STAGE] = -1, -1
    if end == FOREVER:
        end = S[S_AS_OF]
    O[row + D_EARLY] = 1 if stop < started else 0
    O[row + D_ELAPSED] = max(0, end - started)
    calendar = O[row + D_CALENDAR]
    O[row + D_USED] = (
        open_between(calendar, started, end, Q, C, T, K, H, R, S, F, L, O, G) if calendar >= 0 else O[row + D_ELAPSED]
    )
    if void < FOREVER:
        O[row + D_STATUS] = VOID
    elif O[row + D_USED] > O[row + D_TARGET_US]:
        O[row + D_STATUS] = BROKEN
    else:
        O[row + D_STATUS] = MET if stop < FOREVER else OPEN


@compiled(i8, i8, i8)
def sort_key(
    row: int, key: int,
    Q: Array, C: Array, T: Array, K: Array, H: Array, R: Array, S: Array, F: Array, L: Array, O: Array, G: Array,
) -> int:  # fmt: skip
    """Return one part of what instances are ordered by."""
    if key == 0:
        return O[row + D_DUTY]
    if key == 1:
        return O[row + D_ENTERED]
    if key == 2:
        return max(0, O[row + D_ENTRY] - S[S_MAIN_FIRST])
    if key == 3:
        return 1 if O[row + D_ENTRY] < 0 else 0
    if key == 4:
        return O[row + D_CLAUSE]
    return O[row + D_FACT]


@compiled(boolean, i8, i8)
def is_before(
    a: int, b: int,
    Q: Array, C: Array, T: Array, K: Array, H: Array, R: Array, S: Array, F: Array, L: Array, O: Array, G: Array,
) -> bool:  # fmt: skip
    """Whether an instance comes before another: by duty, start, order of entries, and order of clauses and events."""
    for key in range(6):
        x, y = sort_key(a, key, Q, C, T, K, H, R, S, F, L, O, G), sort_key(b, key, Q, C, T, K, H, R, S, F, L, O, G)
        if x != y:
            return x < y
    return False


@compiled(types.void, i8, i8, i8)
def insert(
    row: int, to: int, kept: int,
    Q: Array, C: Array, T: Array, K: Array, H: Array, R: Array, S: Array, F: Array, L: Array, O: Array, G: Array,
) -> None:  # fmt: skip
    """Put a row in front of the kept rows from `to` on, which move up by one."""
    for column in range(CLOCK_ROW_W):
        value = O[row + column]
        place = kept
        while place > to:
            O[place + column] = O[place - CLOCK_ROW_W + column]
            place -= CLOCK_ROW_W
        O[to + column] = value


@once
def settle_clocks(
    first: int,
    Q: Array, C: Array, T: Array, K: Array, H: Array, R: Array, S: Array, F: Array, L: Array, O: Array, G: Array,
) -> None:  # fmt: skip
    """Judge a lead's clocks, leave out what was only pending, order them by duty and start, and number them."""
    end = S[S_OUT + CLOCKS]
    kept = first
    for row in range(first, end, CLOCK_ROW_W):
        if O[row + D_PENDING] == 0:
            judge_clock(row, Q, C, T, K, H, R, S, F, L, O, G)
            to = kept
            while to > first and is_before(row, to - CLOCK_ROW_W, Q, C, T, K, H, R, S, F, L, O, G):
                to -= CLOCK_ROW_W
            insert(row, to, kept, Q, C, T, K, H, R, S, F, L, O, G)
            kept += CLOCK_ROW_W
    S[S_OUT + CLOCKS] = kept
    n = 0
    for row in range(first, kept, CLOCK_ROW_W):
        n = n + 1 if row > first and O[row + D_DUTY] == O[row - CLOCK_ROW_W + D_DUTY] else 1
        O[row + D_N] = n
