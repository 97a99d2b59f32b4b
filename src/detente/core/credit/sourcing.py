"""Whose deal it was: the book, influence beside it, and the views (specification §7).

Input: one deal, the touches of everybody at its account in order of time, and the credit clause in force when the deal
opened. Output: rows whose parts sum to exactly 1 for each rule. Rule in prose: docs/rules/credit.md.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from detente.core.agreement.agreement import Credit, CreditRule, CreditView, Side
from detente.core.credit.deals import Deal
from detente.core.credit.weights import PARTS, Path, apportion, model_of, shares

SOURCED = "sourced"
INFLUENCED = "influenced"

UNEXPLAINED = "unexplained"
"""Who gets a deal that no touch explains where the agreement names no `otherwise`."""

STANDARD_VIEWS = tuple(CreditView(model) for model in ("first", "last", "linear", "position"))
"""Always shown beside the book; an agreement adds others, or sets the weights of these."""


@dataclass(frozen=True, slots=True)
class Touch:
    """A marketing fact with a channel, or a sales touch, by somebody at the deal's account."""

    id: str
    team: str
    channel: str | None
    occurred_at: int


@dataclass(frozen=True, slots=True)
class CreditRow:
    """What one rule gives to one party for one touch: `parts` of a billion, and hundredths of the currency."""

    rule: str
    party: str
    touch: str | None
    channel: str | None
    parts: int
    cents: int | None


def views_of(credit: Credit) -> list[tuple[str, CreditView]]:
    """Return the views by name: those of the agreement, then the standard ones it leaves out."""
    declared = {model_of(view) for view in credit.views}
    every = [*credit.views, *(view for view in STANDARD_VIEWS if view.model not in declared)]
    named: list[tuple[str, CreditView]] = []
    for view in every:
        model = model_of(view)
        same = sum(model_of(other) == model for _, other in named)
        named.append((f"{model} {same + 1}" if same else model, view))
    return named


def counts(rule: CreditRule, touch: Touch, opened_at: int) -> bool:
    """Whether a touch earns credit: marketing's, of a listed channel, in the window (opening - look-back, opening]."""
    in_time = opened_at - rule.lookback < touch.occurred_at <= opened_at
    return in_time and touch.team == Side.MARKETING and touch.channel in rule.channels


def credit_rows(credit: Credit, deal: Deal, touches: Sequence[Touch], created_at: int | None) -> Iterator[CreditRow]:
    """Yield what every rule gives for one deal.

    `touches` in order of time; `created_at`: when the first of the deal's people became a lead, for milestone models.
    """
    sourced, influenced = credit.sourced, credit.influenced
    otherwise = (sourced.otherwise if sourced is not None else None) or UNEXPLAINED
    if sourced is not None:
        earning = [touch for touch in touches if counts(sourced, touch, deal.opened_at)]
        touch = None if not earning else earning[-1] if sourced.touch == "last" else earning[0]
        yield _whole(SOURCED, sourced.to if touch is not None else otherwise, touch, deal)
    if influenced is not None:
        earning = [touch for touch in touches if counts(influenced, touch, deal.opened_at)]
        if earning:
            touch = earning[-1] if influenced.touch == "last" else earning[0]
            yield _whole(INFLUENCED, influenced.to, touch, deal)
    for name, view in views_of(credit):
        yield from _viewed(name, view, credit, deal, (touches, created_at, otherwise))


def _whole(rule: str, party: str, touch: Touch | None, deal: Deal) -> CreditRow:
    if touch is None:
        return CreditRow(rule, party, None, None, PARTS, deal.cents)
    return CreditRow(rule, party, touch.id, touch.channel, PARTS, deal.cents)


def _viewed(
    name: str, view: CreditView, credit: Credit, deal: Deal, given: tuple[Sequence[Touch], int | None, str]
) -> Iterator[CreditRow]:
    touches, created_at, otherwise = given
    until = deal.won_at if model_of(view) == "full_path" and deal.won_at is not None else deal.opened_at
    on_path = [touch for touch in touches if _on_path(credit, touch, deal.opened_at, until)]
    split = shares(view, _path(on_path, deal, created_at))
    if split is None:
        return
    if not on_path:
        yield _whole(name, otherwise, None, deal)
        return
    parts = apportion(PARTS, split)
    money = [None] * len(parts) if deal.cents is None else apportion(deal.cents, split)
    for touch, part, cents in zip(on_path, parts, money, strict=True):
        if part or cents:
            yield CreditRow(name, touch.team, touch.id, touch.channel, part, cents)


def _on_path(credit: Credit, touch: Touch, opened_at: int, until: int) -> bool:
    """Whether a touch belongs to the path a view describes: sales touches, and marketing's of the listed channels."""
    rule = credit.sourced or credit.influenced
    if touch.occurred_at > until:
        return False
    if rule is None:
        return True
    return touch.occurred_at > opened_at - rule.lookback and (
        touch.team != Side.MARKETING or touch.channel in rule.channels
    )


def _path(touches: Sequence[Touch], deal: Deal, created_at: int | None) -> Path:
    at = tuple(touch.occurred_at for touch in touches)

    def last_until(instant: int | None) -> int | None:
        return None if instant is None else max((i for i, when in enumerate(at) if when <= instant), default=None)

    return Path(
        at=at,
        created=last_until(created_at),
        opened=last_until(deal.opened_at),
        closed=last_until(deal.won_at),
    )
