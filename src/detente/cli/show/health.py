"""Data health in a terminal. Input: a `Health`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import tzinfo
from textwrap import wrap

from rich.console import Console

from detente.app import figures
from detente.app.ports.snapshots import Row
from detente.app.queries.health import Health, Section
from detente.cli.show.tables import heading, line, table

_SECOND, _DAY = 1_000_000, 86_400_000_000
_MARGIN = 4

_CONSENT = {"given": "given", "withdrawn": "withdrawn", "unknown": "nothing is known"}
_WHY = {
    "machine": "opened or clicked by a machine",
    "deleted": "of a deal that is deleted at its source",
    "no-person-at-account": "of an account nobody is known at",
    "before-1990": "happened before 1990",
    "occurred-after-known": "happened after it was known",
}
_VERDICTS = {
    "owner": "the owner's value stands",
    "owner-too-old": "the owner's value is past its age",
    "shared": "the owners differ",
}
WHAT_BECAME = {
    "kept": "kept",
    "no-such-source": "no such source",
    "too-large": "over 1 MB",
    "not-json": "not JSON by its type",
    "packed": "compressed",
    "not-shown": "not shown to come from the sender",
    "broken": "no JSON object or list of them",
}
_UNITS = {"person": "persons", "account": "accounts"}
_KINDS = {"email_open": "opens", "email_click": "clicks"}


def show(console: Console, health: Health) -> None:
    """Print every part with what it means."""
    _head(console, health)
    for section in health.sections:
        if section.rows:
            _section(console, section, health.zone)
    empty = [section.meaning.title for section in health.sections if not section.rows]
    if empty:
        heading(console, "Nothing to tell of")
        line(console, " · ".join(empty))


def _head(console: Console, health: Health) -> None:
    heading(console, "Data health", f"as of {figures.instant(health.now, health.zone)}", first=True)
    if health.snapshot is None:
        line(console, "Nothing was replayed yet: `detente replay` tells what the facts are worth.")
    if not health.attention:
        line(console, "Nothing needs anybody.")
    for _, text in health.attention:
        line(console, f"! {text}")


def _section(console: Console, section: Section, zone: tzinfo) -> None:
    columns, cells = _PARTS[section.name]
    as_of = figures.instant(section.as_of, zone)
    heading(console, section.meaning.title, f"n = {figures.count(section.n)} ({section.meaning.n}) · as of {as_of}")
    for text in wrap(section.meaning.words, console.width - _MARGIN):
        line(console, text)
    table(console, columns, [cells(row, zone) for row in section.rows])


def _source(row: Row, zone: tzinfo) -> Sequence[str]:
    habit = {True: "late", False: "as usual", None: "no habit yet"}[row["late"]]
    silent, usual = (_duration(row[name]) for name in ("silent_us", "usual_us"))
    latest = figures.instant(row["known_at"], zone)
    return row["source"], latest, silent, usual, figures.count(row["weeks"]), figures.count(row["facts"]), habit


def _sync(row: Row, zone: tzinfo) -> Sequence[str]:
    numbers = (figures.count(row[name]) for name in ("rows", "unread"))
    state = f"{row['error']} ({figures.instant(row['error_at'], zone)})" if row["error"] else "read to its end"
    return (
        row["source"],
        row["stream"],
        figures.instant(row["finished_at"], zone),
        _duration(row["lag_us"]),
        *numbers,
        state,
    )


def _event(row: Row, _: tzinfo) -> Sequence[str]:
    return row["source"] or figures.NOTHING, WHAT_BECAME[row["became"]], figures.count(row["deliveries"])


def _intake(row: Row, _: tzinfo) -> Sequence[str]:
    columns = ("loads", "records", "accepted", "duplicate", "quarantined", "open", "mended", "conflicting")
    return row["source"], *(figures.count(row[name]) for name in columns)


def _field(row: Row, _: tzinfo) -> Sequence[str]:
    clauses = row["clauses"]
    more = f" +{len(clauses) - 1}" if len(clauses) > 1 else ""
    ages = (_duration(row[name]) for name in ("median_age_us", "p90_age_us"))
    known = figures.out_of(row["known"], row["leads"])
    return row["attribute"], clauses[0] + more, figures.percent(row["share"]), known, *ages, figures.count(row["stale"])


def _unknown(row: Row, _: tzinfo) -> Sequence[str]:
    unknown = f"{row['attribute']}: {figures.count(row['missing'])}" if row["attribute"] else figures.NOTHING
    return row["stage"], figures.count(row["leads"]), figures.count(row["hinging"]), unknown


def _duplicate(row: Row, _: tzinfo) -> Sequence[str]:
    numbers = (figures.count(row[name]) for name in ("records", "units", "doubled", "duplicates"))
    share = figures.tenths(row["duplicates"] / row["records"])
    return row["source"], _UNITS[row["unit"]], *numbers, share


def _mail(row: Row, _: tzinfo) -> Sequence[str]:
    signs = (figures.count(row[name]) for name in ("flag", "agent", "at_once", "links", "herd"))
    numbers = figures.count(row["events"]), figures.count(row["machine"]), figures.percent(row["share"])
    return row["source"], _KINDS[row["kind"]], *numbers, *signs


def _stage(row: Row, _: tzinfo) -> Sequence[str]:
    return (
        row["stage"] or figures.NOTHING,
        row["crm_stage"],
        "same" if row["same"] else "differs",
        figures.count(row["leads"]),
    )


def _duration(micros: int | None) -> str:
    """Return a duration, from ten days on in whole days."""
    if micros is None:
        return figures.NOTHING
    days = micros // _DAY
    return f"{figures.count(days)} d" if days >= figures.WHOLE_DAYS else figures.duration(micros // _SECOND)


Cells = Callable[[Row, tzinfo], Sequence[str]]

_PARTS: Mapping[str, tuple[Sequence[str], Cells]] = {
    "sources": (("Source", "|Last known", "|Silent", "|Usual", ">Weeks", ">Facts", "State"), _source),
    "syncs": (("Source", "Stream", "|Read to its end", "|Ago", ">Rows", ">Unread", "State"), _sync),
    "events": (("Source", "What became of it", ">Deliveries"), _event),
    "intake": (
        ("Source", ">Loads", ">Records", ">Accepted", ">Duplicate", ">Quarant.", ">Open", ">Mended", ">Conflicting"),
        _intake,
    ),
    "set_aside": (("Why", ">Facts"), lambda row, _: (_WHY[row["why"]], figures.count(row["facts"]))),
    "fields": (("Attribute", "Read by", ">Known", ">Leads", "|Age", "|90 % under", ">Too old"), _field),
    "unknowns": (("Stage", ">Leads", ">Hinge", "Unknown at the entry"), _unknown),
    "duplicates": (("Source", "Of", ">Records", ">Different", ">Doubled", ">Beyond", ">Share"), _duplicate),
    "reviews": (("Of", ">Pairs"), lambda row, _: (_UNITS[row["unit"]], figures.count(row["pairs"]))),
    "conflicts": (
        ("Attribute", "By authority.yaml", ">Fields"),
        lambda row, _: (row["attribute"], _VERDICTS[row["verdict"]], figures.count(row["conflicts"])),
    ),
    "stages": (("Here", "The CRM says", "", ">Leads"), _stage),
    "consent": (
        ("Consent", ">Leads", ">Share"),
        lambda row, _: (_CONSENT[row["consent"]], figures.count(row["leads"]), figures.percent(row["share"])),
    ),
    "mail": (
        ("Source", "Of", ">All", ">Machine", ">Share", ">Flag", ">Agent", ">At once", ">Links", ">Herd"),
        _mail,
    ),
}
"""Of each part the columns, and what writes a row of it."""
