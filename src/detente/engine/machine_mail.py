"""Finds the opens and clicks of mail that a machine made, among facts. Input: facts known by the instant of the run.

The rule is `core.facts.machine`. Most mail is opened in peace and needs no judging: the models leave out what the rule
could not find machine-made, whatever it is told.
"""

from __future__ import annotations

from collections.abc import Callable

import pyarrow as pa
import pyarrow.compute as pc

from detente.core.facts.machine import AT_ONCE, EARLY, MailEvent, is_program, machine_made
from detente.core.identity.keys import company_key
from detente.engine.duck import model

_COLUMNS = ("id", "kind", "recipient", "mail", "at", "company", "url", "agent", "automated")


def machine_signs(facts: pa.Table) -> pa.Array:
    """Return for each fact the sign by which a machine is recognised, null for all others."""
    found = machine_made(mail_events(facts)) if facts.num_rows else {}
    signs: list[str | None] = [None] * facts.num_rows
    for row, sign in found.items():
        signs[row] = sign
    return pa.array(signs, pa.string())


def mail_events(facts: pa.Table) -> list[MailEvent]:
    """Return the events that have to be judged; `id` is the row of the fact."""
    mails = model("mail_facts", {"facts": facts})
    tables = {
        "mail_facts": mails,
        "firms": _answers(mails, "domain", "company", company_key),
        "programs": _answers(mails, "agent", "program", lambda agent: "yes" if is_program(agent) else None),
    }
    events = model("mail_events", tables, {"at_once": AT_ONCE, "early": EARLY})
    return [MailEvent(*row) for row in zip(*(events.column(name).to_pylist() for name in _COLUMNS), strict=True)]


def _answers(mails: pa.Table, asked: str, answered: str, answer: Callable[[str], str | None]) -> pa.Table:
    """Return each text of a column with the answer to it, where there is one."""
    texts = pc.unique(mails[asked]).drop_null().to_pylist()
    rows = [(text, told) for text in texts if (told := answer(text)) is not None]
    return pa.table(
        {name: pa.array([row[at] for row in rows], pa.string()) for at, name in enumerate((asked, answered))}
    )
