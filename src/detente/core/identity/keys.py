"""Keys by which two records are known to be one: e-mail addresses and company domains, normalised.

Input: attribute values as the systems hold them. Two texts get the same key only if mail or browsers would take them
for the same. Look-alikes (a Cyrillic letter for a Latin one), dots and plus signs stay: they may be two people.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from functools import lru_cache

import idna

_ROLE_MAILBOXES = """
info marketing sales support noc security abuse postmaster hostmaster usenet news webmaster www uucp ftp accounting
accounts admin administration billing booking bookings careers contact customercare customerservice enquiries enquiry
events feedback finance hello help helpdesk hi hr inquiries inquiry invoice invoices it jobs legal mail mailbox media
no-reply noreply office order orders partner partners payroll press privacy procurement purchasing reception
recruiting recruitment reservations root service services shop staff team tech
bestellung bestellungen bewerbung buchhaltung buero datenschutz einkauf empfang kontakt kundenservice personal post
presse rechnung rechnungen sekretariat verkauf vertrieb verwaltung zentrale
"""

ROLE_MAILBOXES = frozenset(_ROLE_MAILBOXES.split())
"""Local parts that belong to a team, not to one person: such an address never joins two records.

RFC 2142, then what companies commonly print on their pages, in English and German.
"""

_FREE_MAIL = """
126.com 163.com aol.com att.net bluewin.ch bol.com.br btinternet.com comcast.net fastmail.com freenet.de free.fr
gmail.com gmx.at gmx.ch gmx.com gmx.de gmx.net googlemail.com hey.com hotmail.co.uk hotmail.com hotmail.de hotmail.fr
hotmail.it icloud.com inbox.com laposte.net libero.it live.com live.de mac.com mail.com mail.ru mailbox.org me.com
msn.com naver.com orange.fr outlook.com outlook.de posteo.de proton.me protonmail.com qq.com rediffmail.com
rocketmail.com sbcglobal.net seznam.cz sina.com t-online.de tutanota.com uol.com.br verizon.net virgilio.it wanadoo.fr
web.de wp.pl yahoo.co.in yahoo.co.jp yahoo.co.uk yahoo.com yahoo.com.br yahoo.de yahoo.fr yandex.ru ymail.com zoho.com
"""

FREE_MAIL = frozenset(_FREE_MAIL.split())
"""Domains where anybody has an address: they are nobody's company."""


def email_key(text: str) -> str | None:
    """Return the address in the form in which equal ones are equal, or None if it is no address.

    Space around it is dropped, letters are composed (NFC) and lower-cased: not upper-cased or case-folded, which would
    take ı for i and ß for ss. The domain is taken in its ASCII form (IDNA 2008 with the UTS 46 mapping).
    """
    local, at, host = unicodedata.normalize("NFC", text.strip()).rpartition("@")
    domain = _domain(host)
    if not at or not local or "@" in local or local.split() != [local] or domain is None:
        return None
    return f"{local.lower()}@{domain}"


def joins_people(key: str) -> bool:
    """Whether an address stands for one person, so that two records that share it are one."""
    return key.partition("@")[0] not in ROLE_MAILBOXES


def company_key(text: str, free: Collection[str] = FREE_MAIL) -> str | None:
    """Return the domain of a company in its normal form, or None if it is none, or one of the `free`-mail ones.

    A web address counts as its domain, without `www.`.
    """
    host = text.strip().lower().partition("://")[2] or text.strip().lower()
    for mark in "/?#":
        host = host.partition(mark)[0]
    domain = _domain(host.partition(":")[0].removeprefix("www."))
    return None if domain is None or domain in free else domain


_LONGEST_DOMAIN = 254
_PLAIN_DOMAIN = re.compile(r"(?:[a-z0-9](?:-?[a-z0-9]){0,30}\.)+[a-z0-9](?:-?[a-z0-9]){0,30}")
"""Domains that IDNA leaves as they are, and nearly all there are."""


@lru_cache(maxsize=100_000)  # a company's people share a domain, and IDNA is slow
def _domain(host: str) -> str | None:
    if len(host) < _LONGEST_DOMAIN and _PLAIN_DOMAIN.fullmatch(plain := host.lower()):
        return plain
    try:
        domain = idna.encode(host.strip().rstrip("."), uts46=True).decode("ascii").lower()
    except (idna.IDNAError, UnicodeError):
        return None
    return domain if "." in domain else None
