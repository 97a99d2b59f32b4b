"""The memory map that the compiled program and the kernel share: where everything stands in the flat arrays.

An agreement compiles to data. Seven arrays hold all there is, and every function of the kernel takes them in this
order (with the results' two views last):

    Q  int64    program and shapes: a header of offsets (`H_*`), tables of fixed row widths, bytecode
    C  float64  the numbers Q points at: literals, points, caps, values of shapes
    T  int64    facts: when each happened, by lead and then in replay order
    K  int64    facts: when each was known
    H  int32    facts: the shape of each
    R  float64  facts: values too many for shapes, one row a column
    S  int64    the lead as it stands (`S_*`), windows, timers, stacks
    F  float64  the lead as it stands: numbers of S's tags, at the same places
    L  int32    the lists: for every selector, the facts it has taken so far
    O  int64    results, a section a table;  G  float64  the same memory, for scores

Pure data: no array library here.
"""

from __future__ import annotations

# --- values: a tag and a number ---------------------------------------------------------------------------------

NONE, TRUTH, NUMBER, TEXT, DURATION = 0, 1, 2, 3, 4
COLUMN = 8
"""Added to NUMBER or TEXT: the number is a column of R, where the fact's own value stands."""

# --- truths: bit 0 is the verdict, bit 1 says that Kleene's value is unknown ------------------------------------

FALSE, TRUE, UNKNOWN = 0, 1, 2
ASK = 4
"""Of a leaf decided by shape: not decided there, run its code."""


def truth_code(value: bool | None) -> int:
    """Return the code of a three-valued truth whose verdict is that of a leaf: an unknown is false."""
    return UNKNOWN if value is None else TRUE if value else FALSE


FOREVER = 2**62
NEVER = -(2**62)

# --- Q: the header ----------------------------------------------------------------------------------------------

_HEADER = (
    "CODE VERSIONS VERSIONS_N STAGE_TEXT WINDOWS SHAPES CELLS FIELDS_N FIELD_LEAVES FIELD_LEAVES_N FIELD_UNKNOWN "
    "AT_ENTERED AT_LEFT AT_LEAF AT_SLOT AT_LIST AT_TAIL AT_TIMER AT_REG AT_STAMP AT_SUM AT_CHECKS AT_ENTRIES "
    "AT_QUEUE QUEUE_CAP LISTS_N PERSIST AT_STACK AT_CALLS AT_LOOPS AT_HASH HASH_MASK EXACT "
    "CHECK_DUTIES_N DUTIES_N STAGES_N GRANT_PURPOSE WITHDRAWN_LIST UNSUBSCRIBE_LIST EMAIL_TEXT "
    "SEQUENCE_WORD CALENDARS AT_SNAPS SNAPS AT_LEVELS SIZE "
).split()
(
    H_CODE, H_VERSIONS, H_VERSIONS_N, H_STAGE_TEXT, H_WINDOWS, H_SHAPES, H_CELLS, H_FIELDS_N, H_FIELD_LEAVES,
    H_FIELD_LEAVES_N, H_FIELD_UNKNOWN, H_AT_ENTERED, H_AT_LEFT, H_AT_LEAF, H_AT_SLOT, H_AT_LIST, H_AT_TAIL,
    H_AT_TIMER, H_AT_REG, H_AT_STAMP, H_AT_SUM, H_AT_CHECKS, H_AT_ENTRIES, H_AT_QUEUE, H_QUEUE_CAP, H_LISTS_N,
    H_PERSIST, H_AT_STACK, H_AT_CALLS, H_AT_LOOPS, H_AT_HASH, H_HASH_MASK, H_EXACT,
    H_CHECK_DUTIES_N, H_DUTIES_N, H_STAGES_N, H_GRANT_PURPOSE, H_WITHDRAWN_LIST, H_UNSUBSCRIBE_LIST, H_EMAIL_TEXT,
    H_SEQUENCE_WORD, H_CALENDARS, H_AT_SNAPS, H_SNAPS, H_AT_LEVELS, H_SIZE,
) = range(len(_HEADER))  # fmt: skip

# --- Q: the row of a version; pointers are offsets in Q, `*_PC` are offsets in the bytecode ----------------------

VERSION_W = 29
(
    V_EFFECTIVE, V_STAGES, V_STAGES_N, V_SCORE_PC, V_GRADE_PC, V_CHECKS, V_CHECKS_N, V_CLOCKS, V_CLOCKS_N, V_ROUTES,
    V_ROUTES_N, V_CONSENT, V_CONSENT_N, V_PERSONAS, V_PERSONAS_N, V_TIMERS, V_TIMERS_N, V_KINDS, V_KINDS_N, V_IDLE,
    V_IDLE_N, V_CALENDAR, V_HANDOVER, V_SEEN, V_SEEN_N, V_REENTRIES, V_REENTRIES_N,
    V_CROSSINGS, V_CROSSINGS_N,
) = range(VERSION_W)  # fmt: skip

STAGE_W = 16
(
    G_CODE, G_COMPUTED, G_HAS_FROM, G_FROM, G_WHEN_PC, G_KLEENE_PC, G_EVENT_LIST, G_EVENT_PC, G_AFTER, G_UNLESS_PC,
    G_RESETS, G_EXIT, G_ARMS, G_ARMS_N, G_CHECKS, G_CHECKS_N,
) = range(STAGE_W)  # fmt: skip
"""A stage. For a recorded one WHEN and KLEENE are those of `require` (-1 without)."""

CHECK_W = 4  # duty, list, where_pc, require_pc
STAGE_CHECK_W = 2  # duty, require_pc
ARM_W = 2  # arm text, pc
CLOCK_W = 10
(
    K_DUTY, K_START_STAGE, K_START_LIST, K_STOP_LIST, K_STOP_STAGES, K_VOID_LIST, K_BUSINESS, K_TARGETS, K_TARGETS_N,
    K_VERSION,
) = range(CLOCK_W)  # fmt: skip
TARGET_W = 4  # when_pc (-1 otherwise), in full days, amount (µs or days), text
ROUTE_W = 5  # when_pc (-1 otherwise), named text (-1: slot), slot, calendar (-1), id text
CONSENT_W = 4  # rule text, when_pc, words, words_n
WORD_W = 2  # channel word, required_pc (-1: forbidden)
PERSONA_W = 2  # id text, pc
TIMER_W = 3  # list, delay, pointer
SEEN_W = 3  # list to append to, list of the kind, where_pc
CROSSING_W = 2  # pc of an age, pc of the span it grows to
REENTRY_W = 2  # stage left, delay
WINDOW_W = 4  # list, mode, argument, whether resets apply
ALWAYS, WITHIN, SINCE = 0, 1, 2

# --- Q: the row of a shape ---------------------------------------------------------------------------------------

SHAPE_W = 11
(
    P_FLAGS, P_LISTS, P_LISTS_N, P_SETS, P_SETS_N, P_LEAVES, P_LEAVES_N, P_WORD, P_WORD_2, P_TO_TAG, P_TO,
) = range(SHAPE_W)  # fmt: skip
IS_EVENT, MAY_DECIDE, IS_CRM, IS_ASSIGN, IS_OUTGOING, IS_CHECKED, IS_SEEN, IS_NOT_EXACT = 1, 2, 4, 8, 16, 32, 64, 128

# --- S: the lead as it stands --------------------------------------------------------------------------------------

SECTIONS = 6
ENTRIES, CLOCKS, CHECKS, CONSENTS, SCORES, STATES = range(SECTIONS)
S_OUT, S_LIMIT = 0, SECTIONS
"""By section: where the next row goes in O, and where the section ends."""
(
    S_STATUS, S_CAP, S_AS_OF, S_QUIET, S_LEVEL, S_NEXT_LEVEL, S_MAIN_FIRST, S_MAIN_END, S_LEAD, S_BASE, S_END, S_SERIAL,
    S_SNAPS_N, S_FIRST_CLOCK, S_FACTS,
) = range(2 * SECTIONS, 2 * SECTIONS + 15)  # fmt: skip
S_KEPT = 2 * SECTIONS + 15
"""Before it: of the run. From here to H_PERSIST: of the lead, begun anew with each."""
(
    S_NOW, S_NEXT, S_VERSION, S_STAGE, S_RESET, S_LAST_EVENT, S_LAST_FACT, S_FIRST_FACT, S_CRM, S_ASSIGN, S_MAX_KNOWN,
    S_TICK, S_VALUES_TICK, S_ENTERED_NOW, S_QUEUE_N, S_HANDOVER, S_HANDOVER_TO, S_ARM, S_LAST_GRADE, S_SCORED,
) = range(S_KEPT, S_KEPT + 20)  # fmt: skip
"""S_SCORED also holds, in F, the score recorded last."""
S_ARRAYS = S_KEPT + 20

FULL, QUEUE_FULL, NOT_EXACT = 1, 16, 17
"""S_STATUS: FULL + section, or the queue of instants: the lead is begun anew with more room.

NOT_EXACT: a number or a sum of this lead cannot be held as it is written; the interpreter replays the lead.
"""

SUM_SCALE = 10_000.0
"""Values are summed as whole ten-thousandths, so that 0.1 and 0.2 are 0.3."""
LARGEST_ADDEND, LARGEST_SUM = 1e11, 2.0**53
"""Below the first, a value has at most fifteen digits to its last ten-thousandth, so that a double stands for just one
such number; up to the second, in ten-thousandths, a sum of them is exact."""
LARGEST_POINTS = 1e15
"""The same for a score, in units of the last decimal of its points: fifteen digits."""

LOOP_W = 13
(
    B_WINDOW, B_AT, B_N, B_COUNT, B_FIRST, B_LAST, B_PAYLOAD, B_NAME, B_FIELD, B_REVOCABLE, B_BODY, B_TABLE, B_SERIAL,
) = range(LOOP_W)  # fmt: skip

# --- O: rows of the results ----------------------------------------------------------------------------------------

ENTRY_W = 15
(
    E_LEAD, E_STAGE, E_N, E_OCCURRED, E_KNOWN, E_VERSION, E_PREVIOUS, E_ARM, E_FLAGS, E_HINGES, E_DECISION, E_GRADE,
    E_SCORE, E_DEFERRED, E_RECORDED,
) = range(ENTRY_W)  # fmt: skip
NOT_FROM, NOT_REQUIRED = 1, 2
CLOCK_ROW_W = 27
(
    D_LEAD, D_DUTY, D_N, D_STATUS, D_EARLY, D_VERSION, D_STAGE, D_ENTRY_N, D_ENTERED, D_STARTED, D_TARGET,
    D_TARGET_US, D_CALENDAR, D_ROUTE, D_OWNER, D_DUE, D_STOPPED, D_STOP_FACT, D_STOP_STAGE, D_VOIDED, D_USED,
    D_ELAPSED, D_ENTRY, D_CLAUSE, D_FACT, D_PENDING, D_LEFT,
) = range(CLOCK_ROW_W)  # fmt: skip
MET, BROKEN, OPEN, VOID = 0, 1, 2, 3
CALENDAR_W = 5  # intervals: their number, starts, ends, open time before; a full day
CHECK_ROW_W = 8  # lead, duty, n, met, at, version, stage, fact
CONSENT_ROW_W = 6  # lead, rule, at, version, fact, word
SCORE_ROW_W = 4  # lead, at, grade; the score as a float
STATE_W = 14
(
    Z_LEAD, Z_STAGE, Z_ENTERED, Z_FURTHEST, Z_SCORE, Z_GRADE, Z_PERSONA, Z_OWNER, Z_ARM, Z_HINGES, Z_CRM, Z_FIRST,
    Z_LAST_EVENT,
    Z_NEXT,
) = range(STATE_W)  # fmt: skip

ROW_WIDTHS = (ENTRY_W, CLOCK_ROW_W, CHECK_ROW_W, CONSENT_ROW_W, SCORE_ROW_W, STATE_W)

# --- bytecode ----------------------------------------------------------------------------------------------------

(
    OP_END, OP_CALL, OP_RET, OP_CACHED, OP_KEEP, OP_LEAF, OP_FIELD_LEAF, OP_CONST, OP_ATTRIBUTE, OP_FIELD, OP_STAGE,
    OP_IDLE, OP_MEASURE, OP_LOOP, OP_NEXT, OP_TRUTH, OP_COMPARE, OP_IN, OP_KNOWN, OP_NOT, OP_NOT3, OP_AND3, OP_OR3,
    OP_JUMP_FALSE, OP_JUMP_TRUE, OP_POINTS, OP_ADD_POINTS, OP_FIT, OP_BAND, OP_CODE, OP_UNSCALE,
) = range(31)  # fmt: skip

M_ANY, M_NONE, M_COUNT, M_DISTINCT, M_SUM, M_FIRST, M_LAST, M_SPAN = range(8)
EQ, NE, GE, LE, GT, LT = range(6)
LEFT_READ, RIGHT_READ, LEFT_COUNTED, RIGHT_COUNTED = 1, 2, 4, 8
"""What the sides of a leaf are: read (attribute, field, stage, idle) or counted (measure, score, grade)."""
BY_TICK, BY_VALUES = 0, 1
"""How long a kept value stays good: until anything changes, or until an attribute or the version does."""
