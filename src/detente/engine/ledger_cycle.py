"""The revenue cycle: conversion of cohorts, where their leads went, time in stage, speed of answers.

Input: entries and clocks through the models. Cohorts are by entry, never by outcome; a lead counts in a rate only once
it was observed for the whole horizon; who is still waiting is counted as waiting. Tables `conversion`, `outcomes`,
`time_in_stage` and `speed`; and `stays`, the rows that all but the last of them count.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby, pairwise
from operator import itemgetter
from typing import Any

import pyarrow as pa

from detente.core.agreement.agreement import Agreement
from detente.core.credit.periods import Period
from detente.core.evidence.durations import quantiles
from detente.core.evidence.intervals import FLOOR, wilson
from detente.engine.ledger_models import Models, columns, rows_of

CONVERSION = columns(
    "period:text kind:text stage:text target:text entered:int pending:int n:int converted:int share:num low:num "
    "high:num too_few:bool horizon_us:int as_of:int version:text"
)
STAYS = columns(
    "person:text seq:int stage:text entered_at:int left_at:int next_stage:text version:text week:text month:text "
    "quarter:text old_enough:bool reached:text outcome:text"
)
OUTCOMES = columns("period:text kind:text stage:text outcome:text leads:int horizon_us:int as_of:int")
TIME_IN_STAGE = columns(
    "period:text kind:text stage:text n:int left_stage:int still_there:int median_us:int p75_us:int too_few:bool "
    "as_of:int"
)
SPEED = columns(
    "period:text kind:text duty:text n:int answered:int waiting:int void:int business:bool median_us:int p90_us:int "
    "median_raw_us:int p90_raw_us:int met:int broken:int within:num low:num high:num too_few:bool as_of:int"
)

_COHORT = itemgetter("kind", "period", "stage")
_ANSWERS = itemgetter("kind", "period", "duty")


def register_cycle(models: Models, agreement: Agreement, periods: Sequence[Period], as_of: int, horizon: int) -> None:
    """Register what the models of the cycle read: the stages in declared order, the periods, the horizon."""
    path = [stage.name for stage in agreement.stages.values() if not stage.exit]
    following = dict(pairwise(path))
    ranks = [
        {"stage": stage.name, "rank": rank, "is_exit": int(stage.exit), "next_stage": following.get(stage.name)}
        for rank, stage in enumerate(agreement.stages.values())
    ]
    models.register(
        "stage_ranks", pa.Table.from_pylist(ranks, schema=columns("stage:text rank:int is_exit:int next_stage:text"))
    )
    bounds = [{"kind": p.kind, "period": p.name, "start_at": p.start, "end_at": p.end} for p in periods]
    models.register(
        "bounds", pa.Table.from_pylist(bounds, schema=columns("kind:text period:text start_at:int end_at:int"))
    )
    models.register("run", pa.table({"as_of": [as_of], "horizon": [horizon]}))
    for model in ("cohorts", "furthest", "whereabouts", "stays"):
        models.keep(model)


def conversion_rows(models: Models, version: str, as_of: int, horizon: int) -> Iterable[dict[str, Any]]:
    """Yield the rows of `conversion`: every stage to every later one that is no exit."""
    for row in rows_of(models.run("conversion")):
        n, converted = row["n"], row["converted"]
        interval = wilson(converted, n) or (None, None)
        yield row | {
            "pending": row["entered"] - n,
            "share": converted / n if n else None,
            "low": interval[0],
            "high": interval[1],
            "too_few": n < FLOOR,
            "horizon_us": horizon,
            "as_of": as_of,
            "version": version,
        }


def outcome_rows(models: Models, as_of: int, horizon: int) -> Iterable[dict[str, Any]]:
    """Yield the rows of `outcomes`; those of one cohort add up to its n in `conversion`."""
    for row in rows_of(models.run("outcomes")):
        yield row | {"horizon_us": horizon, "as_of": as_of}


def stay_rows(models: Models, as_of: int) -> Iterable[dict[str, Any]]:
    """Yield the rows of `time_in_stage`: Kaplan–Meier median and third quartile, who is still there as censored."""
    for (kind, period, stage), group in groupby(rows_of(models.run("time_in_stage")), key=_COHORT):
        stays = list(group)
        left = [stay["lasted"] for stay in stays if not stay["running"]]
        running = [stay["lasted"] for stay in stays if stay["running"]]
        median, p75 = quantiles(left, running, (0.5, 0.75))
        yield {
            "period": period,
            "kind": kind,
            "stage": stage,
            "n": len(stays),
            "left_stage": len(left),
            "still_there": len(running),
            "median_us": median,
            "p75_us": p75,
            "too_few": len(stays) < FLOOR,
            "as_of": as_of,
        }


def speed_rows(models: Models, as_of: int) -> Iterable[dict[str, Any]]:
    """Yield the rows of `speed`: Kaplan–Meier median and 90th percentile of a clock, in its own time and in all time.

    A clock that still waits, or was voided, is censored where it stands; the share within target is met / (met +
    broken), as in attainment.
    """
    for (kind, period, duty), group in groupby(rows_of(models.run("answers")), key=_ANSWERS):
        clocks = list(group)
        met, broken, void = (sum(c["status"] == status for c in clocks) for status in ("met", "broken", "void"))
        answered = [clock for clock in clocks if clock["answered"]]
        censored = [clock for clock in clocks if not clock["answered"]]
        own = quantiles([c["used_us"] for c in answered], [c["used_us"] for c in censored], (0.5, 0.9))
        raw = quantiles([c["elapsed_us"] for c in answered], [c["elapsed_us"] for c in censored], (0.5, 0.9))
        interval = wilson(met, met + broken) or (None, None)
        yield {
            "period": period,
            "kind": kind,
            "duty": duty,
            "n": len(clocks),
            "answered": len(answered),
            "waiting": len(censored) - void,
            "void": void,
            "business": any(clock["business"] for clock in clocks),
            "median_us": own[0],
            "p90_us": own[1],
            "median_raw_us": raw[0],
            "p90_raw_us": raw[1],
            "met": met,
            "broken": broken,
            "within": met / (met + broken) if met + broken else None,
            "low": interval[0],
            "high": interval[1],
            "too_few": met + broken < FLOOR,
            "as_of": as_of,
        }


def cycle_tables(models: Models, version: str, as_of: int, horizon: int) -> dict[str, pa.Table]:
    """Return all tables of the cycle; `version` is the one whose stages are walked."""
    found = {
        "conversion": (CONVERSION, conversion_rows(models, version, as_of, horizon)),
        "outcomes": (OUTCOMES, outcome_rows(models, as_of, horizon)),
        "time_in_stage": (TIME_IN_STAGE, stay_rows(models, as_of)),
        "speed": (SPEED, speed_rows(models, as_of)),
    }
    tables = {name: pa.Table.from_pylist(list(rows), schema=schema) for name, (schema, rows) in found.items()}
    return {**tables, "stays": models.table("stays").select(STAYS.names).cast(STAYS)}
