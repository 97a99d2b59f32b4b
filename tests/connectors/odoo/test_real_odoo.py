"""The real Odoo 19 of tools/real_systems.sh: filled, synced, changed, synced again, deleted from."""

from __future__ import annotations

import re
import xmlrpc.client
from collections.abc import Sequence
from dataclasses import dataclass
from email import message_from_string

import pytest
import requests
from pydantic import SecretStr

from detente.core.errors import SourceRefused
from detente.sources.kit.web import Web
from detente.sources.odoo.source import Settings, connect

from ..landed import Synced, follow

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]


@dataclass
class Made:
    """What was entered: the records by what they are."""

    acme: int
    jane: int
    spare: int
    leads: dict[str, int]
    reader: int


@pytest.fixture(scope="module")
def made(odoo, mailbox) -> Made:
    """A company with a person, four leads, what was done with them, and a mailing that was opened and clicked."""
    acme = odoo.create(
        "res.partner", name="Acme", is_company=True, website="https://acme.example", city="Berlin",
        phone="+49 30 901820", country_id=odoo.ref("base.de"),
    )  # fmt: skip
    jane = odoo.create(
        "res.partner", name="Jane Doe", email="jane@acme.example", function="CTO", parent_id=acme, type="contact"
    )
    spare = odoo.create("res.partner", name="Tom Spare", email="tom@spare.example")
    leads = {"won": won(odoo), **{name: lost(odoo, name, jane) for name in ("discarded", "lost")}}
    leads["open"] = odoo.create("crm.lead", name="Still open", type="lead", phone="+49 40 123456", user_id=False)
    return Made(acme, jane, spare, leads, mailing(odoo, mailbox))


def won(odoo) -> int:
    """Enter a lead that came through a campaign, was called, became an opportunity and was won."""
    lead = odoo.create(
        "crm.lead", name="Offer", type="lead", contact_name="Carl New", partner_name="New Ltd",
        email_from="carl@new.example",
        campaign_id=odoo.create("utm.campaign", title="Autumn"), medium_id=odoo.create("utm.medium", name="Trade fair"),
        user_id=odoo.ref("base.user_admin"),
    )  # fmt: skip
    call = odoo.create(
        "mail.activity", res_model_id=odoo.find("ir.model", model="crm.lead"), res_id=lead, summary="First call",
        activity_type_id=odoo.ref("mail.mail_activity_data_call"),
    )  # fmt: skip
    odoo.call("mail.activity", "action_feedback", ids=[call], feedback="Wants an offer")
    odoo.call(
        "crm.lead",
        "message_post",
        ids=[lead],
        body="Here it is",
        message_type="comment",
        subtype_xmlid="mail.mt_comment",
    )
    odoo.call("crm.lead", "message_post", ids=[lead], body="For us alone", subtype_xmlid="mail.mt_note")
    odoo.call("crm.lead", "convert_opportunity", ids=[lead], partner=False)
    odoo.write("crm.lead", lead, stage_id=odoo.find("crm.stage", name="Qualified"), expected_revenue=5000)
    odoo.call("crm.lead", "action_set_won", ids=[lead])
    return lead


def lost(odoo, name: str, partner: int) -> int:
    """Enter a lead (or an opportunity) of a partner, and lose it over XML-RPC, which denies what it does."""
    kind = "lead" if name == "discarded" else "opportunity"
    lead = odoo.create("crm.lead", name=name, type=kind, partner_id=partner, expected_revenue=700)
    system = xmlrpc.client.ServerProxy(f"{odoo.url}/xmlrpc/2/object")
    reason = {"lost_reason_id": odoo.find("crm.lost.reason", name="Too expensive")}
    with pytest.raises(xmlrpc.client.Fault, match="cannot marshal None"):
        system.execute_kw(odoo.database, 2, "admin", "crm.lead", "action_set_lost", [[lead]], reason)
    return lead


def mailing(odoo, mailbox: tuple[int, Sequence[str]]) -> int:
    """Send a mailing to one subscriber, who opens it and clicks; another address wants no mailings."""
    port, taken = mailbox
    odoo.create("ir.mail_server", name="here", smtp_host="127.0.0.1", smtp_port=port, smtp_encryption="none")
    letters = odoo.create("mailing.list", name="Letters")
    reader = odoo.create("mailing.contact", name="Sue Reader", email="sue@reader.example", list_ids=[[6, 0, [letters]]])
    body = '<p>Our <a href="https://harbour.example/offer">offer</a></p>'
    mail = odoo.create(
        "mailing.mailing", subject="October", mailing_model_id=odoo.find("ir.model", model="mailing.list"),
        contact_list_ids=[[6, 0, [letters]]], body_arch=body, body_html=body, email_from="us@own.example",
    )  # fmt: skip
    odoo.call("mailing.mailing", "action_send_mail", ids=[mail])
    parts = message_from_string(taken[0]).walk()
    text = next(part for part in parts if part.get_content_type() == "text/html").get_payload(decode=True).decode()
    for address in (re.search(r'src="(\S+blank\.gif)"', text), re.search(r'href="(\S+/r/\S+)"', text)):
        assert address is not None
        assert requests.get(address[1], allow_redirects=False, timeout=60).status_code in {200, 301}
    odoo.create("mail.blacklist", email="never@quiet.example")
    return reader


@pytest.fixture(scope="module")
def synced(odoo, made: Made, tmp_path_factory) -> Synced:  # noqa: ARG001 (read only once it is filled)
    """A workspace that syncs from it."""
    table = {"url": odoo.url, "database": odoo.database}
    return Synced(tmp_path_factory.mktemp("workspace"), "odoo", table, {"key": odoo.key})


class TestJourney:
    """The tests of this class are the steps of one journey, in this order."""

    def test_the_first_sync_lands_the_people_and_companies(self, synced: Synced, made: Made) -> None:
        report = synced.sync()
        assert report["quarantined"] == 0
        assert synced.attributes("account") == {
            str(made.acme): {
                "company.name": "Acme",
                "company.website": "https://acme.example",
                "company.phone": "+49 30 901820",
                "company.city": "Berlin",
                "company.country": "DE",
            }
        }
        people = synced.attributes("person")
        assert people[str(made.jane)]["person.email"] == "jane@acme.example"
        assert people[str(made.jane)]["person.title"] == "CTO"
        assert people[f"lead:{made.leads['won']}"] == {
            "person.name": "Carl New",
            "person.email": "carl@new.example",
            "person.email_domain": "new.example",
            "company.name": "New Ltd",
        }
        assert people[f"lead:{made.leads['open']}"] == {"person.phone": "+49 40 123456"}
        assert "Administrator" not in {person.get("person.name") for key, person in people.items() if ":" not in key}
        assert (f"lead:{made.leads['lost']}", str(made.jane)) in synced.links("same_as")
        assert {(str(made.jane), str(made.acme)), (f"lead:{made.leads['lost']}", str(made.acme))} <= synced.links(
            "account"
        )

    def test_an_opportunity_tells_its_whole_story(self, synced: Synced, made: Made) -> None:
        assert synced.told("deal", deal=str(made.leads["won"])) == {
            ("deal_open", 0.0),
            ("deal_stage", 0.0, "New"),
            ("deal_stage", 5000.0, "Qualified"),
            ("deal_won", 5000.0),
        }
        assert synced.told("deal", deal=str(made.leads["lost"])) == {
            ("deal_open", 700.0),
            ("deal_stage", 700.0, "New"),
            ("deal_lost", "Too expensive"),
        }
        assert not synced.told("deal", deal=str(made.leads["discarded"]))

    def test_sales_decisions_and_touches_are_facts_of_the_person(self, synced: Synced, made: Made) -> None:
        carl = synced.told("person", record=f"lead:{made.leads['won']}", without=("enrich", "crm_stage"))
        assert carl == {
            ("campaign_response", "Trade fair"),
            ("assign", "Administrator"),
            ("touch", "call", "out"),
            ("touch", "email", "out"),
            ("lead_accept",),
        }
        assert [fact["campaign"] for fact in synced.facts("person") if fact["kind"] == "campaign_response"] == [
            "Autumn"
        ]
        jane = synced.told("person", record=f"lead:{made.leads['discarded']}", only=("lead_discard",))
        assert jane == {("lead_discard", "Too expensive")}

    def test_a_mailing_tells_who_opened_and_clicked(self, synced: Synced, made: Made) -> None:
        sue = synced.told("person", record=f"subscriber:{made.reader}", without=("enrich",))
        assert sue == {("email_send", "email"), ("email_open", "email"), ("email_click", "email")}
        assert not synced.told("person", record=f"subscriber:{made.reader}", only=("consent_withdrawn",))
        assert synced.told("person", record="never@quiet.example", without=("enrich",)) == {("unsubscribe",)}

    def test_a_sync_without_a_change_brings_nothing(self, synced: Synced) -> None:
        before = synced.facts()
        report = synced.sync()
        assert (report["accepted"], report["facts"], report["links"], report["quarantined"]) == (0, 0, 0, 0)
        assert synced.facts() == before

    def test_changes_arrive_once(self, synced: Synced, made: Made, odoo) -> None:
        odoo.write("res.partner", made.jane, email="j.doe@acme.example")
        odoo.call("crm.lead", "action_unarchive", ids=[made.leads["lost"]])
        odoo.call("crm.lead", "convert_opportunity", ids=[made.leads["open"]], partner=False)
        odoo.write("mailing.subscription", odoo.find("mailing.subscription", contact_id=made.reader), opt_out=True)
        report = synced.sync()
        assert report["quarantined"] == 0
        assert synced.attributes("person")[str(made.jane)]["person.email"] == "j.doe@acme.example"
        assert len([one for one in synced.story("deal", deal=str(made.leads["lost"])) if one[0] == "deal_open"]) == 2
        assert ("lead_accept",) in synced.told("person", record=f"lead:{made.leads['open']}")
        sue = synced.told("person", record=f"subscriber:{made.reader}", only=("consent_withdrawn",))
        assert sue == {("consent_withdrawn", "Letters")}
        assert synced.sync()["accepted"] == 0

    def test_deletions_that_leave_no_trace_are_found(self, synced: Synced, made: Made, odoo) -> None:
        odoo.call("crm.lead", "unlink", ids=[made.leads["open"]])
        odoo.call("res.partner", "unlink", ids=[made.spare])
        assert synced.sync()["deleted"] == 3
        assert synced.links("deleted") == {
            (str(made.leads["open"]), "deal"),
            (f"lead:{made.leads['open']}", "person"),
            (str(made.spare), "person"),
        }
        assert synced.sync()["accepted"] == 0

    def test_no_fact_was_doubled(self, synced: Synced) -> None:
        facts = [(fact["fact_id"], fact["record"]) for fact in synced.facts()]
        assert len(facts) == len(set(facts))


def test_the_page_holds_word_for_word(odoo, made: Made, tmp_path, monkeypatch) -> None:
    follow(tmp_path, monkeypatch, "odoo.md", {
        "https://harbour.odoo.example": odoo.url,
        'database = "harbour"': f'database = "{odoo.database}"',
        "the-key-that-you-copied": odoo.key,
        "odoo:lead:101": f"odoo:lead:{made.leads['won']}",
    })  # fmt: skip


def test_without_the_right_to_tracked_changes_the_dates_on_the_lead_tell_of_it(odoo, made: Made, tmp_path) -> None:
    table = {"url": odoo.url, "database": odoo.database, "field_history": False}
    synced = Synced(tmp_path, "odoo", table, {"key": odoo.modest_key})
    synced.sync()
    won = synced.told("deal", deal=str(made.leads["won"]))
    assert {("deal_open",), ("deal_won", 5000.0)} <= won
    assert ("lead_accept",) in synced.told("person", record=f"lead:{made.leads['won']}")
    assert synced.sync()["accepted"] == 0


def test_tracked_changes_without_the_right_to_them_are_refused(odoo, made: Made, web: Web) -> None:  # noqa: ARG001
    settings = Settings(url=odoo.url, database=odoo.database, key=SecretStr(odoo.modest_key))
    deals = next(stream for stream in connect(settings, web) if stream.name == "opportunities")
    with pytest.raises(SourceRefused, match="field_history = false"):
        list(deals.pages({}))


def test_a_key_that_is_not_known_is_refused_with_what_to_do(odoo, web: Web) -> None:
    settings = Settings(url=odoo.url, database=odoo.database, key=SecretStr("no such key"))
    with pytest.raises(SourceRefused, match="credentials"):
        list(connect(settings, web)[0].pages({}))
