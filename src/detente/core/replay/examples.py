"""Run the tests inside an agreement (specification §9): replay each history and compare what comes out.

Input: a compiled timeline, whose versions carry their tests. Output: one outcome a test (and version, for tests that
name versions to run under alone).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from detente.core.agreement.agreement import Agreement, AgreementTest, ClockDuty, Timeline
from detente.core.agreement.expressions import MINUTE, SECOND
from detente.core.agreement.history_line import parse_instant, parse_line, parse_scalar
from detente.core.calendars.instants import moment_of
from detente.core.facts.fact import Fact
from detente.core.replay.interpreter import replay
from detente.core.replay.rows import CheckRow, ClockRow, LeadResult

_UNITS = {"m": 1, "h": 60}


@dataclass(frozen=True)
class TestOutcome:
    """Whether one test holds; `message` says what differs."""

    __test__ = False  # not a pytest class

    name: str
    version: str | None  # for tests that run under named versions alone
    file: str
    line: int
    passed: bool
    message: str


def run_tests(timeline: Timeline) -> list[TestOutcome]:
    """Return the outcome of every test of every version of the timeline, in the order written."""
    return [
        outcome
        for version in timeline.versions
        for test in version.tests
        for outcome in _run(timeline, test, ZoneInfo(version.timezone))
    ]


def _run(timeline: Timeline, test: AgreementTest, zone: ZoneInfo) -> Iterator[TestOutcome]:
    for version in test.under or (None,):
        ruled = timeline if version is None else timeline.under(version)
        differences = list(_differences(ruled, test, zone))
        yield TestOutcome(test.name, version, test.file, test.line, not differences, "; ".join(differences))


def _differences(timeline: Timeline, test: AgreementTest, zone: ZoneInfo) -> Iterator[str]:
    facts = history_facts(test.history, zone)
    as_of = _as_of(test, facts, timeline, zone)
    result = replay(timeline, facts, as_of, test.lead)
    for name, expected in test.expect.items():
        found, shown = _compare(_Answer(timeline, result, zone, as_of), name, expected)
        if not found:
            yield f"{name}: expected {_text(expected)}, got {shown}"


def history_facts(lines: Sequence[str], zone: ZoneInfo) -> list[Fact]:
    """Return the facts of a history, in written order; a `touch` is outgoing and personal unless it says otherwise."""
    facts = []
    for number, line in enumerate(lines):
        row = parse_line(line, zone)
        payload = dict(row.payload)
        if row.kind == "touch":
            if "direction" not in row.named:
                payload["direction"] = "out"
            if "automated" not in row.named:
                payload["automated"] = False
        facts.append(Fact(f"{number:06d}", row.kind, row.occurred_at, row.known_at, "test", "", payload))
    return facts


def _as_of(test: AgreementTest, facts: list[Fact], timeline: Timeline, zone: ZoneInfo) -> int:
    if test.at is not None:
        return parse_instant(test.at, zone)
    last = max((max(fact.occurred_at, fact.known_at) for fact in facts), default=timeline.versions[-1].effective_at)
    return last + SECOND


@dataclass(frozen=True)
class _Answer:
    timeline: Timeline
    result: LeadResult
    zone: ZoneInfo
    as_of: int

    @property
    def agreement(self) -> Agreement:
        return self.timeline.in_force(self.as_of)


def _compare(answer: _Answer, name: str, expected: Any) -> tuple[bool, str]:  # noqa: ANN401  as written in YAML
    """Return whether an expectation holds, and what came out, as it would be written."""
    state = answer.result.state
    if name in ("stage", "furthest", "grade", "owner", "persona", "arm"):
        return _single(expected, getattr(state, name) or "none")
    if name == "score":
        return parse_scalar(str(expected)) == state.score, f"{state.score:g}"
    if name == "hinges":
        return _single(expected, _truth(state.hinges))
    if name == "nonconforming":
        return _all(
            expected, [f"{entry.stage}:{flag}" for entry in answer.result.entries for flag in entry.nonconforming]
        )
    if any(name in version.stages for version in answer.timeline.versions):
        return _entries(answer, name, expected)
    if any(rule.id == name for version in answer.timeline.versions for rule in version.consent):
        return _single(expected, "broken" if any(row.rule == name for row in answer.result.consents) else "ok")
    return _duty(answer, name, expected)


def _entries(answer: _Answer, stage: str, expected: Any) -> tuple[bool, str]:  # noqa: ANN401
    made = [entry.occurred_at for entry in answer.result.entries if entry.stage == stage]
    wanted = [] if expected == "never" else [parse_instant(each, answer.zone) for each in _listed(expected)]
    return made == wanted, _text([_local(instant, answer.zone) for instant in made] or "never")


def _duty(answer: _Answer, name: str, expected: Any) -> tuple[bool, str]:  # noqa: ANN401
    duty, facet = _split(answer, name)
    clock = any(
        isinstance(each, ClockDuty)
        for version in answer.timeline.versions
        for each in version.duties
        if each.id == duty
    )
    rows: list[ClockRow | CheckRow] = [
        row for row in (answer.result.clocks if clock else answer.result.checks) if row.duty == duty
    ]
    found = [_facet(row, facet) for row in rows]
    shown = [_local(each, answer.zone) if isinstance(each, int) else each for each in found]
    if isinstance(expected, list):
        return [_read(answer, each, facet) for each in expected] == found, _text(shown)
    if expected == "none" or not found:
        return expected == "none" and not found, shown[-1] if shown else "none"
    return _read(answer, expected, facet) == found[-1], shown[-1]


def _facet(row: ClockRow | CheckRow, facet: str) -> str | int:
    """Return one facet of an instance: an instant for `due`, else what would be written."""
    if facet == "version":
        return row.version
    if isinstance(row, ClockRow):
        if facet == "used":
            return f"{row.used_us // MINUTE}m"
        if facet == "due":
            return row.due_at
        if facet == "early":
            return _truth(row.early)
    return str(row.status)


def _read(answer: _Answer, text: str, facet: str) -> str | int:
    """Return an expectation in the form `_facet` gives: minutes for hours, instants for local times."""
    if facet == "used":
        return f"{int(text[:-1]) * _UNITS[text[-1]]}m"
    return parse_instant(text, answer.zone) if facet == "due" else text


def _split(answer: _Answer, name: str) -> tuple[str, str]:
    ids = {duty.id for version in answer.timeline.versions for duty in version.duties}
    if name in ids:
        return name, ""
    duty, _, facet = name.rpartition(".")
    return duty, facet


def _single(expected: Any, shown: str) -> tuple[bool, str]:  # noqa: ANN401
    return str(expected) == shown, shown


def _all(expected: Any, shown: list[str]) -> tuple[bool, str]:  # noqa: ANN401
    return _listed(expected) == shown, _text(shown)


def _listed(expected: Any) -> list[str]:  # noqa: ANN401
    return [str(each) for each in expected] if isinstance(expected, list) else [str(expected)]


def _truth(value: bool) -> str:
    return "true" if value else "false"


def _text(value: Any) -> str:  # noqa: ANN401
    return "[" + ", ".join(str(each) for each in value) + "]" if isinstance(value, list) else str(value)


def _local(instant: int, zone: ZoneInfo) -> str:
    moment = moment_of(instant).astimezone(zone)
    exact = moment.second or moment.microsecond
    return moment.strftime("%Y-%m-%d %H:%M:%S.%f" if exact else "%Y-%m-%d %H:%M")
