"""Compile what each side owes the other: clocks, checks and volumes (specification §5)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from detente.core.agreement.agreement import (
    BusinessTime,
    CheckDuty,
    ClockDuty,
    Duty,
    ElapsedTime,
    Quality,
    Stage,
    Target,
    TargetRow,
    VolumeDuty,
)
from detente.core.agreement.compile_cycle import check_row, holds_always
from detente.core.agreement.expressions import Selector
from detente.core.agreement.part import Part
from detente.core.agreement.paths import Paths
from detente.core.agreement.scopes import PERIOD, REFUSED, Scope, payload_scope
from detente.core.agreement.tokens import meant, micros_of
from detente.core.agreement.vocabulary import text_at, texts_at
from detente.core.agreement.yaml_nodes import Scalar

_MEASURES = {"clock": "a clock", "at": "a check", "deliver": "a volume"}
_NEEDS = {"target": ("clock",), "require": ("at",), "worth": ("deliver",), "quality": ("deliver",),
          "objective": tuple(_MEASURES)}  # fmt: skip
_COMPLETED = {"clock": "target", "at": "require", "deliver": "period"}
_BUSINESS = re.compile(r"(\d+)(bh|bd)")
_DELIVER_KEYS = ("value", "pace", "id", "means")
_MONTHS = {"quarter": 3, "month": 1, "week": 1}
_SIGNALS = ("at", "when", "burn")


def duties(root: Part, stages: Mapping[str, Stage], paths: Paths) -> tuple[Duty, ...]:
    """Return the duties in order."""
    made = (_duty(part, stages, paths) for part in root.listed("sla"))
    return tuple(duty for duty in made if duty is not None)


def _duty(part: Part, stages: Mapping[str, Stage], paths: Paths) -> Duty | None:
    part.reference("owes", part.names.parties, "party")
    part.reference("to", part.names.parties, "party")
    if part.text("owes") and part.text("owes") == part.text("to"):
        part.at_value("to", f"'{part.text('to')}' cannot owe itself")
    measure = _measure(part)
    common = _common(part, measure)
    if measure == "clock":
        return _clock(part, common, paths)
    if measure == "at":
        return _check(part, common, stages)
    return _volume(part, common) if measure == "deliver" else None


def _measure(part: Part) -> str:
    """Return which kind of duty it is; keys that need another one, or exclude each other, are reported."""
    written = [key for key in part.node.entries if key in _MEASURES and part.has(key)]
    name = part.text("id") or "a duty"
    if not written:
        lonely = next((key for key in _NEEDS if part.has(key)), None)
        if lonely is not None:
            part.at_key(
                lonely, f"'{lonely}' of {name} needs {' or '.join(map(repr, _NEEDS[lonely]))}, which is missing"
            )
        elif part.node.sound:
            part.at_node(part.node, f"{name} lacks 'clock', 'at' or 'deliver': what is owed")
        return ""
    for key in written[1:]:
        part.at_key(key, f"'{key}' beside '{written[0]}': a duty is a clock, a check (at) or a volume (deliver)")
    for key, needed in _NEEDS.items():
        if part.has(key) and written[0] not in needed:
            part.at_key(key, f"'{key}' of {name} needs '{needed[0]}', and this is {_MEASURES[written[0]]}")
    completion = _COMPLETED[written[0]]
    if not part.has(completion) and part.node.sound:
        part.at_key(written[0], f"'{written[0]}' of {name} needs '{completion}', which is missing")
    return written[0]


def _common(part: Part, measure: str) -> dict[str, Any]:
    """What every duty carries."""
    if part.has("objective") and measure and not part.has("period"):
        part.warn_key("objective", "an objective without a 'period' is never judged")
    return {
        "id": part.text("id"),
        "owes": part.text("owes"),
        "to": part.text("to"),
        "objective": part.maybe_number("objective"),
        "period": part.maybe("period"),
        "min_n": part.count("min_n"),
        "alerts": _signals(part, "alert", measure),
        "escalations": _signals(part, "escalate", measure),
    }


def _signals(part: Part, key: str, measure: str) -> tuple[Mapping[str, Any], ...]:
    """Return alert or escalation rows: as written, `when` resolved over the words of the period."""
    return tuple(_signal(row, part, measure) for row in part.listed(key))


def _signal(row: Part, duty: Part, measure: str) -> Mapping[str, Any]:
    written = [each for each in row.node.entries if each in _SIGNALS and row.has(each)]
    if not written and row.node.sound:
        row.at_node(row.node, "this row lacks 'at', 'when' or 'burn': when is it sent?")
    for extra in written[1:]:
        row.at_key(extra, f"'{extra}' beside '{written[0]}': a row has one of at, when, burn")
    if row.has("at") and measure not in ("clock", ""):
        row.at_key("at", f"'at' needs 'clock', and this is {_MEASURES[measure]}")
    if row.has("min") and not row.has("burn"):
        row.at_key("min", "'min' needs 'burn'")
    if row.has("burn") and not duty.has("objective"):
        row.at_key("burn", "'burn' needs 'objective': the allowance it burns is what the objective leaves")
    numbers = {key: row.maybe_number(key) for key in ("burn", "min") if row.has(key)}
    words = {key: row.text(key) for key in ("at", "to") if row.has(key)}
    return {**words, **numbers, **({"when": row.condition("when", PERIOD)} if row.has("when") else {})}


# --- clocks ---------------------------------------------------------------------------------------------------------


def _clock(part: Part, common: dict[str, Any], paths: Paths) -> ClockDuty:
    clock = part.below("clock")
    start_stage, start_event = _start(clock)
    stop_stages, stop_event = _stages_or_event(clock, "stop")
    known = [stage for stage in stop_stages if stage in clock.names.stages]
    if start_stage in clock.names.stages and known and known == list(stop_stages):
        after = paths.following(start_stage or "")
        if not after & set(known):
            clock.at_value("stop", f"the clock could never stop: {' or '.join(known)} cannot follow {start_stage}")
    business = clock.maybe("hours") != "elapsed"
    rows = part.listed("target")
    for position, row in enumerate(rows):
        check_row(row, last=position == len(rows) - 1)
    if rows and not any(holds_always(row) for row in rows):
        part.warn_key("target", "no row is 'otherwise': a lead that fits none starts no clock")
    return ClockDuty(
        **common,
        targets=tuple(TargetRow(row.maybe_condition("when"), _within(row, business)) for row in rows),
        business=business,
        start_stage=start_stage,
        start_event=start_event,
        stop_stages=stop_stages,
        stop_event=stop_event,
        void_on=clock.selector("void_on") if clock.has("void_on") else None,
    )


def _start(clock: Part) -> tuple[str | None, Selector | None]:
    stages, event = _stages_or_event(clock, "start")
    return (stages[0] if stages else None), event


def _stages_or_event(part: Part, key: str) -> tuple[tuple[str, ...], Selector | None]:
    """Return the stages a key names, or the event selector it is."""
    node = part.node.get(key)
    if not isinstance(node, Scalar):
        return part.references(key, part.names.stages, "stage"), None
    if node.text in part.names.stages:
        return (node.text,), None
    if re.fullmatch(r"[^\W\d]\w*", node.text) and node.text not in (*part.names.kinds, *part.names.terms):
        known = [*part.names.stages, *part.names.kinds, *part.names.terms]
        part.inside(node, 0, f"unknown stage or event '{node.text}'{meant(node.text, known)}")
        return (), Selector("")
    return (), part.selector(key)


def target_of(text: str) -> Target:
    """Return a duration in business or elapsed time."""
    found = _BUSINESS.fullmatch(text)
    return BusinessTime(int(found[1]), found[2], text) if found else ElapsedTime(micros_of(text) or 0, text)


def _within(row: Part, business: bool) -> Target:
    text = row.text("within")
    target = target_of(text)
    if micros_of(text) is not None and business:
        row.at_value("within", f"'{text}' is elapsed time, and this clock runs on business hours: write bh or bd, or "
                               "set 'hours: elapsed'")  # fmt: skip
    elif isinstance(target, BusinessTime) and not business:
        row.at_value("within", f"'{text}' is business time, and this clock runs on elapsed hours: write m, h, d or w")
    return target


# --- checks and volumes ---------------------------------------------------------------------------------------------


def _check(part: Part, common: dict[str, Any], stages: Mapping[str, Stage]) -> CheckDuty:
    at_stages, event = _stages_or_event(part, "at")
    kinds = [event.kind] if event is not None else _decisions(stages[name] for name in at_stages if name in stages)
    return CheckDuty(
        **common,
        require=part.condition("require", _decision_scope(part, kinds)),
        at_stages=at_stages,
        at_event=event,
    )


def _decisions(stages: Iterable[Stage]) -> list[str]:
    return [stage.event.kind for stage in stages if stage.event is not None]


def _decision_scope(part: Part, kinds: list[str]) -> Scope:
    """The payload a check can read; anything goes where an event has been refused."""
    if "" in kinds or (not kinds and len(part.texts("at")) > 0 and not set(part.texts("at")) <= set(part.names.stages)):
        return REFUSED
    return payload_scope(name for kind in kinds for name in part.names.kinds[kind].payload)


def _volume(part: Part, common: dict[str, Any]) -> VolumeDuty:
    deliver = part.below("deliver")
    named = [key for key in deliver.node.entries if key not in _DELIVER_KEYS]
    if not named and deliver.node.sound:
        part.at_key("deliver", "'deliver' lacks the stage and how many leads enter it, as MQL: 450")
    for key in named[1:]:
        deliver.at_key(key, f"'{key}' beside '{named[0]}': a duty delivers leads of one stage")
    if named and named[0] not in part.names.stages:
        deliver.at_key(named[0], f"unknown stage '{named[0]}'{meant(named[0], part.names.stages)}")
    if part.names.grades:
        part.key_references("worth", part.names.grades, "grade")
    pace = _pace(deliver, part.text("period"))
    return VolumeDuty(
        **{**common, "period": part.text("period")},
        stage=named[0] if named else "",
        amount=deliver.number(named[0]) if named else 0,
        value=deliver.maybe_number("value"),
        pace=pace,
        worth=part.numbers("worth"),
        quality=_quality(part.below("quality")) if part.has("quality") else None,
    )


def _pace(deliver: Part, period: str) -> tuple[float, ...]:
    """The pace is cumulative: a share for each month of the period, rising to 1."""
    shares = [node.value for node in texts_at(deliver.node, "pace") if isinstance(node.value, int | float)]
    months = _MONTHS.get(period)
    if not shares:
        return ()
    if months is not None and len(shares) != months:
        deliver.at_value("pace", f"the pace has a share for each month of the {period}: {months}, not {len(shares)}")
    elif shares != sorted(shares) or abs(shares[-1] - 1) > 1e-9:
        deliver.at_value("pace", "the pace is cumulative: it rises from month to month and ends at 1")
    return tuple(float(share) for share in shares)


def _quality(part: Part) -> Quality:
    named = part.references("of", part.names.stages, "stage")
    return Quality(
        delivered=named[0] if named else "",
        reached=named[1] if len(named) > 1 else "",
        at_least=part.number("at_least"),
        judged_after=target_of(part.text("judged_after")),
        min_n=part.count("min_n"),
    )


def report_missing_calendar(root: Part) -> None:
    """Report, once, business time that no calendar covers: the first value in the text that asks for it."""
    if root.has("default_calendar"):
        return
    asking = [*_business_clocks(root), *_business_values(root)]
    if asking:
        index, text = min(asking)
        remedy = "declare one under 'calendars' and name it as 'default_calendar'"
        root.context.report.error(index, f"'{text}' is business time, and there is no calendar for it: {remedy}")


def _business_clocks(root: Part) -> Iterable[tuple[int, str]]:
    """Clocks run on the calendar of the lead's route; without one for every lead they need the default."""
    routes = root.listed("routing")
    if any(holds_always(row) for row in routes) and all(row.has("calendar") for row in routes):
        return
    for part in root.listed("sla"):
        clock = part.below("clock")
        if not part.has("clock") or clock.maybe("hours") == "elapsed":
            continue
        hours = text_at(clock.node, "hours")
        rows = [text_at(row.node, "within") for row in part.listed("target")]
        asking = [each for each in rows if each is not None and _BUSINESS.fullmatch(each.text)]
        node = hours if hours is not None else next(iter(asking), None)
        if node is not None:
            yield node.start, node.text


def _business_values(root: Part) -> Iterable[tuple[int, str]]:
    """Business time outside clocks."""
    change, disputes = root.below("change"), root.below("dispositions").below("dispute")
    places = [
        *((part.below("quality"), "judged_after") for part in root.listed("sla")),
        (disputes, "within"),
        (change, "notice"),
        *((part, "within") for part in root.listed("content")),
        *((part, "notice") for part in root.listed("campaigns")),
        *((step, "wait") for part in root.listed("programmes") for step in part.listed("steps")),
    ]
    for part, key in places:
        node = text_at(part.node, key)
        if node is not None and _BUSINESS.fullmatch(node.text):
            yield node.start, node.text
