"""What sales does with the leads that are handed over: attempts, decisions with reasons, opportunities.

Neither perfect nor bad: most first attempts are in time, some leads are never called, some are given up too soon,
a few decisions lack their reason. Input: a handover (`owed.Handover`), the person, and the events so far.
"""

from __future__ import annotations

from . import words
from .draws import Curve, Draws, Odds
from .facts import Deal, Event, Person, Record, Value, Values
from .hours import DAY, HOUR, MINUTE, Hours, clear_of_the_repeated_hour, utc_text
from .owed import Handover
from .world import Diary, World, days, minutes

FIRST_TRY: Curve = ((0, 0.02), (0.5, 0.24), (0.89, 0.62), (0.945, 0.85), (0.97, 1.7), (1, 7))
"""Share of the promised time that passes before the first attempt."""
BETWEEN_TRIES: Curve = ((0, 6), (0.5, 17), (0.9, 28), (1, 42))  # open hours
ACCEPTS: Curve = ((0, 3), (0.6, 60), (0.88, 900), (0.97, 2300), (1, 5200))  # open minutes after the first attempt
TRIES_OF_THE_DILIGENT, TRIES_OF_THE_HASTY = (6, 9), (2, 4)
STYLES = Odds(("work", 77), ("unfit", 12), ("return", 6), ("hasty", 3), ("never", 2))
TO_QUALIFY: Curve = ((0, 0.1), (0.4, 2), (0.8, 10), (1, 25))  # days
TO_OPPORTUNITY: Curve = ((0, 1), (0.5, 8), (1, 24))
TO_CLOSE: Curve = ((0, 30), (0.5, 58), (0.9, 95), (1, 120))
DEAL_SIZE: Curve = ((0, 4000), (0.4, 14000), (0.8, 36000), (0.97, 90000), (1, 220000))
NOT_NOW = Odds(
    ("not_now", 42),
    ("no_budget", 27),
    ("not_icp", 15),
    ("competitor", 3),
    ("duplicate", 3),
    ("asked_to_stop", 7),
    ("bad_data", 3),
)
UNFIT = Odds(("not_icp", 5), ("not_now", 4), ("no_budget", 2), ("duplicate", 2), ("competitor", 1))
RECYCLES = ("not_now", "no_budget", "unreachable", "lost_deal")
ROLES = Odds(("Economic buyer", 3), ("Technical buyer", 2))


class Desk(Diary):
    """The sales side of one person's story: a CRM record and the people who work it."""

    def __init__(self, world: World, person: Person, draws: Draws, record: Record) -> None:
        super().__init__(world, person, record.id)
        self.draws = draws
        self.hours: Hours = world.hours_for(person)
        self.decided: list[int] = []
        american = person.account.country == "US"
        self.owner = person.account.owner or draws.among(words.SDR_US if american else words.SDR_EMEA)
        self.slow = 1.15 if self.owner.startswith(("emil", "bob")) else 0.95

    def events(self, *kinds: str) -> list[Event]:
        """Return the events of some kinds that are logged so far, in order of time."""
        return sorted((event for event in self.person.events if event.kind in kinds), key=lambda event: event.at)

    def stopped(self, at: int) -> bool:
        """Whether the person had asked to be left alone by then."""
        return any(event.at <= at for event in self.events("unsubscribe", "consent_withdrawn"))

    def may(self, channel: str, at: int) -> bool:
        """Whether a rep who looks would use this channel: consent first in Germany and Austria."""
        if self.person.country not in ("DE", "AT") or channel not in ("email", "call"):
            return True
        purpose = {"email": "email", "call": "phone"}[channel]
        given = any(event.at < at and event.data["purpose"] == purpose for event in self.events("consent_given"))
        forms = [event for event in self.events("form_submit") if event.at < at]
        asked = channel == "call" and any(e.data["form"] in ("demo", "contact_sales", "callback") for e in forms)
        return given or asked

    def channel(self, at: int, n: int) -> str:
        """Choose how to try for the n-th time; now and then without a look at the consents."""
        wanted = ("call", "email", "call", "linkedin", "email", "call")[n % 6]
        if self.may(wanted, at) or self.draws.chance(0.03):
            return wanted
        return next((other for other in ("call", "email") if self.may(other, at)), "linkedin")

    def touch(self, channel: str, at: int, outcome: str = "", direction: str = "out", automated: bool = False) -> None:
        """Log a touch; some are logged the next day only."""
        known = at + int(self.draws.spread(((0, 2), (0.8, 16), (1, 40))) * HOUR) if self.draws.chance(0.06) else at
        data: dict[str, Value] = {"channel": channel, "direction": direction, "automated": automated}
        if outcome:
            data["outcome"] = outcome
        if channel == "call":
            data["seconds"] = (
                self.draws.whole(8, 90) if outcome in words.OUTCOMES.items else self.draws.whole(120, 1900)
            )
        self.log("touch", at, clear_of_the_repeated_hour(known), **data)

    def decide(self, kind: str, at: int, **data: Value) -> int:
        """Log a decision, at least a minute after the last one; return when it was made."""
        at = max([at, *(earlier + MINUTE for earlier in self.decided)])
        self.decided.append(at)
        self.log(kind, at, **{key: value for key, value in data.items() if value != ""})
        return at

    def let_go(self, at: int, reason: str) -> None:
        """End the work on a lead with a reason, which is now and then forgotten or not an agreed one."""
        kind = "lead_recycle" if reason in RECYCLES else "lead_discard"
        written = self.draws.odds(Odds((reason, 97), ("", 2), ("other", 1)))
        asked_date = "" if written != "not_now" else utc_text(at + self.draws.whole(40, 150) * DAY)[:10]
        at = self.decide(kind, at, reason=written, asked_date=asked_date)
        if reason == "asked_to_stop" and self.draws.chance(0.85):
            mails = ("email_send", "email_open", "email_click")
            self.person.events = [e for e in self.person.events if e.at <= at or e.kind not in mails]


def work(desk: Desk, promise: Handover, callback: bool) -> None:
    """Work one lead from its handover on."""
    draws, style = desk.draws, desk.draws.odds(STYLES)
    assigned = clear_of_the_repeated_hour(promise.known + minutes(draws, ((0, 1), (0.95, 12), (1, 200))))
    desk.log("assign", assigned, to=desk.owner)
    if style == "never":
        return clean_up(desk, promise.known)
    share = draws.spread(FIRST_TRY) * desk.slow * desk.world.strain(promise.known)
    first = desk.hours.after(max(promise.known, assigned), max(40, int(promise.target * share)))
    if style == "unfit":
        desk.touch(desk.channel(first, 0), first, "looked up")
        desk.let_go(desk.hours.after(first, minutes(draws, ((0, 5), (1, 500)))), draws.odds(UNFIT))
        return None
    if style == "return":
        desk.decide("lead_reject", first, reason=draws.odds(Odds(("incomplete", 3), ("wrong_territory", 2), ("", 0.4))))
        return None
    accepted = desk.world.end if style == "hasty" else desk.hours.after(first, minutes(draws, ACCEPTS))
    answered = attempts(desk, first, callback, hasty=style == "hasty" or draws.chance(0.08))
    settled = converse(desk, answered) if answered is not None else give_up(desk, first, accepted)
    if accepted < settled:
        desk.log("lead_accept", accepted)
    return None


def attempts(desk: Desk, first: int, callback: bool, hasty: bool) -> int | None:
    """Try to reach the person; return when they answered, or None."""
    draws, at = desk.draws, first
    reach = 0.3 if callback else 0.1 + 0.12 * desk.person.intent
    sequence = draws.chance(0.3)
    for n in range(draws.whole(*(TRIES_OF_THE_HASTY if hasty else TRIES_OF_THE_DILIGENT))):
        if desk.stopped(at) and not draws.chance(0.03):
            return None
        channel = desk.channel(at, n)
        answers = draws.chance(reach)
        desk.touch(channel, at, "connected" if answers else draws.odds(words.OUTCOMES))
        if answers:
            if channel != "call":
                at += minutes(draws, ((0, 10), (1, 900)))
                desk.touch(channel, clear_of_the_repeated_hour(at), "replied", direction="in")
            return at
        if sequence and n == 1 and desk.may("email", at):
            desk.touch("email", at + HOUR, automated=True)
        at = desk.hours.after(at, int(draws.spread(BETWEEN_TRIES) * HOUR))
    return None


def give_up(desk: Desk, first: int, accepted: int) -> int:
    """Recycle or discard a lead that never answered; return when."""
    draws = desk.draws
    last = max((e.at for e in desk.events("touch") if e.at >= first), default=first)
    at = desk.hours.after(last, int(draws.spread(((0, 0.5), (0.7, 9), (1, 30))) * HOUR))
    if desk.stopped(at):
        desk.let_go(at, "asked_to_stop")
    elif accepted < at or draws.chance(0.6):
        desk.let_go(at, "unreachable")
    return at


def clean_up(desk: Desk, since: int) -> None:
    """Close a lead nobody looked at when the quarter ends, without a reason, if at all."""
    if desk.draws.chance(0.55):
        quarter = desk.hours.next_open(since + 20 * DAY + desk.draws.whole(0, 60 * DAY))
        desk.decide("lead_discard", quarter + desk.draws.whole(60, 3000))


def converse(desk: Desk, at: int) -> int:
    """Talk, and qualify the lead or let it go; return when the first decision fell."""
    draws, person = desk.draws, desk.person
    quality = 0.5 * person.intent + 0.5 * person.account.tier
    decided = desk.hours.after(at, minutes(draws, ((0, 10), (0.5, 90), (1, 900))))
    if not draws.chance(0.14 + 0.5 * quality):
        desk.let_go(decided, draws.odds(NOT_NOW))
        return decided
    qualified = desk.hours.next_open(decided + days(draws, TO_QUALIFY)) + draws.whole(60, 1800)
    if qualified - decided > 2 * DAY:
        desk.touch("meeting", qualified - 30 * MINUTE, "held")
    qualify(desk, qualified)
    return qualified


def qualify(desk: Desk, at: int) -> None:
    """Record authority, budget, need and time frame, and go on to an opportunity or not."""
    draws = desk.draws
    answers: dict[str, Value] = {
        "sales.authority": draws.among(("decides", "recommends", "board decides")),
        "sales.budget": draws.among(("yes", "planned", "to be approved")),
        "sales.need": draws.among(words.NEEDS),
        "sales.timeframe_days": draws.among((30, 30, 60, 60, 90, 90, 120, 120, 180, 180, 270)),
    }
    for forgotten in [answer for answer in answers if draws.chance(0.025)]:
        del answers[forgotten]
    at = desk.decide("lead_qualify", at, **answers)
    if answers and at < desk.world.end:
        desk.person.values.append(Values(at, answers))
    opens = desk.hours.next_open(at + days(draws, TO_OPPORTUNITY)) + draws.whole(60, 7200)
    if draws.chance(0.74):
        open_deal(desk, opens)
    else:
        desk.let_go(opens, draws.among(("no_budget", "not_now")))


def open_deal(desk: Desk, at: int) -> None:
    """Open an opportunity and bring it to its end, if the exports reach that far."""
    draws, person, world = desk.draws, desk.person, desk.world
    if at >= world.end:
        return
    size = draws.spread(DEAL_SIZE) * (0.6 + 0.8 * person.account.tier)
    amount = None if draws.chance(0.025) else int(size / 100) * 100
    deal = Deal(
        f"O-{person.number:06d}-{len(person.deals) + 1}", person.account, at, amount, [(desk.record, "Decision maker")]
    )
    person.deals.append(deal)
    money: dict[str, Value] = {} if amount is None else {"amount": amount}
    desk.decide("deal_open", at, deal=deal.id, **money)
    closes = desk.hours.next_open(at + days(draws, TO_CLOSE)) + draws.whole(60, 7200)
    meets = at
    while (meets := desk.hours.next_open(meets + days(draws, ((0, 4), (1, 16))))) < closes - DAY:
        desk.touch(draws.among(("meeting", "meeting", "call", "email")), meets + draws.whole(0, 9000), "held")
    if closes >= world.end:
        return
    deal.closed, deal.won = closes, draws.chance(0.14 + 0.34 * person.account.tier * (0.5 + 0.5 * person.intent))
    if deal.won:
        desk.decide("deal_won", closes, deal=deal.id, **money)
        return
    deal.reason = draws.odds(words.LOSS_REASONS)
    desk.log("deal_lost", closes, deal=deal.id, reason=deal.reason)
    if draws.chance(0.85):
        desk.let_go(desk.hours.after(closes, minutes(draws, ((0, 5), (1, 1500)))) + HOUR, "lost_deal")


def prospect(desk: Desk) -> None:
    """Approach somebody who did not come to us: a few letters and calls, sometimes a conversation."""
    draws, at = desk.draws, desk.hours.next_open(desk.person.records[0].created + HOUR)
    for n in range(draws.whole(3, 8)):
        if desk.stopped(at):
            return None
        automated = n % 2 == 1 and draws.chance(0.5) and desk.may("email", at)
        channel = "email" if automated else desk.channel(at, n)
        answers = not automated and draws.chance(0.09)
        desk.touch(channel, at, "connected" if answers else draws.odds(words.OUTCOMES), automated=automated)
        if answers:
            return approached(desk, at)
        at = desk.hours.after(at, int(draws.spread(BETWEEN_TRIES) * HOUR) + HOUR)
    if draws.chance(0.15):
        desk.let_go(at, draws.odds(Odds(("not_icp", 3), ("bad_data", 1))))
    return None


def approached(desk: Desk, at: int) -> None:
    """Qualify a person who answered sales' own approach, or not."""
    if desk.draws.chance(0.3 + 0.5 * desk.person.account.tier):
        qualify(desk, desk.hours.next_open(at + days(desk.draws, TO_QUALIFY)) + desk.draws.whole(60, 1800))
