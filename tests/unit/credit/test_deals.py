"""A deal is what its facts say: opened by the agreed event, worth its latest amount, decided by its latest outcome."""

from __future__ import annotations

from detente.core.credit.deals import DealFact, Opening, Outcome, cents, deal_of

DAY = 86_400_000_000


def fact(day: int, kind: str, amount: float | None = None, opens: bool = False, reason: str | None = None) -> DealFact:
    return DealFact(f"{kind}{day}", kind, day * DAY, opens=opens, amount=amount, reason=reason)


def test_the_event_of_the_stage_named_by_before_opens_the_deal() -> None:
    deal = deal_of([fact(1, "deal_open", 100.0), fact(3, "deal_stage", opens=True), fact(9, "deal_won", 120.5)])
    assert (deal.opened_at, deal.opened_by) == (3 * DAY, Opening.STAGE)
    assert (deal.outcome, deal.won_at, deal.cents) == (Outcome.WON, 9 * DAY, 12050)


def test_without_that_event_a_deal_open_dates_it_and_without_one_the_first_fact() -> None:
    assert deal_of([fact(2, "deal_stage"), fact(4, "deal_open")]).opened_by is Opening.DEAL_OPEN
    only_won = deal_of([fact(7, "deal_won", 10.0)])
    assert (only_won.opened_at, only_won.opened_by) == (7 * DAY, Opening.FIRST_FACT)


def test_a_lost_deal_that_was_opened_again_counts_as_won_when_it_is_won() -> None:
    facts = [fact(1, "deal_open"), fact(2, "deal_lost", reason="price"), fact(5, "deal_won"), fact(8, "deal_won")]
    deal = deal_of(facts)
    assert (deal.outcome, deal.won_at, deal.lost_at, deal.reason) == (Outcome.WON, 5 * DAY, None, None)


def test_opened_again_and_undecided_is_open() -> None:
    deal = deal_of([fact(1, "deal_open"), fact(2, "deal_lost", reason="price"), fact(5, "deal_open")])
    assert (deal.outcome, deal.opened_at) == (Outcome.OPEN, 1 * DAY)


def test_a_loss_keeps_its_reason() -> None:
    deal = deal_of([fact(2, "deal_lost", reason="price"), fact(1, "deal_open", 9.99)])
    assert (deal.outcome, deal.lost_at, deal.reason, deal.cents) == (Outcome.LOST, 2 * DAY, "price", 999)


def test_the_order_of_the_facts_does_not_matter() -> None:
    facts = [fact(1, "deal_open", 10.0), fact(2, "deal_stage", 11.0), fact(3, "deal_won", 12.0)]
    assert deal_of(facts) == deal_of(facts[::-1])


def test_a_deal_without_an_amount_has_none_rather_than_zero() -> None:
    assert deal_of([fact(1, "deal_open")]).cents is None


def test_amounts_are_kept_in_hundredths_half_to_even() -> None:
    assert [cents(0.1), cents(1_234_567.89), cents(0.125), cents(0.135), cents(-2.5)] == [10, 123456789, 12, 14, -250]
