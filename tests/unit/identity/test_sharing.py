"""Who shares an e-mail address, and what that says."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from detente.core.identity.decisions import Pair, Record, Rule
from detente.core.identity.sharing import FEW, Sharing, shared

CRM, SHOP, WEB = Record("crm", "1"), Record("shop", "5"), Record("web", "7")


def called(whole: str) -> tuple[str | None, str | None, str | None]:
    return whole, None, None


def of_one_address(names: dict[Record, str | None]) -> Sharing:
    holders = [("mail@quay.example", record) for record in names]
    return shared(Rule.EMAIL, holders, {record: called(name) for record, name in names.items() if name})


def joined(found: Sharing) -> set[Pair]:
    return {Pair(edge.one, edge.other) for edge in found.edges}


def test_an_address_is_one_persons_whatever_system_it_is_in() -> None:
    found = of_one_address({CRM: "Ann Lee", SHOP: "ANN LEE", WEB: None})
    assert joined(found) == {Pair(CRM, SHOP), Pair(CRM, WEB), Pair(SHOP, WEB)}
    assert found.doubt == ()
    assert set(found.keys.values()) == {"mail@quay.example"}


def test_short_forms_and_initials_are_the_same_first_name() -> None:
    assert of_one_address({CRM: "Robert Lee", WEB: "Bob Lee"}).doubt == ()
    assert of_one_address({CRM: "Robert Lee", WEB: "R. Lee"}).doubt == ()


def test_a_couple_with_one_mailbox_is_not_joined_but_asked_about() -> None:
    found = of_one_address({CRM: "Paul Lee", WEB: "Paula Lee"})
    assert found.edges == ()
    assert found.doubt == (Pair(CRM, WEB),)


def test_a_record_without_a_name_joins_neither_of_a_couple() -> None:
    found = of_one_address({CRM: "Ann Lee", SHOP: "Bo Lee", WEB: None})
    assert found.edges == ()
    assert set(found.doubt) == {Pair(CRM, SHOP), Pair(CRM, WEB), Pair(SHOP, WEB)}


def test_of_a_couple_each_is_joined_with_their_own_records() -> None:
    found = of_one_address({CRM: "Ann Lee", SHOP: "Bo Lee", WEB: "ann lee"})
    assert joined(found) == {Pair(CRM, WEB)}


def test_nobody_is_asked_about_a_mailbox_that_many_share() -> None:
    many = {Record("web", str(n)): f"{first} Lee" for n, first in enumerate(["Ann", "Bo", "Cy", "Di"] * FEW)}
    found = of_one_address(many)
    assert found.doubt == ()
    assert all(many[edge.one] == many[edge.other] for edge in found.edges)


records = st.builds(Record, st.sampled_from(["crm", "web"]), st.sampled_from("12345"))
holders = st.lists(st.tuples(st.sampled_from(["a@x", "b@x"]), records))
names = st.dictionaries(records, st.sampled_from(["Ann Lee", "Bo Lee", "B. Lee", "Lee"]).map(called))


@given(holders, names, st.randoms(use_true_random=False))
def test_the_order_of_records_does_not_matter(held, named, chance) -> None:
    assert shared(Rule.EMAIL, held, named) == shared(Rule.EMAIL, chance.sample(held, len(held)), named)


@given(holders, names)
def test_only_records_that_share_a_key_are_spoken_of(held, named) -> None:
    found = shared(Rule.EMAIL, held, named)
    for pair in joined(found) | set(found.doubt):
        assert {(found.keys[pair], pair.one), (found.keys[pair], pair.other)} <= set(held)
    assert not joined(found) & set(found.doubt)
