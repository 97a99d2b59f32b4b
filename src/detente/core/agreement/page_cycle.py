"""The page, second part: when a lead is handed over, why it is sent back or closed, and who gets it.

Input: a `PageSource`. Output: lines for the page.
"""

from __future__ import annotations

from collections.abc import Iterator

from detente.core.agreement.agreement import Disposition, Stage
from detente.core.agreement.page_figures import counted, duration, elapsed, listed, sentence, spaced
from detente.core.agreement.page_model import Line
from detente.core.agreement.page_source import Clause, PageSource, clause_id, means

_GROUPS = {"recycle": "Sent back", "reject": "Turned away", "discard": "Closed"}


def stages(source: PageSource) -> Iterator[Line]:
    """Every stage: whose it is, how a lead enters it, and what follows from that."""
    for stage in source.agreement.stages.values():
        parts = [_entrance(source, stage), *_consequences(source, stage), f"Owner: {stage.owner}."]
        clause = source.named("stages")[stage.name]
        yield Line(means(clause) + " ".join(parts), (stage.id,), stage.name)
        unless = stage.reentry.unless if stage.reentry else None
        yield from source.ways_in(stage.when, stage.require, unless)


def _entrance(source: PageSource, stage: Stage) -> str:
    from_ = f" from {listed(stage.from_, 'or')}" if stage.from_ else ""
    if stage.computed and stage.when is not None:
        return f"A lead enters{from_} as soon as {source.words.condition(stage.when)}."
    event = source.words.event(stage.event) if stage.event else ""
    from_ = f",{from_}" if from_ else ""
    required = ""
    if stage.require is not None:
        required = f" Required: {source.words.condition(stage.require)}; without it the entry stands and is flagged."
    return f"Recorded by a person as {event}{from_}.{required}"


def _consequences(source: PageSource, stage: Stage) -> Iterator[str]:
    if stage.reentry is not None:
        unless = f", unless {source.words.condition(stage.reentry.unless)}" if stage.reentry.unless else ""
        yield f"Not again until {elapsed(stage.reentry.after)} after leaving it{unless}."
    if stage.resets_behaviour:
        yield "From then on only new activity counts."
    if stage.exit:
        yield "It is a way out of the cycle."


def reasons(source: PageSource) -> Iterator[Line]:
    """The agreed reasons of every decision against a lead, and who settles a dispute."""
    written = source.named("dispositions")
    for group, members in source.agreement.dispositions.items():
        if members:
            ids = [clause_id(written[group][name] or {}, "") for name in members]
            text = "; ".join(_reason(reason, written[group][name] or {}) for name, reason in members.items())
            yield Line(f"{text}.", (f"dispositions.{group}", *(each for each in ids if each)), _GROUPS[group])
    dispute = written.get("dispute")
    if dispute:
        within = f" within {duration(str(dispute['within']))}" if dispute.get("within") else ""
        decides = f"; {dispute['decides']} decides" if dispute.get("decides") else ""
        text = f"{means(dispute)}Either side may disagree{within}{decides}."
        yield Line(text, (clause_id(dispute, "dispositions.dispute"),), "Dispute")


def _reason(reason: Disposition, clause: Clause) -> str:
    notes = [f"points at {spaced(reason.points_at)}"] if reason.points_at else []
    notes += [f"needs {reason.needs}"] if reason.needs else []
    notes += [f"offered again on the {spaced(reason.resume)}"] if reason.resume else []
    notes += [f"records {spaced(reason.sets)}"] if reason.sets else []
    explained = f": {sentence(str(clause['means'])).rstrip('.')}" if clause.get("means") else ""
    return spaced(reason.reason) + explained + (f" ({', '.join(notes)})" if notes else "")


def routing(source: PageSource) -> Iterator[Line]:
    """Who gets a lead: the first rule that fits, and who is in the pools."""
    written = {each["id"]: each for each in source.clauses("routing")}
    for rule in source.agreement.routing:
        when = "otherwise" if rule.when is None else f"if {source.words.condition(rule.when)}"
        to = f"the person named in {rule.to}" if rule.to_attribute else rule.to
        calendar = f", working hours {rule.calendar}" if rule.calendar else ""
        yield Line(f"{means(written[rule.id])}To {to}, {when}{calendar}.", (rule.id,), "Route")
        yield from source.ways_in(rule.when)
    for name, pool in source.agreement.pools.items():
        daily = "" if pool.daily is None else f"; together {counted(pool.daily, 'lead')} a day"
        clause = clause_id(source.named("pools")[name], name)
        yield Line(f"{listed(pool.members, 'and')}{daily}.", (clause,), f"Pool {name}")
