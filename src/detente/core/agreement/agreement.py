"""The compiled agreement: every clause with its conditions resolved, ready to be replayed.

Built by this package's compiler from the validated document; read by `core.replay`, `core.credit` and the
documents and screens. Durations are microseconds unless a name says otherwise; instants are microseconds UTC.
Mappings keep the order of the text.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

from detente.core.agreement.expressions import Condition, Selector
from detente.core.facts.fact import Value


class Side(StrEnum):
    """Who records a kind of fact."""

    MARKETING = "marketing"
    SALES = "sales"
    BOTH = "both"


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of fact and the payload names it may carry (marketing kinds include channel, campaign, content)."""

    name: str
    side: Side
    payload: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CalendarClause:
    """Business hours. `open`: seven tuples (Monday first) of (from, to) in minutes of the local day, sorted."""

    name: str
    timezone: str
    open: tuple[tuple[tuple[int, int], ...], ...]
    holidays: str | None  # "DE" or "DE-BE", of the `holidays` package
    closed: tuple[date, ...]


@dataclass(frozen=True, slots=True)
class BusinessTime:
    """A target in business time: `amount` of `unit` "bh" (open hours) or "bd" (full open days of the calendar)."""

    amount: int
    unit: str
    text: str


@dataclass(frozen=True, slots=True)
class ElapsedTime:
    """A target in elapsed time."""

    micros: int
    text: str


Target = BusinessTime | ElapsedTime


@dataclass(frozen=True, slots=True)
class Party:
    """One party; `name` is who signs for it."""

    id: str
    signs: str
    name: str | None = None


@dataclass(frozen=True, slots=True)
class Persona:
    """A kind of person both teams recognise; the first whose condition holds is the lead's."""

    id: str
    name: str
    when: Condition


@dataclass(frozen=True, slots=True)
class FitRule:
    """Points while the condition holds."""

    id: str
    when: Condition
    points: int | float


@dataclass(frozen=True, slots=True)
class ScoreRule:
    """Points per selected event younger than `expires`, at most `cap` in sum (negative points: at least -cap)."""

    id: str
    event: Selector
    points: int | float
    cap: int | float | None = None
    expires: int | None = None


@dataclass(frozen=True, slots=True)
class Reentry:
    """Not entered again until `after` has passed since the exit, unless the condition holds."""

    after: int
    unless: Condition | None = None


@dataclass(frozen=True, slots=True)
class Stage:
    """A stage of the revenue cycle. Computed: `when`. Recorded: `event`, with `require` checked but not enforced.

    `from_` is None where the text has no `from` (computed: only from no stage; recorded: from any or none).
    """

    name: str
    id: str
    owner: str
    computed: bool
    from_: tuple[str, ...] | None
    when: Condition | None = None
    event: Selector | None = None
    require: Condition | None = None
    reentry: Reentry | None = None
    resets_behaviour: bool = False
    exit: bool = False


@dataclass(frozen=True, slots=True)
class Disposition:
    """A reason: what it points at, the duty that proves it, the payload date of resumption, the fact it sets."""

    reason: str
    points_at: str | None = None
    needs: str | None = None
    resume: str | None = None
    sets: str | None = None


@dataclass(frozen=True, slots=True)
class Route:
    """`when` is None for `otherwise`. `to` is a pool, a person, or an attribute path (`to_attribute`)."""

    id: str
    when: Condition | None
    to: str
    to_attribute: bool = False
    calendar: str | None = None


@dataclass(frozen=True, slots=True)
class Pool:
    """People who share the work; `daily` is what the whole pool can take in a day."""

    id: str
    members: tuple[str, ...]
    daily: int | float | None = None


@dataclass(frozen=True, slots=True)
class TargetRow:
    """One row of a clock's target; `when` is None for `otherwise`."""

    when: Condition | None
    within: Target


@dataclass(frozen=True, slots=True)
class ClockDuty:
    """A promise about speed. Exactly one of start_stage/start_event and of stop_stages/stop_event is set."""

    id: str
    owes: str
    to: str
    targets: tuple[TargetRow, ...]
    business: bool
    start_stage: str | None = None
    start_event: Selector | None = None
    stop_stages: tuple[str, ...] = ()
    stop_event: Selector | None = None
    void_on: Selector | None = None
    objective: float | None = None
    period: str | None = None
    min_n: int | None = None
    alerts: tuple[Mapping[str, Any], ...] = ()
    escalations: tuple[Mapping[str, Any], ...] = ()


@dataclass(frozen=True, slots=True)
class CheckDuty:
    """A promise about how something is done: `require`, evaluated once at each entry or event."""

    id: str
    owes: str
    to: str
    require: Condition
    at_stages: tuple[str, ...] = ()
    at_event: Selector | None = None
    objective: float | None = None
    period: str | None = None
    min_n: int | None = None
    alerts: tuple[Mapping[str, Any], ...] = ()
    escalations: tuple[Mapping[str, Any], ...] = ()


@dataclass(frozen=True, slots=True)
class Quality:
    """The share of delivered leads that must reach `reached`, or a later stage that is no exit, in time."""

    delivered: str
    reached: str
    at_least: float
    judged_after: Target
    min_n: int | None = None


@dataclass(frozen=True, slots=True)
class VolumeDuty:
    """A promise of volume: `amount` unique leads entering `stage` a period, worth `value`, paced by month."""

    id: str
    owes: str
    to: str
    period: str
    stage: str
    amount: int | float
    value: int | float | None = None
    pace: tuple[float, ...] = ()
    worth: Mapping[str, int | float] = field(default_factory=dict)  # by grade at entry
    quality: Quality | None = None
    objective: float | None = None
    min_n: int | None = None
    alerts: tuple[Mapping[str, Any], ...] = ()
    escalations: tuple[Mapping[str, Any], ...] = ()


Duty = ClockDuty | CheckDuty | VolumeDuty


@dataclass(frozen=True, slots=True)
class CreditRule:
    """`sourced` or `influenced`: who gets a deal, by which marketing touches in which look-back."""

    to: str
    touch: str  # first, last or any
    channels: tuple[str, ...]
    lookback: int
    before: str | None  # the stage whose recorded event opens the deal
    otherwise: str | None = None


@dataclass(frozen=True, slots=True)
class CreditView:
    """A named way to describe the path to a deal; never called causal."""

    model: str
    weights: tuple[float, ...] = ()
    order: int | None = None
    half_life: int | None = None


@dataclass(frozen=True, slots=True)
class Holdout:
    """A share of units that a programme leaves alone, so that its effect can be seen."""

    of: str
    share: float
    unit: str = "person"


@dataclass(frozen=True, slots=True)
class Credit:
    """`book` names the one rule that counts."""

    book: str
    sourced: CreditRule | None = None
    influenced: CreditRule | None = None
    views: tuple[CreditView, ...] = ()
    holdout: Holdout | None = None


@dataclass(frozen=True, slots=True)
class Incentive:
    """What a team is paid on: measure or duty id → share; shares sum to 1."""

    team: str
    pays_on: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class ConsentRule:
    """Where `when` holds, `forbid`den channels are barred and `require`d conditions must hold, per outgoing touch."""

    id: str
    when: Condition
    forbid: tuple[str, ...] = ()
    require: Mapping[str, Condition] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class AgreementTest:
    """A test inside the agreement, as written (specification §9). `line` is where it starts."""

    name: str
    file: str
    line: int
    lead: Mapping[str, Value]  # attribute path → value, from the fixture or inline
    history: tuple[str, ...]
    at: str | None
    expect: Mapping[str, Any]  # as written: scalars are strings, lists are lists of strings
    under: tuple[str, ...] = ()


@dataclass(frozen=True)
class Agreement:
    """One version of an agreement, compiled. `effective_at` is 00:00 of `effective` in `timezone`."""

    id: str
    version: str
    effective: date
    effective_at: int
    timezone: str
    currency: str | None
    hash: str  # SHA-256 of the canonical form, hex
    parties: Mapping[str, Party]
    kinds: Mapping[str, Kind]  # standard and declared ones
    calendars: Mapping[str, CalendarClause]
    default_calendar: str | None
    lists: Mapping[str, tuple[Value, ...]]
    terms: Mapping[str, Condition | Selector]  # glossary terms with an `is`
    personas: tuple[Persona, ...]
    fit: tuple[FitRule, ...]
    grades: Mapping[str, int | float]  # letter → least points
    score: tuple[ScoreRule, ...]
    stages: Mapping[str, Stage]  # in declared order
    dispositions: Mapping[str, Mapping[str, Disposition]]  # recycle | reject | discard → reason → clause
    routing: tuple[Route, ...]
    pools: Mapping[str, Pool]
    duties: tuple[Duty, ...]
    credit: Credit | None
    targets: Mapping[str, Mapping[str, Mapping[str, int | float]]]  # period → party or joint → measure → number
    incentives: tuple[Incentive, ...]
    consent: tuple[ConsentRule, ...]
    tests: tuple[AgreementTest, ...]
    document: Any  # the validated pydantic document: words, focus, value, cadence, programmes, content, …
    file: str = "agreement.yaml"


@dataclass(frozen=True)
class Timeline:
    """The versions of one agreement in order of `effective`; the first also rules earlier time."""

    versions: tuple[Agreement, ...]

    @property
    def id(self) -> str:
        """The agreement's stable id."""
        return self.versions[0].id

    def in_force(self, instant: int) -> Agreement:
        """Return the version that rules at `instant` (microseconds UTC)."""
        current = self.versions[0]
        for version in self.versions[1:]:
            if version.effective_at <= instant:
                current = version
        return current

    def under(self, version: str) -> Timeline:
        """Return the timeline on which `version` alone is in force, always."""
        return Timeline(tuple(v for v in self.versions if v.version == version))
