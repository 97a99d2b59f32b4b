"""What did each side owe and deliver? The scoreboard of one period, out of the current snapshot.

Input: a snapshot's ledger tables and the agreement texts it was judged under. Nothing is counted here: figures, their
intervals and verdicts are read; this page chooses the period, puts closed figures beside settled ones, and says each
promise in words. A closed figure is shown as it was frozen.
"""

from __future__ import annotations

from detente.app.ports.snapshots import Snapshot
from detente.app.queries import board_duties as duties
from detente.app.queries import board_goals as goals
from detente.app.queries import board_results as results
from detente.app.queries.agreement_in import agreement_in
from detente.app.queries.board import Attention, Definition, Scoreboard
from detente.app.queries.board_reading import Reading, reading
from detente.core.agreement.agreement import Timeline

__all__ = ["Scoreboard", "scoreboard"]


def scoreboard(snapshot: Snapshot, period: str | None = None, timeline: Timeline | None = None) -> Scoreboard:
    """Return the scoreboard of a period (`2026Q4`, `2026-11`, `2026-W48`); None: the quarter of the snapshot's instant.

    `timeline`: the snapshot's agreement, where it was compiled before. Raises UsageError, with the remedy, for a name
    that is no period or one outside the record.
    """
    source = reading(snapshot, timeline or agreement_in(snapshot.agreement_texts()), period)
    agreement = source.agreement
    sides = duties.sides(source)
    conversion = results.conversion(source)
    return Scoreboard(
        snapshot=snapshot.info.id,
        agreement=agreement.id,
        version=agreement.version,
        hash=agreement.hash,
        timezone=source.zone,
        currency=agreement.currency,
        as_of=source.text(source.as_of),
        period=source.described(source.period),
        previous=None if source.previous is None else source.described(source.previous),
        sides=sides,
        goals=goals.goals(source),
        pay=goals.pay(source),
        conversion=conversion,
        conversion_from=None if conversion else results.conversion_from(source),
        speed=results.speed(source),
        credit=goals.credit(source),
        channels=results.channels(source),
        reasons=results.reasons(source),
        stages=results.stages(source),
        differences=results.differences(source),
        consent=results.consent(source),
        attention=(*duties.attention(sides, agreement.currency), *_other_attention(source)),
        definitions={
            row["name"]: Definition(words=row["words"], formula=row["formula"], n=row["n"], version=row["version"])
            for row in snapshot.rows("meta")
        },
    )


def _other_attention(source: Reading) -> tuple[Attention, ...]:
    found = []
    consent = results.consent(source)
    if consent:
        touches = sum(each.touches for each in consent)
        rules = ", ".join(dict.fromkeys(each.rule for each in consent))
        sentence = f"{_counted(touches, 'touch', 'touches')} that a consent rule did not allow"
        found.append(Attention(status="consent", clause=rules, sentence=sentence))
    unlisted = sum(each.count for each in results.reasons(source) if not each.listed)
    if unlisted:
        sentence = f"{_counted(unlisted, 'decision', 'decisions')} without a reason from the list"
        found.append(Attention(status="reasons", clause=None, sentence=sentence))
    differing = sum(each.leads for each in results.differences(source))
    if differing:
        sentence = f"{_counted(differing, 'lead is', 'leads are')} in another stage in the CRM"
        found.append(Attention(status="crm", clause=None, sentence=sentence))
    return tuple(found)


def _counted(number: int, one: str, several: str) -> str:
    return f"{number} {one if number == 1 else several}"
