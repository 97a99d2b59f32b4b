"""Finds the opens and clicks of mail that a machine made, among facts. Input: facts known by the instant of the run.

The rule is `core.facts.machine`; this hands it what the facts say of each mail.
"""

from __future__ import annotations

from functools import lru_cache

import pyarrow as pa

from detente.core.facts.machine import MailEvent, machine_made
from detente.core.identity.keys import company_key
from detente.engine.duck import model

_COLUMNS = ("id", "kind", "recipient", "mail", "at", "address", "url", "agent", "automated")


def machine_signs(facts: pa.Table) -> pa.Array:
    """Return for each fact the sign by which a machine is recognised, null for all others."""
    events = model("mail_events", {"facts": facts})
    columns = zip(*(events.column(name).to_pylist() for name in _COLUMNS), strict=True)
    found = machine_made(
        MailEvent(id_, kind, recipient, mail, at, _company(address), url, agent, automated)
        for id_, kind, recipient, mail, at, address, url, agent, automated in columns
    )
    return pa.array([found.get(row) for row in range(facts.num_rows)], pa.string())


@lru_cache(maxsize=100_000)
def _company(address: str | None) -> str | None:
    """Return the domain of the company behind an address (or a bare domain); None if there is none."""
    return None if address is None else company_key(address.rpartition("@")[2])
