"""What to know before the next contact: who it is, what they want, what was before, who else is there, what is allowed.

Input: a lead's story, and the snapshot it is of: the other people of the account stand there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from detente.app.ports.snapshots import Snapshot, Where
from detente.app.queries.fact_words import shortened
from detente.app.queries.lead_story import Called, LeadStory, called
from detente.core.agreement.agreement import Agreement
from detente.core.agreement.expressions import Attribute, Condition, Selector
from detente.core.agreement.page_figures import spaced
from detente.core.agreement.page_words import Words, value
from detente.core.facts.fact import Fact, Value
from detente.core.replay.consent import Permission, permissions
from detente.core.replay.evaluation import operands
from detente.core.replay.rows import Entry

OTHERS = 5
"""Other people of the account that are shown."""

EARLIER = 4
"""Earlier entries that are told before the present one."""

_PLACE = ("person.city", "company.city", "person.country", "company.country")
_SIZE, _SALES = "company.employees", "sales."
_COMMENT = ("comment", "note", "text", "words")
"""What a decision's own words may be called; the first that it carries is told."""


@dataclass(frozen=True)
class Who:
    """The person in words. `known_as` is the name, else an address, else a record, else the id."""

    known_as: str
    title: str
    company: str
    about: tuple[str, ...]  # place, size, industry
    reach: tuple[str, ...]  # addresses and numbers
    first_source: str


@dataclass(frozen=True, slots=True)
class PersonaWords:
    """The persona a lead is, as the agreement describes it."""

    id: str
    name: str
    wants: str
    objects: str


@dataclass(frozen=True, slots=True)
class Before:
    """An earlier entry. `comment`: the words of whoever decided, `by`: who did, where they are recorded."""

    position: int
    entry: Entry
    comment: str
    by: str


@dataclass(frozen=True, slots=True)
class Colleague:
    """Somebody else of the account."""

    person: str
    name: str
    title: str
    stage: str | None
    owner: str | None


@dataclass(frozen=True)
class Allowed:
    """Whether a channel may be used, and why: the rule, what it asks for in words, and the latest fact behind it."""

    permission: Permission
    words: str
    fact: Fact | None


@dataclass(frozen=True)
class Brief:
    """Everything for the next contact. `sales`: what sales found out, `unrecorded`: what it is asked to."""

    who: Who
    persona: PersonaWords | None
    before: tuple[Before, ...]
    earlier: int  # entries before those
    others: tuple[Colleague, ...]
    other_count: int
    sales: Mapping[str, str]
    unrecorded: tuple[str, ...]
    allowed: tuple[Allowed, ...]


def brief(story: LeadStory, snapshot: Snapshot) -> Brief:
    """Return what to know before the next contact."""
    before, earlier = _before(story)
    others, count = _others(story, snapshot)
    sales, unrecorded = _sales(story)
    return Brief(
        who=who(story),
        persona=_persona(story),
        before=before,
        earlier=earlier,
        others=others,
        other_count=count,
        sales=sales,
        unrecorded=unrecorded,
        allowed=tuple(_allowed(story, each) for each in permissions(story.view)),
    )


def who(story: LeadStory) -> Who:
    """Return who the lead is."""
    known, called = story.attributes, story.called
    record = f"{story.records[0].source}:{story.records[0].record}" if story.records else ""
    place = dict.fromkeys(_text(known[path]) for path in _PLACE if path in known)
    size = known.get(_SIZE)
    about = [", ".join(place)] if place else []
    about += [f"{_text(size)} people"] if size is not None else []
    about += [_text(known["company.industry"])] if "company.industry" in known else []
    first = next(iter(story.used), None)
    return Who(
        known_as=shortened(called.name or "") or record or story.person,
        title=shortened(called.title or "") or _first(known, ("person.role", "person.seniority")),
        company=shortened(called.company or ""),
        about=tuple(about),
        reach=tuple(shortened(each) for each in (called.email, _first(known, ("person.phone",))) if each),
        first_source="" if first is None else str(first.payload.get("channel") or first.source),
    )


def _first(known: Mapping[str, Value], paths: tuple[str, ...]) -> str:
    return next((_text(known[path]) for path in paths if path in known), "")


def _text(each: Value) -> str:
    """Return a value as it is: a name is not a word to be spaced."""
    return shortened(each if isinstance(each, str) else value(each))


def _persona(story: LeadStory) -> PersonaWords | None:
    held = story.result.state.persona
    written = next((each for each in story.agreement.document.personas or () if each.id == held), None)
    if held is None or written is None:
        return None
    return PersonaWords(held, written.name, written.wants or "", written.objects or "")


# --- before ---------------------------------------------------------------------------------------------------------


def _before(story: LeadStory) -> tuple[tuple[Before, ...], int]:
    """Return the entries before the present one, oldest first, and how many there are before those."""
    entries = story.result.entries[:-1]
    shown = entries[-EARLIER:]
    first = len(entries) - len(shown)
    return tuple(_told(story, first + at, entry) for at, entry in enumerate(shown)), first


def _told(story: LeadStory, position: int, entry: Entry) -> Before:
    decision = story.facts.get(entry.decision) if entry.decision is not None else None
    payload = {} if decision is None else decision.payload
    comment = next((_text(payload[name]) for name in _COMMENT if name in payload), "")
    return Before(position, entry, comment, _text(payload["by"]) if "by" in payload else "")


# --- the account ----------------------------------------------------------------------------------------------------


def _others(story: LeadStory, snapshot: Snapshot) -> tuple[tuple[Colleague, ...], int]:
    if story.account is None:
        return (), 0
    members = snapshot.rows("accounts", columns=["person"], where=[Where("account", "==", story.account)])
    persons = sorted({row["person"] for row in members} - {story.person})
    if not persons:
        return (), 0
    states = list(
        snapshot.rows(
            "state",
            columns=["person", "stage", "owner"],
            where=[Where("person", "in", persons)],
            order=["-last_event_at", "person"],
            limit=OTHERS,
        )
    )
    names = called(snapshot, [row["person"] for row in states])
    return tuple(_colleague(names, **row) for row in states), len(persons)


def _colleague(names: Mapping[str, Called], person: str, stage: str | None, owner: str | None) -> Colleague:
    known = names.get(person, Called())
    return Colleague(person, shortened(known.name or person), shortened(known.title or ""), stage, owner)


# --- sales and consent ----------------------------------------------------------------------------------------------


def _sales(story: LeadStory) -> tuple[Mapping[str, str], tuple[str, ...]]:
    """Return what sales recorded, and what conditions of the agreement ask for that it did not."""
    known = story.attributes
    recorded = {_short(path): _text(each) for path, each in known.items() if path.startswith(_SALES)}
    asked = dict.fromkeys(_short(path) for path in _read(story.agreement) if path.startswith(_SALES))
    return recorded, tuple(name for name in asked if name not in recorded)


def _short(path: str) -> str:
    return spaced(path.removeprefix(_SALES))


def _read(agreement: Agreement) -> Iterator[str]:
    """Yield the attributes that stages and terms read."""
    conditions: list[Condition] = [term for term in agreement.terms.values() if not isinstance(term, Selector)]
    for stage in agreement.stages.values():
        conditions += [each for each in (stage.when, stage.require) if each is not None]
    for condition in conditions:
        yield from (each.path for each in operands(condition) if isinstance(each, Attribute))


def _allowed(story: LeadStory, permission: Permission) -> Allowed:
    condition = permission.condition
    words = "" if condition is None else Words.of(story.agreement.terms).condition(condition)
    behind = [story.facts[each] for each in permission.because if each in story.facts]
    return Allowed(permission, words, max(behind, key=lambda fact: fact.occurred_at, default=None))
