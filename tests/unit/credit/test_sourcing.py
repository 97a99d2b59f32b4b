"""Credit: one book that sums to exactly 1, influence beside it, views that describe the path."""

from __future__ import annotations

from collections import defaultdict
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detente.core.agreement.agreement import Credit, CreditRule, CreditView
from detente.core.credit.deals import Deal, Opening, Outcome
from detente.core.credit.sourcing import CreditRow, Touch, credit_rows, views_of
from detente.core.credit.weights import PARTS, Path, apportion, shares

DAY = 86_400_000_000
OPENED = 400 * DAY
CHANNELS = ("paid_search", "organic", "email")
SOURCED = CreditRule("marketing", "first", CHANNELS, 365 * DAY, "Opportunity", "sales")
INFLUENCED = CreditRule("marketing", "any", CHANNELS, 180 * DAY, "Opportunity")
EVERY_VIEW = tuple(
    CreditView(model) for model in ("first", "last", "linear", "position", "time_decay", "w", "full_path")
)
BOOK = Credit("sourced", SOURCED, INFLUENCED, EVERY_VIEW)


def deal(cents: int | None = 1_000_00, won_at: int | None = None) -> Deal:
    outcome = Outcome.OPEN if won_at is None else Outcome.WON
    return Deal(OPENED, Opening.STAGE, outcome, cents, None, won_at, None, None)


def touch(day: int, channel: str | None = "organic", team: str = "marketing") -> Touch:
    return Touch(f"{team}-{channel}-{day}", team, channel, day * DAY)


def awarded(rule: str, touches: list[Touch], credit: Credit = BOOK, of: Deal | None = None) -> list[CreditRow]:
    return [row for row in credit_rows(credit, of or deal(), touches, None) if row.rule == rule]


# --- the book ---------------------------------------------------------------------------------------------------


def test_the_first_marketing_touch_in_the_look_back_sources_the_deal() -> None:
    (row,) = awarded("sourced", [touch(90, team="sales", channel="call"), touch(100, "email"), touch(300)])
    assert (row.party, row.touch, row.channel, row.parts) == ("marketing", "marketing-email-100", "email", PARTS)


def test_the_last_one_does_where_the_agreement_says_last() -> None:
    last = Credit("sourced", CreditRule("marketing", "last", CHANNELS, 365 * DAY, None, "sales"))
    assert awarded("sourced", [touch(100), touch(300)], last)[0].touch == "marketing-organic-300"


@pytest.mark.parametrize(
    ("at", "party"),
    [
        (OPENED - 365 * DAY, "sales"),  # exactly the look-back old: no longer counts
        (OPENED - 365 * DAY + 1, "marketing"),
        (OPENED, "marketing"),  # at the opening itself
        (OPENED + 1, "sales"),
    ],
)
def test_the_look_back_is_a_half_open_window(at: int, party: str) -> None:
    assert awarded("sourced", [Touch("t", "marketing", "organic", at)])[0].party == party


def test_an_unlisted_channel_or_a_sales_touch_never_sources_for_marketing() -> None:
    touches = [touch(300, "cold_list"), touch(310, "email", team="sales"), touch(320, None)]
    (row,) = awarded("sourced", touches)
    assert (row.party, row.touch) == ("sales", None)


def test_without_an_otherwise_a_deal_nobody_touched_is_unexplained() -> None:
    bare = Credit("sourced", CreditRule("marketing", "first", CHANNELS, 365 * DAY, None))
    assert awarded("sourced", [], bare)[0].party == "unexplained"


def test_influence_has_its_own_look_back_and_stands_beside_the_book() -> None:
    early = [touch(100)]
    assert awarded("sourced", early)[0].party == "marketing"
    assert awarded("influenced", early) == []
    assert awarded("influenced", [touch(300)])[0].party == "marketing"


# --- views ------------------------------------------------------------------------------------------------------


def by_touch(rows: list[CreditRow]) -> list[float]:
    return [round(row.parts / PARTS, 4) for row in rows]


def test_position_gives_forty_twenty_forty() -> None:
    touches = [touch(100), touch(200, "call", "sales"), touch(250), touch(300)]
    assert by_touch(awarded("position", touches)) == [0.4, 0.1, 0.1, 0.4]
    assert by_touch(awarded("position", touches[:2])) == [0.5, 0.5]
    assert by_touch(awarded("position", touches[:1])) == [1.0]


def test_position_takes_the_weights_of_the_agreement() -> None:
    own = Credit("sourced", SOURCED, None, (CreditView("position", (0.6, 0.2, 0.2)),))
    assert by_touch(awarded("position", [touch(100), touch(200), touch(300)], own)) == [0.6, 0.2, 0.2]
    assert by_touch(awarded("position", [touch(100), touch(300)], own)) == [0.75, 0.25]


def test_time_decay_halves_every_seven_days() -> None:
    rows = awarded("time_decay", [touch(386), touch(393), touch(400)])
    assert by_touch(rows) == [round(1 / 7, 4), round(2 / 7, 4), round(4 / 7, 4)]


def test_w_without_a_middle_gives_a_third_to_each_milestone() -> None:
    rows = list(credit_rows(BOOK, deal(), [touch(100), touch(200), touch(300)], created_at=210 * DAY))
    assert by_touch([row for row in rows if row.rule == "w"]) == [0.3333, 0.3333, 0.3333]


def test_w_renormalises_where_a_milestone_is_missing_or_two_share_a_touch() -> None:
    four = (100, 200, 250, 300)
    assert shares(CreditView("w"), Path(four, created=1, opened=3)) == (
        Fraction(3, 10),
        Fraction(3, 10),
        Fraction(1, 10),
        Fraction(3, 10),
    )
    missing = shares(CreditView("w"), Path(four, created=None, opened=3))
    assert missing == (Fraction(3, 7), Fraction(1, 14), Fraction(1, 14), Fraction(3, 7))
    shared = shares(CreditView("w"), Path(four, created=0, opened=3))
    assert shared == missing  # the touch that holds two milestones takes one weight


def test_full_path_goes_on_until_the_deal_is_won() -> None:
    touches = [touch(100), touch(200), touch(300), touch(410), touch(420)]
    won = deal(won_at=415 * DAY)
    rows = [row for row in credit_rows(BOOK, won, touches, created_at=200 * DAY) if row.rule == "full_path"]
    assert by_touch(rows) == [0.25, 0.25, 0.25, 0.25]  # no touch between the milestones: their weights renormalise


def test_a_model_that_is_not_computed_gives_no_rows_and_no_share() -> None:
    assert shares(CreditView("markov"), Path((1, 2))) is None


def test_standard_views_stand_beside_those_of_the_agreement() -> None:
    views = views_of(Credit("sourced", SOURCED, None, (CreditView("markov"), CreditView("position", (0.5, 0.0, 0.5)))))
    assert [name for name, _ in views] == ["markov", "position", "first", "last", "linear"]


# --- what always holds ------------------------------------------------------------------------------------------

TOUCHES = st.lists(
    st.builds(
        lambda day, channel, team: (day, channel, team),
        st.integers(0, 430),
        st.sampled_from([*CHANNELS, "cold_list", "call"]),
        st.sampled_from(["marketing", "sales"]),
    ),
    max_size=25,
)


@given(
    rows=TOUCHES,
    cents=st.one_of(st.none(), st.integers(-(10**9), 10**11)),
    won=st.one_of(st.none(), st.integers(400, 430)),
    created=st.one_of(st.none(), st.integers(0, 430)),
)
def test_every_rule_sums_to_exactly_one_per_deal(
    rows: list[tuple[int, str, str]], cents: int | None, won: int | None, created: int | None
) -> None:
    touches = [Touch(str(i), team, channel, day * DAY) for i, (day, channel, team) in enumerate(sorted(rows))]
    of = deal(cents, None if won is None else won * DAY)
    parts: dict[str, int] = defaultdict(int)
    money: dict[str, int] = defaultdict(int)
    for row in credit_rows(BOOK, of, touches, None if created is None else created * DAY):
        assert row.parts >= 0
        parts[row.rule] += row.parts
        money[row.rule] += row.cents or 0
    assert set(parts.values()) == {PARTS}
    assert set(money.values()) == {cents or 0}
    assert {"sourced", *(view.model for view in EVERY_VIEW)} <= set(parts)


@given(total=st.integers(-(10**12), 10**12), weights=st.lists(st.integers(0, 1000), min_size=1, max_size=30))
def test_apportioning_loses_no_unit_and_moves_none_by_more_than_one(total: int, weights: list[int]) -> None:
    whole = sum(weights)
    parts = [Fraction(weight, whole) if whole else Fraction(1, len(weights)) for weight in weights]
    units = apportion(total, parts)
    assert sum(units) == total
    assert all(abs(unit - total * part) < 1 for unit, part in zip(units, parts, strict=True))
