"""A lead's story in a terminal. Input: a `LeadStory`."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import Console
from rich.text import Text

from detente.app.queries.lead_story import LeadStory
from detente.cli.shell import printable
from detente.cli.show import figures
from detente.cli.show.tables import heading, line, status, table
from detente.core.facts.fact import Fact
from detente.core.replay.explain import Part, StageExplanation, Verdict
from detente.core.replay.rows import CheckRow, ClockRow, Entry

LATEST = 15
"""Facts that are shown: the latest ones. `--json` has all."""

_MARKS = {Verdict.HOLDS: ("✓", "green"), Verdict.FAILS: ("–", ""), Verdict.UNKNOWN: ("?", "yellow")}
_SECOND = 1_000_000


def show(console: Console, story: LeadStory) -> None:
    """Print the story."""
    _head(console, story)
    _entries(console, story)
    _duties(console, story)
    _consent(console, story)
    for each in story.why_not:
        _why_not(console, story, each)
    _facts(console, story)


def _head(console: Console, story: LeadStory) -> None:
    state = story.result.state
    console.print(Text(printable(f"Lead {story.person}"), style="bold"))
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
    table(console, ("When", "Stage", "Why"), rows)


def _why(story: LeadStory, entry: Entry) -> str:
    parts = []
    if entry.arm:
        parts.append(f"by {entry.arm}")
    because = [_fact(story.facts[fact]) for fact in entry.because if fact in story.facts]
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
    table(console, ("Duty", "Owes", "Status", "Since", "Due", "Used"), rows)


def _clock(story: LeadStory, row: ClockRow) -> tuple[str | Text, ...]:
    business = row.calendar is not None
    used = f"{figures.duration(row.used_us // _SECOND)} of {row.target}" + (", early" if row.early else "")
    return (
        row.duty,
        story.duty(row.duty, row.version).owes,
        status(str(row.status)),
        _at(story, row.started_at),
        _at(story, row.due_at),
        used + (" (open hours)" if business else ""),
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
    table(console, ("When", "Rule broken", "Channel", "Touch"), rows)


def _why_not(console: Console, story: LeadStory, each: StageExplanation) -> None:
    entered = any(entry.stage == each.stage for entry in story.result.entries)
    heading(console, f"Why not {each.stage} {'again' if entered else 'yet'}", each.clause)
    current = story.result.state.stage or "no stage"
    allowed = "no stage at all" if each.allowed_from is None else " or ".join(each.allowed_from)
    console.print(
        _verdict(Verdict.HOLDS if each.from_allows else Verdict.FAILS, f"from {allowed}", f"it is in {current}", 1)
    )
    if each.waits_until is not None:
        console.print(_verdict(Verdict.FAILS, f"not again before {_at(story, each.waits_until)}", "", 1))
    for text in _tree(each.condition, 1):
        console.print(text)


def _tree(part: Part, depth: int) -> Iterator[Text]:
    """Yield a line a part; a part that joins others says how, and they follow one step further in."""
    named = f"{part.arm}: " if part.arm else ""
    if part.join == "" or (part.join == "not" and part.parts[0].join == ""):
        leaf = part if part.join == "" else part.parts[0]
        values = ", ".join(f"{name} is {'unknown' if value is None else value}" for name, value in leaf.values)
        yield _verdict(part.verdict, named + part.text, values, depth)
        return
    joins = {"all": "all of", "any": "any of", "not": "not"}
    single = part.join == "all" and len(part.parts) == 1
    yield _verdict(part.verdict, named + (part.text if single else joins[part.join]), "", depth)
    for each in part.parts:
        yield from _tree(each, depth + 1)


def _verdict(verdict: Verdict, text: str, values: str, depth: int) -> Text:
    mark, style = _MARKS[verdict]
    shown = Text("  " * depth).append(mark, style=style).append(f" {printable(text)}")
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
            _fact(fact) + (f"; known {_at(story, fact.known_at)}" if fact.known_at > fact.occurred_at else ""),
        )
        for fact in facts[older:]
    ]
    table(console, ("When", "Source", "What"), rows)


def _fact(fact: Fact) -> str:
    """Return a fact as a history line of a test would say it, without its time."""
    values = " ".join(f"{key}={_written(value)}" for key, value in fact.payload.items())
    return f"{fact.kind} {values}".strip()


def _written(value: object) -> str:
    return "true" if value is True else "false" if value is False else str(value)


def _at(story: LeadStory, micros: int | None) -> str:
    return figures.instant(micros, story.zone)
