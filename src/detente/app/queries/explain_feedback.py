"""What lies behind feedback: channels, reasons, stages here and in the CRM, touches that consent did not allow.

Input: the rows of the feedback tables, and what they count: `figure_rows` by channel, `decisions`, `state`, `consents`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from detente.app import figures
from detente.app.ports.snapshots import Row as Record
from detente.app.ports.snapshots import Where
from detente.app.queries.board_reading import Reading
from detente.app.queries.board_words import period_name
from detente.app.queries.explain_duties import rate_of
from detente.app.queries.explain_ref import FigureRef, Name, known
from detente.app.queries.explain_rows import tally
from detente.app.queries.explain_shape import Also, Count, Finding, Selection
from detente.core.agreement.page_figures import spaced
from detente.core.errors import UsageError

WORDS = {"recycle": "sent back", "reject": "rejected", "discard": "closed"}


def channel_figure(source: Reading, ref: FigureRef) -> Finding:
    """Return what became of the leads handed over that one channel brought."""
    duty, channel = (name or "" for name in ref.names)
    rows = list(source.of_period("channels"))
    known(duty, dict.fromkeys(row["duty"] for row in rows), f"no lead of {source.period.period.name} came under")
    of_duty = {row["channel"]: row for row in rows if row["duty"] == duty}
    known(channel, of_duty, "no lead came by")
    row = of_duty[channel]
    parts = {each["part"] for each in source.of_period("periods") if each["duty"] == duty}
    part = "quality" if "quality" in parts else "count"
    delivered = _delivered(row, part)
    few = row["too_few"] or row["share"] is None
    value = figures.out_of(row["accepted"], row["n"]) if few else figures.percent(row["share"])
    return Finding(
        ref=ref.of(row["period"]),
        title=f"Leads by {spaced(channel)}",
        value=value if part == "quality" else figures.count(row["delivered"]),
        sentence=f"Leads handed over in {period_name(row['period'])} whose first marketing fact with a channel came by "
        f"{spaced(channel)}, and how many of those old enough were accepted in time.",
        definition="channels",
        tree=Count(
            "all",
            f"handed over in {period_name(row['period'])}",
            row["delivered"],
            "leads",
            delivered,
            _judged(row, delivered) if part == "quality" else (),
        ),
        beside=tuple(_reached(source, duty, row["period"], delivered)),
        as_of=row["as_of"],
        when="Handed over",
        clause=duty,
        period=source.period.period,
        state=source.period.state,
        versions=(source.timeline.in_force(source.period.period.start).version,),
        rate=rate_of(row, row["share"], row["accepted"]) if part == "quality" else None,
        party="marketing",
        also=(Also("all channels", "", FigureRef("duty", (duty, part), row["period"])),),
    )


def _delivered(row: Record, part: str) -> Selection:
    """Return the leads of a channel as the duty counts them: by their quality, where it is agreed."""
    where = (
        Where("period", "==", row["period"]),
        Where("figure", "==", row["duty"]),
        Where("part", "==", part),
        Where("channel", "==", row["channel"]),
    )
    return Selection("quality" if part == "quality" else "delivery", "figure_rows", where)


def _judged(row: Record, rows: Selection) -> tuple[Count, ...]:
    """Return the leads of a channel by what became of them in the agreed time."""

    def of(status: str, label: str, number: int) -> Count:
        return Count(status, label, number, "leads", rows.narrowed(Where("status", "==", status)))

    judged = rows.narrowed(Where("status", "in", ["met", "broken"]))
    decided = (of("met", "accepted in time", row["accepted"]), of("broken", "not in time", row["n"] - row["accepted"]))
    pending = of("pending", "not old enough yet", row["pending"])
    return (pending, Count("judged", "judged", row["n"], "leads", judged, decided))


def _reached(source: Reading, duty: str, period: str, rows: Selection) -> Iterator[Count]:
    """Yield how many have reached each later stage by now; who has reached one has passed those before it."""
    path = [stage.name for stage in source.agreement.stages.values() if not stage.exit]
    channel = rows.where[-1].value
    where = (Where("period", "==", period), Where("duty", "==", duty), Where("channel", "==", channel))
    leads = {row["stage"]: row["leads"] for row in source.rows("channel_stages", *where)}
    for place, stage in enumerate(path):
        if stage in leads:
            so_far = rows.narrowed(Where("reached", "in", path[place:]))
            yield Count(f"reached {stage}", f"reached {stage} by now", leads[stage], "leads", so_far)


def reason_figure(source: Reading, ref: FigureRef) -> Finding:
    """Return the decisions of a period with one reason."""
    decision, reason, points_at = ref.names
    known(decision or "", WORDS, "there is no decision")
    period = source.period.period
    lines = [row for row in source.of_period("reasons") if row["decision"] == decision]
    known(reason or "no reason", dict.fromkeys(row["reason"] or "no reason" for row in lines), f"no {decision} gave")
    lines = [row for row in lines if row["reason"] == reason and row["points_at"] == points_at]
    if not lines:
        raise UsageError(f"no {decision} for {reason} of {period.name} points at {points_at}: see `detente scoreboard`")
    listed = lines[0]["listed"]
    rows = Selection("decision", "decisions", (*_within(source, "at"), *_equal("decision", decision)))
    rows = rows.narrowed(*_equal("reason", reason), *_equal("points_at", points_at))
    by_channel: Counter[str] = Counter()
    for row in lines:
        by_channel[row["channel"]] += row["decisions"]
    parts = tuple(
        Count(f"channel {channel}", spaced(channel), n, "decisions", rows.narrowed(Where("channel", "==", channel)))
        for channel, n in sorted(by_channel.items(), key=lambda each: (-each[1], each[0]))
    )
    total = sum(by_channel.values())
    verb, given = WORDS[str(decision)], spaced(reason or "no reason")
    notes = [("Points at", points_at or ("nothing that is agreed" if listed else "nothing: it is not on the list"))]
    return Finding(
        ref=ref.of(period.name),
        title=f"{verb.capitalize()}: {given}",
        value=figures.count(total),
        sentence=f"Decisions of {period_name(period.name)} by which leads were {verb}, with the reason {given}.",
        definition="reasons",
        tree=Count(
            "all", f"{verb} in {period_name(period.name)}", total, "decisions", rows, parts if len(parts) > 1 else ()
        ),
        as_of=source.as_of,
        when="Decided",
        clause=f"dispositions.{decision}",
        period=period,
        state=source.period.state,
        versions=tuple(sorted(tally(source.snapshot, rows, "version"))),
        notes=tuple(notes),
    )


def stage_figure(source: Reading, ref: FigureRef) -> Finding:
    """Return the leads that are in a stage now."""
    stage = ref.names[0]
    counts = {row["stage"]: row["leads"] for row in source.rows("stage_counts")}
    if stage not in counts:
        known(stage or "none", [name or "none" for name in counts], "no lead is in stage")
    rows = Selection("state", "state", _equal("stage", stage))
    name = stage or "no stage"
    return Finding(
        ref=ref.of(None),
        title=f"Leads in {name}",
        value=figures.count(counts[stage]),
        sentence=f"Leads that are in {name} as of this instant.",
        definition="stages",
        tree=Count("all", f"in {name} now", counts[stage], "leads", rows),
        as_of=source.as_of,
        when="Since",
        clause=_clause(source, stage),
        versions=(source.agreement.version,),
    )


def difference_figure(source: Reading, ref: FigureRef) -> Finding:
    """Return the leads that are in one stage here and in another by the CRM."""
    stage, crm = ref.names
    found = {(row["stage"], row["crm_stage"]): row["leads"] for row in source.rows("stage_differences")}
    written = [f"{here or 'no stage'}/{there}" for here, there in found]
    known(f"{stage or 'no stage'}/{crm}", written, "no lead stands so, here and in the CRM:")
    rows = Selection("state", "state", (*_equal("stage", stage), *_equal("crm_stage", crm)))
    here = stage or "no stage"
    return Finding(
        ref=ref.of(None),
        title=f"{here} here, {crm} in the CRM",
        value=figures.count(found[stage, crm]),
        sentence=f"Leads of which the CRM says {crm}; here they are in {here}. The CRM is compared, never obeyed.",
        definition="stages",
        tree=Count("all", f"{here} here, {crm} there", found[stage, crm], "leads", rows),
        as_of=source.as_of,
        when="Here since",
        clause=_clause(source, stage),
        versions=(source.agreement.version,),
    )


def consent_figure(source: Reading, ref: FigureRef) -> Finding:
    """Return the touches of a period that a consent rule did not allow on a channel."""
    rule, channel = (name or "" for name in ref.names)
    period = source.period.period
    breaks = {(row["rule"], row["channel"]): row for row in source.of_period("consent_breaks")}
    known(f"{rule}/{channel}", [f"{a}/{b}" for a, b in breaks], f"no touch of {period.name} went against")
    row = breaks[rule, channel]
    rows = Selection("touch", "consents", (*_equal("rule", rule), *_equal("channel", channel), *_within(source, "at")))
    return Finding(
        ref=ref.of(period.name),
        title=f"Touches by {spaced(channel)} that {rule} did not allow",
        value=figures.count(row["touches"]),
        sentence=f"Outgoing touches of {period_name(period.name)} by {spaced(channel)} at a time when "
        f"{rule} did not allow it.",
        definition="consent",
        tree=Count("all", f"touches in {period_name(period.name)}", row["touches"], "touches", rows),
        as_of=source.as_of,
        when="Sent",
        clause=rule,
        period=period,
        state=source.period.state,
        versions=tuple(sorted(tally(source.snapshot, rows, "version"))),
        notes=(("Leads", figures.counted(row["leads"], "lead")),),
    )


def _within(source: Reading, column: str) -> tuple[Where, ...]:
    """Return that an instant lies in the period shown."""
    period = source.period.period
    return Where(column, ">=", period.start), Where(column, "<", period.end)


def _equal(column: str, name: Name) -> tuple[Where, ...]:
    return (Where(column, "is null") if name is None else Where(column, "==", name),)


def _clause(source: Reading, stage: Name) -> str | None:
    """Return the clause of a stage that the version in force has."""
    found = source.agreement.stages.get(stage or "")
    return None if found is None else found.id
