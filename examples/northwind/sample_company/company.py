"""One company's story: its people come, look around, are handed over and worked, and some buy.

Every company is drawn from (seed, number) alone, so that a run of any size is a stream of companies and the first
thousand people of a large run are those of a small one that ends on the same day and is as large.
"""

from __future__ import annotations

from . import people
from .draws import Draws, Odds
from .facts import DECISIONS, Account, Event, Person, Record, Value, Values
from .hours import DAY, HOUR, clear_of_the_repeated_hour
from .interest import Interest, first_interest
from .owed import Handover, History, handover
from .ruling import asks_for_us
from .selling import ROLES, Desk, prospect, work
from .world import World, days, minutes, moment

JOINS = Odds(("both", 45), ("crm_knows", 25), ("marketing_knows", 9), ("mail", 19), ("unlike", 2))
"""How the two systems' records of a person hang together: by ids, by the address alone, or not at all."""
AFTER_DAYS = ((0, 0), (0.4, 9), (0.8, 60), (1, 240))


def story(world: World, number: int, first: int, room: int, arrives: int) -> list[Person]:
    """Return the people of company `number`, numbered from `first` and at most `room` of them, with their stories."""
    draws = Draws(world.seed, number)
    company = people.account(draws, number)
    if company.owner is not None:
        company.crm_created = world.start + draws.whole(HOUR, 10 * DAY)
    taken: set[str] = set()
    staff: list[Person] = []
    for _ in range(draws.odds(people.COLLEAGUES)):
        came = arrives + (days(draws, AFTER_DAYS) if staff else 0)
        if len(staff) >= room or came >= world.end - HOUR:
            break
        someone = people.person(draws, first + len(staff), company, came)
        if not staff:
            people.unsuited(draws, someone)
        live(world, draws, someone, people.mail_address(someone, taken))
        if someone.records and someone.records[0].created < world.end:
            staff.append(someone)
    for someone in list(staff):
        staff += buying_group(world, draws, someone, first + len(staff), room - len(staff), taken)
    for someone in staff:
        someone.events = tidy(someone.events)
    if len(staff) == 1 and len(staff[0].deals) == 1 and draws.chance(0.2) and was_handed_over(world, staff[0]):
        staff[0].deals[0].contacts.clear()  # nobody entered a contact; there is only one it can be
    return staff


def was_handed_over(world: World, someone: Person) -> bool:
    """Whether the person was an MQL before their deal was opened."""
    stages = history_of(someone, world.end).stages
    return any(entry.stage == "MQL" and entry.at < someone.deals[0].opened for entry in stages)


def tidy(events: list[Event]) -> list[Event]:
    """Sort events by time, and keep one of those that no system could tell apart."""
    return sorted({(e.at, e.kind, e.record, *e.data.items()): e for e in events}.values(), key=lambda e: e.at)


def live(world: World, draws: Draws, someone: Person, mail: str) -> None:
    """Fill one person's story."""
    interest: Interest | None = None
    if someone.channel == "outbound":
        created = world.hours_for(someone).next_open(someone.arrives)
        desk = Desk(world, someone, draws, crm_record(draws, someone, mail, created))
        if created < world.end:
            prospect(desk)
        if draws.chance(0.25):
            interest = interested(world, draws, someone, mail, someone.arrives + days(draws, ((0, 1), (1, 150))))
    else:
        interest = interested(world, draws, someone, mail, someone.arrives)
    if interest is not None:
        hand_over(world, draws, someone, mail, interest)
        if draws.chance(0.02):
            split_record(draws, someone)


def interested(world: World, draws: Draws, someone: Person, mail: str, at: int) -> Interest | None:
    """Give the person a marketing record and what they do of their own accord."""
    at = max(moment(draws, at, someone), world.start)
    if at >= world.end:
        return None
    attributes: dict[str, Value] = {
        "person.email": mail,
        "person.email_domain": mail.partition("@")[2],
        "person.country": someone.country,
        **someone.account.attributes,
    }
    if not draws.chance(0.06):
        attributes["person.seniority"] = someone.seniority
    if someone.role:
        attributes["person.role"] = someone.role
    if someone.phone and draws.chance(0.5):
        attributes["person.phone"] = someone.phone
    record = Record("marketing", f"{700000 + someone.number}", at, mail, attributes)
    someone.records.append(record)
    someone.values.append(Values(at, attributes))
    crm = someone.record_in("crm")
    if crm is not None:
        join(draws, crm, record)
    interest = Interest(world, someone, draws, record)
    first_interest(interest)
    interest.newsletters()
    return interest


def hand_over(world: World, draws: Draws, someone: Person, mail: str, interest: Interest) -> None:
    """Let sales work each handover in turn; what comes of one may lead to the next."""
    worked = -1
    while True:
        history = history_of(someone, world.end)
        stages = history.stages
        waiting = [n for n, entry in enumerate(stages) if entry.stage == "MQL" and entry.at > worked]
        if not waiting:
            return
        entry = stages[waiting[0]]
        worked = entry.at
        promise = handover(history, entry, stages[: waiting[0]])
        if any(event.kind in DECISIONS and event.at > entry.at for event in someone.events):
            continue  # sales is at work on this person already
        work(desk_for(world, draws, someone, mail, promise), promise, any(map(asks_for_us, history.events)))
        back = max(
            (e.at for e in someone.events if e.kind in ("lead_recycle", "lead_reject") and e.at > worked), default=None
        )
        if back is not None:
            interest.nurture(back)


def desk_for(world: World, draws: Draws, someone: Person, mail: str, promise: Handover) -> Desk:
    """Return the desk that works the person, with a CRM record made at the handover if there was none."""
    record = someone.record_in("crm")
    if record is None:
        synced = clear_of_the_repeated_hour(promise.known + minutes(draws, ((0, 0.5), (0.95, 6), (1, 30))))
        record = crm_record(draws, someone, mail, synced)
        join(draws, record, someone.records[0])
        stage = "MQL" if not draws.chance(0.03) else "Lead"
        if synced < world.end:
            someone.log(Event(synced, synced, "crm_stage", record.id, {"stage": stage}))
    return Desk(world, someone, draws, record)


def crm_record(draws: Draws, someone: Person, mail: str, created: int) -> Record:
    """Give the person a CRM record, and the company one if it has none yet."""
    attributes: dict[str, Value] = {"person.country": someone.country, "person.email": mail}
    attributes["person.email_domain"] = mail.partition("@")[2]
    if not draws.chance(0.1):
        attributes["person.seniority"] = someone.seniority
    if someone.phone:
        attributes["person.phone"] = someone.phone
    record = Record("crm", f"C-{someone.number:06d}", created, mail, attributes)
    someone.records.append(record)
    someone.values.append(Values(created, attributes))
    company = someone.account
    company.crm_created = min(created, company.crm_created or created)
    return record


def join(draws: Draws, crm: Record, marketing: Record) -> None:
    """Tie the two records of a person: by ids, by the address alone, or not at all."""
    how = draws.odds(JOINS)
    if how in ("both", "crm_knows"):
        crm.other = marketing.id
    if how in ("both", "marketing_knows"):
        marketing.other = crm.id
    if how == "unlike" and crm.email is not None:
        crm.email = f"{crm.email.partition('@')[0]}.{marketing.id}@freemail.example"
        crm.attributes |= {"person.email": crm.email, "person.email_domain": "freemail.example"}
    if how in ("both", "crm_knows") and draws.chance(0.05):
        crm.email = None
        del crm.attributes["person.email"], crm.attributes["person.email_domain"]


def split_record(draws: Draws, someone: Person) -> None:
    """Give a person a second marketing record, as after a new device: later events are logged on that one."""
    first = someone.record_in("marketing")
    later = sorted(e.at for e in someone.events if first and e.record == first.id and e.at > first.created + DAY)
    if first is None or len(later) < 4:
        return
    at = later[draws.whole(1, len(later) - 2)]
    second = Record("marketing", f"{first.id}9", at, first.email, first.attributes)
    someone.records.append(second)
    someone.values.append(Values(at, first.attributes))
    someone.events = [
        event._replace(record=second.id) if event.record == first.id and event.at >= at else event
        for event in someone.events
    ]


def buying_group(world: World, draws: Draws, someone: Person, first: int, room: int, taken: set[str]) -> list[Person]:
    """Return the further contacts that sales adds to a person's deals."""
    added: list[Person] = []
    for deal in someone.deals:
        if not draws.chance(0.35) or len(added) >= room:
            continue
        buyer = people.person(draws, first + len(added), someone.account, deal.opened, "outbound")
        created = world.hours_for(buyer).next_open(max(world.start, deal.opened - days(draws, ((0, 0.2), (1, 9)))))
        if created >= deal.opened:
            continue
        record = crm_record(draws, buyer, people.mail_address(buyer, taken), created)
        deal.contacts.append((record.id, draws.odds(ROLES)))
        kinds = ("deal_open", "deal_won", "deal_lost")
        buyer.events = [
            e._replace(record=record.id) for e in someone.events if e.kind in kinds and e.data["deal"] == deal.id
        ]
        added.append(buyer)
    return added


def history_of(someone: Person, end: int) -> History:
    """Return a person's history as the exports hold it."""
    values = [value for value in someone.values if value.at < end]
    company: Account = someone.account
    if company.crm_created is not None and company.crm_created < end and someone.record_in("crm") is not None:
        values.append(Values(company.crm_created, company.attributes))
    return History(sorted(someone.events, key=lambda e: e.at), sorted(values, key=lambda v: v.at), end)
