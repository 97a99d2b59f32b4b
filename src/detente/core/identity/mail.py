"""E-mail addresses as identity reads them: whose mailbox it is, and what kind of domain it is at.

Input: distinct values of an e-mail attribute, and the free-mail providers: ours by default, and what a deployment
configures besides. Two addresses have the same `key` only if mail to both reaches one mailbox.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from detente.core.identity.keys import FREE_MAIL, ROLE_MAILBOXES, email_key
from detente.core.identity.letters import latin_look

_DOTS_IGNORED = frozenset(("gmail.com", "googlemail.com"))


class Mailbox(NamedTuple):
    """`company`: the domain, unless anybody may have an address there. `look`: the key as the eye takes it."""

    key: str
    local: str
    domain: str
    company: str | None
    role: bool
    look: str

    @property
    def suspicious(self) -> bool:
        """Whether the address holds letters that pass for others."""
        return self.look != self.key


@dataclass(frozen=True, slots=True)
class MailDomains:
    """What is known of mail domains. Where nothing is said, a domain is a company's: dots count, plus tags do not."""

    free: frozenset[str] = FREE_MAIL
    dots_ignored: frozenset[str] = _DOTS_IGNORED
    plus_counts: frozenset[str] = frozenset()

    def with_rows(self, rows: Iterable[Mapping[str, Any]]) -> MailDomains:
        """Return these domains and those of a table `domain, kind, dots_ignored, plus_tag_ignored`.

        `kind` is "free mail" or a company's; what a row leaves open (None) stays as it is.
        """
        free, dots, plus = set(self.free), set(self.dots_ignored), set(self.plus_counts)
        for row in rows:
            domain = str(row["domain"]).strip().lower()
            if kind := row.get("kind"):
                _put(free, domain, kind.strip().lower().startswith("free"))
            if (ignored := row.get("dots_ignored")) is not None:
                _put(dots, domain, bool(ignored))
            if (ignored := row.get("plus_tag_ignored")) is not None:
                _put(plus, domain, not ignored)
        return replace(self, free=frozenset(free), dots_ignored=frozenset(dots), plus_counts=frozenset(plus))

    def mailbox(self, text: str) -> Mailbox | None:
        """Return the mailbox that an address reaches, or None if the text is no address."""
        key = email_key(text)
        if key is None:
            return None
        local, _, domain = key.partition("@")
        domain = "gmail.com" if domain == "googlemail.com" else domain
        if domain not in self.plus_counts:
            local = local.partition("+")[0] or local
        if domain in self.dots_ignored:
            local = local.replace(".", "") or local
        key = f"{local}@{domain}"
        company = None if domain in self.free else domain
        return Mailbox(key, local, domain, company, local in ROLE_MAILBOXES, latin_look(key))


def _put(domains: set[str], domain: str, belongs: bool) -> None:
    (domains.add if belongs else domains.discard)(domain)
