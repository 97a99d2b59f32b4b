"""Writes people's stories as the exports of two systems, in the columns of `layouts`, company by company."""

from __future__ import annotations

from pathlib import Path

from . import words
from .draws import Draws
from .facts import Account, Deal, Event, Person, Record, Value
from .files import ExportFile
from .hours import berlin_text, utc_text
from .layouts import LAYOUTS
from .spoiled import spoiled
from .world import World

FORM_NAMES = {
    "demo": "Demo request",
    "contact_sales": "Contact sales",
    "callback": "Call me back",
    "asset": "Download",
    "newsletter": "Newsletter",
}
STATUS_NAMES = {
    "lead_accept": "Accepted",
    "lead_reject": "Returned",
    "lead_qualify": "Qualified",
    "lead_recycle": "Recycled",
    "lead_discard": "Disqualified",
}
TOUCH_NAMES = {"call": "Call", "email": "E-Mail", "meeting": "Meeting", "linkedin": "LinkedIn"}
MAIL_NAMES = {"email_send": "SENT", "email_open": "OPEN", "email_click": "CLICK", "email_bounce": "BOUNCE"}
NOTES = (
    'Said: "call me after the fair"',
    "Assistant answered; he is in Rotterdam, back on Monday",
    "Asked about customs papers\nand about the interface to their ERP",
)


class Exports:
    """The files of both exports while they are written."""

    def __init__(self, out: Path, world: World) -> None:
        self.end = world.end
        self.draws = Draws(world.seed, 1)
        bad = spoiled(world)
        self.files: dict[str, ExportFile] = {}
        for n, (stream, layout) in enumerate(LAYOUTS.items()):
            file = ExportFile(out, layout, Draws(world.seed, 2, n), bad.get(stream, []))
            self.files[stream] = file

    def write(self, staff: list[Person]) -> None:
        """Write everything about one company's people."""
        company = staff[0].account
        if company.crm_created is not None and company.crm_created < self.end:
            self._account(company)
        for someone in staff:
            self._person(someone)
            for deal in someone.deals:
                self._deal(deal)

    def close(self) -> dict[str, dict[str, object]]:
        """Finish all files; return the account of each by its path."""
        for file in self.files.values():
            file.close()
        return {LAYOUTS[stream].path: file.account.summary() for stream, file in self.files.items()}

    def _account(self, company: Account) -> None:
        self.files["accounts"].write(
            company.crm_id,
            company.name,
            f"https://{company.domain}",
            company.industry and words.INDUSTRY_NAMES[company.industry],
            company.employees,
            company.country and words.COUNTRY_NAMES[company.country],
            company.owner,
            berlin_text(company.crm_created or 0),
        )

    def _person(self, someone: Person) -> None:
        for record in someone.records:
            if record.created < self.end:
                (self._crm_contact if record.system == "crm" else self._marketing_contact)(someone, record)
        webinars: dict[Value, list[Event]] = {}
        answers = {value.at: value.attributes for value in someone.values}
        for event in someone.events:
            if event.kind in ("webinar_register", "webinar_attend"):
                webinars.setdefault(event.data["held"], []).append(event)
            elif event.kind in STATUS_NAMES or event.kind == "crm_stage":
                self._status(event, answers.get(event.at, {}))
            elif event.kind in MAIL_NAMES:
                self._mail(event)
            elif event.kind in WRITERS:
                WRITERS[event.kind](self, event)
        for at_one in webinars.values():
            self._webinar(at_one)

    def _number(self, stream: str, prefix: str) -> str:
        """The next id of a stream."""
        return f"{prefix}-{self.files[stream].account.records + 1:07d}"

    def _crm_contact(self, someone: Person, record: Record) -> None:
        level = record.attributes.get("person.seniority")
        self.files["crm_contacts"].write(
            record.id,
            someone.account.crm_id,
            someone.first,
            someone.last,
            record.email,
            record.attributes.get("person.phone"),
            someone.title,
            level and words.SENIORITY_NAMES[str(level)],
            words.COUNTRY_NAMES[someone.country],
            "Outbound" if someone.channel == "outbound" else "Marketing",
            record.other,
            berlin_text(record.created),
        )

    def _marketing_contact(self, someone: Person, record: Record) -> None:
        held = record.attributes
        self.files["marketing_contacts"].write(
            record.id,
            record.email,
            someone.first,
            someone.last,
            someone.title,
            held.get("person.seniority"),
            held.get("person.role"),
            someone.account.name,
            held.get("company.employees"),
            held.get("company.industry"),
            held.get("company.country"),
            someone.country,
            held.get("person.phone"),
            record.other,
            utc_text(record.created),
        )

    def _status(self, event: Event, answers: dict[str, Value]) -> None:
        """One line of the lead's history; a decision also moves the CRM's own stage, and may bring four answers."""
        data, decided = event.data, event.kind in STATUS_NAMES
        recorded = {name: answers.get(f"sales.{name}") for name in ("authority", "budget", "need", "timeframe_days")}
        self.files["lead_history"].write(
            self._number("lead_history", "H"),
            event.record,
            STATUS_NAMES[event.kind] if decided else f"Handed over ({data['stage']})",
            data.get("reason"),
            data.get("asked_date"),
            *recorded.values(),
            berlin_text(event.at),
            facts=1 + decided + any(value is not None for value in recorded.values()),
        )

    def _touch(self, event: Event) -> None:
        data = event.data
        self.files["activities"].write(
            self._number("activities", "T"),
            event.record,
            TOUCH_NAMES[str(data["channel"])],
            "Outbound" if data["direction"] == "out" else "Inbound",
            data["automated"],
            data.get("outcome"),
            data.get("seconds"),
            self.draws.among(NOTES) if self.draws.chance(0.03) else None,
            berlin_text(event.at),
            berlin_text(event.known),
        )

    def _assign(self, event: Event) -> None:
        number = self._number("assignments", "R")
        self.files["assignments"].write(number, event.record, event.data["to"], berlin_text(event.at))

    def _deal(self, deal: Deal) -> None:
        stage = "Proposal" if deal.closed is None else "Closed Won" if deal.won else "Closed Lost"
        self.files["opportunities"].write(
            deal.id,
            deal.account.crm_id,
            "/".join(contact for contact, _ in deal.contacts),
            f"{deal.account.name}: Northwind Cloud",
            None if deal.amount is None else f"{deal.amount // 1000}.{deal.amount % 1000:03d},00",
            berlin_text(deal.opened),
            stage,
            None if deal.closed is None else berlin_text(deal.closed),
            deal.reason,
            facts=max(1, len(deal.contacts)) * (1 if deal.closed is None else 2),
        )

    def _form(self, event: Event) -> None:
        data = event.data
        self.files["form_submissions"].write(
            self._number("form_submissions", "F"),
            event.record,
            FORM_NAMES[str(data["form"])],
            data.get("content"),
            data["channel"],
            data["campaign"],
            utc_text(event.at),
            utc_text(event.known),
            twice=bool(data.get("twice")),
        )

    def _page(self, event: Event) -> None:
        data = event.data
        self.files["page_views"].write(
            event.record, data["page"], data["url"], data["channel"], data["campaign"], utc_text(event.at)
        )

    def _mail(self, event: Event) -> None:
        data, number = event.data, self._number("email_events", "EM")
        self.files["email_events"].write(
            number, MAIL_NAMES[event.kind], event.record, data["campaign"], data["content"], utc_text(event.at)
        )

    def _webinar(self, events: list[Event]) -> None:
        """One person at one webinar: registered, attended or both."""
        times = {event.kind: event for event in events}
        registered, attended = times.get("webinar_register"), times.get("webinar_attend")
        self.files["webinars"].write(
            self._number("webinars", "W"),
            events[-1].record,
            events[0].data["campaign"],
            events[0].data["channel"],
            registered and utc_text(registered.at),
            attended and utc_text(attended.at),
            attended and utc_text(attended.known),
            facts=len(events),
        )

    def _trial(self, event: Event) -> None:
        number, data = self._number("trials", "TR"), event.data
        self.files["trials"].write(number, event.record, data["channel"], data["campaign"], utc_text(event.at))

    def _scan(self, event: Event) -> None:
        number, data = self._number("event_scans", "S"), event.data
        times = utc_text(event.at), utc_text(event.known)
        self.files["event_scans"].write(number, event.record, data["campaign"], *times)

    def _click(self, event: Event) -> None:
        number, data = self._number("ad_clicks", "G"), event.data
        self.files["ad_clicks"].write(number, event.record, data["channel"], data["campaign"], utc_text(event.at))

    def _consent(self, event: Event) -> None:
        self.files["consents"].write(
            event.record, event.data["purpose"], "granted", event.data["wording"], utc_text(event.at)
        )

    def _unsubscribe(self, event: Event) -> None:
        self.files["unsubscribes"].write(event.record, "all", utc_text(event.at))


WRITERS = {
    "touch": Exports._touch,
    "assign": Exports._assign,
    "form_submit": Exports._form,
    "page_view": Exports._page,
    "trial_start": Exports._trial,
    "event_attend": Exports._scan,
    "ad_click": Exports._click,
    "consent_given": Exports._consent,
    "unsubscribe": Exports._unsubscribe,
}
