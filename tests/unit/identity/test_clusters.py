"""Persons out of records: membership is a function of the links, ids are kept once given."""

from __future__ import annotations

from collections.abc import Iterable

from hypothesis import given
from hypothesis import strategies as st

from detente.core.identity.clusters import Identities, identify
from detente.core.identity.decisions import Decisions, Record, Rule, Unit
from detente.core.identity.joining import Edge

CRM_1, CRM_2, CRM_3 = (Record("crm", str(n)) for n in (1, 2, 3))
WEB_1, WEB_2 = (Record("web", str(n)) for n in (1, 2))

records = st.builds(Record, st.sampled_from(["crm", "web"]), st.sampled_from("12345"))
edges = st.builds(Edge, st.sampled_from([Rule.SAME_AS, Rule.EMAIL]), records, records)


def persons(known: Iterable[Record], links: Iterable[Edge] = (), log: Decisions | None = None) -> Identities:
    return identify(Unit.PERSON, known, links, log or Decisions())


def ids(found: Identities) -> dict[Record, str]:
    return {member.record: member.id for member in found.members}


def partition(found: Identities) -> set[frozenset[Record]]:
    by_id: dict[str, set[Record]] = {}
    for member in found.members:
        by_id.setdefault(member.id, set()).add(member.record)
    return {frozenset(group) for group in by_id.values()}


def test_records_joined_by_any_chain_of_links_are_one_person() -> None:
    found = persons([CRM_1, CRM_2, WEB_1], [Edge(Rule.SAME_AS, CRM_1, WEB_1), Edge(Rule.EMAIL, WEB_1, CRM_2)])
    assert partition(found) == {frozenset({CRM_1, CRM_2, WEB_1})}


def test_each_record_says_why_it_belongs_and_which_record_shows_it() -> None:
    links = [Edge(Rule.EMAIL, CRM_1, WEB_1), Edge(Rule.SAME_AS, CRM_1, WEB_1)]
    why = {member.record: (member.rule, member.evidence) for member in persons([CRM_1, CRM_2], links).members}
    assert why == {CRM_1: (Rule.OWN, None), CRM_2: (Rule.OWN, None), WEB_1: (Rule.SAME_AS, CRM_1)}


def test_a_first_id_comes_from_the_smallest_record() -> None:
    together = ids(persons([WEB_1, CRM_2], [Edge(Rule.EMAIL, WEB_1, CRM_2)]))
    assert together[WEB_1] == together[CRM_2] == ids(persons([CRM_2]))[CRM_2]


def test_a_smaller_record_that_arrives_later_takes_the_id_over() -> None:
    before = persons([CRM_2])
    after = persons([CRM_1, CRM_2], [Edge(Rule.EMAIL, CRM_1, CRM_2)], before.news)
    assert ids(after)[CRM_1] == ids(after)[CRM_2] == ids(before)[CRM_2]
    assert not after.redirects


def test_when_two_known_persons_turn_out_to_be_one_the_older_id_survives() -> None:
    first = persons([CRM_2])
    second = persons([CRM_1, CRM_2], log=first.news)
    old, young = ids(first)[CRM_2], ids(second)[CRM_1]
    joined = persons([CRM_1, CRM_2], [Edge(Rule.EMAIL, CRM_1, CRM_2)], first.news + second.news)
    assert set(ids(joined).values()) == {old}
    assert joined.redirects == {young: old}
    assert [(row.id, row.to) for row in joined.news.redirected] == [(young, old)]


def test_persons_that_are_no_longer_one_have_their_own_ids_again() -> None:
    apart = persons([CRM_1, CRM_2])
    joined = persons([CRM_1, CRM_2], [Edge(Rule.EMAIL, CRM_1, CRM_2)], apart.news)
    again = persons([CRM_1, CRM_2], log=apart.news + joined.news)
    assert ids(again) == ids(apart)
    assert not again.redirects
    assert [(row.id, row.to) for row in again.news.redirected] == [(ids(apart)[CRM_2],) * 2]


def test_an_old_id_follows_through_several_mergers() -> None:
    log = Decisions()
    for known in (CRM_3, CRM_2, CRM_1):
        log += persons([known], log=log).news
    links = [Edge(Rule.EMAIL, CRM_1, CRM_2)]
    log += persons([CRM_1, CRM_2, CRM_3], links, log).news
    joined = persons([CRM_1, CRM_2, CRM_3], [*links, Edge(Rule.EMAIL, CRM_2, CRM_3)], log)
    oldest = log.given[0].id
    assert set(ids(joined).values()) == {oldest}
    assert joined.redirects == {row.id: oldest for row in log.given[1:]}


def test_persons_and_accounts_never_share_an_id() -> None:
    account = identify(Unit.ACCOUNT, [CRM_1], [], Decisions()).members[0].id
    assert account != ids(persons([CRM_1]))[CRM_1]


@given(st.lists(records), st.lists(edges), st.randoms(use_true_random=False))
def test_the_order_of_arrival_does_not_matter_for_who_is_who(known, links, chance) -> None:
    shuffled_records, shuffled_links = list(known), list(links)
    chance.shuffle(shuffled_records)
    chance.shuffle(shuffled_links)
    assert persons(known, links) == persons(shuffled_records, shuffled_links)


@given(st.lists(st.tuples(st.lists(records), st.lists(edges)), min_size=1, max_size=5))
def test_membership_does_not_depend_on_the_batches_data_came_in(batches) -> None:
    log, known, links = Decisions(), [], []
    for more_records, more_links in batches:
        known, links = known + more_records, links + more_links
        found = persons(known, links, log)
        log += found.news
    assert partition(found) == partition(persons(known, links))


@given(st.lists(records), st.lists(edges), st.lists(records), st.lists(edges))
def test_more_data_keeps_an_id_or_lets_it_lead_to_an_older_one(known, links, more_records, more_links) -> None:
    before = persons(known, links)
    after = persons([*known, *more_records], [*links, *more_links], before.news)
    age = {row.id: n for n, row in enumerate((before.news + after.news).given)}
    for record, id_ in ids(before).items():
        now = ids(after)[record]
        assert now == id_ or (after.redirects[id_] == now and age[now] < age[id_])


@given(st.lists(records), st.lists(edges), st.lists(edges))
def test_a_rebuild_from_the_log_gives_the_same_ids_and_no_news(known, links, more_links) -> None:
    first = persons(known, links)
    second = persons(known, [*links, *more_links], first.news)
    log = first.news + second.news
    again = persons(known, [*links, *more_links], log)
    assert (again.members, again.redirects) == (second.members, second.redirects)
    assert not again.news


@given(st.lists(records), st.lists(edges), st.lists(edges))
def test_looking_back_gives_everybody_the_id_they_had(known, links, more_links) -> None:
    first = persons(known, links)
    second = persons(known, [*links, *more_links], first.news)
    assert ids(persons(ids(first), links, first.news + second.news)) == ids(first)
