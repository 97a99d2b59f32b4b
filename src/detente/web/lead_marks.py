"""The marks of a lead's page, as numbers for SVG attributes: the bar of a clock, the score as a step line.

Input: the answers of `app`. Lengths are in units of each drawing's own box; the words beside it are the template's.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import tzinfo

from detente.app import figures
from detente.app.queries.countdown import Countdown, State
from detente.app.queries.lead_clocks import LeadClock
from detente.app.queries.lead_points import Interest, Points, Threshold
from detente.core.replay.rows import ScoreRow
from detente.web.marks import colour_of

BAR_WIDTH = 400
GAP = 1
"""Between two segments: a handover is seen, and resets nothing."""

QUEUE, PAST_TARGET = "f-v", "f-b"

LEFT, RIGHT, TOP, BOTTOM = 30, 390, 27, 92
"""The plane of the step line in its box of 400 × 112."""

LABEL = 60
"""How far the words at the end of the line reach back."""

STEPS = 240
"""Steps of the score that are drawn: more do not fit beside each other."""


@dataclass(frozen=True, slots=True)
class Piece:
    """One stretch of a bar."""

    x: float
    width: float
    colour: str


@dataclass(frozen=True, slots=True)
class Bar:
    """The bar of a clock: its pieces, and the tick at which the target lies."""

    pieces: tuple[Piece, ...]
    tick: float


@dataclass(frozen=True, slots=True)
class Mark:
    """A labelled place on a drawing."""

    x: float
    y: float
    words: str
    anchor: str = "start"

    @property
    def above(self) -> float:
        """Where its words stand: over it, or under it where they would lie beyond the drawing."""
        return self.y - 4 if self.y > 16 else self.y + 14


@dataclass(frozen=True)
class StepLine:
    """The score over time. `path`: of the line; `sentence`: what it shows, in words."""

    path: str
    thresholds: tuple[Mark, ...]
    entries: tuple[Mark, ...]
    now: Mark
    label: float  # where the words of `now` stand: above the line there
    times: tuple[Mark, ...]
    sentence: str


@dataclass(frozen=True)
class StripRow:
    """A running clock as the strip shows it: its chip, when it is due and whom it tells next, in words."""

    clock: LeadClock
    bar: Bar
    chip: str
    due: str
    next: str


def strip_row(clock: LeadClock, running: Countdown, zone: tzinfo) -> StripRow:
    """Return a running clock in words and marks."""
    signal = running.next_signal
    return StripRow(
        clock=clock,
        bar=bar(clock),
        chip=running.words(zone),
        due=figures.near(running.due_at, running.now, zone),
        next="" if signal is None else figures.near(signal.at, running.now, zone),
    )


def bar(clock: LeadClock) -> Bar:
    """Return the bar of a clock: grey while it waits for an owner, then the owner's team; past the target rescaled."""
    target = clock.row.target_us
    used = sum(each.micros for each in clock.segments)
    scale = BAR_WIDTH / max(target, used, 1)
    past = clock.countdown is not None and clock.countdown.state is State.OVER
    team = PAST_TARGET if past else colour_of(clock.duty.owes)
    pieces, x = [], 0.0
    for each in clock.segments:
        width = each.micros * scale
        pieces.append(Piece(round(x, 1), round(max(1.0, width - GAP), 1), QUEUE if each.owner is None else team))
        x += width
    return Bar(tuple(pieces), round(min(BAR_WIDTH - 2, target * scale), 1))


def step_line(interest: Interest, at: int, zone: tzinfo) -> StepLine | None:
    """Return the score over time; None where it never changed: a line that is level says nothing."""
    if len(interest.steps) < 2 or not any(step.score for step in interest.steps):
        return None
    plane = _Plane.of(interest, at)
    steps = _thinned(interest.steps, plane)
    return StepLine(
        path=_path(steps, plane),
        thresholds=tuple(_threshold(each, plane) for each in _apart(interest.thresholds, plane)),
        entries=tuple(
            Mark(plane.x(entry.occurred_at), plane.y(entry.score), entry.stage) for entry in interest.entries
        ),
        now=Mark(plane.x(at), plane.y(interest.score), f"{figures.count(interest.score)} now", "end"),
        label=max(12.0, min(plane.y(step.score) for step in (*_near_end(steps, plane), steps[-1])) - 7),
        times=tuple(_times(plane, zone)),
        sentence=_sentence(interest, plane, zone),
    )


@dataclass(frozen=True, slots=True)
class _Plane:
    begins: int
    ends: int
    low: float
    high: float

    @classmethod
    def of(cls, interest: Interest, at: int) -> _Plane:
        scores = [float(step.score) for step in interest.steps]
        high = max([*scores, *(float(each.least) for each in interest.thresholds), 1.0])
        first = next((step.at for step in interest.steps if step.score), interest.begins)
        begins = max(interest.begins, first - (at - first) // 12)  # a little of nothing before the first points
        return cls(min(begins, at - 1), at, min([*scores, 0.0]), high)

    def x(self, instant: int) -> float:
        share = (max(instant, self.begins) - self.begins) / (self.ends - self.begins)
        return round(LEFT + (RIGHT - LEFT) * share, 1)

    def y(self, score: Points) -> float:
        return round(BOTTOM - (BOTTOM - TOP) * (float(score) - self.low) / (self.high - self.low), 1)


def _near_end(steps: Sequence[ScoreRow], plane: _Plane) -> Iterator[ScoreRow]:
    """Yield what is drawn under the words at the end of the line."""
    for step, following in zip(steps, (*steps[1:], None), strict=True):
        if following is None or plane.x(following.at) > RIGHT - LABEL:
            yield step


def _path(steps: Sequence[ScoreRow], plane: _Plane) -> str:
    first = steps[0]
    parts = [f"M{plane.x(first.at)} {plane.y(first.score)}"]
    parts += [f"H{plane.x(step.at)}V{plane.y(step.score)}" for step in steps[1:]]
    return "".join(parts) + f"H{plane.x(plane.ends)}"


def _thinned(steps: Sequence[ScoreRow], plane: _Plane) -> Sequence[ScoreRow]:
    """Return the steps that can be told apart: of many at one place, the lowest, the highest and the last."""
    if len(steps) <= STEPS:
        return steps
    places: dict[int, list[ScoreRow]] = {}
    for step in steps:
        places.setdefault(int(plane.x(step.at) * STEPS / 3 / (RIGHT - LEFT)), []).append(step)
    kept: list[ScoreRow] = []
    for near in places.values():
        ends = {id(each): each for each in (min(near, key=_score), max(near, key=_score), near[-1])}
        kept += sorted(ends.values(), key=lambda step: step.at)
    return kept


def _score(step: ScoreRow) -> float:
    return float(step.score)


def _apart(thresholds: Sequence[Threshold], plane: _Plane) -> Iterator[Threshold]:
    """Yield thresholds whose names do not lie on one another."""
    taken: list[float] = []
    for each in thresholds:
        if all(abs(plane.y(each.least) - other) > 12 for other in taken):
            taken.append(plane.y(each.least))
            yield each


def _threshold(each: Threshold, plane: _Plane) -> Mark:
    return Mark(LEFT + 1, plane.y(each.least), f"{figures.count(each.least)} for {each.stage}")


def _times(plane: _Plane, zone: tzinfo) -> Iterator[Mark]:
    middle = (plane.begins + plane.ends) // 2
    days = [figures.brief_day(each, plane.ends, zone) for each in (plane.begins, middle, plane.ends)]
    yield Mark(LEFT, 108, days[0])
    if days[1] not in (days[0], days[2]):
        yield Mark((LEFT + RIGHT) / 2, 108, days[1], "middle")
    if days[2] != days[0]:
        yield Mark(RIGHT, 108, days[2], "end")


def _sentence(interest: Interest, plane: _Plane, zone: tzinfo) -> str:
    first, last = (figures.brief_day(each, plane.ends, zone) for each in (plane.begins, plane.ends))
    told = f"Score from {first} to {last}: highest {figures.count(interest.highest)}"
    for each in interest.thresholds:
        reached = "reached" if interest.highest >= each.least else "not reached"
        told += f", {figures.count(each.least)} for {each.stage} {reached}"
    return f"{told}, {figures.count(interest.score)} now"
