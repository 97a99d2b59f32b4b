"""Writes down what is true of a run, for tests and for whoever doubts a figure: `truth.json` and `truth/*.csv`.

Persons with their records, stage entries, duties, consents, deals, late facts, and the account of every file. The
product never reads these files.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

from .company import history_of
from .facts import Deal, Person, Record
from .files import csv_line
from .hours import DAY, HOUR, utc_text
from .owed import History, consent_broken, duties
from .planted import Case
from .ruling import Entry
from .world import World

MARKETING_CHANNELS = ("paid_search", "paid_social", "organic", "webinar", "content", "email", "event", "partner")
LOOKBACK = 365 * DAY
TABLES = {
    "persons": "person,system,record,joined",
    "entries": "person,stage,n,occurred_at,flags",
    "duties": "person,duty,n,started_at,status,used_minutes,early",
    "consents": "person,rule,at,kind,channel",
    "deals": "deal,person,account,opened_at,amount,outcome,closed_at,contacts,sourced_by,first_touch",
    "late": "person,record,kind,occurred_at,known_at",
}


def joined(records: Sequence[Record]) -> str:
    """How a person's records hang together: single, by ids, also by mail, or not at all (apart)."""
    if len(records) == 1:
        return "single"

    def by_id(one: Record, other: Record) -> bool:
        return one.other == other.id or other.other == one.id

    def by_mail(one: Record, other: Record) -> bool:
        return one.email is not None and other.email is not None and one.email.lower() == other.email.lower()

    if _hang_together(records, by_id):
        return "id"
    either = _hang_together(records, lambda one, other: by_id(one, other) or by_mail(one, other))
    return "mail" if either else "apart"


def _hang_together(records: Sequence[Record], tied: Callable[[Record, Record], bool]) -> bool:
    reached, waiting = [records[0]], list(records[1:])
    for record in reached:
        near = [other for other in waiting if tied(record, other)]
        reached += near
        waiting = [other for other in waiting if other not in near]
    return not waiting


class Truth:
    """The truth files while they are written."""

    def __init__(self, out: Path, world: World) -> None:
        self.world = world
        self.path = out / "truth.json"
        self.counts: dict[str, Counter[str]] = {name: Counter() for name in ("joined", "entries", "duties", "consents")}
        self.totals: Counter[str] = Counter()
        (out / "truth").mkdir(parents=True, exist_ok=True)
        self.tables = {
            name: (out / "truth" / f"{name}.csv").open("w", encoding="utf-8", newline="\n") for name in TABLES
        }
        for name, header in TABLES.items():
            self.tables[name].write(header + "\n")

    def _row(self, table: str, *fields: object) -> None:
        self.tables[table].write(csv_line(["" if field is None else str(field) for field in fields], ",") + "\n")

    def add(self, staff: list[Person]) -> None:
        """Write what is true of one company's people."""
        for someone in staff:
            records = [record for record in someone.records if record.created < self.world.end]
            how = joined(records) if records else "none"
            self.counts["joined"][how] += 1
            for record in records:
                self._row("persons", someone.id, record.system, record.id, how)
            history = history_of(someone, self.world.end)
            self._entries(someone, history.stages)
            self._duties(someone, history)
            for event in someone.events:
                if event.known - event.at > HOUR:
                    self.totals["late facts"] += 1
                    times = utc_text(event.at), utc_text(event.known)
                    self._row("late", someone.id, event.record, event.kind, *times)
            for deal in someone.deals:
                self._deal(staff, someone, deal)
        self.totals["persons"] += len(staff)

    def _entries(self, someone: Person, stages: Sequence[Entry]) -> None:
        seen: Counter[str] = Counter()
        for entry in stages:
            seen[entry.stage] += 1
            self.counts["entries"][entry.stage] += 1
            times = utc_text(entry.at), "|".join(entry.flags)
            self._row("entries", someone.id, entry.stage, seen[entry.stage], *times)
        self.totals["re-entries to MQL"] += max(0, seen["MQL"] - 1)

    def _duties(self, someone: Person, history: History) -> None:
        for owed in duties(history, self.world.calendars):
            self.counts["duties"][f"{owed.duty} {owed.status}"] += 1
            used = None if owed.used is None else owed.used // 60
            early = "true" if owed.early else "false"
            self._row("duties", someone.id, owed.duty, owed.n, utc_text(owed.at), owed.status, used, early)
        for rule, event in consent_broken(history):
            self.counts["consents"][rule] += 1
            channel = event.data["channel"]
            self._row("consents", someone.id, rule, utc_text(event.at), event.kind, channel)

    def _deal(self, staff: list[Person], someone: Person, deal: Deal) -> None:
        """Write a deal and who is credited: the first marketing fact of anybody sales has at that company."""
        touches = sorted(
            (event.at, str(event.data["channel"]))
            for colleague in staff
            if colleague.record_in("crm") is not None
            for event in colleague.events
            if event.kind != "touch" and event.data.get("channel") in MARKETING_CHANNELS
            if deal.opened - LOOKBACK < event.at < deal.opened
        )
        outcome = "open" if deal.closed is None else "won" if deal.won else "lost"
        self.totals[f"deals {outcome}"] += 1
        self._row(
            "deals",
            deal.id,
            someone.id,
            deal.account.crm_id,
            utc_text(deal.opened),
            deal.amount,
            outcome,
            deal.closed and utc_text(deal.closed),
            "/".join(record for record, _ in deal.contacts),
            "marketing" if touches else "sales",
            touches[0][1] if touches else None,
        )

    def close(self, files: dict[str, dict[str, object]], cases: Sequence[Case]) -> dict[str, object]:
        """Finish the truth with the account of the files and the planted cases; return it as written."""
        for table in self.tables.values():
            table.close()
        world = self.world
        truth: dict[str, object] = {
            "seed": world.seed,
            "until": world.until.isoformat(),
            "start": utc_text(world.start),
            "end": utc_text(world.end),
            "totals": dict(sorted(self.totals.items())),
            **{name: dict(sorted(counts.items())) for name, counts in self.counts.items()},
            "files": files,
            "planted": [{"case": case.name, "person": case.person.id, "expects": _written(case)} for case in cases],
        }
        self.path.write_text(json.dumps(truth, indent=1, ensure_ascii=False) + "\n", encoding="utf-8", newline="\n")
        return truth


def _written(case: Case) -> dict[str, object]:
    return {
        name: [utc_text(at) for at in value if isinstance(at, int)]
        if isinstance(value, list) and name == "MQL"
        else value
        for name, value in case.expects.items()
    }
