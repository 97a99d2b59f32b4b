"""The shape of the scoreboard: frozen dataclasses, ready for tables and for JSON (`schema: "detente.scoreboard/1"`).

Filled by `detente.app.queries.scoreboard` from a published snapshot; shown by the command line, later by screens.

Conventions. Instants are ISO 8601 text in the agreement's zone, with offset. Durations are whole seconds. Money is in
the agreement's currency. A share is a number from 0 to 1 with a 95 % interval (`low`, `high`), and `None` where nothing
can be said. `definition` names a row of `Scoreboard.definitions`. Everything was true at `Scoreboard.as_of`, except a
closed figure, which was true at its `closed_at` and never changes; `settled` beside it holds what is known today.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

SCHEMA = "detente.scoreboard/1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """A week, month or quarter in the agreement's zone. `state`: running, over (not yet closed) or closed."""

    name: str  # 2026Q4, 2026-11, 2026-W48
    kind: str  # quarter, month, week
    start: str
    end: str  # the first instant after it
    closes_at: str
    state: str
    day: int  # of `days`, today counted; equal to `days` once it is over
    days: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """What a promise came to in one period.

    `status`: on course, behind pace, below objective, met, broken, not judged. Counted in instances (`met`, `broken`,
    `open`, `void`), or delivered against promised (`delivered`, `promised`, `due` by today where a pace is agreed).
    `n` is what the share rests on: met + broken, or the leads old enough to be judged.
    """

    period: str
    state: str  # of the period: running, over, closed
    status: str
    n: int
    delivered: float | None = None
    promised: float | None = None
    due: float | None = None
    pace: float | None = None  # delivered / due
    met: int | None = None
    broken: int | None = None
    open: int | None = None
    void: int | None = None
    pending: int | None = None  # not yet old enough to be judged
    share: float | None = None
    low: float | None = None
    high: float | None = None
    objective: float | None = None
    min_n: int | None = None
    too_few: bool = False  # fewer than `min_n`, else 20: show counts, no percentage
    expected: float | None = None  # instances of such a period: mean of up to three before it
    versions: tuple[str, ...] = ()  # agreement versions of the instances
    closed_at: str | None = None
    settled: Figure | None = None  # beside a closed figure that later knowledge has changed
    restated: int = 0  # rows that differ between the closed and the settled figure


@dataclass(frozen=True, slots=True, kw_only=True)
class DutyLine:
    """One promise of one side. A volume duty has up to three lines: count, value and quality."""

    duty: str  # clause id, e.g. sla.speed
    part: str  # instances, count, value, quality
    title: str  # "First attempt in time"
    promise: str  # "within 1bh, 2bh or 4bh, in 90 %, by month"
    unit: str  # leads, money, instances
    figure: Figure  # of the period shown, or of its latest week or month
    within: tuple[Figure, ...]  # all figures of the duty inside the period shown, oldest first
    before: Figure | None  # the closed period before `figure`
    definition: str
    version: str  # that judges `figure`


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """What one party owes the other."""

    owes: str  # party id
    to: str
    duties: tuple[DutyLine, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Goal:
    """A target against what came. `status`: on course, behind pace, running (no pace agreed), met, below target."""

    party: str  # or joint
    measure: str
    period: str
    unit: str  # leads, deals, money
    actual: float
    target: float
    attainment: float
    due: float | None
    status: str
    state: str
    closed_at: str | None
    settled: float | None  # the actual as known today, where it differs from the closed one
    definition: str
    version: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PayPart:
    """One measure a team is paid on; `counted` is the attainment capped at 1.5, None while it is not judged."""

    measure: str
    weight: float
    attainment: float | None
    counted: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Pay:
    """What a team's pay plan comes to; `factor` is the weighted sum, None while any part is not judged."""

    team: str
    period: str
    parts: tuple[PayPart, ...]
    factor: float | None
    definition: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """Where leads of a cohort were at its horizon: moved on, an exit's name, or still there."""

    where: str
    leads: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ConversionLine:
    """Of the leads that entered a stage in one period, how many reached the next within the horizon.

    `n` counts only leads observed for the whole horizon; younger ones are `pending` and in no rate.
    """

    stage: str
    to: str
    cohort: str  # period of entry
    entered: int
    pending: int
    n: int
    converted: int
    share: float | None
    low: float | None
    high: float | None
    too_few: bool
    horizon_days: float
    outcomes: tuple[Outcome, ...]  # adds up to n
    median_seconds: int | None  # time in the stage, leads still there counted as such
    p75_seconds: int | None
    definition: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SpeedLine:
    """How long until a clock was stopped. The unanswered are counted as waiting, never dropped."""

    duty: str
    period: str
    n: int
    answered: int
    waiting: int
    void: int
    median_seconds: int | None  # business time, if that is what the clock counts
    p90_seconds: int | None
    median_raw_seconds: int | None  # all time
    p90_raw_seconds: int | None
    business: bool
    within: float | None  # share within target
    low: float | None
    high: float | None
    too_few: bool
    definition: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamShare:
    """A team's part of a total; `share` of all teams sums to 1."""

    team: str
    deals: float  # deals, whole ones in the book, fractions in a view
    amount: float
    share: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """The same deals split by another model. Describes paths; never added to the book and never called causal."""

    model: str
    teams: tuple[TeamShare, ...]
    computed: bool  # False: this version does not compute the model


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelCredit:
    """A channel's part of what the book gives to a team."""

    team: str
    channel: str
    deals: float
    amount: float


@dataclass(frozen=True, slots=True, kw_only=True)
class CreditPanel:
    """Whose deals they were. `measure`: revenue (deals won in the period) or pipeline (deals opened in it)."""

    measure: str
    period: str
    book: str  # the one rule that counts
    deals: int
    amount: float
    teams: tuple[TeamShare, ...]
    channels: tuple[ChannelCredit, ...]
    influenced: TeamShare | None  # beside it, never added
    views: tuple[View, ...]
    state: str
    closed_at: str | None
    settled: tuple[TeamShare, ...]  # as known today, where that differs from the closed split
    definition: str
    version: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelLine:
    """What became of the leads handed over in a period of a duty, by the channel of their first marketing fact."""

    duty: str
    period: str
    channel: str
    delivered: int
    pending: int
    n: int
    accepted: int
    share: float | None
    low: float | None
    high: float | None
    too_few: bool
    reached: Mapping[str, int]  # later stage → leads so far
    definition: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReasonLine:
    """A reason given with a decision in the period. `points_at` is None for a reason that is not on the list."""

    decision: str  # recycle, reject, discard
    reason: str | None
    points_at: str | None
    listed: bool
    count: int
    definition: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StageCount:
    """Leads by the stage they are in now; `stage` is None for leads in none."""

    stage: str | None
    leads: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """Leads of which the CRM says another stage than the agreement."""

    stage: str | None
    crm_stage: str
    leads: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentBreak:
    """Outgoing touches of the period that a consent rule did not allow."""

    rule: str
    channel: str
    touches: int
    leads: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Attention:
    """Something worth a word, in the words of the agreement. `status` as of a figure, or: consent, crm, reasons."""

    status: str
    clause: str | None
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Definition:
    """What a figure means, how it is computed, and what its n counts."""

    words: str
    formula: str
    n: str
    version: str  # of the definition


@dataclass(frozen=True, slots=True, kw_only=True)
class Scoreboard:
    """What each side owed and delivered, at one instant, under one agreement."""

    schema: str = field(default=SCHEMA, init=False)
    snapshot: str
    agreement: str
    version: str  # in force at `as_of`
    hash: str  # of that version's text
    timezone: str
    currency: str | None
    as_of: str
    period: Period
    previous: Period | None  # the last closed period of the same kind
    sides: tuple[Side, ...]  # marketing first, always
    goals: tuple[Goal, ...]
    pay: tuple[Pay, ...]
    conversion: tuple[ConversionLine, ...]  # of the youngest cohort of which every lead is old enough
    conversion_from: str | None  # when the first cohort will be old enough, if none is
    speed: tuple[SpeedLine, ...]
    credit: tuple[CreditPanel, ...]
    channels: tuple[ChannelLine, ...]
    reasons: tuple[ReasonLine, ...]
    stages: tuple[StageCount, ...]
    differences: tuple[Difference, ...]
    consent: tuple[ConsentBreak, ...]
    attention: tuple[Attention, ...]
    definitions: Mapping[str, Definition]


def as_json(board: Scoreboard) -> dict[str, Any]:
    """Return the scoreboard as JSON values: field names are keys, tuples are lists."""
    return {name: _plain(value) for name, value in asdict(board).items()}


def _plain(value: object) -> object:
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, (tuple, list)):
        return [_plain(item) for item in value]
    return value
