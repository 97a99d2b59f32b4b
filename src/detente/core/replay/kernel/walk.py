"""The walk: one lead's history instant by instant (specification §4), with what is judged on the way.

Writes entries, checks, scores and broken consents as they happen, and starts clocks whose start is known at once.
A quiet walk writes nothing: it only says at which level of knowledge the entries of the loud one are made again.
Arrays: see `replay.layout`.
"""

from __future__ import annotations

from typing import Any

from numba import types

from detente.core.replay.kernel.clocks import start_clocks, start_event_clocks
from detente.core.replay.kernel.consents import judge_touches
from detente.core.replay.kernel.evaluate import run
from detente.core.replay.kernel.jit import boolean, compiled, i8, once
from detente.core.replay.kernel.observe import is_visible, move, observe
from detente.core.replay.kernel.results import new_row
from detente.core.replay.kernel.wake import next_due, next_of_kind, push, save
from detente.core.replay.layout import (
    ARM_W, CHECKS, CHECK_ROW_W, CHECK_W, CROSSING_W, DURATION, ENTRIES, ENTRY_W, E_ARM, E_DECISION, E_DEFERRED, E_FLAGS,
    E_GRADE, E_HINGES, E_KNOWN, E_LEAD, E_N, E_OCCURRED, E_PREVIOUS, E_RECORDED, E_SCORE, E_STAGE, E_VERSION, G_AFTER,
    G_ARMS, G_ARMS_N, G_CHECKS, G_CHECKS_N, G_CODE, G_COMPUTED, G_EVENT_LIST, G_EVENT_PC, G_FROM, G_HAS_FROM,
    G_KLEENE_PC, G_RESETS, G_UNLESS_PC, G_WHEN_PC, H_AT_CHECKS, H_AT_ENTRIES, H_AT_LEFT, H_AT_LIST, H_AT_STACK, H_EXACT,
    H_LISTS_N, H_SHAPES, H_VERSIONS, H_VERSIONS_N, IS_CHECKED, IS_NOT_EXACT, IS_OUTGOING, IS_SEEN, MAY_DECIDE, NEVER,
    NOT_EXACT, NOT_FROM, NOT_REQUIRED, P_FLAGS, P_LISTS, P_LISTS_N, REENTRY_W, SCORES, SCORE_ROW_W, SEEN_W, SHAPE_W,
    STAGE_CHECK_W, STAGE_W, S_ARM, S_CAP, S_END, S_ENTERED_NOW, S_FIRST_FACT, S_LAST_FACT, S_LAST_GRADE, S_LEAD,
    S_LEVEL, S_MAIN_END, S_MAIN_FIRST, S_MAX_KNOWN, S_NEXT, S_NEXT_LEVEL, S_NOW, S_QUIET, S_SCORED, S_SNAPS_N, S_STAGE,
    S_STATUS, S_TICK, S_VERSION, TEXT, VERSION_W, V_CHECKS, V_CHECKS_N, V_CROSSINGS, V_CROSSINGS_N, V_EFFECTIVE,
    V_GRADE_PC, V_REENTRIES, V_REENTRIES_N, V_SCORE_PC, V_SEEN, V_SEEN_N, V_STAGES, V_STAGES_N,
)  # fmt: skip

Array = Any
"""A numpy array; numba knows which."""


@compiled(boolean, i8)
def has_late(
    i: int,
    Q: Array, C: Array, T: Array, K: Array, H: Array, R: Array, S: Array, F: Array, L: Array, O: Array, G: Array,
) -> bool:  # fmt: skip
    """Whether a fact of the instant of `i` came late."""
    instant = T[i]
    while i < S[S_END] and T[i] == instant:
        if K[i] > instant:
            return True
        i += 1
    return False


@compiled(boolean, i8, i8, i8)
def takes(
    list_: int, where_pc: int, i: int,
    Q: Array, C: Array, T: Array, K: Array, H: Array, R: Array, S: Array, F: Array, L: Array, O: Array, G: Array,
) -> bool:  # fmt: skip
    """Whether a selector takes an event now."""
    row = Q[H_SHAPES] + H[i] * SHAPE_W
    for k in range(Q[row + P_LISTS], Q[row + P_LISTS] + 2 * Q[row + P_LISTS_N], 2):
        if Q[k] == list_:
            if Q[k + 1] >= 0 and run(Q[k + 1], i, Q, C, T, K, H, R, S, F, L, O, G) & 1 == 0:
                return False
            return where_pc < 0 or run(where_pc, i, Q, C, T, K, H, R, S, F, L, O, G) & 1 == 1
    return False


@once
def note_decisions(
    first: int, end: int,
    Q: Array, C: Array, T: Array, K: Array, H: Array, R: Array, S: Array, F: Array, L: Array, O: Array, G: Array,
) -> int:  # fmt: skip
    """Note, in the spare list, the facts of this instant that may decide something; return how many.

    A `where` over the lead is asked only when its turn comes.
    """
    version = Q[H_VERSIONS] + S[S_VERSION] * VERSION_W
    n = 0
    for i in range(first, end):
        if Q[Q[H_SHAPES] + H[i] * SHAPE_W + P_FLAGS] & MAY_DECIDE and is_visible(i, Q, C, T, K, H, R, S, F, L, O, G):
            for k in range(Q[version + V_STAGES_N]):
                stage = Q[version + V_STAGES] + k * STAGE_W
                if Q[stage + G_EVENT_LIST] >= 0 and takes(
                    Q[stage + G_EVENT_LIST], -1, i, Q, C, T, K, H, R, S, F, L, O, G
                ):
                    L[Q[H_LISTS_N] * S[S_CAP] + n] = i
                    n += 1
                    break
    return n


@compiled(types.void, i8, i8, i8, i8)
def judge(
    duty: int, require_pc: int, stage: int, fact: int,
    Q: Array, C: Array, T: Array, K: Array, H: Array, R: Array, S: Array, F: Array, L: Array, O: Array, G: Array,
) -> None:  # fmt: skip
    """Write one instance of a check."""
    met = run(require_pc, fact, Q, C, T, K, H, R, S, F, L, O, G) & 1
    row = new_row(CHECKS, CHECK_ROW_W, Q, C, T, K, H, R, S, F, L, O, G)
    S[Q[H_AT_CHECKS] + duty] += 1
    O[row], O[row + 1], O[row + 2], O[row + 3] = S[S_LEAD], duty, S[Q[H_AT_CHECKS] + duty], met
    O[row + 4], O[row + 5], O[row + 6], O[row + 7] = S[S_NOW], S[S_VERSION], stage, fact


@compiled(types.void, i8)
def check_event(
    i: int,
    Q: Array, C: Array, T: Array, K: Array, H: Array, R: Array, S: Array, F: Array, L: Array, O: Array, G: Array,
) -> None:  # fmt: skip
    """Judge one event under every check that takes it."""
    if Q[Q[H_SHAPES] + H[i] * SHAPE_W + P_FLAGS] & IS_CHECKED:
        version = Q[H_VERSIONS] + S[S_VERSION] * VERSION_W
        for k in range(Q[version + V_CHECKS], Q[version + V_CHECKS] + CHECK_W * Q[version + V_CHECKS_N], CHECK_W):
            if takes(Q[k + 1], Q[k + 2], i, Q, C, T, K, H, R, S, F, L, O, G):
                judge(Q[k], Q[k + 3], -1, i, Q, C, T, K, H, R, S, F, L, O, G)


@once
def check_events(
    first: int, end: int, deciding: int,
    Q: Array, C: Array, T: Array, K: Array, H: Array, R: Array, S: Array, F: Array, L: Array, O: Array, G: Array,
) -> None:  # fmt: skip
    """Judge the events of this instant that decide nothing."""
    k = 0
    for i in range(first, end):
        if k < deciding and L[Q[H_LISTS_N] * S[S_CAP] + k] == i:
            k += 1
        elif is_visible(i, Q, C, T, K, H, R, S, F, L, O, G):
            check_event(i, Q, C, T, K, H, R, S, F, L, O, G)


@once
def may_enter(
    stage: int,
    Q: Array, C: Array, T: Array, K: Array, H: Array, R: Array, S: Array, F: Array, L: Array, O: Array, G: Array,
) -> bool:  # fmt: skip
    """Whether a computed stage is entered now."""
    code, current = Q[stage + G_CODE], S[S_STAGE]
    if Q[stage + G_HAS_FROM]:
        allowed = current >= 0 and (Q[stage + G_FROM] >> current) & 1 == 1
    else:
        allowed = current < 0
    if not allowed or code == current or (S[S_ENTERED_NOW] >> code) & 1 == 1:
        return False
    if run(Q[stage + G_WHEN_PC], -1, Q, C, T, K, H, R, S, F, L, O, G) & 1 == 0:
        return False
    left = S[Q[H_AT_LEFT] + code]
    if Q[stage + G_AFTER] < 0 or left == NEVER or S[S_NOW] >= left + Q[stage + G_AFTER]:
        return True
    return Q[stage + G_UNLESS_PC] >= 0 and run(Q[stage + G_UNLESS_PC], -1, Q, C, T, K, H, R, S, F, L, O, G) & 1 == 1


@compiled(types.void, i8)
def mark(
    code: int,
    Q: Array, C: Array, T: Array, K: Array, H: Array, R: Array, S: Array, F: Array, L: Array, O: Array, G: Array,
) -> None:  # fmt: skip
    """Note that an entry of the loud walk is also made at this level of knowledge."""
    for row in range(S[S_MAIN_FIRST], S[S_MAIN_END], ENTRY_W):
        if O[row + E_STAGE] == code and O[row + E_OCCURRED] == S[S_NOW] and S[S_NEXT_LEVEL] > S[S_NOW]:
            O[row + E_KNOWN] = min(O[row + E_KNOWN], max(S[S_NOW], S[S_LEVEL]))


@compiled(i8)
def grade(
    Q: Array, C: Array, T: Array, K: Array, H: Array, R: Array, S: Array, F: Array, L: Array, O: Array, G: Array,
) -> int:  # fmt: skip
    """Return the text of the lead's grade, -1 if no band is reached."""
    tag = run(Q[Q[H_VERSIONS] + S[S_VERSION] * VERSION_W + V_GRADE_PC], -1, Q, C, T, K, H, R, S, F, L, O, G)
    return int(F[Q[H_AT_STACK]]) if tag == TEXT else -1


@once
def write_entry(
    stage: int, decision: int,
    Q: Array, C: Array, T: Array, K: Array, H: Array, R: Array, S: Array, F: Array, L: Array, O: Array, G: Array,
) -> int:  # fmt: skip
    """Write the entry about to be made; return its row."""
    row = new_row(ENTRIES, ENTRY_W, Q, C, T, K, H, R, S, F, L, O, G)
    now, current = S[S_NOW], S[S_STAGE]
    flags = 0
    if decision >= 0:
        if Q[stage + G_HAS_FROM] and (current < 0 or (Q[stage + G_FROM] >> current) & 1 == 0):
            flags |= NOT_FROM
        if Q[stage + G_WHEN_PC] >= 0 and run(Q[stage + G_WHEN_PC], decision, Q, C, T, K, H, R, S, F, L, O, G) & 1 == 0:
            flags |= NOT_REQUIRED
    hinges = 0
    if Q[stage + G_KLEENE_PC] >= 0:
        hinges = run(Q[stage + G_KLEENE_PC], decision, Q, C, T, K, H, R, S, F, L, O, G) >> 1
    arm = -1
    if decision < 0:
        for k in range(Q[stage + G_ARMS], Q[stage + G_ARMS] + ARM_W * Q[stage + G_ARMS_N], ARM_W):
            if run(Q[k + 1], -1, Q, C, T, K, H, R, S, F, L, O, G) & 1 == 1:
                arm = Q[k]
                break
        S[S_ARM] = arm
    version = Q[H_VERSIONS] + S[S_VERSION] * VERSION_W
    run(Q[version + V_SCORE_PC], -1, Q, C, T, K, H, R, S, F, L, O, G)
    G[row + E_SCORE] = F[Q[H_AT_STACK]]
    O[row + E_GRADE] = grade(Q, C, T, K, H, R, S, F, L, O, G)
    O[row + E_LEAD], O[row + E_STAGE], O[row + E_N] = (
        S[S_LEAD],
        Q[stage + G_CODE],
        S[Q[H_AT_ENTRIES] + Q[stage + G_CODE]] + 1,
    )
    O[row + E_OCCURRED], O[row + E_KNOWN] = now, max(now, S[S_MAX_KNOWN])
    O[row + E_VERSION], O[row + E_PREVIOUS], O[row + E_ARM], O[row + E_FLAGS] = S[S_VERSION], current, arm, flags
    O[row + E_HINGES], O[row + E_DECISION], O[row + E_RECORDED] = hinges, decision, 1 if decision >= 0 else 0
    O[row + E_DEFERRED] = 1 if S[S_MAX_KNOWN] > now else 0
    return row


@compiled(types.void, i8, i8)
def enter(
    stage: int, decision: int,
    Q: Array, C: Array, T: Array, K: Array, H: Array, R: Array, S: Array, F: Array, L: Array, O: Array, G: Array,
) -> None:  # fmt: skip
    """Enter a stage; `decision` is the deciding fact, -1 for a computed entry."""
    code, previous = Q[stage + G_CODE], S[S_STAGE]
    row = -1
    if S[S_QUIET]:
        mark(code, Q, C, T, K, H, R, S, F, L, O, G)
    else:
        for k in range(Q[stage + G_CHECKS], Q[stage + G_CHECKS] + STAGE_CHECK_W * Q[stage + G_CHECKS_N], STAGE_CHECK_W):
            judge(Q[k], Q[k + 1], code, decision, Q, C, T, K, H, R, S, F, L, O, G)
        row = write_entry(stage, decision, Q, C, T, K, H, R, S, F, L, O, G)
    S[Q[H_AT_ENTRIES] + code] += 1
    move(code, S[S_NOW], Q[stage + G_RESETS], Q, C, T, K, H, R, S, F, L, O, G)
    S[S_ENTERED_NOW] |= 1 << code
    version = Q[H_VERSIONS] + S[S_VERSION] * VERSION_W
    for k in range(
        Q[version + V_REENTRIES], Q[version + V_REENTRIES] + REENTRY_W * Q[version + V_REENTRIES_N], REENTRY_W
    ):
        if Q[k] == previous:  # the re-entry date is an instant of its own
            push(S[S_NOW] + Q[k + 1], Q, C, T, K, H, R, S, F, L, O, G)
    if row >= 0 and O[row + E_DEFERRED] == 0:
        start_clocks(row, S[S_NOW], Q, C, T, K, H, R, S, F, L, O, G)


@compiled(types.void)
def computed_entries(
    Q: Array, C: Array, T: Array, K: Array, H: Array, R: Array, S: Array, F: Array, L: Array, O: Array, G: Array,
) -> None:  # fmt: skip
    """Pass over the computed stages in declared order until a pass changes nothing."""
    version = Q[H_VERSIONS] + S[S_VERSION] * VERSION_W
    if S[S_VERSION] > 0 and S[S_LAST_FACT] < Q[version + V_EFFECTIVE]:
        return  # after a switch nobody enters before their first fact under the new version
    changed = True
    while changed:
        changed = False
        for k in range(Q[version + V_STAGES_N]):
            stage = Q[version + V_STAGES] + k * STAGE_W
            if Q[stage + G_COMPUTED] and may_enter(stage, Q, C, T, K, H, R, S, F, L, O, G):
                enter(stage, -1, Q, C, T, K, H, R, S, F, L, O, G)
                changed = True


@compiled(types.void, i8)
def decide(
    i: int,
    Q: Array, C: Array, T: Array, K: Array, H: Array, R: Array, S: Array, F: Array, L: Array, O: Array, G: Array,
) -> None:  # fmt: skip
    """Enter the stages a recorded decision names; one for the stage the lead is in is ignored."""
    version = Q[H_VERSIONS] + S[S_VERSION] * VERSION_W
    for k in range(Q[version + V_STAGES_N]):
        stage = Q[version + V_STAGES] + k * STAGE_W
        if Q[stage + G_EVENT_LIST] >= 0 and Q[stage + G_CODE] != S[S_STAGE]:
            if takes(Q[stage + G_EVENT_LIST], Q[stage + G_EVENT_PC], i, Q, C, T, K, H, R, S, F, L, O, G):
                enter(stage, i, Q, C, T, K, H, R, S, F, L, O, G)


@once
def record_score(
    Q: Array, C: Array, T: Array, K: Array, H: Array, R: Array, S: Array, F: Array, L: Array, O: Array, G: Array,
) -> None:  # fmt: skip
    """Write the score and grade if either has changed."""
    run(Q[Q[H_VERSIONS] + S[S_VERSION] * VERSION_W + V_SCORE_PC], -1, Q, C, T, K, H, R, S, F, L, O, G)
    score = F[Q[H_AT_STACK]]
    letter = grade(Q, C, T, K, H, R, S, F, L, O, G)
    if S[S_SCORED] == 0 or F[S_SCORED] != score or S[S_LAST_GRADE] != letter:
        row = new_row(SCORES, SCORE_ROW_W, Q, C, T, K, H, R, S, F, L, O, G)
        O[row], O[row + 1], O[row + 2], G[row + 3] = S[S_LEAD], S[S_NOW], letter, score
        S[S_SCORED], F[S_SCORED], S[S_LAST_GRADE] = 1, score, letter


@once
def see(
    first: int, end: int,
    Q: Array, C: Array, T: Array, K: Array, H: Array, R: Array, S: Array, F: Array, L: Array, O: Array, G: Array,
) -> None:  # fmt: skip
    """Take the events of this instant into the lists of clocks that see the lead as it now stands; start clocks."""
    version = Q[H_VERSIONS] + S[S_VERSION] * VERSION_W
    for i in range(first, end):
        if Q[Q[H_SHAPES] + H[i] * SHAPE_W + P_FLAGS] & IS_SEEN and is_visible(i, Q, C, T, K, H, R, S, F, L, O, G):
            for k in range(Q[version + V_SEEN], Q[version + V_SEEN] + SEEN_W * Q[version + V_SEEN_N], SEEN_W):
                if takes(Q[k + 1], Q[k + 2], i, Q, C, T, K, H, R, S, F, L, O, G):
                    place = Q[H_AT_LIST] + Q[k]
                    L[Q[k] * S[S_CAP] + S[place]] = i
                    S[place] += 1
            start_event_clocks(i, Q, C, T, K, H, R, S, F, L, O, G)


@compiled(types.void, i8, i8)
def push_crossing(
    age_pc: int, span_pc: int,
    Q: Array, C: Array, T: Array, K: Array, H: Array, R: Array, S: Array, F: Array, L: Array, O: Array, G: Array,
) -> None:  # fmt: skip
    """Put into the queue the instant at which an age now below a span will have grown to it."""
    if run(age_pc, -1, Q, C, T, K, H, R, S, F, L, O, G) == DURATION:
        age = F[Q[H_AT_STACK]]
        if run(span_pc, -1, Q, C, T, K, H, R, S, F, L, O, G) == DURATION and age < F[Q[H_AT_STACK]]:
            push(S[S_NOW] + int(F[Q[H_AT_STACK]] - age), Q, C, T, K, H, R, S, F, L, O, G)


@once
def step(  # noqa: C901, PLR0912  the five steps in order
    now: int,
    Q: Array, C: Array, T: Array, K: Array, H: Array, R: Array, S: Array, F: Array, L: Array, O: Array, G: Array,
) -> None:  # fmt: skip
    """One instant, in the five steps of the specification."""
    S[S_NOW], S[S_ENTERED_NOW] = now, 0
    S[S_TICK] += 1
    version = S[S_VERSION]
    while version + 1 < Q[H_VERSIONS_N] and Q[Q[H_VERSIONS] + (version + 1) * VERSION_W + V_EFFECTIVE] <= now:
        version += 1
    S[S_VERSION] = version
    first = i = S[S_NEXT]
    flags = 0
    while i < S[S_END] and T[i] == now:  # 1 and 2: attribute values come first in replay order
        if is_visible(i, Q, C, T, K, H, R, S, F, L, O, G):
            observe(i, Q, C, T, K, H, R, S, F, L, O, G)
            flags |= Q[Q[H_SHAPES] + H[i] * SHAPE_W + P_FLAGS]
        i += 1
    S[S_NEXT] = i
    if flags & IS_NOT_EXACT:
        S[S_STATUS] = NOT_EXACT
    if first < i and S[S_FIRST_FACT] == NEVER:
        S[S_FIRST_FACT] = now
    # 3, expiries, needs no act: windows are counted from now
    deciding = 0
    if flags & MAY_DECIDE:
        deciding = note_decisions(first, i, Q, C, T, K, H, R, S, F, L, O, G)
    if flags & IS_CHECKED and S[S_QUIET] == 0:
        check_events(first, i, deciding, Q, C, T, K, H, R, S, F, L, O, G)
    computed_entries(Q, C, T, K, H, R, S, F, L, O, G)  # 4
    for k in range(deciding):  # 5
        decision = L[Q[H_LISTS_N] * S[S_CAP] + k]
        if S[S_QUIET] == 0:
            check_event(decision, Q, C, T, K, H, R, S, F, L, O, G)
        decide(decision, Q, C, T, K, H, R, S, F, L, O, G)
        computed_entries(Q, C, T, K, H, R, S, F, L, O, G)
    if S[S_ENTERED_NOW] != 0 and Q[H_EXACT] == 0:
        push(next_of_kind(now, False, Q, C, T, K, H, R, S, F, L, O, G), Q, C, T, K, H, R, S, F, L, O, G)
    version = Q[H_VERSIONS] + version * VERSION_W
    for k in range(
        Q[version + V_CROSSINGS], Q[version + V_CROSSINGS] + CROSSING_W * Q[version + V_CROSSINGS_N], CROSSING_W
    ):
        push_crossing(Q[k], Q[k + 1], Q, C, T, K, H, R, S, F, L, O, G)
    if S[S_QUIET] == 0:
        record_score(Q, C, T, K, H, R, S, F, L, O, G)
        if flags & IS_SEEN:
            see(first, i, Q, C, T, K, H, R, S, F, L, O, G)
        if flags & IS_OUTGOING:
            judge_touches(first, i, Q, C, T, K, H, R, S, F, L, O, G)


@compiled(types.void, i8)
def walk(
    until: int,
    Q: Array, C: Array, T: Array, K: Array, H: Array, R: Array, S: Array, F: Array, L: Array, O: Array, G: Array,
) -> None:  # fmt: skip
    """Walk the visible facts and the timers up to and including `until`."""
    while S[S_STATUS] == 0:
        i = S[S_NEXT]
        while i < S[S_END] and not is_visible(i, Q, C, T, K, H, R, S, F, L, O, G):
            i += 1
        S[S_NEXT] = i
        instant = next_due(Q, C, T, K, H, R, S, F, L, O, G)
        if i < S[S_END] and T[i] <= instant:
            instant = T[i]
            if (
                S[S_SNAPS_N] > 0
                and S[S_QUIET] == 0
                and instant <= until
                and has_late(i, Q, C, T, K, H, R, S, F, L, O, G)
            ):
                save(Q, C, T, K, H, R, S, F, L, O, G)
        if instant > until:
            break
        step(instant, Q, C, T, K, H, R, S, F, L, O, G)
