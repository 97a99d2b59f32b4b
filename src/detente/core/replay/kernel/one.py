"""One lead, or a few, from facts to rows: the kernel behind the reference interpreter's own signature.

The ids of the facts that made an entry true are not the kernel's business: `because` is empty here, and found for
one lead by the interpreter when somebody asks.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from detente.core.facts.fact import ENRICH, Fact, Value
from detente.core.replay import layout as at
from detente.core.replay.history import history
from detente.core.replay.kernel.memory import Code, lay_out
from detente.core.replay.kernel.replay import LeadFacts, Tables, replay_many
from detente.core.replay.program import Program
from detente.core.replay.rows import CheckRow, ClockRow, ConsentRow, Entry, LeadResult, ScoreRow, State, Status
from detente.core.replay.shapes import ShapeBook, shape_table

_STATUS = {at.MET: Status.MET, at.BROKEN: Status.BROKEN, at.OPEN: Status.OPEN, at.VOID: Status.VOID}


def replay(
    program: Program, facts: Sequence[Fact], as_of: int, attributes: Mapping[str, Value] | None = None
) -> LeadResult:
    """Replay one lead, as `interpreter.replay` does."""
    used, set_aside = history(program.timeline, facts, as_of)
    book = ShapeBook(program)
    given = book.number(ENRICH, attributes or {})
    shapes = [book.number(fact.kind, fact.payload) for fact in used]
    first = used[0].occurred_at if used else as_of
    code = lay_out(program, shape_table(book), min(first, as_of), as_of)
    arrays = LeadFacts(
        ends=np.array([0, len(used)], np.int64),
        t=np.array([fact.occurred_at for fact in used], np.int64),
        known=np.array([fact.known_at for fact in used], np.int64),
        shape=np.array(shapes, np.int32),
        columns=np.zeros((0, len(used))),
        given=np.array([given], np.int64),
    )
    tables = [each for each in replay_many(code, arrays, as_of) if len(each.sections[at.STATES])]
    return Decoder(code, used).result(tables[0], set_aside)


class Decoder:
    """Reads one lead's rows back into the words of the agreement."""

    def __init__(self, code: Code, facts: Sequence[Fact]) -> None:
        self.code, self.program, self.facts = code, code.program, facts
        self.versions = [version.version for version in code.program.timeline.versions]
        self.stages = [str(name) for name in code.program.tables.stages.items]
        self.words = {number: word for word, number in code.program.consent_words.items()}

    def result(self, tables: Tables, set_aside: tuple[str, ...]) -> LeadResult:
        """Return everything about the lead."""
        entries, clocks, checks, consents, scores, states = (section.tolist() for section in tables.sections)
        entry_scores, steps = tables.floats(at.ENTRIES, at.E_SCORE), tables.floats(at.SCORES, 3)
        return LeadResult(
            entries=tuple(self._entry(row, float(s)) for row, s in zip(entries, entry_scores, strict=True)),
            clocks=tuple(self._clock(row) for row in clocks),
            checks=tuple(self._check(row) for row in checks),
            consents=tuple(self._consent(row) for row in consents),
            scores=tuple(
                ScoreRow(row[1], float(score), self._text(row[2])) for row, score in zip(scores, steps, strict=True)
            ),
            state=self._state(states[0], float(tables.floats(at.STATES, at.Z_SCORE)[0])),
            set_aside=set_aside,
        )

    def _text(self, code: int) -> str | None:
        return self.program.tables.texts.word(code)

    def _stage(self, code: int) -> str | None:
        return self.stages[code] if code >= 0 else None

    def _fact(self, row: int) -> str | None:
        return self.facts[row].id if row >= 0 else None

    def _entry(self, row: list[int], score: float) -> Entry:
        flags = row[at.E_FLAGS]
        reason = self.facts[row[at.E_DECISION]].payload.get("reason") if row[at.E_DECISION] >= 0 else None
        return Entry(
            stage=self.stages[row[at.E_STAGE]],
            n=row[at.E_N],
            occurred_at=row[at.E_OCCURRED],
            known_at=row[at.E_KNOWN],
            version=self.versions[row[at.E_VERSION]],
            basis="recorded" if row[at.E_RECORDED] else "computed",
            previous=self._stage(row[at.E_PREVIOUS]),
            arm=self._text(row[at.E_ARM]),
            nonconforming=("from",) * (flags & at.NOT_FROM > 0) + ("require",) * (flags & at.NOT_REQUIRED > 0),
            hinges=bool(row[at.E_HINGES]),
            score=score,
            grade=self._text(row[at.E_GRADE]),
            reason=None if reason is None else str(reason),
            decision=self._fact(row[at.E_DECISION]),
            because=(),
        )

    def _clock(self, row: list[int]) -> ClockRow:
        calendar = row[at.D_CALENDAR]
        target = self._text(row[at.D_TARGET])
        assert target is not None  # noqa: S101  every target has its words
        return ClockRow(
            duty=self.program.clock_duties[row[at.D_DUTY]],
            n=row[at.D_N],
            status=_STATUS[row[at.D_STATUS]],
            early=bool(row[at.D_EARLY]),
            version=self.versions[row[at.D_VERSION]],
            start_stage=self._stage(row[at.D_STAGE]),
            entry_n=row[at.D_ENTRY_N] if row[at.D_ENTRY_N] >= 0 else None,
            entered_at=row[at.D_ENTERED],
            started_at=row[at.D_STARTED],
            target=target,
            target_us=row[at.D_TARGET_US],
            calendar=self.program.calendars[calendar].name if calendar >= 0 else None,
            route=self._text(row[at.D_ROUTE]),
            owner=self._text(row[at.D_OWNER]),
            due_at=row[at.D_DUE],
            stopped_at=_instant(row[at.D_STOPPED]),
            stopped_by=self._stage(row[at.D_STOP_STAGE]) or self._fact(row[at.D_STOP_FACT]),
            voided_at=_instant(row[at.D_VOIDED]),
            used_us=row[at.D_USED],
            elapsed_us=row[at.D_ELAPSED],
        )

    def _check(self, row: list[int]) -> CheckRow:
        _, duty, n, met, instant, version, stage, fact = row
        return CheckRow(
            duty=self.program.check_duties[duty],
            n=n,
            status=Status.MET if met else Status.BROKEN,
            at=instant,
            version=self.versions[version],
            stage=self._stage(stage),
            fact=self._fact(fact),
        )

    def _consent(self, row: list[int]) -> ConsentRow:
        _, rule, instant, version, fact, word = row
        return ConsentRow(
            self._text(rule) or "", instant, self.versions[version], self.facts[fact].id, self.words[word]
        )

    def _state(self, row: list[int], score: float) -> State:
        crm = self.facts[row[at.Z_CRM]].payload.get("stage") if row[at.Z_CRM] >= 0 else None
        return State(
            stage=self._stage(row[at.Z_STAGE]),
            entered_at=_instant(row[at.Z_ENTERED]),
            furthest=self._stage(row[at.Z_FURTHEST]),
            score=score,
            grade=self._text(row[at.Z_GRADE]),
            persona=self._text(row[at.Z_PERSONA]),
            owner=self._text(row[at.Z_OWNER]),
            arm=self._text(row[at.Z_ARM]),
            hinges=bool(row[at.Z_HINGES]),
            crm_stage=None if crm is None else str(crm),
            first_at=_instant(row[at.Z_FIRST]),
            last_event_at=_instant(row[at.Z_LAST_EVENT]),
            next_instant=_instant(row[at.Z_NEXT]),
        )


def _instant(value: int) -> int | None:
    return None if value in (at.NEVER, at.FOREVER) else value
