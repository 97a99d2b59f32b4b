"""Which of people's decisions count, and which contradict each other."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from detente.core.identity.decisions import Decided, Record, Unit, Verb, pair_of
from detente.core.identity.standing import contradicted, standing

A, B, C, D = (Record("crm", name) for name in "abcd")
SAME, APART, UNDO = Verb.SAME, Verb.APART, Verb.UNDO


def said(seq: int, verb: Verb, one: Record = A, other: Record = B, undoes: int | None = None) -> Decided:
    return Decided(seq, Unit.PERSON, verb, pair_of(one, other), "ann", seq, undoes=undoes)


def stands(*rows: Decided) -> dict[Verb, set[int]]:
    found = standing(rows)
    return {SAME: {row.seq for row in found.same.values()}, APART: {row.seq for row in found.apart.values()}}


def test_the_latest_word_about_two_records_counts() -> None:
    assert stands(said(1, SAME), said(2, APART, B, A), said(3, SAME, B, C)) == {SAME: {3}, APART: {2}}


def test_what_is_undone_lets_the_word_before_count_again() -> None:
    assert stands(said(1, SAME), said(2, APART), said(3, UNDO, undoes=2)) == {SAME: {1}, APART: set()}


def test_an_undo_can_be_undone() -> None:
    rows = [said(1, SAME), said(2, UNDO, undoes=1), said(3, UNDO, undoes=2)]
    assert stands(*rows) == {SAME: {1}, APART: set()}
    assert standing(rows).undone == {2}
    assert stands(*rows, said(4, UNDO, undoes=3)) == {SAME: set(), APART: set()}


def test_two_cannot_be_one_by_way_of_records_that_were_set_apart() -> None:
    found = standing([said(1, SAME, A, B), said(2, SAME, C, D), said(3, APART, A, D)])
    assert [row.seq for row in contradicted(found, said(4, SAME, B, C))] == [3]
    assert contradicted(found, said(4, SAME, A, D)) == ()


def test_two_cannot_be_set_apart_while_others_still_make_them_one() -> None:
    found = standing([said(1, SAME, A, B), said(2, SAME, C, B), said(3, SAME, A, D)])
    assert [row.seq for row in contradicted(found, said(4, APART, A, C))] == [1, 2]
    assert contradicted(found, said(4, APART, A, B)) == ()


one_record = st.sampled_from([A, B, C, D])
two_records = st.tuples(one_record, one_record).filter(lambda two: two[0] != two[1])
rows = st.lists(st.tuples(st.sampled_from([SAME, APART]), two_records), max_size=12)


@given(rows)
def test_decisions_of_which_none_contradicts_leave_nobody_both_one_and_apart(told) -> None:
    kept: list[Decided] = []
    for seq, (verb, two) in enumerate(told):
        new = said(seq, verb, *two)
        if not contradicted(standing(kept), new):
            kept.append(new)
    found = standing(kept)
    for pair in found.apart:
        assert contradicted(standing(row for row in kept if row.pair != pair), said(99, APART, *pair)) == ()
