"""What came of the leads: conversion, speed, channels, reasons, stages, consent: the last part of the scoreboard.

Input: the rows of the ledger's other tables, as known at the snapshot's instant.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from itertools import pairwise

from detente.app.ports.snapshots import Row, Where
from detente.app.queries.board import (
    ChannelLine,
    ConsentBreak,
    ConversionLine,
    Difference,
    Outcome,
    ReasonLine,
    SpeedLine,
    StageCount,
)
from detente.app.queries.board_reading import Reading
from detente.core.agreement.expressions import DAY, SECOND
from detente.core.credit.maturity import horizon_of
from detente.core.credit.periods import Period, parse_period


def conversion(source: Reading) -> tuple[ConversionLine, ...]:
    """Return each stage to the next, for the youngest cohort up to the period shown that is old enough as a whole."""
    ready = [period for period in _cohorts(source) if period.end + _horizon(source) <= source.as_of]
    ready = [period for period in ready if period.end <= source.period.period.end]
    if not ready:
        return ()
    name = Where("period", "==", ready[-1].name)
    outcomes, stays = _outcomes(source, name), {row["stage"]: row for row in source.rows("time_in_stage", name)}
    following = _following(source)
    pairs = {
        row["stage"]: row for row in source.rows("conversion", name) if following.get(row["stage"]) == row["target"]
    }
    return tuple(
        _conversion_line(pairs[stage], outcomes[stage], stays.get(stage)) for stage in following if stage in pairs
    )


def conversion_from(source: Reading) -> str | None:
    """Return when the first cohort will be old enough; None if there is no cohort at all."""
    cohorts = _cohorts(source)
    return source.text(cohorts[0].end + _horizon(source)) if cohorts else None


def _horizon(source: Reading) -> int:
    return horizon_of(source.agreement)


def _cohorts(source: Reading) -> list[Period]:
    """Return the cohorts of the kind of period shown, oldest first."""
    rows = source.snapshot.rows(
        "conversion", columns=["period"], where=[Where("kind", "==", source.period.period.kind)]
    )
    names = {row["period"] for row in rows}
    return sorted((parse_period(name, source.zone) for name in names), key=lambda period: period.start)


def _following(source: Reading) -> dict[str, str]:
    path = [stage.name for stage in source.agreement.stages.values() if not stage.exit]
    return dict(pairwise(path))


def _outcomes(source: Reading, cohort: Where) -> dict[str, tuple[Outcome, ...]]:
    found: dict[str, list[Outcome]] = defaultdict(list)
    for row in source.rows("outcomes", cohort):
        found[row["stage"]].append(Outcome(where=row["outcome"], leads=row["leads"]))
    order = ("moved on", "still there")
    return defaultdict(
        tuple,
        {
            stage: tuple(sorted(each, key=lambda o: (o.where != order[0], o.where == order[1], o.where)))
            for stage, each in found.items()
        },
    )


def _conversion_line(row: Row, outcomes: tuple[Outcome, ...], stay: Row | None) -> ConversionLine:
    return ConversionLine(
        stage=row["stage"],
        to=row["target"],
        cohort=row["period"],
        entered=row["entered"],
        pending=row["pending"],
        n=row["n"],
        converted=row["converted"],
        share=row["share"],
        low=row["low"],
        high=row["high"],
        too_few=row["too_few"],
        horizon_days=row["horizon_us"] / DAY,
        outcomes=outcomes,
        median_seconds=None if stay is None else _seconds(stay["median_us"]),
        p75_seconds=None if stay is None else _seconds(stay["p75_us"]),
        definition="conversion",
    )


def _seconds(micros: int | None) -> int | None:
    return None if micros is None else micros // SECOND


def speed(source: Reading) -> tuple[SpeedLine, ...]:
    """Return how long every clock of the period ran."""
    return tuple(
        SpeedLine(
            duty=row["duty"],
            period=row["period"],
            n=row["n"],
            answered=row["answered"],
            waiting=row["waiting"],
            void=row["void"],
            median_seconds=_seconds(row["median_us"]),
            p90_seconds=_seconds(row["p90_us"]),
            median_raw_seconds=_seconds(row["median_raw_us"]),
            p90_raw_seconds=_seconds(row["p90_raw_us"]),
            business=row["business"],
            within=row["within"],
            low=row["low"],
            high=row["high"],
            too_few=row["too_few"],
            definition="speed",
        )
        for row in source.of_period("speed")
    )


def channels(source: Reading) -> tuple[ChannelLine, ...]:
    """Return quality by channel for the latest period of a volume duty within, or around, the one shown."""
    owed = {
        row["period"]
        for row in source.touching("periods")
        if row["part"] == "count" and row["start_at"] <= source.as_of
    }
    if not owed:
        return ()
    latest = max((parse_period(name, source.zone) for name in owed), key=lambda each: each.start)
    name = Where("period", "==", latest.name)
    reached: dict[tuple[str, str], dict[str, int]] = defaultdict(dict)
    for row in source.rows("channel_stages", name):
        reached[row["duty"], row["channel"]][row["stage"]] = row["leads"]
    order = list(source.agreement.stages)
    lines = [_channel_line(row, reached[row["duty"], row["channel"]], order) for row in source.rows("channels", name)]
    return tuple(sorted(lines, key=lambda line: (-line.delivered, line.channel)))


def _channel_line(row: Row, reached: dict[str, int], order: list[str]) -> ChannelLine:
    return ChannelLine(
        duty=row["duty"],
        period=row["period"],
        channel=row["channel"],
        delivered=row["delivered"],
        pending=row["pending"],
        n=row["n"],
        accepted=row["accepted"],
        share=row["share"],
        low=row["low"],
        high=row["high"],
        too_few=row["too_few"],
        reached={stage: reached[stage] for stage in order if stage in reached},
        definition="channels",
    )


def reasons(source: Reading) -> tuple[ReasonLine, ...]:
    """Return the reasons given in the period, most frequent first."""
    counts: dict[tuple[str, str | None, str | None, bool], int] = defaultdict(int)
    for row in source.of_period("reasons"):
        counts[row["decision"], row["reason"], row["points_at"], row["listed"]] += row["decisions"]
    lines = [
        ReasonLine(
            decision=decision, reason=reason, points_at=points_at, listed=listed, count=count, definition="reasons"
        )
        for (decision, reason, points_at, listed), count in counts.items()
    ]
    return tuple(sorted(lines, key=lambda line: (-line.count, line.decision, line.reason or "")))


def stages(source: Reading) -> tuple[StageCount, ...]:
    """Return leads by the stage they are in, in declared order; last those in none."""
    order = {name: place for place, name in enumerate(source.agreement.stages)}
    lines = [StageCount(stage=row["stage"], leads=row["leads"]) for row in source.rows("stage_counts")]
    return tuple(
        sorted(lines, key=lambda line: (line.stage is None, order.get(line.stage or "", len(order)), line.stage or ""))
    )


def differences(source: Reading) -> tuple[Difference, ...]:
    """Return where the CRM says another stage, most leads first."""
    rows = source.rows("stage_differences", Where("same", "==", False))
    lines = [Difference(stage=row["stage"], crm_stage=row["crm_stage"], leads=row["leads"]) for row in rows]
    return tuple(sorted(lines, key=lambda line: (-line.leads, line.stage or "", line.crm_stage)))


def consent(source: Reading) -> tuple[ConsentBreak, ...]:
    """Return the touches of the period that a consent rule did not allow."""
    return tuple(_breaks(source))


def _breaks(source: Reading) -> Iterator[ConsentBreak]:
    for row in source.of_period("consent_breaks"):
        yield ConsentBreak(rule=row["rule"], channel=row["channel"], touches=row["touches"], leads=row["leads"])
