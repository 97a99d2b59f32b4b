"""The compiled program: every version of an agreement as flat tables of integers, beside its bytecode.

Input: the compiled timeline. Output: a `Program`, data that one fixed state machine (`kernel`) interprets; so a
changed agreement costs nothing to compile. `layout.py` says where everything stands; `shapes.py` adds the facts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from detente.core.agreement.agreement import (
    Agreement,
    BusinessTime,
    CalendarClause,
    CheckDuty,
    ClockDuty,
    ConsentRule,
    Stage,
    Target,
    Timeline,
)
from detente.core.agreement.expressions import HOUR, Condition, Operand, Selector
from detente.core.replay import layout as at
from detente.core.replay import routing, timers, waking
from detente.core.replay.assembler import Assembler, Context
from detente.core.replay.consent import SEQUENCE
from detente.core.replay.duties import calendar_of
from detente.core.replay.evaluation import View, kleene
from detente.core.replay.evidence import arms
from detente.core.replay.lead import Lead
from detente.core.replay.tables import LimitReached, ListSpec, Numbering, Tables, reads_event_alone

MOST_STAGES = 62
"""Stages of all versions together: sets of them are the bits of one integer."""


@dataclass(frozen=True)
class Program:
    """A timeline, compiled. `data` is Q without shapes; `kept` and `kept_numbers` are a lead before its first fact."""

    timeline: Timeline
    data: list[int]
    tables: Tables
    calendars: list[CalendarClause]
    clock_duties: list[str]
    check_duties: list[str]
    consent_words: dict[str, int]
    kinds: dict[int, frozenset[str]]
    """By flag of a shape (MAY_DECIDE, IS_CHECKED, IS_SEEN): the kinds that carry it."""
    where_pc: list[int]
    """By list: the code of its `where`, for events whose shape does not decide it; -1 without."""
    unknown_leaves: list[int]
    """By leaf over an attribute: its truth while the attribute is unknown."""
    state_size: int
    hash_tables: int
    largest_target_us: int


def compile_program(timeline: Timeline) -> Program:
    """Compile a timeline. Raises LimitReached where it does not fit."""
    return _Layout(timeline).program()


@dataclass
class _Layout:
    timeline: Timeline
    tables: Tables = field(default_factory=Tables)
    data: list[int] = field(default_factory=lambda: [0] * at.H_SIZE)
    calendars: Numbering = field(default_factory=Numbering)
    clock_duties: Numbering = field(default_factory=Numbering)
    check_duties: Numbering = field(default_factory=Numbering)
    words: dict[str, int] = field(default_factory=dict)
    timer_count: int = 0
    largest_target_us: int = 0

    def __post_init__(self) -> None:
        self.asm = Assembler(self.tables)

    # --- the whole ----------------------------------------------------------------------------------------------

    def program(self) -> Program:
        versions = self.timeline.versions
        for version in versions:
            for name in version.stages:
                self.tables.stages.number(name)
        if len(self.tables.stages) > MOST_STAGES:
            raise LimitReached(f"the versions name more than {MOST_STAGES} stages together; join some of them")
        self._consent_lists()
        rows = [self._version(version) for version in versions]
        head = self.data
        head[at.H_VERSIONS], head[at.H_VERSIONS_N] = self._table(rows), len(rows)
        names = [str(name) for name in self.tables.stages.items]
        head[at.H_STAGE_TEXT] = self._table([[self.tables.texts.code(name)] for name in names])
        head[at.H_EXACT] = int(any(waking.depends_on_the_moment(version) for version in versions))
        where_pc = self._where_code()
        windows = [[w.list, w.mode, w.argument, int(w.resets)] for w in self.tables.windows.items]  # type: ignore[attr-defined]
        head[at.H_WINDOWS] = self._table(windows)
        head[at.H_CODE] = self._table([self.asm.code])
        size = self._state()
        return Program(
            timeline=self.timeline,
            data=self.data,
            tables=self.tables,
            calendars=list(self.calendars.items),  # type: ignore[arg-type]
            clock_duties=[str(each) for each in self.clock_duties.items],
            check_duties=[str(each) for each in self.check_duties.items],
            consent_words=self.words,
            kinds=self._kinds(),
            where_pc=where_pc,
            unknown_leaves=[self._unknown(leaf) for leaf in self.tables.leaves.items],  # type: ignore[arg-type]
            state_size=size,
            hash_tables=self.asm.room.distinct,
            largest_target_us=self.largest_target_us,
        )

    def _table(self, rows: Sequence[Sequence[int]]) -> int:
        """Append rows; return where they start."""
        start = len(self.data)
        for row in rows:
            self.data.extend(row)
        return start

    def _consent_lists(self) -> None:
        head, texts = self.data, self.tables.texts
        head[at.H_GRANT_PURPOSE] = self.tables.fields.number("purpose")
        head[at.H_WITHDRAWN_LIST] = self.asm.list_of(Selector("consent_withdrawn"))
        head[at.H_UNSUBSCRIBE_LIST] = self.asm.list_of(Selector("unsubscribe"))
        head[at.H_EMAIL_TEXT] = texts.code("email")
        for version in self.timeline.versions:
            for rule in version.consent:
                for word in (*rule.forbid, *rule.require):
                    self.words.setdefault(word, len(self.words))
        head[at.H_SEQUENCE_WORD] = self.words.get(SEQUENCE, -1)

    def _where_code(self) -> list[int]:
        context = Context(self.timeline.versions[0])
        specs: list[ListSpec] = list(self.tables.lists.items)  # type: ignore[arg-type]
        return [-1 if spec.where is None or spec.seen else self.asm.verdict(spec.where, context) for spec in specs]

    def _unknown(self, leaf: Condition) -> int:
        return at.truth_code(kleene(leaf, View(self.timeline.versions[0], Lead({}))))

    def _kinds(self) -> dict[int, frozenset[str]]:
        decides, checked, seen = set[str](), set[str](), set[str]()
        for version in self.timeline.versions:
            decides |= {stage.event.kind for stage in version.stages.values() if stage.event is not None}
            for duty in version.duties:
                if isinstance(duty, CheckDuty) and duty.at_event is not None:
                    checked.add(duty.at_event.kind)
                if isinstance(duty, ClockDuty):
                    seen |= {each.kind for each in _clock_selectors(duty) if not reads_event_alone(each.where)}
                    seen |= {duty.start_event.kind} if duty.start_event is not None else set()
        return {
            at.MAY_DECIDE: frozenset(decides),
            at.IS_CHECKED: frozenset(checked),
            at.IS_SEEN: frozenset(seen),
        }

    def _state(self) -> int:
        """Give every array of the lead's state its place; return the size of the state without tables of values."""
        head, tables, room = self.data, self.tables, self.asm.room
        sizes = (
            (at.H_AT_ENTERED, len(tables.stages)), (at.H_AT_LEFT, len(tables.stages)),
            (at.H_AT_LEAF, len(tables.leaves)), (at.H_AT_SLOT, len(tables.slots)), (at.H_AT_LIST, len(tables.lists)),
            (at.H_AT_TAIL, len(tables.windows)), (at.H_AT_TIMER, self.timer_count), (at.H_AT_REG, tables.registers),
            (at.H_AT_STAMP, tables.registers), (at.H_AT_SUM, 2 * tables.sums),
            (at.H_AT_CHECKS, len(self.check_duties)), (at.H_AT_ENTRIES, len(tables.stages)),
        )  # fmt: skip
        place = at.S_ARRAYS
        for name, size in sizes:
            head[name] = place
            place += size
        head[at.H_AT_QUEUE] = place
        scratch = ((at.H_AT_STACK, room.values), (at.H_AT_CALLS, room.calls), (at.H_AT_LOOPS, room.loops * at.LOOP_W))
        size = 0
        for name, more in scratch:
            head[name] = size  # the queue's room is added when it is known
            size += more
        head[at.H_LISTS_N], head[at.H_FIELDS_N] = len(tables.lists), len(tables.fields)
        head[at.H_FIELD_LEAVES_N], head[at.H_STAGES_N] = len(tables.field_leaves), len(tables.stages)
        head[at.H_CHECK_DUTIES_N], head[at.H_DUTIES_N] = len(self.check_duties), len(self.clock_duties)
        return size

    # --- a version ----------------------------------------------------------------------------------------------

    def _version(self, version: Agreement) -> list[int]:
        context = Context(version)
        row = [0] * at.VERSION_W
        row[at.V_EFFECTIVE] = version.effective_at
        row[at.V_SCORE_PC], row[at.V_GRADE_PC] = self.asm.score(context), self.asm.grade(context)
        for place, rows in (
            (at.V_STAGES, [self._stage(stage, version, context) for stage in version.stages.values()]),
            (at.V_CHECKS, [self._check(duty, context) for duty in version.duties if _at_event(duty)]),
            (at.V_CLOCKS, [self._clock(duty, context) for duty in version.duties if isinstance(duty, ClockDuty)]),
            (at.V_ROUTES, self._routes(version, context)),
            (at.V_CONSENT, [self._consent(rule, version) for rule in version.consent]),
            (
                at.V_PERSONAS,
                [[self.tables.texts.code(p.id), self.asm.verdict(p.when, context)] for p in version.personas],
            ),
            (at.V_IDLE, [[delay] for delay in sorted(timers.of_agreement(version).idle)]),
            (at.V_SEEN, self._seen(context)),
            (at.V_REENTRIES, self._reentries()),
            (
                at.V_CROSSINGS,
                [list(map(self._value(context), pair)) for pair in timers.of_agreement(version).against_span],
            ),
            *self._timers(version),
        ):
            row[place], row[place + 1] = self._table(rows), len(rows)
        row[at.V_CALENDAR] = self._calendar(version, version.default_calendar)
        handover = routing.handover_stage(version)
        row[at.V_HANDOVER] = -1 if handover is None else self.tables.stages.number(handover)
        return row

    def _timers(self, version: Agreement) -> Iterator[tuple[int, list[list[int]]]]:
        def rows(pairs: Sequence[tuple[Selector, int]]) -> list[list[int]]:
            made = [
                [self.asm.list_of(selector), delay, self.timer_count + n] for n, (selector, delay) in enumerate(pairs)
            ]
            self.timer_count += len(made)
            return made

        kinds = [(Selector(kind), delay) for kind, delay in sorted(timers.of_agreement(version).after_event)]
        exact = any(waking.depends_on_the_moment(each) for each in self.timeline.versions)
        yield at.V_KINDS, rows(kinds)
        yield at.V_TIMERS, rows(kinds if exact else waking.after_selected(version))

    def _value(self, context: Context) -> Callable[[Operand], int]:
        return lambda operand: self.asm.value(operand, context)

    def _reentries(self) -> list[list[int]]:
        pairs = {
            (self.tables.stages.number(stage.name), stage.reentry.after)
            for version in self.timeline.versions
            for stage in version.stages.values()
            if stage.reentry is not None
        }
        return [list(pair) for pair in sorted(pairs)]

    # --- stages and checks --------------------------------------------------------------------------------------

    def _stage(self, stage: Stage, version: Agreement, context: Context) -> list[int]:
        row = [0] * at.STAGE_W
        condition = stage.when if stage.computed else stage.require
        row[at.G_CODE], row[at.G_COMPUTED] = self.tables.stages.number(stage.name), int(stage.computed)
        row[at.G_HAS_FROM] = int(stage.from_ is not None)
        row[at.G_FROM] = sum(1 << self.tables.stages.number(name) for name in set(stage.from_ or ()))
        row[at.G_WHEN_PC] = -1 if condition is None else self.asm.verdict(condition, context)
        row[at.G_KLEENE_PC] = -1 if condition is None else self.asm.kleene(condition, context)
        row[at.G_EVENT_LIST], row[at.G_EVENT_PC] = (
            (-1, -1) if stage.event is None else self.asm.selector(stage.event, context)
        )
        row[at.G_AFTER] = -1 if stage.reentry is None else stage.reentry.after
        unless = None if stage.reentry is None else stage.reentry.unless
        row[at.G_UNLESS_PC] = -1 if unless is None else self.asm.verdict(unless, context)
        row[at.G_RESETS], row[at.G_EXIT] = int(stage.resets_behaviour), int(stage.exit)
        admitting = arms(condition) if stage.computed and condition is not None else ()
        arm_rows = [[self.tables.texts.code(arm.id), self.asm.verdict(arm.item, context)] for arm in admitting]
        row[at.G_ARMS], row[at.G_ARMS_N] = self._table(arm_rows), len(arm_rows)
        checks = [
            [self.check_duties.number(duty.id), self.asm.verdict(duty.require, context)]
            for duty in version.duties
            if isinstance(duty, CheckDuty) and stage.name in duty.at_stages
        ]
        row[at.G_CHECKS], row[at.G_CHECKS_N] = self._table(checks), len(checks)
        return row

    def _check(self, duty: object, context: Context) -> list[int]:
        assert isinstance(duty, CheckDuty) and duty.at_event is not None  # noqa: S101  the caller chose it
        where = self.asm.selector(duty.at_event, context)
        return [self.check_duties.number(duty.id), *where, self.asm.verdict(duty.require, context)]

    # --- clocks, routes, consent --------------------------------------------------------------------------------

    def _clock(self, duty: ClockDuty, context: Context) -> list[int]:
        row = [0] * at.CLOCK_W
        row[at.K_DUTY] = self.clock_duties.number(duty.id)
        row[at.K_START_STAGE] = -1 if duty.start_stage is None else self.tables.stages.number(duty.start_stage)
        row[at.K_START_LIST] = self._chosen(duty.start_event)
        row[at.K_STOP_LIST] = self._chosen(duty.stop_event)
        row[at.K_STOP_STAGES] = sum(1 << self.tables.stages.number(name) for name in set(duty.stop_stages))
        row[at.K_VOID_LIST] = self._chosen(duty.void_on)
        row[at.K_BUSINESS] = int(duty.business)
        targets = [
            [self._optional(each.when, context), *self._target(each.within, context.agreement)] for each in duty.targets
        ]
        row[at.K_TARGETS], row[at.K_TARGETS_N] = self._table(targets), len(targets)
        row[at.K_VERSION] = self.timeline.versions.index(context.agreement)
        return row

    def _target(self, target: Target, agreement: Agreement) -> list[int]:
        text = self.tables.texts.code(target.text)
        if not isinstance(target, BusinessTime):
            return [0, target.micros, text]
        full = max((calendar_of(clause).full_day_us for clause in agreement.calendars.values()), default=HOUR)
        days = target.unit == "bd"
        self.largest_target_us = max(self.largest_target_us, target.amount * (full if days else HOUR))
        return [int(days), target.amount if days else target.amount * HOUR, text]

    def _routes(self, version: Agreement, context: Context) -> list[list[int]]:
        return [
            [
                self._optional(rule.when, context),
                -1 if rule.to_attribute else self.tables.texts.code(rule.to),
                self.asm.slot(rule.to, as_text=True) if rule.to_attribute else -1,
                self._calendar(version, rule.calendar),
                self.tables.texts.code(rule.id),
            ]
            for rule in version.routing
        ]

    def _consent(self, rule: ConsentRule, version: Agreement) -> list[int]:
        context = Context(version, consent=True)
        words = [[self.words[word], -1] for word in rule.forbid]
        words += [
            [self.words[word], self.asm.verdict(condition, context)]
            for word, condition in rule.require.items()
            if word not in rule.forbid
        ]
        when = self.asm.verdict(rule.when, context)
        return [self.tables.texts.code(rule.id), when, self._table(words), len(words)]

    def _seen(self, context: Context) -> list[list[int]]:
        """The selectors of clocks whose `where` reads the lead, each decided under the version in force."""
        found: dict[str, Selector] = {}
        for version in self.timeline.versions:
            for duty in version.duties:
                if isinstance(duty, ClockDuty):
                    for selector in _clock_selectors(duty):
                        if not reads_event_alone(selector.where):
                            found.setdefault(repr(selector), selector)
        return [[self._chosen(each), *self.asm.selector(each, context)] for each in found.values()]

    def _chosen(self, selector: Selector | None) -> int:
        """Return the list of the events that start, stop or void a clock; -1 for none."""
        if selector is None:
            return -1
        return self.asm.list_of(selector, seen=not reads_event_alone(selector.where))

    def _calendar(self, version: Agreement, name: str | None) -> int:
        return -1 if name is None else self.calendars.number(version.calendars[name])

    def _optional(self, condition: Condition | None, context: Context) -> int:
        return -1 if condition is None else self.asm.verdict(condition, context)


def _clock_selectors(duty: ClockDuty) -> Iterator[Selector]:
    for selector in (duty.start_event, duty.stop_event, duty.void_on):
        if selector is not None:
            yield selector


def _at_event(duty: object) -> bool:
    return isinstance(duty, CheckDuty) and duty.at_event is not None
