"""What lies behind the revenue cycle: a cohort's conversion, how long leads stay in a stage, how quickly clocks stop,
and by which way leads came in.

Input: the rows of `conversion`, `time_in_stage` and `speed`, and what they count: `stays`, and `clocks` by the period
of their due instant; and the rows of `entries`.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from detente.app import figures
from detente.app.ports.snapshots import Row as Record
from detente.app.ports.snapshots import Where
from detente.app.queries.board_reading import Reading
from detente.app.queries.board_words import period_name
from detente.app.queries.explain_duties import rate_of
from detente.app.queries.explain_ref import FigureRef, known
from detente.app.queries.explain_rows import tally
from detente.app.queries.explain_shape import Also, Count, Finding, Rate, Selection
from detente.core.agreement.expressions import DAY, SECOND
from detente.core.agreement.page_figures import spaced
from detente.core.agreement.page_words import arms
from detente.core.errors import UsageError


def conversion_figure(source: Reading, ref: FigureRef) -> Finding:
    """Return how many leads of a cohort reached a later stage within the horizon."""
    path = [each.name for each in source.agreement.stages.values() if not each.exit]
    stage, later = ref.names[0] or "", ref.names[1] or ""
    known(stage, path[:-1], "leads are followed from no stage")
    known(later, path[path.index(stage) + 1 :], f"no later stage than {stage} is")
    row = _one(source, ref, "conversion", Where("stage", "==", stage), Where("target", "==", later))
    horizon = f"{row['horizon_us'] / DAY:g} days"
    name, of = row["period"], f"{stage} entered in {period_name(row['period'])}"
    cohort = Selection("stay", "stays", (Where("stage", "==", stage), Where(row["kind"], "==", name)))
    old = cohort.narrowed(Where("old_enough", "==", True))
    parts = (
        Count("pending", f"not watched for {horizon} yet", row["pending"], "leads", _young(cohort)),
        Count("judged", f"watched for {horizon}", row["n"], "leads", old, tuple(_went(source, row, old))),
    )
    return Finding(
        ref=ref.of(name),
        title=f"{stage} → {later}",
        value=_rate_text(row, row["converted"]),
        sentence=f"Leads that reached {later}, or a later stage that is no exit, within {horizon} of entering {stage} "
        f"in {period_name(name)}; only those watched for all of that time count.",
        definition="conversion",
        tree=Count("all", of, row["entered"], "leads", cohort, parts),
        as_of=row["as_of"],
        when="Entered",
        clause=source.agreement.stages[later].id,
        period=source.period.period,
        state=source.period.state,
        versions=(row["version"],),
        rate=rate_of(row, row["share"], row["converted"]),
    )


def _young(cohort: Selection) -> Selection:
    return cohort.narrowed(Where("old_enough", "==", False))


def _went(source: Reading, row: Record, old: Selection) -> list[Count]:
    """Return who reached the later stage, and where the others were at the horizon."""
    path = [stage.name for stage in source.agreement.stages.values() if not stage.exit]
    at, to = path.index(row["stage"]), path.index(row["target"])
    reached = old.narrowed(Where("reached", "in", path[to:]))
    found = [Count("converted", f"reached {row['target']}", row["converted"], "leads", reached)]
    if (row["stage"], row["target"]) in pairwise(path):
        others = tally(source.snapshot, old, "outcome")
        found += [
            Count(f"in {where}", where, others[where], "leads", old.narrowed(Where("outcome", "==", where)))
            for where in sorted(others, key=lambda where: (where == "still there", where))
            if where != "moved on"
        ]
        return found
    furthest = tally(source.snapshot, old, "reached")
    for stage in path[at + 1 : to]:
        rows = old.narrowed(Where("reached", "==", stage))
        found.append(Count(f"to {stage}", f"no further than {stage}", furthest[stage], "leads", rows))
    rows = old.narrowed(Where("reached", "is null"))
    return [*found, Count("not", f"no further than {row['stage']}", furthest[None], "leads", rows)]


def time_figure(source: Reading, ref: FigureRef) -> Finding:
    """Return how long leads stay in a stage they entered in a period."""
    stage = _stage(source, ref.names[0])
    row = _one(source, ref, "time_in_stage", Where("stage", "==", stage))
    period = source.period.period
    within = (Where("entered_at", ">=", period.start), Where("entered_at", "<", period.end))
    entries = Selection("stay", "stays", (Where("stage", "==", stage), *within))
    parts = (
        Count("left", "left it again", row["left_stage"], "entries", entries.narrowed(Where("left_at", "is not null"))),
        Count("there", "still there", row["still_there"], "entries", entries.narrowed(Where("left_at", "is null"))),
    )
    median, p75 = (_duration(row[name]) for name in ("median_us", "p75_us"))
    return Finding(
        ref=ref.of(row["period"]),
        title=f"Time in {stage}",
        value=median,
        sentence=f"By when half of the entries to {stage} in {period_name(row['period'])} had been left again; those "
        "still there count as staying longer.",
        definition="time_in_stage",
        tree=Count("all", f"Entries to {stage} in {period_name(row['period'])}", row["n"], "entries", entries, parts),
        as_of=row["as_of"],
        when="Entered",
        clause=source.agreement.stages[stage].id,
        period=period,
        state=source.period.state,
        versions=_in_force(source),
        notes=(("Half within", median), ("Three in four within", p75)),
    )


def way_key(way: str | None) -> str:
    """Return the key of the entries by one named part of a stage's condition, or (None) by what has no name."""
    return "unnamed" if way is None else f"by {way}"


def entries_figure(source: Reading, ref: FigureRef) -> Finding:
    """Return the entries to a stage in a period, by the way in."""
    stages = {name: stage for version in source.timeline.versions for name, stage in version.stages.items()}
    stage = ref.names[0] or ""
    known(stage, stages, "there is no stage")
    period = source.period.period
    within = (Where("occurred_at", ">=", period.start), Where("occurred_at", "<", period.end))
    entries = Selection("entry", "entries", (Where("stage", "==", stage), *within))
    came = tally(source.snapshot, entries, "arm")
    when = stages[stage].when
    named = dict.fromkeys(arm.id for arm in arms(when)) if when is not None else {}
    ways = dict.fromkeys((*named, *sorted(came, key=str))) if named or any(came) else {}
    return Finding(
        ref=ref.of(period.name),
        title=f"Entries to {stage}",
        value=figures.count(came.total()),
        sentence=f"Entries to {stage} in {period_name(period.name)}, by the part of its condition that admitted the "
        "lead; a lead that enters again counts again.",
        definition="entries",
        tree=Count(
            "all",
            f"Entries to {stage} in {period_name(period.name)}",
            came.total(),
            "entries",
            entries,
            tuple(_way(way, came[way], entries) for way in ways),
        ),
        as_of=source.as_of,
        when="Entered",
        clause=stages[stage].id,
        period=period,
        state=source.period.state,
        versions=_in_force(source),
    )


def _way(way: str | None, number: int, entries: Selection) -> Count:
    where = Where("arm", "is null") if way is None else Where("arm", "==", way)
    return Count(way_key(way), way or "by a part without a name", number, "entries", entries.narrowed(where))


def speed_figure(source: Reading, ref: FigureRef) -> Finding:
    """Return how long the clocks of a duty ran that were due in a period."""
    rows = list(source.of_period("speed"))
    duty = ref.names[0] or ""
    known(duty, dict.fromkeys(row["duty"] for row in rows), f"no clock was due in {source.period.period.name} of")
    row = next(row for row in rows if row["duty"] == duty)
    period = source.period.period
    due = (Where("due_at", ">=", period.start), Where("due_at", "<", period.end))
    clocks = Selection("clock", "clocks", (Where("duty", "==", duty), *due))
    decided = row["met"] + row["broken"]
    return Finding(
        ref=ref.of(row["period"]),
        title=f"{spaced(duty.removeprefix('sla.')).capitalize()}: how long until it was done",
        value=_own(row, row["median_us"]),
        sentence=f"By when half of the clocks due in {period_name(row['period'])} had been stopped; those still "
        "waiting, and void ones, count as running longer.",
        definition="speed",
        tree=Count(
            "all", f"Clocks due in {period_name(row['period'])}", row["n"], "clocks", clocks, _ended(row, clocks)
        ),
        beside=(
            _of_status(clocks, "within", "stopped within target", "met", row["met"]),
            _of_status(clocks, "over", "not within target", "broken", row["broken"]),
        ),
        as_of=row["as_of"],
        when="Due",
        clause=duty,
        period=period,
        state=source.period.state,
        versions=_in_force(source),
        rate=Rate(row["within"], row["low"], row["high"], decided, row["too_few"], row["met"]),
        notes=tuple(_quantiles(row)),
        also=_attained(source, duty, row),
    )


def _ended(row: Record, clocks: Selection) -> tuple[Count, ...]:
    """Return the clocks that were stopped, that still wait, and that are no longer owed."""
    stopped = clocks.narrowed(Where("stopped_at", "is not null"))
    waiting = clocks.narrowed(Where("stopped_at", "is null"), Where("status", "!=", "void"))
    return (
        Count("answered", "stopped", row["answered"], "clocks", stopped),
        Count("waiting", "still waiting", row["waiting"], "clocks", waiting),
        _of_status(clocks, "void", "void, no longer owed", "void", row["void"]),
    )


def _of_status(clocks: Selection, key: str, label: str, status: str, number: int) -> Count:
    return Count(key, label, number, "clocks", clocks.narrowed(Where("status", "==", status)))


def _quantiles(row: Record) -> Iterator[tuple[str, str]]:
    yield "Half within", _own(row, row["median_us"])
    yield "Nine in ten within", _own(row, row["p90_us"])
    median, p90 = _duration(row["median_raw_us"]), _duration(row["p90_raw_us"])
    yield "In all hours", f"half within {median}, nine in ten {p90}"


def _attained(source: Reading, duty: str, row: Record) -> tuple[Also, ...]:
    """Return the same clocks as a promise kept or not, where the duty is counted by this very period."""
    wheres = (Where("duty", "==", duty), Where("part", "==", "instances"), Where("period", "==", row["period"]))
    if not list(source.rows("periods", *wheres)):
        return ()
    value = figures.out_of(row["met"], row["met"] + row["broken"])
    return (Also("how often in time", value, FigureRef("duty", (duty, "instances"), row["period"])),)


def _in_force(source: Reading) -> tuple[str, ...]:
    """Return the versions in force during a period, up to now."""
    period = source.period.period
    later = [
        each for each in source.timeline.versions if period.start < each.effective_at < min(period.end, source.as_of)
    ]
    return tuple(each.version for each in (source.timeline.in_force(period.start), *later))


def _stage(source: Reading, name: str | None) -> str:
    known(name or "", source.agreement.stages, "there is no stage")
    return name or ""


def _one(source: Reading, ref: FigureRef, table: str, *where: Where) -> Record:
    """Return the one row of a table for the period shown."""
    found = next(
        (row for row in source.of_period(table) if all(row[each.column] == each.value for each in where)), None
    )
    if found is None:
        raise UsageError(f"there is no {ref.figure} for {source.period.period.name}: no lead came so far in it")
    return found


def _rate_text(row: Record, met: int) -> str:
    return figures.out_of(met, row["n"]) if row["too_few"] or row["share"] is None else figures.tenths(row["share"])


def _duration(micros: int | None) -> str:
    return figures.duration(None if micros is None else micros // SECOND)


def _own(row: Record, micros: int | None) -> str:
    """Return a duration in the clock's own time."""
    seconds = None if micros is None else micros // SECOND
    return figures.open_time(seconds) + " open" * bool(seconds) if row["business"] else figures.duration(seconds)
