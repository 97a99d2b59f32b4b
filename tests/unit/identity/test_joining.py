"""Which records belong together where some of them are to stay apart."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from detente.core.identity.decisions import Pair, Record, Rule, pair_of
from detente.core.identity.joining import Apart, Edge, joined

A, B, C, D = (Record("crm", name) for name in "abcd")

records = st.builds(Record, st.sampled_from(["crm", "web"]), st.sampled_from("1234"))
probabilities = st.sampled_from([0.99, 0.999])
automatic = st.sampled_from([Rule.SAME_AS, Rule.EMAIL, Rule.LINKED])
edges = st.lists(st.builds(Edge, automatic, records, records, probabilities), max_size=14)
decided = st.lists(st.builds(Edge, st.just(Rule.DECIDED), records, records, st.just(1.0)), max_size=3)
pairs = st.frozensets(
    st.tuples(records, records).filter(lambda two: two[0] != two[1]).map(lambda two: pair_of(*two)), max_size=4
)


def groups(found: dict[Record, Record]) -> set[frozenset[Record]]:
    by_root: dict[Record, set[Record]] = {}
    for record, root in found.items():
        by_root.setdefault(root, set()).add(record)
    return {frozenset(group) for group in by_root.values()}


def told(*named: tuple[Record, ...]) -> set[frozenset[Record]]:
    return {frozenset(group) for group in named}


def test_two_that_a_person_set_apart_are_not_joined_by_any_chain() -> None:
    links = [Edge(Rule.SAME_AS, A, B), Edge(Rule.EMAIL, B, C)]
    assert groups(joined([A, B, C], links, Apart(frozenset({Pair(A, C)})))) == told((A, B), (C,))


def test_the_weakest_link_gives_way() -> None:
    links = [Edge(Rule.LINKED, A, B, 0.99), Edge(Rule.LINKED, B, C, 0.999)]
    assert groups(joined([A, B, C], links, Apart(frozenset({Pair(A, C)})))) == told((A,), (B, C))


def test_a_contradiction_stops_what_would_be_joined_without_asking() -> None:
    links = [Edge(Rule.EMAIL, A, B)]
    assert groups(joined([A, B], links, Apart(contradicting=frozenset({Pair(A, B)})))) == told((A,), (B,))


def test_who_says_that_two_are_one_joins_all_that_belongs_to_either() -> None:
    links = [Edge(Rule.EMAIL, A, B), Edge(Rule.EMAIL, C, D), Edge(Rule.DECIDED, A, C)]
    doubt = Apart(contradicting=frozenset({Pair(A, C), Pair(B, D)}))
    assert groups(joined([A, B, C, D], links, doubt)) == told((A, B, C, D))


def test_what_a_person_set_apart_leaves_by_its_own_link_and_not_by_what_a_person_joined() -> None:
    links = [Edge(Rule.SAME_AS, A, B), Edge(Rule.EMAIL, C, D), Edge(Rule.DECIDED, A, C)]
    assert groups(joined([A, B, C, D], links, Apart(frozenset({Pair(B, D)})))) == told((A, B, C), (D,))


def test_those_who_are_apart_may_each_belong_to_others() -> None:
    links = [Edge(Rule.EMAIL, A, B), Edge(Rule.EMAIL, C, D), Edge(Rule.LINKED, B, C, 0.9)]
    assert groups(joined([A, B, C, D], links, Apart(frozenset({Pair(A, D)})))) == told((A, B), (C, D))


def test_a_pair_of_records_that_nobody_knows_changes_nothing() -> None:
    assert groups(joined([A], [], Apart(frozenset({Pair(C, D)})))) == told((A,))


@given(st.lists(records), edges, decided, pairs, pairs, st.randoms(use_true_random=False))
def test_neither_order_nor_direction_nor_repetition_matters(known, links, said, apart, doubt, chance) -> None:
    links = links + said
    turned = [edge._replace(one=edge.other, other=edge.one) if chance.random() < 0.5 else edge for edge in links]
    shuffled, again = chance.sample(turned, len(turned)), chance.sample(known, len(known))
    assert joined(known, links, Apart(apart, doubt)) == joined(again * 2, shuffled + links, Apart(apart, doubt))


@given(st.lists(records), edges, decided, pairs, pairs)
def test_nobody_is_with_one_from_whom_a_person_set_them_apart(known, links, said, apart, doubt) -> None:
    found = joined(known, links + said, Apart(apart, doubt))
    assert not [pair for pair in apart if pair.one in found and found[pair.one] == found.get(pair.other)]


@given(st.lists(records), edges, pairs, pairs)
def test_a_link_is_refused_only_where_two_are_to_stay_apart(known, links, apart, doubt) -> None:
    found = joined(known, links, Apart(apart, doubt))
    between = {frozenset({found.get(pair.one), found.get(pair.other)}) for pair in apart | doubt}
    for edge in links:
        roots = frozenset({found[edge.one], found[edge.other]})
        assert len(roots) == 1 or roots in between


@given(st.lists(records), edges, pairs, pairs, st.tuples(records, records))
def test_setting_apart_two_who_were_never_one_changes_nothing(known, links, apart, doubt, two) -> None:
    before = joined(known, links, Apart(apart, doubt))
    if before.get(two[0], two[0]) != before.get(two[1], two[1]):
        assert joined(known, links, Apart(apart | {pair_of(*two)}, doubt)) == before
