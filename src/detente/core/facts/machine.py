"""Which opens and clicks of mail a machine made: they are kept and shown, and never move a lead.

Mail programs load pictures before anybody looks (Apple Mail Privacy Protection), and scanners at a company's gate
follow every link before the mail is delivered. Input: the opens and clicks of mail as far as they are known, and when
each mail was sent. An event is machine-made by the first of these signs:

    flag     its source says so (payload `automated`)
    agent    its user agent is that of a prefetcher, a scanner or a program, not of a person's mail program or browser
    at-once  within `AT_ONCE` of the mail's being sent, or before it: nobody reads that fast
    links    a recipient followed another link of the same mail within `AT_ONCE`: nobody comes back that fast
    herd     `HERD` recipients of one company followed links of the same mail within `AT_ONCE`

Instants on a whole minute may be rounded to it and prove nothing: only the first two signs apply to them. A picture
proxy that fetches when a person opens the mail (GoogleImageProxy, YahooMailProxy) is that person. A click without an
open is no sign: half of all people block pictures. Sources of the thresholds: docs/decisions/0020-machine-mail.md.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

OPEN, CLICK, SEND = "email_open", "email_click", "email_send"
"""The kinds of fact this rule reads."""

AT_ONCE = 2_000_000
"""Microseconds in which a person neither opens a mail that was just sent nor goes back to it for another link."""

EARLY = 300_000_000
"""Microseconds before the sending within which an event is taken to be about this sending, and no other."""

HERD = 5
"""How many recipients of one company do not click within `AT_ONCE` by chance."""

_MINUTE = 60_000_000

_APPLE = "mozilla/5.0"
"""All that the prefetching of Apple Mail Privacy Protection says of itself."""

_PROGRAMS = re.compile(
    r"(?<!cu)bot\b|bot[/-]|crawl|spider|scanner|headless|prefetch|existence discovery"
    r"|barracuda|mimecast|proofpoint|cloudmark|fireeye|trend ?micro|symantec|sophos|forcepoint|ironport"
    r"|^(?:curl|wget|java|okhttp|python|go-http-client|libwww-perl|apache-httpclient|axios|node-fetch)\b"
    r"|python-requests|aiohttp|phantomjs"
)


class Sign(StrEnum):
    """By what an event was recognised."""

    FLAG = "flag"
    AGENT = "agent"
    AT_ONCE = "at-once"
    LINKS = "links"
    HERD = "herd"


@dataclass(frozen=True, slots=True)
class MailEvent:
    """One open, click or sending. `id` is the caller's.

    `mail`: which mail, None where its source does not say. `company`: the domain of the recipient's company, None where
    it is not known, or where anybody may have an address.
    """

    id: int
    kind: str
    recipient: str
    mail: str | None
    at: int
    company: str | None = None
    url: str | None = None
    agent: str | None = None
    automated: bool | None = None


def machine_made(events: Iterable[MailEvent]) -> dict[int, Sign]:
    """Return id → sign of the opens and clicks that a machine made, whatever the order of the events."""
    found: dict[int, Sign] = {}
    sent: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
    timed: list[MailEvent] = []
    for event in events:
        if event.kind == SEND:
            if event.mail is not None and event.at % _MINUTE:
                sent[event.mail, event.recipient].append(event.at)
        elif event.automated:
            found[event.id] = Sign.FLAG
        elif event.agent is not None and is_program(event.agent):
            found[event.id] = Sign.AGENT
        elif event.mail is not None and event.at % _MINUTE:
            timed.append(event)
    _add(found, Sign.AT_ONCE, _at_once(timed, sent))
    clicks = [event for event in timed if event.kind == CLICK]
    _add(found, Sign.LINKS, _several_links(clicks))
    _add(found, Sign.HERD, _herds(clicks))
    return found


def is_program(agent: str) -> bool:
    """Return whether a user agent is that of a machine."""
    said = agent.strip().lower()
    return said == _APPLE or _PROGRAMS.search(said) is not None


def _add(found: dict[int, Sign], sign: Sign, ids: Iterable[int]) -> None:
    for each in ids:
        found.setdefault(each, sign)


def _at_once(events: Iterable[MailEvent], sent: Mapping[tuple[str, str], list[int]]) -> Iterable[int]:
    """Yield the events that followed a sending at once, or came before the first one."""
    for times in sent.values():
        times.sort()
    for event in events:
        times = sent.get((event.mail or "", event.recipient), [])
        before = bisect_right(times, event.at)
        if (before and event.at - times[before - 1] <= AT_ONCE) or (
            times and not before and times[0] - event.at <= EARLY
        ):
            yield event.id


def _several_links(clicks: Iterable[MailEvent]) -> Iterable[int]:
    """Yield the clicks of a recipient that have one on another link of the same mail close to them."""
    for group in _groups(((event.mail, event.recipient), event) for event in clicks if event.url):
        for place, click in enumerate(group):
            for other in group[place + 1 :]:
                if other.at - click.at > AT_ONCE:
                    break
                if other.url != click.url:
                    yield click.id
                    yield other.id


def _herds(clicks: Iterable[MailEvent]) -> Iterable[int]:
    """Yield the clicks that several recipients of one company made in the same moment."""
    for group in _groups(((event.mail, event.company), event) for event in clicks if event.company):
        present: Counter[str] = Counter()
        first = 0
        for place, click in enumerate(group):
            present[click.recipient] += 1
            while click.at - group[first].at > AT_ONCE:
                present[group[first].recipient] -= 1
                present += Counter()  # drops those that are no longer there
                first += 1
            if len(present) >= HERD:
                yield from (each.id for each in group[first : place + 1])


def _groups(keyed: Iterable[tuple[tuple[str | None, str | None], MailEvent]]) -> Iterable[Sequence[MailEvent]]:
    """Yield the events of each key in the order of time."""
    groups: defaultdict[tuple[str | None, str | None], list[MailEvent]] = defaultdict(list)
    for key, event in keyed:
        groups[key].append(event)
    for group in groups.values():
        if len(group) > 1:
            yield sorted(group, key=lambda event: (event.at, event.id))
