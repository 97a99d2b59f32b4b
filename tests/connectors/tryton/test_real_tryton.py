"""The real Tryton 8 of requirements/tryton.txt on SQLite: filled, synced, changed, synced again, deleted from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from pydantic import SecretStr

from detente.core.errors import SourceRefused
from detente.sources.kit.web import Web
from detente.sources.tryton.source import Settings, connect

from ..landed import Synced, follow

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

EURO, OWN = 1, 1


@dataclass
class Made:
    """What was entered: the records by what they are."""

    acme: int
    widgets: int
    bob: int
    jane: int
    ids: dict[str, int]


@pytest.fixture(scope="module")
def made(tryton) -> Made:
    """Two companies, two people, four opportunities, each with a story of its own."""
    rita, sam = tryton.employees["Rita Rep"], tryton.employees["Sam Seller"]
    category = tryton.create("party.category", name="Company")
    acme = tryton.create(
        "party.party",
        name="Acme GmbH",
        identifiers=[["create", [{"type": "eu_vat", "code": "DE136695976"}]]],
        addresses=[["create", [{"street": "Main 1", "postal_code": "10115", "city": "Berlin"}]]],
        contact_mechanisms=[["create", [{"type": "website", "value": "https://acme.example"}]]],
    )
    widgets = tryton.create("party.party", name="Widgets", categories=[["add", [category]]])
    bob = tryton.create(
        "party.party",
        name="Bob Stone",
        contact_mechanisms=[
            ["create", [{"type": "email", "value": "bob@stone.example"}, {"type": "mobile", "value": "+49 171 234567"}]]
        ],
        addresses=[["create", [{"city": "Hamburg"}]]],
    )
    jane = tryton.create(
        "party.contact_mechanism", party=acme, type="email", value="jane@acme.example", name="Jane Doe"
    )
    tryton.create("party.contact_mechanism", party=acme, type="phone", value="+49 30 901820", name="Jack Roe")
    return Made(acme, widgets, bob, jane, opportunities(tryton, {"acme": acme, "bob": bob, "jane": jane}, rita, sam))


def opportunities(tryton, who: dict[str, int], rita: int, sam: int) -> dict[str, int]:
    """Enter four opportunities: won, discarded as a lead, lost, and one that is still a lead."""
    won = opportunity(tryton, party=who["bob"], employee=rita, amount="900.00")
    tryton.press("sale.opportunity", won, "opportunity")
    tryton.write("sale.opportunity", won, employee=sam)
    tryton.press("sale.opportunity", won, "convert")
    sell(tryton, won, who["bob"], "950.00")
    discarded = opportunity(tryton, party=who["acme"], contact=who["jane"], lost_reason="No budget")
    tryton.press("sale.opportunity", discarded, "lost")
    lost = opportunity(tryton, party=who["acme"], contact=who["jane"], employee=sam, amount="5000.00")
    tryton.press("sale.opportunity", lost, "opportunity")
    tryton.write("sale.opportunity", lost, amount={"__class__": "Decimal", "decimal": "4500.00"})
    tryton.write("sale.opportunity", lost, lost_reason="Too dear")
    tryton.press("sale.opportunity", lost, "lost")
    return {"won": won, "discarded": discarded, "lost": lost, "open": opportunity(tryton, party=who["bob"])}


def opportunity(tryton, amount: str | None = None, **values: object) -> int:
    """Enter an opportunity in the state `lead`."""
    worth = {"amount": {"__class__": "Decimal", "decimal": amount}} if amount else {}
    return tryton.create("sale.opportunity", **{"company": OWN, "currency": EURO, "employee": None, **worth, **values})


def sell(tryton, opportunity: int, party: int, price: str) -> None:
    """Confirm the sale that an opportunity was converted to, which is what wins it."""
    sale = tryton.call("GET", f"sale.opportunity/{opportunity}", f="sales.state")["sales"][0]["id"]
    address = tryton.call("GET", f"party.party/{party}", f="addresses.city")["addresses"][0]["id"]
    tryton.write("sale.sale", sale, invoice_address=address, shipment_address=address)
    worth = {"__class__": "Decimal", "decimal": price}
    tryton.create("sale.line", sale=sale, type="line", quantity=1, unit_price=worth, description="Advice")
    tryton.press("sale.sale", sale, "quote")
    tryton.press("sale.sale", sale, "confirm")


@pytest.fixture(scope="module")
def synced(tryton, made: Made, tmp_path_factory) -> Synced:  # noqa: ARG001 (read only once it is filled)
    """A workspace that syncs from it."""
    table = {"url": tryton.url, "database": tryton.database, "company_categories": ["Company"]}
    return Synced(tmp_path_factory.mktemp("workspace"), "tryton", table, {"key": tryton.key})


class TestJourney:
    """The tests of this class are the steps of one journey, in this order."""

    def test_the_first_sync_lands_what_was_entered(self, synced: Synced, made: Made) -> None:
        report = synced.sync()
        assert report["quarantined"] == 0
        assert report["accepted"] > 0
        assert synced.attributes("account") == {
            str(made.acme): {
                "company.name": "Acme GmbH",
                "company.website": "https://acme.example",
                "company.address": "Main 1",
                "company.postal_code": "10115",
                "company.city": "Berlin",
            },
            str(made.widgets): {"company.name": "Widgets"},
        }
        assert synced.attributes("person") == {
            str(made.bob): {
                "person.name": "Bob Stone",
                "person.email": "bob@stone.example",
                "person.email_domain": "stone.example",
                "person.mobile": "+49 171 234567",
                "person.city": "Hamburg",
            },
            f"{made.acme}/jane doe": {
                "person.name": "Jane Doe",
                "person.email": "jane@acme.example",
                "person.email_domain": "acme.example",
            },
            f"{made.acme}/jack roe": {"person.name": "Jack Roe", "person.phone": "+49 30 901820"},
        }
        assert synced.links("account") == {(f"{made.acme}/{name}", str(made.acme)) for name in ("jane doe", "jack roe")}

    def test_an_opportunity_tells_its_whole_story(self, synced: Synced, made: Made) -> None:
        assert synced.story("deal", deal=str(made.ids["won"])) == [
            ("deal_open", 900.0),
            ("deal_stage", 900.0, "opportunity"),
            ("deal_stage", 900.0, "converted"),
            ("deal_stage", 950.0, "converted"),
            ("deal_won", 950.0),
        ]
        assert synced.story("deal", deal=str(made.ids["lost"])) == [
            ("deal_open", 5000.0),
            ("deal_stage", 5000.0, "opportunity"),
            ("deal_stage", 4500.0, "opportunity"),
            ("deal_lost", "Too dear"),
        ]
        assert {fact["record"] for fact in synced.facts("deal")} == {str(made.bob), f"{made.acme}/jane doe"}
        assert not synced.story("deal", deal=str(made.ids["discarded"]))

    def test_sales_decisions_on_a_lead_are_facts_of_the_person(self, synced: Synced, made: Made) -> None:
        bob = synced.story("person", record=str(made.bob), without=("enrich", "crm_stage"))
        assert bob == [("assign", "Rita Rep"), ("lead_accept",), ("assign", "Sam Seller")]
        jane = synced.story("person", record=f"{made.acme}/jane doe", without=("enrich", "crm_stage"))
        assert jane == [("lead_discard", "No budget"), ("assign", "Sam Seller"), ("lead_accept",)]
        stages = synced.story("person", record=str(made.bob), only=("crm_stage",))
        assert stages == [("crm_stage", stage) for stage in ("lead", "opportunity", "converted", "won", "lead")]

    def test_a_sync_without_a_change_brings_nothing(self, synced: Synced) -> None:
        before = synced.facts()
        report = synced.sync()
        assert (report["accepted"], report["facts"], report["links"], report["quarantined"]) == (0, 0, 0, 0)
        assert synced.facts() == before

    def test_changes_arrive_once(self, synced: Synced, made: Made, tryton) -> None:
        before = len(synced.facts())
        tryton.write("party.contact_mechanism", mechanism(tryton, made.bob, "email"), value="robert@stone.example")
        tryton.press("sale.opportunity", made.ids["open"], "cancel")
        tryton.press("sale.opportunity", made.ids["lost"], "lead")
        report = synced.sync()
        assert report["quarantined"] == 0
        assert synced.attributes("person")[str(made.bob)]["person.email"] == "robert@stone.example"
        assert synced.story("person", record=str(made.bob), only=("lead_discard",)) == [("lead_discard", "cancelled")]
        # the new address, the cancelling with its state, the state of the opportunity that is a lead again
        assert len(synced.facts()) == before + 4
        assert synced.sync()["accepted"] == 0

    def test_deletions_that_leave_no_trace_are_found(self, synced: Synced, made: Made, tryton) -> None:
        tryton.delete("party.contact_mechanism", made.jane)
        tryton.delete("party.party", made.widgets)
        tryton.press("sale.opportunity", made.ids["lost"], "cancel")
        tryton.delete("sale.opportunity", made.ids["lost"])
        report = synced.sync()
        assert report["deleted"] == 3
        assert synced.links("deleted") == {
            (f"{made.acme}/jane doe", "person"),
            (str(made.widgets), "account"),
            (str(made.ids["lost"]), "deal"),
        }
        assert synced.sync()["accepted"] == 0

    def test_no_fact_was_doubled(self, synced: Synced) -> None:
        facts = [(fact["fact_id"], fact["record"]) for fact in synced.facts()]
        assert len(facts) == len(set(facts))


def mechanism(tryton, party: int, kind: str) -> int:
    """The id of a party's contact mechanism of a type."""
    found: list[dict[str, Any]] = tryton.call("GET", f"party.party/{party}", f="contact_mechanisms.type")[
        "contact_mechanisms"
    ]
    return next(each["id"] for each in found if each["type"] == kind)


def test_the_page_holds_word_for_word(tryton, made: Made, tmp_path, monkeypatch) -> None:
    follow(tmp_path, monkeypatch, "tryton.md", {
        "https://erp.harbour.example": tryton.url,
        'database = "harbour"': f'database = "{tryton.database}"',
        "the-key-that-you-copied": tryton.key,
        "tryton:101": f"tryton:{made.bob}",
    })  # fmt: skip


def test_a_party_that_was_replaced_is_the_same_as_the_other(tryton, synced: Synced) -> None:
    kept, replaced = (tryton.create("party.party", name="Ann Lee") for _ in range(2))
    tryton.replace(replaced, by=kept)
    synced.sync()
    assert (str(replaced), str(kept)) in synced.links("same_as")


def test_a_key_that_is_not_known_is_refused_with_what_to_do(tryton, web: Web) -> None:
    people = connect(Settings(url=tryton.url, database="crm", key=SecretStr("no such key")), web)[1]
    with pytest.raises(SourceRefused, match="credentials"):
        list(people.pages({}))


def test_a_model_that_is_not_there_is_named(tryton, web: Web) -> None:
    from detente.sources.tryton.api import Api

    with pytest.raises(SourceRefused, match="activate the module 'project_work'"):
        Api(web, tryton.url, tryton.database, tryton.key).require(("project.work",))


def test_the_reader_may_not_write(tryton, made: Made) -> None:
    import requests

    answer = requests.put(
        f"{tryton.url}/crm/rest/model/sale.opportunity/{made.ids['won']}",
        json={"reference": "changed"},
        headers={"Authorization": f"Bearer {tryton.key}"},
        timeout=60,
    )
    assert answer.status_code == 400
    assert "not allowed" in answer.json()["message"]
