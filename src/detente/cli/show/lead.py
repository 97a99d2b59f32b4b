"""A lead's story in a terminal. Input: a `LeadStory`."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from detente.app import figures
from detente.app.queries.lead_story import LeadStory
from detente.app.queries.lead_timeline import by_machines
from detente.cli.shell import printable
from detente.cli.show.tables import heading, line, status, table
from detente.core.facts.fact import Fact
from detente.core.replay.explain import Part, StageExplanation, Verdict
from detente.core.replay.rows import CheckRow, ClockRow, Entry

LATEST = 15
"""Facts that are shown: the latest ones. `--json` has all."""

BRIEFLY, SHORTLY, ALL = 3, 6, 1_000
"""Values of a fact that are shown: as a reason, in the list of facts, and of a touch."""

_MARKS = {Verdict.HOLDS: ("✓", "green"), Verdict.FAILS: ("–", ""), Verdict.UNKNOWN: ("?", "yellow")}
_SECOND = 1_000_000


def show(console: Console, story: LeadStory) -> None:
    """Print the story."""
    _head(console, story)
    _entries(console, story)
    _duties(console, story)
    _consent(console, story)
    _what_is_next(console, story)
    _facts(console, story)
    if left_out := by_machines(story):
        line(console, left_out)


def _head(console: Console, story: LeadStory) -> None:
    state = story.result.state
    called = story.called
    known = [each for each in (called.name if called.named else None, called.email) if each]
    console.print(Text(printable(", ".join(known) or f"Lead {story.person}"), style="bold"))
    line(console, f"person {story.person}")
    names = [f"{record.source}:{record.record}" for record in story.records]
    if story.account:
        names.append(f"account {story.account}")
    line(console, " · ".join(names))
    where = f"{state.stage} since {_at(story, state.entered_at)}" if state.stage else "In no stage yet"
    parts = [where, f"furthest {state.furthest or figures.NOTHING}", f"score {state.score:g}"]
    parts.append(f"grade {state.grade or 'unknown'}")
    parts += [f"{name} {value}" for name, value in (("persona", state.persona), ("owner", state.owner)) if value]
    if state.crm_stage:
        parts.append(f"the CRM says {state.crm_stage}")
    line(console, " · ".join(parts))
    line(console, f"as of {_at(story, story.at)} · working agreement {story.timeline.id} {story.agreement.version}")
    if state.hinges:
        line(console, "The latest entry hinges on something unknown.")


def _entries(console: Console, story: LeadStory) -> None:
    heading(console, "Entries")
    if not story.result.entries:
        line(console, "None yet.")
        return
    rows = [(_at(story, entry.occurred_at), entry.stage, _why(story, entry)) for entry in story.result.entries]
    table(console, ("|When", "|Stage", "Why"), rows)
    if story.last_told and len(rows) > 1:
        line(console, "A long history: the facts behind an earlier entry are told as of its own time, with --at.")


def _why(story: LeadStory, entry: Entry) -> str:
    parts = []
    if entry.arm:
        parts.append(f"by {entry.arm}")
    because = [_fact(story.facts[fact], BRIEFLY) for fact in entry.because if fact in story.facts]
    if because:
        parts.append("because " + ", ".join(because))
    if entry.known_at > entry.occurred_at:
        parts.append(f"known {_at(story, entry.known_at)}")
    if entry.nonconforming:
        parts.append("not as agreed: " + ", ".join(_NONCONFORMING[flag] for flag in entry.nonconforming))
    if entry.n > 1:
        parts.append(f"entry number {entry.n}")
    return "; ".join(parts)


_NONCONFORMING = {"from": "from another stage", "require": "without what the stage requires"}


def _duties(console: Console, story: LeadStory) -> None:
    heading(console, "Duties")
    rows = [_clock(story, row) for row in story.result.clocks] + [_check(story, row) for row in story.result.checks]
    if not rows:
        line(console, "None so far.")
        return
    table(console, ("Duty", "Owes", "Status", "|Since", "|Due", "Used"), rows)


def _clock(story: LeadStory, row: ClockRow) -> tuple[str | Text, ...]:
    write = figures.duration if row.calendar is None else figures.open_time
    days = f" = {write(row.target_us // _SECOND)}" if row.target.endswith("bd") else ""
    used = f"{write(row.used_us // _SECOND)} of {row.target}{days}" + (", early" if row.early else "")
    return (
        row.duty,
        story.duty(row.duty, row.version).owes,
        status(str(row.status)),
        _at(story, row.started_at),
        _at(story, row.due_at),
        used,
    )


def _check(story: LeadStory, row: CheckRow) -> tuple[str | Text, ...]:
    duty = story.duty(row.duty, row.version)
    nothing = figures.NOTHING
    return (row.duty, duty.owes, status(str(row.status)), _at(story, row.at), nothing, nothing)


def _consent(console: Console, story: LeadStory) -> None:
    if not story.agreement.consent:
        return
    heading(console, "Consent")
    if not story.result.consents:
        line(console, "Every outgoing touch kept to the consent rules.")
        return
    rows = [
        (_at(story, row.at), row.rule, row.channel, _fact(story.facts[row.fact]) if row.fact in story.facts else "")
        for row in story.result.consents
    ]
    table(console, ("|When", "Rule broken", "Channel", "Touch"), rows)


def _what_is_next(console: Console, story: LeadStory) -> None:
    """Print why the lead is not in the computed stages it could come to, and what people may record next."""
    for each in story.ahead:
        _why_not(console, story, each)
    if story.recordable:
        heading(console, "What people may record next")
        line(console, ", ".join(each.stage for each in story.recordable))


def _why_not(console: Console, story: LeadStory, each: StageExplanation) -> None:
    entered = any(entry.stage == each.stage for entry in story.result.entries)
    heading(console, f"Why not {each.stage} {'again' if entered else 'yet'}", each.clause)
    if each.allowed_from is not None or not each.from_allows:
        allowed = "no stage at all" if each.allowed_from is None else " or ".join(each.allowed_from)
        current = story.result.state.stage or "no stage"
        _print_verdict(console, 1, _verdict(_judged(each.from_allows), f"from {allowed}", f"it is in {current}"))
    if each.waits_until is not None:
        waits = f"not again before {_at(story, each.waits_until)}"
        _print_verdict(console, 1, _verdict(Verdict.FAILS, waits, ""))
    for depth, text in _tree(each.condition, 1):
        _print_verdict(console, depth, text)


def _judged(holds: bool) -> Verdict:
    return Verdict.HOLDS if holds else Verdict.FAILS


def _print_verdict(console: Console, depth: int, text: Text) -> None:
    console.print(Padding(text, (0, 0, 0, 2 * depth), expand=False))


def _tree(part: Part, depth: int, named: str = "") -> Iterator[tuple[int, Text]]:
    """Yield how far in a part stands, and its line; what it joins follows one step further in."""
    named += f"{part.arm}: " if part.arm else ""
    if part.join == "":
        yield depth, _verdict(part.verdict, named + part.text, _values(part))
    elif part.join == "not":
        [inner] = part.parts
        yield depth, _verdict(part.verdict, named + part.text, _values(inner))
        for each in inner.parts:
            yield from _tree(each, depth + 1)
    elif _is_term(part):
        yield from _tree(part.parts[0], depth, f"{named}{part.text}: ")
    else:
        yield depth, _verdict(part.verdict, named + _JOINS[part.join], "")
        for each in part.parts:
            yield from _tree(each, depth + 1)


_JOINS = {"all": "all of", "any": "any of"}


def _is_term(part: Part) -> bool:
    """Whether a part is a glossary term: a name for its one condition."""
    return part.join == "all" and len(part.parts) == 1


def _values(part: Part) -> str:
    """Return what a condition read, unless its own verdict says it."""
    read = [(name, value) for name, value in part.values if name != part.text]
    return ", ".join(f"{name} is {'unknown' if value is None else _written(value)}" for name, value in read)


def _verdict(verdict: Verdict, text: str, values: str) -> Text:
    mark, style = _MARKS[verdict]
    shown = Text(mark, style=style).append(f" {printable(text)}", style="none")
    return shown.append(f"  ({printable(values)})", style="dim") if values else shown


def _facts(console: Console, story: LeadStory) -> None:
    facts = list(story.facts.values())
    older = max(0, len(facts) - LATEST)
    heading(console, "Facts", f"the latest {LATEST} of {len(facts)}; --json has all" if older else "")
    if not facts:
        line(console, "None known by then.")
        return
    rows = [
        (
            _at(story, fact.occurred_at),
            fact.source,
            _fact(fact, SHORTLY) + (f"; known {_at(story, fact.known_at)}" if fact.known_at > fact.occurred_at else ""),
        )
        for fact in facts[older:]
    ]
    table(console, ("|When", "|Source", "What"), rows)


def _fact(fact: Fact, most: int = ALL) -> str:
    """Return a fact as a history line of a test would say it, without its time and with `most` of its values."""
    values = [f"{key}={_written(value)}" for key, value in fact.payload.items()]
    left_out = f" … {len(values) - most} more" if len(values) > most else ""
    return f"{fact.kind} {' '.join(values[:most])}".strip() + left_out


def _written(value: object) -> str:
    return "true" if value is True else "false" if value is False else str(value)


def _at(story: LeadStory, micros: int | None) -> str:
    return figures.instant(micros, story.zone)
