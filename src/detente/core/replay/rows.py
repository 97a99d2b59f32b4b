"""What a replay yields for one lead: the rows of `entries`, `clocks`, `checks`, `consents`, `scores` and `state`.

These dataclasses are the seam between the interpreter (and later the compiled kernel) and everything downstream:
the engine writes them as Parquet columns of the same names, plus `person`. Instants are microseconds UTC,
`*_us` are durations in microseconds, None is null.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Status(StrEnum):
    """Of one duty instance. Void is never counted as met; open and void are outside attainment, and shown."""

    MET = "met"
    BROKEN = "broken"
    OPEN = "open"
    VOID = "void"


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry to a stage, the n-th of this lead."""

    stage: str
    n: int
    occurred_at: int
    known_at: int
    version: str
    basis: str  # computed | recorded
    previous: str | None  # the stage left by this entry
    arm: str | None
    nonconforming: tuple[str, ...]  # "from", "require"
    hinges: bool
    score: int | float
    grade: str | None
    reason: str | None  # of the decision, for recorded entries
    decision: str | None  # id of the deciding fact
    because: tuple[str, ...]  # ids of the facts that made it true


@dataclass(frozen=True, slots=True)
class ClockRow:
    """One instance of a clock duty."""

    duty: str
    n: int  # by order of the starting entries
    status: Status
    early: bool
    version: str  # in force at duty start
    start_stage: str | None
    entry_n: int | None  # n of the starting entry; None for a clock started by an event
    entered_at: int  # occurred_at of the starting entry or event
    started_at: int  # duty start: max(occurred, known)
    target: str  # as written: "1bh"
    target_us: int  # open (or elapsed) time
    calendar: str | None  # None: elapsed
    route: str | None
    owner: str | None  # who was named at duty start: the route's pool or person
    due_at: int
    stopped_at: int | None
    stopped_by: str | None  # fact id, or the stage that stopped it
    voided_at: int | None
    used_us: int  # calendar time; to the stop, the voiding, or `at`
    elapsed_us: int  # the same span in raw time


@dataclass(frozen=True, slots=True)
class CheckRow:
    """One instance of a check duty."""

    duty: str
    n: int
    status: Status
    at: int
    version: str
    stage: str | None  # for checks at a stage
    fact: str | None  # the event or deciding fact


@dataclass(frozen=True, slots=True)
class ConsentRow:
    """One outgoing touch judged under one consent rule that broke it; no row where all is well."""

    rule: str
    at: int
    version: str
    fact: str
    channel: str


@dataclass(frozen=True, slots=True)
class ScoreRow:
    """The score (and grade) from this instant on; one row a change."""

    at: int
    score: int | float
    grade: str | None


@dataclass(frozen=True, slots=True)
class State:
    """Where the lead stands at `as_of`."""

    stage: str | None
    entered_at: int | None
    furthest: str | None
    score: int | float
    grade: str | None
    persona: str | None
    owner: str | None
    arm: str | None  # of the latest computed entry
    hinges: bool
    crm_stage: str | None  # the CRM's own opinion, compared and never obeyed
    first_at: int | None  # first fact used
    last_event_at: int | None
    next_instant: int | None  # the next timer, version or due instant of an open clock; None: nothing is coming


@dataclass(frozen=True, slots=True)
class LeadResult:
    """Everything the agreement says about one lead at one `as_of`."""

    entries: tuple[Entry, ...]
    clocks: tuple[ClockRow, ...]
    checks: tuple[CheckRow, ...]
    consents: tuple[ConsentRow, ...]
    scores: tuple[ScoreRow, ...]
    state: State
    set_aside: tuple[str, ...]  # ids of facts never used: from the future, before 1990
