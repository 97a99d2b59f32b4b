"""What people do before and beside sales: visits, forms, webinars, newsletters, requests to talk.

Events go to the marketing record, which is made by the first event that tells who it is; visits before it are
anonymous ones joined to it later. What a person grows interested in follows from their intent, from 0 to 1.
"""

from __future__ import annotations

from . import words
from .draws import Curve, Draws, Odds
from .facts import Person, Record, Value
from .hours import DAY, HOUR, MINUTE, utc_text
from .ruling import HIGH_INTENT
from .world import Diary, World, days, minutes, moment

VISITS_BEFORE = Odds((0, 5), (1, 3), (2, 1.5), (4, 0.5))
PAGES_A_VISIT = Odds((1, 4), (2, 3), (3, 2), (5, 1), (9, 0.3))
RETURNS: Curve = ((0, 0), (0.25, 0.6), (0.7, 2.6), (0.93, 6.5), (1, 17))
GAP_DAYS: Curve = ((0, 0.5), (0.4, 5), (0.75, 18), (0.95, 70), (1, 200))
FORM_OUTAGE_HOURS: Curve = ((0, 3), (0.7, 20), (1, 70))
UPLOAD_DAYS: Curve = ((0, 0.8), (0.7, 2), (1, 4))
BETWEEN_PAGES: Curve = ((0, 0.3), (0.7, 2), (1, 9))
FIRST_ACT = {
    "paid_search": Odds(("asset", 5), ("newsletter", 3), ("request", 2.2)),
    "paid_social": Odds(("asset", 8), ("newsletter", 2), ("request", 0.15)),
    "organic": Odds(("asset", 4), ("newsletter", 4), ("request", 2), ("trial", 0.8)),
    "content": Odds(("asset", 9), ("request", 0.6)),
    "webinar": Odds(("webinar", 1)),
    "event": Odds(("scan", 1)),
    "partner": Odds(("request", 6), ("asset", 3)),
    "outbound": Odds(("webinar", 3), ("asset", 4), ("request", 2)),
}
NEXT_ACT = Odds(("look", 50), ("asset", 17), ("webinar", 9), ("trial", 8), ("request", 21))
REQUESTS = Odds(("demo", 6), ("contact_sales", 3), ("callback", 1.5))
UNOPENED_IN_A_ROW = 8


class Interest(Diary):
    """The marketing side of one person's story."""

    def __init__(self, world: World, person: Person, draws: Draws, record: Record) -> None:
        super().__init__(world, person, record.id)
        self.draws = draws
        self.entry = record

    def visit(self, at: int, channel: str, campaign: str, keen: float) -> int:
        """Look at some pages, pricing among them if keen; return the end of the visit."""
        for n in range(self.draws.odds(PAGES_A_VISIT)):
            page = "pricing" if self.draws.chance(0.08 + 0.3 * keen) else self.draws.among(words.PAGES)
            url = words.PAGE_PATHS.get(page, f"/{page}")
            if n or not self.draws.chance(0.3):
                self.log("page_view", at, page=page, url=url, channel=channel, campaign=campaign)
            at += minutes(self.draws, BETWEEN_PAGES) + 1
        return at

    def form(self, at: int, form: str, channel: str, campaign: str, late: bool = False) -> int:
        """Send a form, with the consents ticked on it; return when it was known."""
        known = at + int(self.draws.spread(FORM_OUTAGE_HOURS) * HOUR) if late else at
        data: dict[str, Value] = {"form": form, "channel": channel, "campaign": campaign}
        if form == "asset":
            data["content"] = self.draws.among(words.ASSETS)
        self.log("form_submit", at, known, **data)
        self.consent(known, form)
        return known

    def consent(self, at: int, form: str) -> None:
        """Tick boxes: e-mail mostly, the telephone less, and no need to where one asks to be called."""
        if self.draws.chance(0.9 if form in HIGH_INTENT else 0.72):
            self.log("consent_given", at + 1, purpose="email", wording="v4")
        if self.draws.chance(0.55):
            self.log("consent_given", at + 2, purpose="phone", wording="v2")

    def webinar(self, at: int, channel: str) -> None:
        """Register for a webinar a few days ahead and perhaps come; attendance is uploaded the next morning."""
        title = self.draws.among(words.CAMPAIGNS["webinar"])
        held = at - at % DAY + self.draws.whole(1, 9) * DAY + 9 * HOUR
        data: dict[str, Value] = {"channel": channel, "campaign": title, "held": f"{held}-{at}"}
        self.log("webinar_register", at, **data)
        self.consent(at, "webinar")
        if self.draws.chance(0.45 + 0.35 * self.person.intent):
            joined = held + minutes(self.draws, ((0, 0), (0.8, 6), (1, 20)))
            self.log("webinar_attend", joined, held + 22 * HOUR, **data)

    def act(self, at: int, act: str, channel: str, campaign: str, late: bool = False) -> None:
        """Do the one thing of a visit that counts."""
        if act == "request":
            self.form(at, self.draws.odds(REQUESTS), channel, campaign, late)
        elif act in ("asset", "newsletter"):
            self.form(at, act, channel, campaign, late)
        elif act == "webinar":
            self.webinar(at, channel)
        elif act == "trial":
            self.log("trial_start", at, channel=channel, campaign=campaign)
            self.consent(at, "trial")

    def come_back(self, at: int, times: int) -> None:
        """Return several times, each time looking around and perhaps doing more."""
        for _ in range(times):
            at = moment(self.draws, at + days(self.draws, GAP_DAYS), self.person)
            if at >= self.world.end:
                return
            keen = self.person.intent
            channel = self.draws.among(("organic", "organic", "email", "paid_search", self.person.channel))
            channel = "organic" if channel in ("outbound", "event", "webinar") else channel
            campaign = self.draws.among(words.CAMPAIGNS[channel])
            if channel == "paid_search":
                self.log("ad_click", at, channel=channel, campaign=campaign)
            at = self.visit(at + 5, channel, campaign, keen)
            act = self.draws.odds(NEXT_ACT) if self.draws.chance(0.25 + 0.6 * keen) else "look"
            if act != "request" or self.draws.chance(0.2 + 0.8 * keen):
                self.act(at + MINUTE, act, channel, campaign, late=self.draws.chance(0.03))

    def newsletters(self) -> None:
        """Receive what one agreed to, until one leaves, the address bounces, or nothing is opened any more."""
        draws, intent, unopened = self.draws, self.person.intent, 0
        allowed = self.may_be_written_to_from()
        bounces, leaves = draws.chance(0.035), draws.chance(0.10)
        for sent in self.world.newsletters:
            if allowed is None or sent <= allowed + DAY:
                continue
            at = sent + draws.whole(0, 1200)
            mail: dict[str, Value] = {
                "channel": "email",
                "campaign": "newsletter",
                "content": f"issue-{utc_text(sent)[:10]}",
            }
            if not self.log("email_send", at, **mail) or unopened >= UNOPENED_IN_A_ROW:
                return
            if bounces:
                self.log("email_bounce", at + 20, **mail)
                return
            unopened += 1
            if draws.chance(0.12 + 0.4 * intent):
                unopened = 0
                opened = at + minutes(draws, ((0, 1), (0.6, 200), (1, 3000)))
                self.log("email_open", opened, **mail)
                if draws.chance(0.06 + 0.2 * intent):
                    self.log("email_click", opened + 30, **mail)
                    self.visit(opened + 33, "email", "newsletter", intent)
                if leaves and draws.chance(0.15):
                    self.log("unsubscribe", opened + 90)
                    return

    def nurture(self, at: int) -> None:
        """Receive the three mails of the nurture programme after being recycled, and perhaps come back for good."""
        allowed, left = self.may_be_written_to_from(), self.left()
        if allowed is not None and allowed < at and left is None:
            for number, wait in enumerate((3, 10, 24), start=1):
                sent = at + wait * DAY + self.draws.whole(0, 6 * HOUR)
                mail: dict[str, Value] = {"channel": "email", "campaign": "nurture", "content": f"nurture-{number}"}
                self.log("email_send", sent, **mail)
                if self.draws.chance(0.2 + 0.3 * self.person.intent):
                    self.log("email_open", sent + 2 * HOUR, **mail)
        if self.draws.chance(0.25 + 0.5 * self.person.intent):
            self.come_back(at + days(self.draws, ((0, 5), (0.6, 50), (1, 160))), self.draws.whole(2, 6))

    def may_be_written_to_from(self) -> int | None:
        """When newsletters are allowed from: the first consent in Germany and Austria, elsewhere the first contact."""
        if self.person.country not in ("DE", "AT") or self.draws.chance(0.004):
            return self.entry.created
        given = [e.at for e in self.person.events if e.kind == "consent_given" and e.data["purpose"] == "email"]
        return min(given, default=None)

    def left(self) -> int | None:
        """When the person left the mailing list, or their address failed."""
        gone = ("unsubscribe", "consent_withdrawn", "email_bounce")
        return min((event.at for event in self.person.events if event.kind in gone), default=None)


def first_interest(interest: Interest) -> None:
    """Come by one's channel: anonymous visits, the act that tells who it is, and what follows."""
    draws, person = interest.draws, interest.person
    channel = "organic" if person.channel == "outbound" else person.channel
    campaign = draws.among(words.CAMPAIGNS[channel])
    at = interest.entry.created
    for _ in range(draws.odds(VISITS_BEFORE)):
        interest.visit(moment(draws, at - days(draws, ((0, 0.2), (0.7, 4), (1, 20))), person), "organic", "", 0.2)
    if channel in ("paid_search", "paid_social"):
        interest.log("ad_click", at - 5 * MINUTE, channel=channel, campaign=campaign)
    act = draws.odds(FIRST_ACT[person.channel])
    if act == "scan":
        fair = at - days(draws, UPLOAD_DAYS)
        seen = fair - fair % DAY + draws.whole(8 * HOUR, 15 * HOUR)
        interest.log("event_attend", seen, at, channel="event", campaign=campaign)
    else:
        interest.visit(at - 4 * MINUTE, channel, campaign, 0.3 * person.intent)
        interest.act(at, act, channel, campaign)
    interest.come_back(at, int(draws.spread(RETURNS) * (0.4 + 1.6 * person.intent) + 0.5))
