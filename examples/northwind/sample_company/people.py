"""Who the sample company sells to: companies and the people in them, drawn from the seed.

A company's tier (how well it fits) colours its size, its people's positions and the channels they come by:
partners and webinars bring few and good ones, paid social many and poor ones.
"""

from __future__ import annotations

from bisect import bisect_right
from datetime import date, time, timedelta
from itertools import accumulate

from . import words
from .draws import Curve, Draws, Odds
from .facts import Account, Person
from .hours import instant
from .ruling import OWN_DOMAIN, RIVALS

COUNTRIES = Odds(("DE", 40), ("AT", 7), ("CH", 7), ("NL", 10), ("US", 22), ("FR", 6), ("GB", 5), ("PL", 3))
GOOD_INDUSTRIES = Odds(("saas", 3), ("fintech", 2), ("logistics", 4), ("retail", 1), ("manufacturing", 1))
POOR_INDUSTRIES = Odds(
    ("retail", 4), ("manufacturing", 4), ("healthcare", 2), ("education", 2), ("logistics", 1.5), ("saas", 1.5)
)
GOOD_SIZES: Curve = ((0, 40), (0.2, 90), (0.6, 260), (0.9, 1200), (1, 5200))
POOR_SIZES: Curve = ((0, 3), (0.5, 18), (0.85, 60), (1, 400))
GOOD_POSITIONS = Odds(("individual", 1.5), ("manager", 2.5), ("director", 3), ("vp", 2), ("cxo", 1.5))
POOR_POSITIONS = Odds(("individual", 6), ("manager", 3), ("director", 1), ("vp", 0.5), ("cxo", 1))
GOOD_CHANNELS = Odds(
    ("organic", 22),
    ("paid_search", 18),
    ("content", 12),
    ("webinar", 15),
    ("event", 9),
    ("partner", 9),
    ("outbound", 25),
)
POOR_CHANNELS = Odds(
    ("paid_social", 44),
    ("paid_search", 18),
    ("organic", 16),
    ("content", 11),
    ("webinar", 4),
    ("event", 3),
    ("outbound", 6),
)
COLLEAGUES = Odds((1, 62), (2, 20), (3, 10), (4, 5), (6, 3))
INTENT: dict[str, Curve] = {
    "paid_social": ((0, 0), (0.6, 0.08), (0.9, 0.3), (1, 0.8)),
    "paid_search": ((0, 0.02), (0.5, 0.28), (0.9, 0.7), (1, 1)),
    "organic": ((0, 0.02), (0.5, 0.3), (0.9, 0.75), (1, 1)),
    "content": ((0, 0.02), (0.5, 0.25), (0.9, 0.65), (1, 1)),
    "webinar": ((0, 0.1), (0.5, 0.45), (0.9, 0.85), (1, 1)),
    "event": ((0, 0.05), (0.5, 0.3), (0.9, 0.7), (1, 1)),
    "partner": ((0, 0.3), (0.5, 0.65), (0.9, 0.95), (1, 1)),
    "outbound": ((0, 0), (0.6, 0.1), (0.9, 0.5), (1, 0.9)),
}


def account(draws: Draws, number: int) -> Account:
    """Draw a company."""
    good = draws.chance(0.5)
    tier = draws.unit() * 0.5 + (0.5 if good else 0)
    country = draws.odds(COUNTRIES)
    industry = draws.odds(GOOD_INDUSTRIES if good else POOR_INDUSTRIES)
    prefixes, places = words.COMPANY_PREFIXES, words.COMPANY_PLACES
    prefix, place = prefixes[number % len(prefixes)], places[number // len(prefixes) % len(places)]
    series = number // (len(prefixes) * len(places))
    name = f"{prefix} {draws.among(words.BUSINESS[industry])} {place}" + (f" {series + 1}" if series else "")
    domain = words.ascii_name(f"{prefix} {place}") + (f"-{series + 1}" if series else "") + ".example"
    return Account(
        number=number,
        name=f"{name}, {words.LEGAL_FORMS[country]}" if country == "US" else f"{name} {words.LEGAL_FORMS[country]}",
        domain=domain,
        country=None if draws.chance(0.02) else country,
        industry=None if draws.chance(0.04) else industry,
        employees=None if draws.chance(0.03) else int(draws.spread(GOOD_SIZES if good else POOR_SIZES)),
        tier=tier,
        owner=draws.among(words.ACCOUNT_EXECUTIVES) if good and country != "US" and draws.chance(0.06) else None,
    )


def person(draws: Draws, number: int, company: Account, arrives: int, channel: str | None = None) -> Person:
    """Draw one of a company's people, who comes by `channel` or one that suits the company."""
    good = company.tier >= 0.5
    channel = channel or draws.odds(GOOD_CHANNELS if good else POOR_CHANNELS)
    seniority = draws.odds(GOOD_POSITIONS if good else POOR_POSITIONS)
    country = company.country or "DE"
    intent = draws.spread(INTENT[channel])
    return Person(
        number=number,
        account=company,
        first=draws.among(words.FIRST_NAMES),
        last=draws.among(words.LAST_NAMES),
        title=draws.among(words.TITLES[seniority]),
        seniority=seniority,
        country=country,
        phone=words.PHONES[country].format(draws.whole(0, 999)) if draws.chance(0.6) else None,
        channel=channel,
        intent=min(1, intent * (0.75 + 0.5 * company.tier)),
        arrives=arrives,
    )


def mail_address(person: Person, taken: set[str]) -> str:
    """Return the person's address at work, unlike those already `taken`, and take it."""
    name = f"{words.ascii_name(person.first)}.{words.ascii_name(person.last)}"
    alone = f"{name}@{person.account.domain}"
    shared = person.account.domain in (*RIVALS, OWN_DOMAIN)
    address = f"{name}{person.number}@{person.account.domain}" if shared or alone in taken else alone
    taken.add(address)
    return address


def unsuited(draws: Draws, someone: Person) -> None:
    """Make a few arrivals people who never become customers: students, competitors, our own staff."""
    kind = draws.unit()
    if kind < 0.012:
        someone.role, someone.title, someone.seniority = "student", "Student", "individual"
    elif kind < 0.020:
        rival = draws.among(RIVALS)
        someone.account.domain, someone.account.name = rival, rival.partition(".")[0].capitalize()
    elif kind < 0.023:
        someone.account.domain, someone.account.name = OWN_DOMAIN, "Northwind Cloud"


class Arrivals:
    """When the companies come: more of them with the years, fewer in summer and at Christmas."""

    SEASON = (0.95, 1.0, 1.15, 1.05, 1.0, 0.95, 0.8, 0.75, 1.15, 1.1, 1.1, 0.75)

    def __init__(self, start: date, end: date) -> None:
        self.bounds, month = [instant(start, time(0))], start
        weights: list[float] = []
        while month < end:
            month = min(end, (month.replace(day=1) + timedelta(days=32)).replace(day=1))
            length = instant(month, time(0)) - self.bounds[-1]
            growth = 0.9 + 0.2 * len(weights) / 26
            weights.append(length * growth * self.SEASON[(month - timedelta(days=1)).month - 1])
            self.bounds.append(self.bounds[-1] + length)
        self.sums = [0.0, *accumulate(weights)]

    def at(self, share: float) -> int:
        """Return the instant by which `share` of all have come."""
        level = share * self.sums[-1]
        month = min(bisect_right(self.sums, level), len(self.sums) - 1) - 1
        part = (level - self.sums[month]) / (self.sums[month + 1] - self.sums[month])
        return self.bounds[month] + int(part * (self.bounds[month + 1] - self.bounds[month]))
