"""Shared goals, pay, and whose deals they were: the middle of the scoreboard.

Input: the rows of `targets`, `incentives` and `credit_totals`. A closed figure stands as it was frozen, with what is
known today beside it where that differs.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from detente.app.ports.snapshots import Row, Where
from detente.app.queries.board import ChannelCredit, CreditPanel, Goal, Pay, PayPart, TeamShare, View
from detente.app.queries.board_reading import CLOSED, CURRENT, SETTLED, Reading, by_basis, shown
from detente.core.credit.sourcing import INFLUENCED, UNEXPLAINED, views_of
from detente.core.credit.weights import COMPUTED, model_of

_ALL = "all"
_MEASURES = ("revenue", "pipeline")
_EPSILON = 1e-9


def goals(source: Reading) -> tuple[Goal, ...]:
    """Return the targets of the period shown, and of those that share time with it."""
    found = by_basis(source.touching("targets"), "period", "party", "measure")
    return tuple(_goal(source, *shown(bases)) for bases in found.values())


def _goal(source: Reading, row: Row, settled: Row | None) -> Goal:
    differs = settled is not None and settled["actual"] != row["actual"]
    return Goal(
        party=row["party"],
        measure=row["measure"],
        period=row["period"],
        unit=row["unit"],
        actual=row["actual"],
        target=row["target"],
        attainment=row["attainment"],
        due=row["due"],
        status=row["status"],
        state=row["state"],
        closed_at=source.text(row["as_of"]) if row["basis"] == CLOSED else None,
        settled=settled["actual"] if settled is not None and differs else None,
        definition="target",
        version=row["version"],
    )


def pay(source: Reading) -> tuple[Pay, ...]:
    """Return what the pay plans come to for the periods of the goals."""
    periods = dict.fromkeys(row["period"] for row in source.touching("targets"))
    found = by_basis(source.rows("incentives", Where("period", "in", list(periods))), "period", "team", "measure")
    plans: dict[tuple[str, str], list[Row]] = {}
    for bases in found.values():
        row, _ = shown(bases)
        plans.setdefault((row["period"], row["team"]), []).append(row)
    return tuple(
        Pay(
            team=team,
            period=period,
            parts=tuple(
                PayPart(
                    measure=row["measure"], weight=row["weight"], attainment=row["attainment"], counted=row["counted"]
                )
                for row in rows
            ),
            factor=rows[0]["factor"],
            definition="pay",
        )
        for (period, team), rows in plans.items()
    )


# --- credit -----------------------------------------------------------------------------------------------------


def credit(source: Reading) -> tuple[CreditPanel, ...]:
    """Return revenue and pipeline of the period and how the book splits them; nothing without a credit clause."""
    if source.agreement.credit is None:
        return ()
    rows = list(source.of_period("credit_totals"))
    return tuple(_panel(source, measure, [row for row in rows if row["measure"] == measure]) for measure in _MEASURES)


def _panel(source: Reading, measure: str, rows: list[Row]) -> CreditPanel:
    closed = source.period.state == CLOSED
    of_basis = {basis: [row for row in rows if row["basis"] == basis] for basis in (CLOSED, SETTLED, CURRENT)}
    own = of_basis[CLOSED if closed else CURRENT]
    book = source.agreement.credit.book if source.agreement.credit is not None else ""
    teams = _teams(own, book)
    settled = _teams(of_basis[SETTLED], book) if closed else teams
    deals, amount = _total(own)
    version = own[0]["version"] if own else source.timeline.in_force(source.period.period.start).version
    return CreditPanel(
        measure=measure,
        period=source.period.period.name,
        book=book,
        deals=round(deals),
        amount=amount,
        teams=teams,
        channels=tuple(_channels(own, book)),
        influenced=next((_share(row, amount) for row in own if _is_party(row, INFLUENCED)), None),
        views=tuple(_views(source, own)),
        state=source.period.state,
        closed_at=source.text(source.period.closes_at) if closed else None,
        settled=settled if settled != teams else (),
        definition="sourced",
        version=version,
    )


def _total(rows: Iterable[Row]) -> tuple[float, float]:
    """Return (deals, amount) of all deals, credited or not."""
    return next(((row["deals"], row["amount"]) for row in rows if row["rule"] == _ALL), (0.0, 0.0))


def _is_party(row: Row, rule: str) -> bool:
    return bool(row["rule"] == rule and row["channel"] is None)


def _teams(rows: list[Row], rule: str) -> tuple[TeamShare, ...]:
    """Return the parties of a rule; what it gives to nobody stands as unexplained, so that the shares sum to 1."""
    deals, amount = _total(rows)
    shares = [_share(row, amount) for row in rows if _is_party(row, rule)]
    rest = deals - sum(share.deals for share in shares)
    if shares and rest > _EPSILON:
        left = amount - sum(share.amount for share in shares)
        part = left / amount if amount else None
        shares.append(TeamShare(team=UNEXPLAINED, deals=rest, amount=left, share=part))
    return tuple(shares)


def _share(row: Row, amount: float) -> TeamShare:
    part = row["amount"] / amount if amount else None
    return TeamShare(team=row["party"], deals=row["deals"], amount=row["amount"], share=part)


def _channels(rows: Iterable[Row], book: str) -> Iterator[ChannelCredit]:
    own = [row for row in rows if row["rule"] == book and row["channel"] is not None and row["channel"] != "none"]
    for row in sorted(own, key=lambda row: (-row["amount"], row["party"], row["channel"])):
        yield ChannelCredit(team=row["party"], channel=row["channel"], deals=row["deals"], amount=row["amount"])


def _views(source: Reading, rows: list[Row]) -> Iterator[View]:
    if source.agreement.credit is not None:
        for name, view in views_of(source.agreement.credit):
            yield View(model=name, teams=_teams(rows, name), computed=model_of(view) in COMPUTED)
