"""What lies behind the shared goals and pay: a target's actual, and what a team's plan is made of.

Input: the rows of `targets` and `incentives`, and the rows that the actuals were counted from.
"""

from __future__ import annotations

from detente.app import figures
from detente.app.ports.snapshots import Row as Record
from detente.app.ports.snapshots import Where
from detente.app.queries.board_duties import duties_of, title_of
from detente.app.queries.board_reading import CLOSED, SETTLED, Reading, by_basis, shown
from detente.app.queries.board_words import period_name
from detente.app.queries.explain_credit import credited, deals_behind
from detente.app.queries.explain_duties import counted_rows, instances
from detente.app.queries.explain_ref import FigureRef, known
from detente.app.queries.explain_rows import tally
from detente.app.queries.explain_shape import Also, Count, Finding, Rate, Selection
from detente.core.agreement.agreement import VolumeDuty
from detente.core.agreement.page_figures import money, number, percent, spaced
from detente.core.credit.attainment import exact
from detente.core.credit.periods import parse_period
from detente.core.credit.sourcing import SOURCED
from detente.core.credit.targets import DEALS, JOINT, MONEY
from detente.core.errors import UsageError


def target_figure(source: Reading, ref: FigureRef) -> Finding:
    """Return what came of a target."""
    party, measure = (name or "" for name in ref.names)
    rows = list(source.rows("targets", Where("start_at", "<=", source.as_of)))
    known(party, dict.fromkeys(row["party"] for row in rows), "there is no target for")
    of_party = [row for row in rows if row["party"] == party]
    known(measure, dict.fromkeys(row["measure"] for row in of_party), f"{party} has no target for")
    every = by_basis([row for row in of_party if row["measure"] == measure], "period")
    bases = _touching(source, list(every.values()), ref)
    row, settled = shown(bases)
    ref = FigureRef(ref.kind, ref.names, row["period"], ref.settled and settled is not None)
    told = settled if ref.settled and settled is not None else row
    return _target(source, ref, told, _also(source, ref, row, settled))


def _touching(source: Reading, every: list[dict[str, Record]], ref: FigureRef) -> dict[str, Record]:
    """Return the latest target within or around the period asked for."""
    wanted = source.period.period
    touching = [
        bases for bases in every if (row := shown(bases)[0])["start_at"] < wanted.end and row["end_at"] > wanted.start
    ]
    if not touching:
        periods = ", ".join(sorted(shown(bases)[0]["period"] for bases in every))
        raise UsageError(f"there is no {ref.figure} for {wanted.name}: it was agreed for {periods or 'no period'}")
    return max(touching, key=lambda bases: int(shown(bases)[0]["start_at"]))


def _target(source: Reading, ref: FigureRef, row: Record, also: tuple[Also, ...]) -> Finding:
    amount = _amount(source, row, row["actual"])
    who = "both" if row["party"] == JOINT else row["party"]
    agreed = f"{_amount(source, row, row['target'])} in {period_name(row['period'])}"
    notes = [("Agreed", agreed), ("Reached", figures.percent(row["attainment"]))]
    if row["due"] is not None and row["state"] == "running":
        notes.append(("Due by now", _amount(source, row, row["due"])))
    return Finding(
        ref=ref,
        title=f"{spaced(row['measure']).capitalize() if row['unit'] != 'leads' else row['measure']}, target of {who}",
        value=figures.money(row["actual"], source.agreement.currency) if row["unit"] == "money" else amount,
        sentence=_sentence(row),
        definition="target",
        tree=Count(
            "all",
            f"{spaced(row['measure'])} in {period_name(row['period'])}",
            row["actual"],
            row["unit"],
            _rows(source, row),
        ),
        as_of=row["as_of"],
        when="Entered" if row["unit"] == "leads" else _when(row["measure"]),
        clause=f"targets.{row['period']}",
        period=parse_period(row["period"], source.zone),
        state=row["state"],
        closed=row["basis"] == CLOSED,
        versions=(row["version"],),
        party=row["party"],
        notes=tuple(notes),
        also=also,
    )


def _sentence(row: Record) -> str:
    measure, period = row["measure"], period_name(row["period"])
    if measure == DEALS:
        return f"Deals won in {period}."
    if measure not in MONEY:
        return f"Different leads that became {measure} in {period}; one that did so twice counts once."
    kind = "opened in" if measure.endswith("pipeline") else "won in"
    of = "What the book gives to the team of the" if measure.startswith(SOURCED) else "The latest known amounts of the"
    also = ", won or not" if kind == "opened in" else ""
    return f"{of} deals {kind} {period}{also}."


def _when(measure: str) -> str:
    return "Opened" if measure.endswith("pipeline") else "Won"


def _rows(source: Reading, row: Record) -> Selection:
    """Return the rows behind an actual: leads, deals, or what the book gives of deals."""
    measure = row["measure"]
    if measure not in MONEY and measure != DEALS:
        return counted_rows(row, measure, "stage", "delivery")
    kind = "pipeline" if measure.endswith("pipeline") else "revenue"
    if not measure.startswith(SOURCED):
        return deals_behind(row, kind)
    judging = source.version(row["version"]).credit
    sourced = None if judging is None else judging.sourced
    party = sourced.to if row["party"] == JOINT and sourced is not None else row["party"]
    return credited(row, kind, SOURCED, party)


def _amount(source: Reading, row: Record, amount: float) -> str:
    return money(amount, source.agreement.currency) if row["unit"] == "money" else number(amount)


def _also(source: Reading, ref: FigureRef, row: Record, settled: Record | None) -> tuple[Also, ...]:
    if settled is None:
        return ()
    other, words = (row, "as closed") if ref.settled else (settled, "as known today")
    to = FigureRef(ref.kind, ref.names, ref.period, not ref.settled)
    return (Also(words, _amount(source, other, other["actual"]), to),)


# --- pay --------------------------------------------------------------------------------------------------------


def pay_figure(source: Reading, ref: FigureRef) -> Finding:
    """Return what a team's pay plan comes to; its parts lead to the figures it is made of."""
    team = ref.names[0] or ""
    rows = list(source.rows("incentives"))
    known(team, dict.fromkeys(row["team"] for row in rows), "there is no pay plan of")
    periods = {row["period"] for row in source.touching("targets")}
    named = [row["period"] for row in rows if row["team"] == team and row["period"] in periods]
    if not named:
        raise UsageError(f"there is no {ref.figure} for {source.period.period.name}: give a period that has targets")
    period = max(named, key=lambda name: parse_period(name, source.zone).start)
    bases = by_basis([row for row in rows if (row["team"], row["period"]) == (team, period)], "measure")
    has_both = any(CLOSED in each and SETTLED in each for each in bases.values())
    ref = FigureRef(ref.kind, ref.names, period, ref.settled and has_both)
    plan = [each.get(SETTLED, shown(each)[0]) if ref.settled else shown(each)[0] for each in bases.values()]
    factor = plan[0]["factor"]
    other = FigureRef(ref.kind, ref.names, period, not ref.settled)
    return Finding(
        ref=ref,
        title=f"Pay of {team}",
        value="not judged yet" if factor is None else figures.percent(factor),
        sentence=f"What the pay plan of {team} comes to in {period_name(period)}: each part counts up to one and a "
        "half times its target.",
        definition="pay",
        tree=Count(
            "all",
            f"Pay plan of {team}, {period_name(period)}",
            0.0 if factor is None else factor,
            "factor",
            parts=tuple(_pay_part(source, ref, row) for row in plan),
        ),
        as_of=plan[0]["as_of"],
        when="",
        said=("Goals and pay", f"Pay of {team}"),
        period=parse_period(period, source.zone),
        state=plan[0]["state"],
        closed=plan[0]["basis"] == CLOSED,
        versions=(plan[0]["version"],),
        party=team,
        also=(Also("as closed" if ref.settled else "as known today", "", other),) if has_both else (),
    )


def _pay_part(source: Reading, ref: FigureRef, row: Record) -> Count:
    """Return one measure of a plan; it leads to the target or the duty that it is."""
    counted = row["counted"]
    name = row["measure"]
    reached = "not judged yet" if counted is None else f"{figures.percent(row['attainment'])} reached"
    held = "" if counted is None or counted == row["attainment"] else f", held at {percent(counted)}"
    share = 0.0 if counted is None else float(exact(row["weight"]) * exact(counted))
    label = f"{name}: {reached}{held}, weighs {percent(row['weight'])}"
    return Count(f"part {name}", label, share, "factor", leads_to=_measured(source, ref, row))


def _measured(source: Reading, ref: FigureRef, row: Record) -> FigureRef | None:
    measure = row["measure"]
    duty = next((each for each in source.version(row["version"]).duties if each.id == measure), None)
    if duty is not None:
        part = "count" if isinstance(duty, VolumeDuty) else "pay"
        return FigureRef("duty", (measure, part), ref.period, ref.settled)
    party, _, name = measure.rpartition(".")
    targets = source.version(row["version"]).targets.get(row["period"], {})
    for owner in (party,) if party else (row["team"], JOINT):
        if name in targets.get(owner, {}):
            return FigureRef("target", (owner, name), ref.period, ref.settled)
    return None


def paid_duty(source: Reading, ref: FigureRef) -> Finding:
    """Return what a duty comes to over the whole period of the pay plans it is a part of."""
    duty_id = ref.names[0] or ""
    duty = next((each for each in duties_of(source) if each.id == duty_id), None)
    bases = by_basis(source.rows("incentives", Where("measure", "==", duty_id)), "period").get(
        (source.period.period.name,)
    )
    if duty is None or bases is None:
        raise UsageError(
            f"no pay plan of {source.period.period.name} rests on '{duty_id}': see detente explain pay/TEAM"
        )
    row, settled = shown(bases)
    ref = FigureRef(ref.kind, ref.names, row["period"], ref.settled and settled is not None)
    told = settled if ref.settled and settled is not None else row
    rows = counted_rows(told, duty_id, "pay", "instance")
    found = tally(source.snapshot, rows, "status")
    counts = {status: found.get(status, 0) for status in ("met", "broken", "open", "void")}
    n = counts["met"] + counts["broken"]
    share = counts["met"] / n if n else None
    title = title_of(duty, "instances")
    return Finding(
        ref=ref,
        title=f"{title}, for pay",
        value=figures.out_of(counts["met"], n),
        sentence=f"{title}: all instances of {period_name(row['period'])}, as the pay plans count them.",
        definition="attainment",
        tree=instances(rows, counts, f"Instances in {period_name(row['period'])}"),
        as_of=told["as_of"],
        when="Due",
        clause=duty_id,
        period=parse_period(row["period"], source.zone),
        state=told["state"],
        closed=told["basis"] == CLOSED,
        versions=(told["version"],),
        rate=Rate(share, None, None, n, False, counts["met"], duty.objective, duty.min_n),
        party=duty.owes,
        notes=(("Agreed", f"in {percent(duty.objective)}" if duty.objective is not None else "no objective"),),
    )
